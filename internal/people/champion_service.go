package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// ChampionKeeper keeps the register of champions. Every change is kept with its
// history and its audit entries in one transaction, in which no other change of
// roles runs: an entry that becomes active gives the role of champion in its
// department, and one that ends takes back what people gave.
type ChampionKeeper interface {
	// NominateChampion lends fn what is known of an address in a department, 0 being
	// where the roster places them, and keeps the entry fn returns.
	NominateChampion(ctx context.Context, email string, department int, now time.Time, fn func(Standing, day.Date) (Champion, error)) (Champion, error)
	// UpdateChampion lends fn an entry and keeps what it changed. An absent one is NotFound.
	UpdateChampion(ctx context.Context, id ChampionID, now time.Time, fn func(*Champion, day.Date) error) (Champion, error)
	// UpdateInvited is UpdateChampion for the entry whose link has this hash.
	UpdateInvited(ctx context.Context, hash [sha256.Size]byte, now time.Time, fn func(*Champion, day.Date) error) (Champion, error)
	// SetCoverage keeps v in place of the version it names; another one in force is a Conflict.
	SetCoverage(ctx context.Context, by identity.Actor, v Coverage, now time.Time) error
	// SetInterest keeps that an account may be asked to become a champion.
	SetInterest(ctx context.Context, by identity.Actor, words string, now time.Time) error
	// DeleteInterest forgets it; doing so twice is no error.
	DeleteInterest(ctx context.Context, by identity.Actor, now time.Time) error
}

// ChampionService keeps the register of champions. Leads decide; everybody may
// offer themselves, and managers may name people whom they manage.
type ChampionService struct {
	Keeper ChampionKeeper
}

// Nominate names somebody, by a lead. Who holds the role already is active at once.
func (s *ChampionService) Nominate(ctx context.Context, by identity.Actor, n Nomination, now time.Time) (Champion, error) {
	return s.name(ctx, n, now, func(st Standing, today day.Date) (Champion, error) { return n.Nominate(by, st, now, today) })
}

// Register enters somebody with whom a lead has agreed everything: they are
// active at once and hold the role. An open nomination becomes that entry.
func (s *ChampionService) Register(ctx context.Context, by identity.Actor, n Nomination, t Terms, now time.Time) (Champion, error) {
	return s.name(ctx, n, now, func(st Standing, today day.Date) (Champion, error) { return n.Register(by, st, t, now, today) })
}

// Offer names the actor themselves. A department of 0 is the one of the roster.
func (s *ChampionService) Offer(ctx context.Context, by identity.Actor, department int, because string, now time.Time) (Champion, error) {
	n := Nomination{Email: by.Email, Name: by.Name, Department: department, Because: because}
	if n.Name == by.Email {
		n.Name = ""
	}
	return s.name(ctx, n, now, func(st Standing, _ day.Date) (Champion, error) { return n.Offer(by, st, now) })
}

// Propose names somebody whom the actor manages, for the department the roster places them in.
func (s *ChampionService) Propose(ctx context.Context, by identity.Actor, email, because string, now time.Time) (Champion, error) {
	n := Nomination{Email: email, Because: because}
	return s.name(ctx, n, now, func(st Standing, _ day.Date) (Champion, error) { return n.Propose(by, st, now) })
}

func (s *ChampionService) name(ctx context.Context, n Nomination, now time.Time, fn func(Standing, day.Date) (Champion, error)) (Champion, error) {
	return s.Keeper.NominateChampion(ctx, strings.TrimSpace(n.Email), n.Department, now, fn)
}

const invitationBytes = 32

// Invite makes a link for an entry that is nominated or invited, and returns its
// secret, which is kept nowhere. An earlier link no longer works.
func (s *ChampionService) Invite(ctx context.Context, by identity.Actor, id ChampionID, version int, now time.Time) (Champion, string, error) {
	b := make([]byte, invitationBytes)
	rand.Read(b)
	secret := base64.RawURLEncoding.EncodeToString(b)
	c, err := s.update(ctx, id, version, now, func(c *Champion, _ day.Date) error {
		return c.Invite(by, sha256.Sum256([]byte(secret)), now)
	})
	if err != nil {
		return Champion{}, "", err
	}
	return c, secret, nil
}

// Accept makes the actor a champion by the link they hold. Links that are
// expired, used, replaced or somebody else's are NotFound, all alike.
func (s *ChampionService) Accept(ctx context.Context, by identity.Actor, secret string, now time.Time) (Champion, error) {
	return s.answer(ctx, secret, now, func(c *Champion, today day.Date) error { return c.Accept(by, now, today) })
}

// Decline answers an invitation with no. It faults as [ChampionService.Accept] does.
func (s *ChampionService) Decline(ctx context.Context, by identity.Actor, secret string, now time.Time) (Champion, error) {
	return s.answer(ctx, secret, now, func(c *Champion, _ day.Date) error { return c.Decline(by, now) })
}

func (s *ChampionService) answer(ctx context.Context, secret string, now time.Time, fn func(*Champion, day.Date) error) (Champion, error) {
	hash, err := InvitationHash(secret)
	if err != nil {
		return Champion{}, err
	}
	c, err := s.Keeper.UpdateInvited(ctx, hash, now, fn)
	if fault.Is(err, fault.NotFound) {
		return Champion{}, errNoInvitation
	}
	return c, err
}

// InvitationHash is what is kept of the secret of a link. What cannot be one is NotFound.
func InvitationHash(secret string) ([sha256.Size]byte, error) {
	if len(secret) != base64.RawURLEncoding.EncodedLen(invitationBytes) {
		return [sha256.Size]byte{}, errNoInvitation
	}
	return sha256.Sum256([]byte(secret)), nil
}

// Agree makes an entry that is nominated or invited active without a link: a lead knows that they agreed.
// What was agreed before stays.
func (s *ChampionService) Agree(ctx context.Context, by identity.Actor, id ChampionID, version int, now time.Time) (Champion, error) {
	return s.update(ctx, id, version, now, func(c *Champion, today day.Date) error { return c.Agree(by, c.Terms, today) })
}

// TurnDown ends a nomination, or takes an invitation back.
func (s *ChampionService) TurnDown(ctx context.Context, by identity.Actor, id ChampionID, version int, because string, now time.Time) (Champion, error) {
	return s.update(ctx, id, version, now, func(c *Champion, _ day.Date) error { return c.TurnDown(by, because) })
}

// Change sets what is agreed with a champion: early access, time, last day.
func (s *ChampionService) Change(ctx context.Context, by identity.Actor, id ChampionID, version int, t Terms, now time.Time) (Champion, error) {
	return s.update(ctx, id, version, now, func(c *Champion, today day.Date) error { return c.Change(by, t, today) })
}

// End ends the time of a champion today, and takes the role back. A role that a
// group brings stays: the entry's RoleByGroup says so.
func (s *ChampionService) End(ctx context.Context, by identity.Actor, id ChampionID, version int, reason string, now time.Time) (Champion, error) {
	return s.update(ctx, id, version, now, func(c *Champion, today day.Date) error { return c.End(by, reason, today) })
}

// update runs fn on an entry, made on the version that was shown.
func (s *ChampionService) update(ctx context.Context, id ChampionID, version int, now time.Time, fn func(*Champion, day.Date) error) (Champion, error) {
	return s.Keeper.UpdateChampion(ctx, id, now, func(c *Champion, today day.Date) error {
		if c.Version != version {
			return fault.New(fault.Conflict, "Somebody else changed this entry meanwhile. How it stands now is shown; repeat your change if it is still needed.")
		}
		return fn(c, today)
	})
}

// SetCoverage says how many champions there should be, in place of v's version.
func (s *ChampionService) SetCoverage(ctx context.Context, by identity.Actor, v Coverage, now time.Time) error {
	if err := mayCover(by); err != nil {
		return err
	}
	if err := v.Check(); err != nil {
		return err
	}
	return s.Keeper.SetCoverage(ctx, by, v, now)
}

// Interest says that the actor may be asked to become a champion.
func (s *ChampionService) Interest(ctx context.Context, by identity.Actor, words string, now time.Time) error {
	if by.Account == 0 {
		return fault.New(fault.Forbidden, "Only people can be asked.")
	}
	words, err := someWords("words", words)
	if err != nil {
		return err
	}
	return s.Keeper.SetInterest(ctx, by, words, now)
}

// TakeBackInterest says that the actor is not to be asked.
func (s *ChampionService) TakeBackInterest(ctx context.Context, by identity.Actor, now time.Time) error {
	return s.Keeper.DeleteInterest(ctx, by, now)
}

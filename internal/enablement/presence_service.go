package enablement

import (
	"context"
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Person is somebody who may come to a session, as far as anybody knows them.
type Person struct {
	Email      string
	ID         int    // on the roster; 0: not on it
	Name       string // the roster's, else the member's, else the account's; "" when none has one
	Department string // slug of where they are today; "" none
}

// Label returns what to call them.
func (p Person) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

// AttendanceKeeper keeps who signs up for a session and who was at it.
type AttendanceKeeper interface {
	// SessionFor returns a session that the actor may know of; any other is NotFound.
	SessionFor(ctx context.Context, by identity.Actor, session int, today day.Date) (Listed, error)
	// Persons returns what is known of people, by folded address. Everybody asked for is in it.
	Persons(ctx context.Context, emails []string, today day.Date) (map[string]Person, error)
	// UpdateGathering lends a session to fn, locked, and keeps what it decides, all
	// or nothing. A session that does not exist is NotFound.
	UpdateGathering(ctx context.Context, session int, now time.Time, fn func(Gathering) (Gathered, error)) error
}

// AttendanceService is one session's sign-ups, its door and its list.
type AttendanceService struct {
	Keeper AttendanceKeeper
}

// Part is what an actor may do at a session besides coming to it.
type Part struct {
	Runs        bool     // the door and the whole list: leads, and its host
	Reads       bool     // the whole list, without changing it: auditors
	departments []string // whose people are theirs: champions
}

// PartOf returns the part an actor has in a session.
func PartOf(by identity.Actor, p Planned) Part {
	return Part{Runs: by.Has(identity.Lead) || p.HostedBy(by), Reads: by.Has(identity.Auditor), departments: by.Departments}
}

// Visit is a session as one actor finds it.
type Visit struct {
	Gathering
	Part   Part
	Self   Person
	People map[string]Person // by folded address: everybody on its list, where the actor sees any of it
}

// SeesList reports whether they see anybody on the list.
func (p Part) SeesList() bool { return p.Runs || p.Reads || len(p.departments) > 0 }

// Sees reports whether they see somebody on the list.
func (p Part) Sees(who Person) bool { return p.Reads || p.Covers(who) }

// Covers reports whether they sign somebody up, and say whether they came.
func (p Part) Covers(who Person) bool {
	return p.Runs || who.Department != "" && slices.Contains(p.departments, who.Department)
}

// Acts reports whether they do that for anybody.
func (p Part) Acts() bool { return p.Runs || len(p.departments) > 0 }

var (
	errNoList    = fault.New(fault.NotFound, "There is no page at this address, or none that you may know of.")
	errNoAddress = fault.Field("email", "Type an address such as name@example.com.")
	errNobody    = fault.Field("email", "There is nobody of yours with this address. Nothing was changed.")
)

// SignUp puts somebody on a session's sign-ups, oneself when email is "", and
// tells how they stand. Exactly the session's capacity get a seat, however many
// ask at once. Somebody whom the actor does not cover is an Invalid fault, the
// same as somebody who does not exist; a session that is over or cancelled is a
// Conflict.
func (s *AttendanceService) SignUp(ctx context.Context, by identity.Actor, session int, email string, now time.Time) (Place, error) {
	who, err := s.meant(ctx, by, session, email, now)
	if err != nil {
		return Place{}, err
	}
	var at Place
	err = s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (c Gathered, err error) {
		c, at, err = g.signUp(by, who, now)
		return c, err
	})
	return at, err
}

// Leave takes somebody off a session's sign-ups, oneself when email is "". It
// faults as [AttendanceService.SignUp] does, and with a Conflict once the session
// has begun. Whoever is not on them stays so.
func (s *AttendanceService) Leave(ctx context.Context, by identity.Actor, session int, email string, now time.Time) error {
	who, err := s.meant(ctx, by, session, email, now)
	if err != nil {
		return err
	}
	return s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (Gathered, error) { return g.leave(by, who, now) })
}

// meant returns who is meant by an address: the actor, or somebody they cover.
func (s *AttendanceService) meant(ctx context.Context, by identity.Actor, session int, email string, now time.Time) (Person, error) {
	today := day.FromTime(now)
	l, err := s.Keeper.SessionFor(ctx, by, session, today)
	if err != nil {
		return Person{}, err
	}
	if email == "" || sameAddress(email, by.Email) {
		return s.self(ctx, by, today)
	}
	if !isAddress(email) {
		return Person{}, errNoAddress
	}
	part := PartOf(by, l.Planned)
	if !part.Acts() {
		return Person{}, errNoList
	}
	who, err := s.person(ctx, email, today)
	if err == nil && !part.Covers(who) {
		err = errNobody
	}
	return who, err
}

func isAddress(text string) bool {
	_, err := sheet.Address("email", text)
	return err == nil && len(text) <= sheet.MaxAddress
}

// self returns the actor as somebody who may come.
func (s *AttendanceService) self(ctx context.Context, by identity.Actor, today day.Date) (Person, error) {
	if by.Email == "" {
		return Person{}, fault.New(fault.Forbidden, "Your account has no address, so nobody can tell who comes. Ask a rollout lead.")
	}
	p, err := s.person(ctx, by.Email, today)
	if p.Name == "" {
		p.Name = by.Name
	}
	return p, err
}

func (s *AttendanceService) person(ctx context.Context, email string, today day.Date) (Person, error) {
	all, err := s.Keeper.Persons(ctx, []string{email}, today)
	p := all[sheet.Fold(email)]
	p.Email = email
	return p, err
}

// CheckIn keeps that the actor is at a session, by the code its door shows. A
// code that does not hold and a door that is shut are Invalid faults about the
// field code. A session that the actor may not know of, and one that does not
// exist, answer alike unless the code holds: whoever stands at the door may come in.
func (s *AttendanceService) CheckIn(ctx context.Context, by identity.Actor, session int, d Door, code string, now time.Time) (CheckedIn, error) {
	today, verdict := day.FromTime(now), d.Check(session, code, now)
	l, err := s.Keeper.SessionFor(ctx, by, session, today)
	switch {
	case fault.Is(err, fault.NotFound) && verdict != CodeHolds:
		return CheckedIn{}, errNoDoor
	case err != nil && !fault.Is(err, fault.NotFound):
		return CheckedIn{}, err
	case err == nil && verdict != CodeHolds:
		return CheckedIn{}, l.refuses(verdict, now)
	}
	who, err := s.self(ctx, by, today)
	if err != nil {
		return CheckedIn{}, err
	}
	var done CheckedIn
	err = s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (c Gathered, err error) {
		c, done, err = g.checkIn(by, who, now)
		return c, err
	})
	if fault.Is(err, fault.NotFound) {
		err = errNoDoor
	}
	return done, err
}

// refuses says what to do about a code that does not hold: a door that is shut comes first.
func (p Planned) refuses(v Verdict, now time.Time) error {
	err := p.DoorShut(now)
	switch {
	case err != nil:
		return err
	case v == CodeExpired:
		return errExpiredCode
	}
	return errWrongCode
}

// Save merges the list that somebody filled in with what others said meanwhile.
// Rows that they changed in the same place in another way stay as they are and
// come back as clashes. Somebody whom the actor does not cover is NotFound; a
// session that has not begun is a Conflict.
func (s *AttendanceService) Save(ctx context.Context, by identity.Actor, session int, list []Entry, now time.Time) (Saved, error) {
	emails := make([]string, len(list))
	for i, e := range list {
		emails[i] = e.Email
	}
	if err := s.covers(ctx, by, session, emails, now); err != nil {
		return Saved{}, err
	}
	var done Saved
	err := s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (c Gathered, err error) {
		c, done, err = g.save(by, list, now)
		return c, err
	})
	return done, err
}

// covers reports as a fault whom of these people the actor does not cover.
func (s *AttendanceService) covers(ctx context.Context, by identity.Actor, session int, emails []string, now time.Time) error {
	today := day.FromTime(now)
	l, err := s.Keeper.SessionFor(ctx, by, session, today)
	if err != nil {
		return err
	}
	part := PartOf(by, l.Planned)
	if part.Runs {
		return nil
	}
	all, err := s.Keeper.Persons(ctx, emails, today)
	if err != nil {
		return err
	}
	for _, email := range emails {
		if !part.Covers(all[sheet.Fold(email)]) {
			return errNoList
		}
	}
	if !part.Acts() {
		return errNoList
	}
	return nil
}

// Add says of somebody who is not on the list yet whether they came; the address
// is of whoever the actor covers, member or not. What is said of somebody who is
// on it replaces what was.
func (s *AttendanceService) Add(ctx context.Context, by identity.Actor, session int, email string, is Said, now time.Time) error {
	if email == "" {
		return errNoAddress
	}
	who, err := s.meant(ctx, by, session, email, now)
	if err != nil {
		return err
	}
	if err := s.covers(ctx, by, session, []string{who.Email}, now); err != nil {
		return err
	}
	if is, err = is.Settled(); err != nil {
		return err
	}
	return s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (Gathered, error) {
		c, _, err := g.save(by, []Entry{{Email: who.Email, Was: g.Says(who.Email), Is: is}}, now)
		return c, err
	})
}

// MarkPresent says of somebody that they came. What else is known of them stays.
func (s *AttendanceService) MarkPresent(ctx context.Context, by identity.Actor, session int, email string, now time.Time) error {
	return s.Add(ctx, by, session, email, Said{Status: Attended}, now)
}

// Close says of everybody who had a seat and of whom nothing is known that they
// did not come, and tells how many they are. Only leads and the session's host may.
func (s *AttendanceService) Close(ctx context.Context, by identity.Actor, session int, now time.Time) (int, error) {
	l, err := s.Keeper.SessionFor(ctx, by, session, day.FromTime(now))
	if err != nil {
		return 0, err
	}
	if !PartOf(by, l.Planned).Runs {
		return 0, errNoList
	}
	n := 0
	err = s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (Gathered, error) {
		c, err := g.close(by, now)
		n = len(c.Keep)
		return c, err
	})
	return n, err
}

// Deliver keeps what the actor made in a session they were at; "" takes it back.
func (s *AttendanceService) Deliver(ctx context.Context, by identity.Actor, session int, words string, now time.Time) error {
	if _, err := s.Keeper.SessionFor(ctx, by, session, day.FromTime(now)); err != nil {
		return err
	}
	return s.Keeper.UpdateGathering(ctx, session, now, func(g Gathering) (Gathered, error) { return g.deliver(by, words) })
}

package identity

import (
	"context"
	"strings"
	"time"

	"groundswell/internal/fault"
)

// Keeper keeps accounts, sessions and tokens. Every change and its events are
// written in one transaction. What is absent is a NotFound fault.
type Keeper interface {
	// Arrive lends the account of a claim to fn, with the group mapping: the one with its
	// issuer and subject, else one expected under its verified email, else a new one.
	Arrive(ctx context.Context, c Claim, now time.Time, fn func(*Account, []GroupRole) error) (Account, error)
	// UpdateAccount lends the locked account to fn and tells how many other active leads there
	// are; no other change of roles runs meanwhile. An account that fn deactivates loses its sessions.
	UpdateAccount(ctx context.Context, id AccountID, now time.Time, fn func(a *Account, otherLeads int) error) (Account, error)
	// UpdateAccountByEmail is UpdateAccount for the account that signed in last with this
	// email; with none it lends a new, expected one.
	UpdateAccountByEmail(ctx context.Context, email string, now time.Time, fn func(a *Account, otherLeads int) error) (Account, error)
	// Access lists everybody, by name, with their live sessions at now, the group mapping and every token.
	Access(ctx context.Context, now time.Time) (Access, error)

	// StartSession keeps s in place of the session replaced ("" for none) and forgets the account's dead ones.
	StartSession(ctx context.Context, s Session, replaced string, e Event) error
	// Session returns a session and its account.
	Session(ctx context.Context, id string) (Session, Account, error)
	// Sessions lists an account's sessions, newest first.
	Sessions(ctx context.Context, id AccountID) ([]Session, error)
	// TouchSession notes that a session was used at now.
	TouchSession(ctx context.Context, id string, now time.Time) error
	// EndSession forgets one session; an absent one is no error.
	EndSession(ctx context.Context, id string, e Event, now time.Time) error
	// EndSessions forgets every session of an account and returns how many there were.
	EndSessions(ctx context.Context, id AccountID, e Event, now time.Time) (int, error)

	InsertToken(ctx context.Context, t Token, by Actor) (Token, error)
	Tokens(ctx context.Context) ([]Token, error)
	TokenByHash(ctx context.Context, hash []byte) (Token, error)
	TouchToken(ctx context.Context, id int64, now time.Time) error
	RevokeToken(ctx context.Context, id int64, by Actor, now time.Time) error

	PutGroupRole(ctx context.Context, g GroupRole, e Event, now time.Time) error
	DeleteGroupRole(ctx context.Context, g GroupRole, e Event, now time.Time) error
}

// Service is who may come in and what they may do.
type Service struct {
	Keeper Keeper
	Admins []string // GROUNDSWELL_ADMINS: leads from their first sign-in
}

// SignIn brings the account of a claim up to date and starts a session in place
// of the one the browser had. It returns the value of the session's cookie.
func (s *Service) SignIn(ctx context.Context, c Claim, label, replaced string, now time.Time) (cookie string, err error) {
	acc, err := s.Keeper.Arrive(ctx, c, now, func(a *Account, mapping []GroupRole) error {
		return a.arrive(c, s.Admins, mapping, now)
	})
	if err != nil {
		return "", err
	}
	return s.start(ctx, acc, label, replaced, c.AuthenticatedAt, now)
}

func (s *Service) start(ctx context.Context, acc Account, label, replaced string, authenticated, now time.Time) (string, error) {
	ses, cookie := newSession(acc.ID, label, authenticated, now)
	old, _, _ := splitCookie(replaced)
	e := Event{By: Actor{Account: acc.ID}, Action: "session.started", Subject: accountSubject(acc.ID)}
	if err := s.Keeper.StartSession(ctx, ses, old, e); err != nil {
		return "", err
	}
	return cookie, nil
}

// Introduce makes a made-up person known with these grants, unless they are already. Only the demo calls it.
func (s *Service) Introduce(ctx context.Context, c Claim, grants []Grant, now time.Time) (Account, error) {
	return s.Keeper.Arrive(ctx, c, now, func(a *Account, _ []GroupRole) error {
		a.Issuer, a.Subject, a.Email, a.Name = c.Issuer, c.Subject, c.Email, c.Name
		if a.SignedInAt == nil {
			a.Grants = grants
		}
		return nil
	})
}

// SignInAs signs a made-up person in who was introduced. Only the demo calls it.
func (s *Service) SignInAs(ctx context.Context, c Claim, replaced string, now time.Time) (string, error) {
	acc, err := s.Keeper.Arrive(ctx, c, now, func(a *Account, _ []GroupRole) error { return a.arrive(c, nil, nil, now) })
	if err != nil {
		return "", err
	}
	return s.start(ctx, acc, "Demo", replaced, now, now)
}

var errSignedOut = fault.New(fault.Unauthenticated, "You are signed out. Sign in to go on.")

// Resume returns the session that a cookie value opens, and its account.
// Anything that opens none is an Unauthenticated fault.
func (s *Service) Resume(ctx context.Context, cookie string, now time.Time) (Session, Account, error) {
	id, secret, ok := splitCookie(cookie)
	if !ok {
		return Session{}, Account{}, errSignedOut
	}
	ses, acc, err := s.Keeper.Session(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Session{}, Account{}, errSignedOut
	}
	if err != nil {
		return Session{}, Account{}, err
	}
	if !ses.opens(secret) || !ses.Alive(now) || !acc.Active() {
		return Session{}, Account{}, errSignedOut
	}
	if ses.stale(now) {
		err = s.Keeper.TouchSession(ctx, id, now)
	}
	return ses, acc, err
}

// SignOut ends the session that a cookie value opens; one that opens none is no error.
func (s *Service) SignOut(ctx context.Context, cookie string, now time.Time) error {
	ses, acc, err := s.Resume(ctx, cookie, now)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	e := Event{By: Actor{Account: acc.ID}, Action: "session.ended", Subject: accountSubject(acc.ID)}
	return s.Keeper.EndSession(ctx, ses.ID, e, now)
}

// SignOutEverywhere ends every session of an account: one's own, or for a lead anybody's.
func (s *Service) SignOutEverywhere(ctx context.Context, by Actor, id AccountID, now time.Time) (int, error) {
	if by.Account != id || id == 0 {
		if err := mustLead(by); err != nil {
			return 0, err
		}
	}
	return s.Keeper.EndSessions(ctx, id, Event{By: by, Action: "sessions.ended", Subject: accountSubject(id)}, now)
}

// Sessions lists the live sessions of the actor's own account, newest first.
func (s *Service) Sessions(ctx context.Context, by Actor, now time.Time) ([]Session, error) {
	all, err := s.Keeper.Sessions(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	live := []Session{}
	for _, ses := range all {
		if ses.Alive(now) {
			live = append(live, ses)
		}
	}
	return live, nil
}

// Access is who and what may come in.
type Access struct {
	Accounts []Account
	Groups   []GroupRole // which group of the identity provider brings which role
	Tokens   []Token     // newest first, revoked ones included
}

// Access lists who and what may come in.
func (s *Service) Access(ctx context.Context, by Actor, now time.Time) (Access, error) {
	if !by.HasAny(Lead, Auditor) {
		return Access{}, fault.New(fault.Forbidden, "Leads and auditors see who has access.")
	}
	return s.Keeper.Access(ctx, now)
}

// Change is an edit of an account, made on the version that was shown.
type Change struct {
	By      Actor
	Account AccountID
	Version int
	Now     time.Time
}

func (s *Service) update(ctx context.Context, c Change, fn func(a *Account, otherLeads int) error) (Account, error) {
	return s.Keeper.UpdateAccount(ctx, c.Account, c.Now, func(a *Account, otherLeads int) error {
		if a.Version != c.Version {
			return fault.New(fault.Conflict, "Somebody else changed this person's access meanwhile. What they have now is shown; repeat your change if it is still needed.")
		}
		return fn(a, otherLeads)
	})
}

// Grant gives a role.
func (s *Service) Grant(ctx context.Context, c Change, g Grant) (Account, error) {
	return s.update(ctx, c, func(a *Account, _ int) error { return a.Give(c.By, g) })
}

// Revoke takes a role back.
func (s *Service) Revoke(ctx context.Context, c Change, g Grant) (Account, error) {
	return s.update(ctx, c, func(a *Account, others int) error { return a.Take(c.By, g, others) })
}

// Deactivate shuts an account out and ends its sessions.
func (s *Service) Deactivate(ctx context.Context, c Change) (Account, error) {
	return s.update(ctx, c, func(a *Account, others int) error { return a.Deactivate(c.By, others, c.Now) })
}

// Reactivate lets an account in again.
func (s *Service) Reactivate(ctx context.Context, c Change) (Account, error) {
	return s.update(ctx, c, func(a *Account, _ int) error { return a.Reactivate(c.By) })
}

// GrantEmail gives a role to whoever signs in with this email: the account that
// did so last, or the one that will for the first time.
func (s *Service) GrantEmail(ctx context.Context, by Actor, email string, g Grant, now time.Time) (Account, error) {
	email = strings.TrimSpace(email)
	if at := strings.IndexByte(email, '@'); at < 1 || at == len(email)-1 || len(email) > maxName || strings.ContainsAny(email, " \t\r\n<>,;") {
		return Account{}, fault.Field("email", "Give an email address like ines@example.com.")
	}
	if err := g.check(); err != nil {
		return Account{}, err
	}
	return s.Keeper.UpdateAccountByEmail(ctx, email, now, func(a *Account, _ int) error { return a.Give(by, g) })
}

// MapGroup lets a group bring a role, from each member's next sign-in on.
func (s *Service) MapGroup(ctx context.Context, by Actor, g GroupRole, now time.Time) error {
	if err := mustLead(by); err != nil {
		return err
	}
	g.Group = strings.TrimSpace(g.Group)
	if g.Group == "" || len(g.Group) > maxName {
		return fault.Field("group", "Name the group exactly as the identity provider sends it.")
	}
	if err := (Grant{Role: g.Role, Department: g.Department}).check(); err != nil {
		return err
	}
	return s.Keeper.PutGroupRole(ctx, g, g.event(by, "group.mapped"), now)
}

// UnmapGroup takes a mapping back, from each member's next sign-in on.
func (s *Service) UnmapGroup(ctx context.Context, by Actor, g GroupRole, now time.Time) error {
	if err := mustLead(by); err != nil {
		return err
	}
	return s.Keeper.DeleteGroupRole(ctx, g, g.event(by, "group.unmapped"), now)
}

func (g GroupRole) event(by Actor, action string) Event {
	return Event{By: by, Action: action, Subject: "group/" + g.Group, Detail: Grant{Role: g.Role, Department: g.Department, Origin: FromGroup}.detail()}
}

// CreateToken makes an API token and returns its text, which is kept nowhere.
func (s *Service) CreateToken(ctx context.Context, by Actor, name string, role Role, expires *time.Time, now time.Time) (text string, t Token, err error) {
	t, text, err = newToken(by, name, role, expires, now)
	if err != nil {
		return "", Token{}, err
	}
	t, err = s.Keeper.InsertToken(ctx, t, by)
	if fault.Is(err, fault.Conflict) {
		return "", Token{}, fault.Field("name", "A token of this name is in use. Choose another name, or revoke that one first.")
	}
	if err != nil {
		return "", Token{}, err
	}
	return text, t, nil
}

// ListTokens lists every token, newest first, revoked ones included.
func (s *Service) ListTokens(ctx context.Context, by Actor) ([]Token, error) {
	if !by.HasAny(Lead, Auditor) {
		return nil, fault.New(fault.Forbidden, "Leads and auditors see the tokens.")
	}
	return s.Keeper.Tokens(ctx)
}

// RevokeToken ends a token at once.
func (s *Service) RevokeToken(ctx context.Context, by Actor, id int64, now time.Time) error {
	if err := mustLead(by); err != nil {
		return err
	}
	return s.Keeper.RevokeToken(ctx, id, by, now)
}

var errBadToken = fault.New(fault.Unauthenticated, "This needs a valid API token: Authorization: Bearer gsw_… . Make one with: server token create --name NAME --role ROLE")

// TokenActor returns who asks with a token's text. Anything but a usable token is an Unauthenticated fault.
func (s *Service) TokenActor(ctx context.Context, text string, now time.Time) (Actor, error) {
	if !strings.HasPrefix(text, tokenPrefix) || len(text) > maxName {
		return Actor{}, errBadToken
	}
	t, err := s.Keeper.TokenByHash(ctx, hashToken(text))
	if fault.Is(err, fault.NotFound) || err == nil && !t.Usable(now) {
		return Actor{}, errBadToken
	}
	if err != nil {
		return Actor{}, err
	}
	if t.stale(now) {
		err = s.Keeper.TouchToken(ctx, t.ID, now)
	}
	return t.Actor(), err
}

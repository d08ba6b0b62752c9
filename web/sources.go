package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// SourceStates tells how every source stands. It is implemented by store.Store.
type SourceStates interface {
	States(ctx context.Context) ([]pull.State, error)
}

// Syncer asks for a sync and returns at once. It is implemented by jobs.Runner.
type Syncer interface {
	SyncNow(ctx context.Context) error
}

// KeyKeeper keeps the API key sealed, and the audit log. It is implemented by store.Store.
type KeyKeeper interface {
	PutCredential(ctx context.Context, by identity.Actor, name, secret string, now time.Time) error
	CredentialSet(ctx context.Context, name string) (at time.Time, ok bool, err error)
	DeleteCredential(ctx context.Context, by identity.Actor, name string, now time.Time) error
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// IndexChecks tells, in one round trip, how every source stands and how the sets
// of people compared with their facts last time; nil before the first time. It
// is implemented by store.Store.
type IndexChecks interface {
	Standing(ctx context.Context) ([]pull.State, *adoption.IndexCheck, error)
}

// Sources is what the page of the same name needs. Without States the page does not exist.
type Sources struct {
	States  SourceStates
	Sync    Syncer
	Keys    KeyKeeper
	KeyName string // the credential's name: store.AnthropicKey
	FromEnv bool   // ANTHROPIC_ADMIN_KEY is set, and wins over a stored key
	Checks  IndexChecks

	// TestKey tries a key with a real call per scope: claude.New with it, then Check.
	// An error says, fit for a reader, why the key cannot even be tried.
	TestKey func(ctx context.Context, key string) ([]pull.ScopeCheck, error)
}

const maxKey = 500

func (s *Server) sourceRoutes() []routeEntry {
	if s.Sources.States == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Sources, overseers, s.sourcesPage},
		{"GET", route.SyncStatus, overseers, s.syncProgress},
		{"POST", route.SyncNow, leads, s.syncNow},
		{"POST", route.Key, leads.afresh(), s.storeKey},
		{"POST", route.KeyRemove, leads.afresh(), s.removeKey},
	}
}

// sourcesPage shows one row per source, the progress of a sync and which key is in use.
func (s *Server) sourcesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	props, err := s.sourceProps(w, r, actor, sinceOf(r.URL.Query()))
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Sources", Section: route.Sources}, settings.Sources(props))
}

// syncProgress answers a poll with the panel and the list; without script it is the page again.
func (s *Server) syncProgress(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	since := sinceOf(r.URL.Query())
	if !isHTMX(r) {
		return s.redirect(w, r, route.With(route.Sources, "since", settings.Since(since)), "")
	}
	props, err := s.sourceProps(w, r, actor, since)
	if err != nil {
		return err
	}
	return s.fragment(w, r, http.StatusOK, settings.SyncUpdate(props))
}

// syncNow asks for a sync. It answers at once; the panel tells how it goes.
func (s *Server) syncNow(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	since, err := s.beginSync(r.Context(), actor)
	if err != nil {
		return err
	}
	if !isHTMX(r) {
		return s.redirect(w, r, route.With(route.Sources, "since", settings.Since(since)), "The sync was asked for.")
	}
	props, err := s.sourceProps(w, r, actor, since)
	if err != nil {
		return err
	}
	return s.fragment(w, r, http.StatusAccepted, settings.SyncPanel(props))
}

// beginSync asks for a sync unless one runs, and returns when the one that will
// answer the request began.
func (s *Server) beginSync(ctx context.Context, actor identity.Actor) (time.Time, error) {
	states, err := s.Sources.States.States(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if began := settings.Began(states); !began.IsZero() {
		return began, nil
	}
	now := s.Now()
	return now, s.askForSync(ctx, actor, now)
}

// askForSync writes the audit entry first: what cannot be recorded is not done.
func (s *Server) askForSync(ctx context.Context, actor identity.Actor, now time.Time) error {
	if err := s.Sources.Keys.Audit(ctx, now, identity.Event{By: actor, Action: "sync.requested", Subject: "sync"}); err != nil {
		return err
	}
	return s.Sources.Sync.SyncNow(ctx)
}

func (s *Server) sourceProps(w http.ResponseWriter, r *http.Request, actor identity.Actor, since time.Time) (settings.SourcesProps, error) {
	states, check, err := s.Sources.Checks.Standing(r.Context())
	if err != nil {
		return settings.SourcesProps{}, err
	}
	key, err := s.keyProps(w, r, actor)
	if err != nil {
		return settings.SourcesProps{}, err
	}
	now := s.Now()
	if since.IsZero() {
		since = settings.Began(states)
	}
	props := settings.SourcesProps{
		Sub:     settings.Summary(states),
		Rows:    settings.NewSourceRows(states, key.State, now),
		Panel:   settings.NewPanel(states, since, now),
		Key:     key,
		CanSync: actor.Has(identity.Lead),
		Reload:  route.With(route.Sources, "since", settings.Since(since)),
		Check:   settings.NewCheck(check, now),
	}
	if !key.State.Any() {
		props.NoSync = "There is no key yet. Enter one below."
	}
	return props, nil
}

func (s *Server) keyProps(w http.ResponseWriter, r *http.Request, actor identity.Actor) (settings.KeyProps, error) {
	at, stored, err := s.Sources.Keys.CredentialSet(r.Context(), s.Sources.KeyName)
	if err != nil {
		return settings.KeyProps{}, err
	}
	_, fresh, err := s.whoAsks(w, r, forAccounts)
	if err != nil {
		return settings.KeyProps{}, err
	}
	p := settings.KeyProps{
		State:     settings.KeyState{Environment: s.Sources.FromEnv, Stored: stored, StoredAt: at},
		Today:     s.Now(),
		CanChange: actor.Has(identity.Lead),
	}
	if !fresh {
		p.Confirm = route.With(route.SignInOIDC, "again", "1", "return_to", route.Sources)
	}
	return p, nil
}

// storeKey tries a key and keeps it when it may read anything at all.
func (s *Server) storeKey(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key := strings.TrimSpace(f.Get("key"))
	checks, why := s.tryKey(r.Context(), key)
	if why != "" {
		return s.keyRefused(w, r, actor, why, checks)
	}
	now := s.Now()
	if err := s.Sources.Keys.PutCredential(r.Context(), actor, s.Sources.KeyName, key, now); err != nil {
		return err
	}
	flash := "Key stored. " + whatItReads(checks)
	if s.Sources.FromEnv {
		return s.redirect(w, r, route.Sources, flash+" ANTHROPIC_ADMIN_KEY stays in use until it is removed.")
	}
	if err := s.askForSync(r.Context(), actor, now); err != nil {
		return err
	}
	return s.redirect(w, r, route.With(route.Sources, "since", settings.Since(now)), flash+" Reading begins.")
}

// tryKey tests a key; why says what speaks against storing it, "" when nothing does.
func (s *Server) tryKey(ctx context.Context, key string) (checks []pull.ScopeCheck, why string) {
	switch {
	case key == "":
		return nil, "Paste the key that the primary owner made in the Claude console."
	case len(key) > maxKey:
		return nil, "This is longer than any key. Paste the key alone."
	}
	checks, err := s.Sources.TestKey(ctx, key)
	if err != nil {
		if say := fault.Say(err); say != "" {
			return nil, say
		}
		return nil, "This does not look like a key. Paste it as the Claude console showed it, without spaces."
	}
	if count(checks, pull.ScopeGranted) > 0 {
		return checks, ""
	}
	switch {
	case count(checks, pull.ScopeKeyRefused) > 0:
		why = "Anthropic does not accept this key: it is wrong or was revoked."
	case count(checks, pull.ScopeMissing) > 0:
		why = "The key is good but has none of the scopes that are read here. Ask the primary owner for a key with read:analytics at least."
	default:
		why = "The key could not be tested, because Anthropic's API gave no usable answer. Try again; the table says what came back."
	}
	return checks, why + " What was stored before is unchanged."
}

// keyRefused returns the form with the reason and what the test said. The key is not sent back.
func (s *Server) keyRefused(w http.ResponseWriter, r *http.Request, actor identity.Actor, why string, checks []pull.ScopeCheck) error {
	if isHTMX(r) {
		p, err := s.keyProps(w, r, actor)
		if err != nil {
			return err
		}
		p.Error, p.Checks = why, settings.NewScopeRows(checks)
		return s.fragment(w, r, http.StatusUnprocessableEntity, settings.KeyCard(p))
	}
	props, err := s.sourceProps(w, r, actor, time.Time{})
	if err != nil {
		return err
	}
	props.Key.Error, props.Key.Checks = why, settings.NewScopeRows(checks)
	return s.page(w, r, actor, page{Title: "Sources", Section: route.Sources, Status: http.StatusUnprocessableEntity}, settings.Sources(props))
}

func count(checks []pull.ScopeCheck, g pull.Grant) int {
	n := 0
	for _, c := range checks {
		if c.Grant == g {
			n++
		}
	}
	return n
}

// whatItReads says which scopes a stored key lacks.
func whatItReads(checks []pull.ScopeCheck) string {
	var lacks []string
	for _, c := range checks {
		if c.Grant != pull.ScopeGranted {
			lacks = append(lacks, c.Scope)
		}
	}
	if len(lacks) == 0 {
		return "It has every scope."
	}
	return "It was not granted " + strings.Join(lacks, ", ") + "; what needs them stays empty."
}

// removeKey forgets the stored key. What was read with it stays.
func (s *Server) removeKey(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Sources.Keys.DeleteCredential(r.Context(), actor, s.Sources.KeyName, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Sources, "The stored key was removed. What was read with it stays.")
}

// sinceOf reads when a sync was asked for; nonsense counts as never.
func sinceOf(q url.Values) time.Time {
	ms, err := strconv.ParseInt(q.Get("since"), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/icalendar"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/feed"
	"groundswell/views/ui"
)

// Feeds keeps people's calendar addresses. It is implemented by store.Store.
type Feeds interface {
	CalendarFeed(ctx context.Context, id identity.AccountID) (comms.Feed, bool, error)
	MakeCalendarFeed(ctx context.Context, by identity.Actor, hash [sha256.Size]byte, now time.Time) error
	RevokeCalendarFeed(ctx context.Context, by identity.Actor, now time.Time) error
	// FeedReader returns whose address has a secret of this hash; a revoked one is NotFound.
	FeedReader(ctx context.Context, hash [sha256.Size]byte, now time.Time) (identity.Actor, error)
}

// feedsPerMinute is how often one calendar is answered.
const feedsPerMinute = 30

// feedRefresh is how often a calendar program is asked to look again.
const feedRefresh = 4 * time.Hour

var errNoFeed = fault.New(fault.NotFound, "There is no such calendar. Its address may have been replaced or revoked: make a new one under your account.")

// calendarFeedRoutes are calendars for calendar clients.
func (s *Server) calendarFeedRoutes() []routeEntry {
	if s.Comms.Feeds == nil || s.Comms.Board == nil || s.Plan == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.CalendarFeed, signedIn, s.feedPage},
		{"POST", route.CalendarFeed, signedIn, s.makeFeed},
		{"POST", route.CalendarFeed + "/revoke", signedIn, s.revokeFeed},
		{"GET", "/calendar/{secret}.ics", public, s.calendarFile},
	}
}

func (s *Server) feedPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawFeed(w, r, actor, "")
}

// drawFeed answers the page, with the address that was made just now.
func (s *Server) drawFeed(w http.ResponseWriter, r *http.Request, actor identity.Actor, secret string) error {
	f, has, err := s.Comms.Feeds.CalendarFeed(r.Context(), actor.Account)
	if err != nil {
		return err
	}
	p := views.PageProps{Holds: feedHolds(actor), Has: has, Account: route.Account}
	if has {
		p.Made, p.Read = ui.Date(f.CreatedAt.UTC(), s.Now().UTC()), "Not by any program yet"
	}
	if !f.ReadAt.IsZero() {
		p.Read = ui.Date(f.ReadAt.UTC(), s.Now().UTC()) + ", " + ui.Clock(f.ReadAt.UTC()) + " UTC"
	}
	if secret != "" {
		p.Secret = s.site() + route.Feed(secret)
	}
	return s.page(w, r, actor, page{Title: "Your calendar", Section: route.Account}, views.Page(p))
}

// feedHolds says what the calendar of somebody has.
func feedHolds(actor identity.Actor) string {
	switch {
	case calendarReaders.admits(actor):
		return "It has every message of the rollout, the launches of its waves, go decisions and trainings. No recipient is named in it."
	case actor.Has(identity.Champion):
		return "It has the approved messages that reach your department, its launch and the trainings you may come to. No recipient is named in it."
	}
	return "It has the trainings you signed up for."
}

// makeFeed gives the reader an address, in place of the one they had, and shows it once.
func (s *Server) makeFeed(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	secret := comms.NewFeedSecret()
	hash, _ := comms.FeedHash(secret)
	if err := s.Comms.Feeds.MakeCalendarFeed(r.Context(), actor, hash, s.Now()); err != nil {
		return err
	}
	return s.drawFeed(w, r, actor, secret)
}

// revokeFeed ends the reader's address.
func (s *Server) revokeFeed(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Comms.Feeds.RevokeCalendarFeed(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.CalendarFeed, "Revoked. No program can read your calendar any more.")
}

// calendarFile answers a calendar program. The address is all it brings; whoever it
// belongs to is read as they are now.
func (s *Server) calendarFile(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	reader, err := s.feedReader(w, r)
	if err != nil {
		return err
	}
	events, err := s.feedEvents(r.Context(), reader)
	if err != nil {
		return err
	}
	body := icalendar.Calendar{Name: s.Org + " rollout", Refresh: feedRefresh, Stamp: s.Now().UTC().Truncate(24 * time.Hour), Events: events}.Write()
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) { // among others, and marked weak where a proxy packed it
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Disposition", `inline; filename="rollout.ics"`)
	return send(w, http.StatusOK, "text/calendar; charset=utf-8", body)
}

// feedReader finds whose calendar an address is. Whoever tries many is slowed down, and
// so is a program that asks too often.
func (s *Server) feedReader(w http.ResponseWriter, r *http.Request) (identity.Actor, error) {
	hash, ok := comms.FeedHash(chi.URLParam(r, "secret"))
	if !ok {
		return identity.Actor{}, s.noFeed(w, r)
	}
	if s.feeds.OnLimit(w, r, hex.EncodeToString(hash[:])) {
		return identity.Actor{}, errTooMany
	}
	reader, err := s.Comms.Feeds.FeedReader(r.Context(), hash, s.Now())
	if fault.Is(err, fault.NotFound) {
		return identity.Actor{}, s.noFeed(w, r)
	}
	return reader, err
}

// noFeed says that there is no such calendar, and counts who asks for many.
func (s *Server) noFeed(w http.ResponseWriter, r *http.Request) error {
	if s.knocks.OnLimit(w, r, address(r)) {
		return errTooMany
	}
	return errNoFeed
}

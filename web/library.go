package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/library"
)

// Guides keeps the library, the champion kit and the tips, each change with its
// version and its audit entry. What somebody else changed after it was seen is a
// Conflict; what is written for others is NotFound. It is implemented by store.Store.
type Guides interface {
	Guides(ctx context.Context, audiences []enablement.Audience, search string, archived bool, today day.Date) ([]enablement.Guide, error)
	Guide(ctx context.Context, id int, audiences []enablement.Audience, today day.Date) (enablement.Guide, error)
	GuideVersions(ctx context.Context, id int) ([]enablement.GuideVersion, error)
	OpenGuide(ctx context.Context, id int, audiences []enablement.Audience, today day.Date) (enablement.Guide, error)
	CreateGuide(ctx context.Context, by identity.Actor, e enablement.GuideEdit, key string, now time.Time) (int, error)
	SaveGuide(ctx context.Context, by identity.Actor, id, seen int, e enablement.GuideEdit, now time.Time) error
	RestoreGuide(ctx context.Context, by identity.Actor, id, n, seen int, now time.Time) error
	ArchiveGuide(ctx context.Context, by identity.Actor, id, seen int, archived bool, now time.Time) error
	MoveGuide(ctx context.Context, by identity.Actor, id int, up bool, now time.Time) error
	TakeStarterSet(ctx context.Context, by identity.Actor, now time.Time) error
	KitPages(ctx context.Context, week day.Date) ([]enablement.Guide, error)
	SaveKit(ctx context.Context, by identity.Actor, slot enablement.Slot, seen int, t enablement.GuideText, now time.Time) error
	Tips(ctx context.Context, first, last day.Date) ([]enablement.Guide, error)
	PlanTip(ctx context.Context, by identity.Actor, n enablement.NewTip, now time.Time) error
	RemoveTip(ctx context.Context, by identity.Actor, week day.Date, now time.Time) error
}

var (
	kitReaders = people(identity.Lead, identity.Champion, identity.Auditor)

	errNoGuide = fault.New(fault.NotFound, "There is no such guide, or none that you may know of.")
)

// libraryRoutes are the library of guides, the champion kit and the tips.
func (s *Server) libraryRoutes() []routeEntry {
	if s.Guides == nil {
		return nil
	}
	one := route.Library + "/{guide}"
	page := route.Kit + "/{slot}"
	tips := route.Kit + "/tips"
	return []routeEntry{
		{"GET", route.Library, signedIn, s.libraryPage},
		{"POST", route.Library, leads, s.addGuide},
		{"GET", route.Library + "/new", leads, s.newGuidePage},
		{"POST", route.Library + "/starter", leads, s.takeStarterSet},
		{"GET", one, signedIn, s.guidePage},
		{"POST", one, leads, s.saveGuide},
		{"POST", one + "/open", signedIn, s.openGuide},
		{"GET", one + "/edit", leads, s.editGuidePage},
		{"GET", one + "/history", overseers, s.guideHistory},
		{"POST", one + "/restore", leads, s.restoreGuide},
		{"POST", one + "/archive", leads, s.archiveGuide},
		{"POST", one + "/move", leads, s.moveGuide},

		{"GET", route.Kit, kitReaders, s.kitPage},
		{"GET", tips, overseers, s.tipsPage},
		{"POST", tips, leads, s.planTip},
		{"POST", tips + "/{week}/remove", leads, s.removeTip},
		{"GET", page, kitReaders, s.kitSlotPage},
		{"POST", page, leads, s.saveKit},
		{"GET", page + "/edit", leads, s.editKitPage},
	}
}

// planToday is the day it is where the rollout keeps its days; UTC before it is started.
func (s *Server) planToday(ctx context.Context) (day.Date, error) {
	if s.Plan == nil {
		return day.FromTime(s.Now()), nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil {
		return day.None, err
	}
	if !p.Started() {
		return day.FromTime(s.Now()), nil
	}
	return p.Today(s.Now()), nil
}

// libraryPage lists the guides that the reader may read.
func (s *Server) libraryPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	d := library.ListData{
		Actor: actor, Search: searched(q), Audience: enablement.Audience(q.Get("for")),
		Archived: q.Get("archived") != "" && actor.HasAny(identity.Lead, identity.Auditor), Kit: kitReaders.admits(actor),
	}
	readable := enablement.Readable(actor)
	if !d.Audience.Valid() {
		d.Audience = ""
	}
	var err error
	if d.Guides, err = s.Guides.Guides(r.Context(), readable, d.Search, d.Archived, s.today()); err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Library", Section: route.Library}, library.List(library.NewList(d)))
}

// searched reads what was asked for, cut to what a page takes.
func searched(q url.Values) string {
	text := []rune(strings.ToValidUTF8(strings.TrimSpace(q.Get("q")), ""))
	return string(text[:min(len(text), maxSearch)])
}

// guideOf reads the guide an address is about, as the reader may know it: what is
// archived exists for leads and auditors only.
func (s *Server) guideOf(r *http.Request, actor identity.Actor) (enablement.Guide, error) {
	id, err := strconv.Atoi(chi.URLParam(r, "guide"))
	if err != nil || id <= 0 || id > 1<<31-1 {
		return enablement.Guide{}, errNoGuide
	}
	g, err := s.Guides.Guide(r.Context(), id, enablement.Readable(actor), s.today())
	if err == nil && g.Archived() && !actor.HasAny(identity.Lead, identity.Auditor) {
		return enablement.Guide{}, errNoGuide
	}
	return g, err
}

func (s *Server) guidePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.guideOf(r, actor)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: g.Title, Section: route.Library}, library.Guide(library.NewGuide(actor, g, s.Now())))
}

// openGuide counts an opening and leads to the guide: to its page, or out of this
// site. Going on from the page of a guide with a text is no second opening.
func (s *Server) openGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.guideOf(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	goesOn := f.Get("out") != "" && g.Body != "" && !g.Archived()
	if !goesOn {
		today, err := s.planToday(r.Context())
		if err != nil {
			return err
		}
		if g, err = s.Guides.OpenGuide(r.Context(), g.ID, enablement.Readable(actor), today); err != nil {
			return err
		}
	}
	if g.URL == "" || g.Body != "" && !goesOn {
		return s.redirect(w, r, route.Guide(g.ID), "")
	}
	return s.leave(w, r, actor, g)
}

// leave sends the browser out of this site. A form may not be answered with a
// redirect to elsewhere, so that a header tells the browser to go on.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, actor identity.Actor, g enablement.Guide) error {
	w.Header().Set("Refresh", "0; url="+g.URL)
	return s.page(w, r, actor, page{Title: g.Title, Section: route.Library}, library.Leaving(g.Host(), g.URL))
}

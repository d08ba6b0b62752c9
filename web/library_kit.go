package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/library"
)

const tipsPath = route.Kit + "/tips"

func kitPagePath(slot enablement.Slot) string { return route.Kit + "/" + string(slot) }

// onPhone reports whether an actor reads champions' pages in the frame of a
// phone: a champion who neither runs nor audits the rollout.
func onPhone(actor identity.Actor) bool {
	return actor.Has(identity.Champion) && !actor.HasAny(identity.Lead, identity.Auditor)
}

// kitPage is the champion kit: in the phone's frame for champions.
func (s *Server) kitPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.kitData(r.Context(), actor)
	if err != nil {
		return err
	}
	p := library.NewKit(d)
	if onPhone(actor) {
		return s.phone(w, r, actor, phonePage{Title: "Champion kit", Sub: p.Week, Tab: route.TodayHelp}, library.PhoneKit(p))
	}
	return s.page(w, r, actor, page{Title: "Champion kit", Section: route.Champions}, library.Kit(p))
}

func (s *Server) kitData(ctx context.Context, actor identity.Actor) (library.KitData, error) {
	d := library.KitData{Actor: actor}
	var err error
	if d.Today, err = s.planToday(ctx); err != nil {
		return d, err
	}
	saved, err := s.Guides.KitPages(ctx, d.Today.Monday())
	if err != nil {
		return d, err
	}
	d.Pages = enablement.Kit(saved)
	if i := slices.IndexFunc(saved, func(g enablement.Guide) bool { return g.Slot == enablement.SlotTip }); i >= 0 {
		d.Tip = &saved[i]
	}
	if d.Contacts, err = s.contacts(ctx, actor, d.Today); err != nil {
		return d, err
	}
	d.Standings, err = s.standings(ctx, actor)
	return d, err
}

// contacts are who is on call this week and the channels that the reader may know of.
func (s *Server) contacts(ctx context.Context, actor identity.Actor, today day.Date) ([]library.Contact, error) {
	if s.Support == nil {
		return nil, nil
	}
	all, err := s.Support.SupportFor(ctx, actor, today)
	if err != nil {
		return nil, err
	}
	onCall := library.Contact{Label: "On call", Name: "Nobody this week"}
	if all.OnCall != nil {
		onCall.Name = all.OnCall.Name
	}
	out := []library.Contact{onCall}
	for _, c := range all.Channels {
		label := c.DepartmentName
		switch c.Purpose {
		case enablement.ForSupport:
			label = "Support"
		case enablement.AmongChampions:
			label = "Champions"
		}
		out = append(out, library.Contact{Label: label, Name: c.Name, URL: c.URL, Note: c.Note})
	}
	return out, nil
}

// standings are the funnel's stages of a champion's own departments, counts and no
// names; nobody else has any of their own.
func (s *Server) standings(ctx context.Context, actor identity.Actor) ([]library.Standing, error) {
	if !actor.Has(identity.Champion) {
		return nil, nil
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return nil, err
	}
	var out []library.Standing
	for _, slug := range actor.Departments {
		one := library.Standing{Name: slug, Slug: slug, Through: x.Through}
		if x.Through.Known() {
			if one, err = standingOf(x, one); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// standingOf reads the funnel of one department. Whoever asks may read its people
// by name, so that nothing is withheld from them.
func standingOf(x *adoption.Index, one library.Standing) (library.Standing, error) {
	q := adoption.Query{Period: x.DefaultPeriod(x.Through), By: adoption.ByDepartment, Cohort: one.Slug, SeesSmallGroups: true}
	f, err := x.Funnel(q)
	switch {
	case fault.Is(err, fault.NotFound): // nobody is placed in it yet
		return one, nil
	case err != nil:
		return one, err
	}
	i := slices.IndexFunc(f.Rows, func(row adoption.FunnelRow) bool { return row.Cohort.Slug == one.Slug })
	if i >= 0 {
		one.Row = &f.Rows[i]
		one.Name = f.Rows[i].Cohort.Name
	}
	return one, nil
}

// slotOf reads which page of the kit an address is about, as it is now.
func (s *Server) slotOf(r *http.Request) (enablement.Guide, error) {
	slot := enablement.Slot(chi.URLParam(r, "slot"))
	if !slot.InKit() {
		return enablement.Guide{}, errNoGuide
	}
	saved, err := s.Guides.KitPages(r.Context(), s.today().Monday())
	if err != nil {
		return enablement.Guide{}, err
	}
	pages := enablement.Kit(saved)
	return pages[slices.IndexFunc(pages, func(g enablement.Guide) bool { return g.Slot == slot })], nil
}

func (s *Server) kitSlotPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.slotOf(r)
	if err != nil {
		return err
	}
	p := library.NewKitPage(actor, g, s.Now())
	if onPhone(actor) {
		return s.phone(w, r, actor, phonePage{Title: p.Title, Sub: p.Sub, Tab: route.TodayHelp}, library.PhoneKitPage(p))
	}
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Champions}, library.KitPage(p))
}

func (s *Server) editKitPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.slotOf(r)
	if err != nil {
		return err
	}
	return s.drawGuideForm(w, r, actor, &g, library.TypedOf(g), nil)
}

// saveKit keeps a new version of a page of the kit; see saveGuide.
func (s *Server) saveKit(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.slotOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	t := typedGuide(f)
	text := editOf(t).GuideText
	if t.Preview {
		_, err := text.Check()
		return s.drawGuideForm(w, r, actor, &g, t, err)
	}
	err = s.Guides.SaveKit(r.Context(), actor, g.Slot, seen, text, s.Now())
	if formMends(err) {
		if g, err2 := s.slotOf(r); err2 == nil {
			return s.drawGuideForm(w, r, actor, &g, t, err)
		}
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, kitPagePath(g.Slot), "A new version is saved. Champions read it from now on.")
}

// tipsPage plans the tips of the coming weeks.
func (s *Server) tipsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawTips(w, r, actor, nil, nil)
}

func (s *Server) drawTips(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed *library.TipWeek, wrong error) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	tips, err := s.Guides.Tips(r.Context(), today.Monday(), library.LastTipWeek(today))
	if err != nil {
		return err
	}
	status, p := http.StatusOK, library.NewTips(actor, tips, today, typed)
	if wrong != nil {
		f := asFault(wrong)
		status, p.Problem = statusOf(f.Kind), f.Say
	}
	return s.page(w, r, actor, page{Title: "Tips of the weeks", Section: route.Champions, Status: status}, library.Tips(p))
}

// tipText is the tip that a form asks for: one that is shipped, or the words typed.
func tipText(f url.Values) (enablement.GuideText, error) {
	typed := enablement.GuideText{Title: f.Get("title"), Body: f.Get("body")}
	if f.Get("shipped") == "" || typed.Title != "" || typed.Body != "" {
		return typed, nil
	}
	tips := enablement.ShippedTips()
	n, err := strconv.Atoi(f.Get("shipped"))
	if err != nil || n < 1 || n > len(tips) {
		return typed, fault.Field("shipped", "Choose a tip of the list, or write one.")
	}
	return tips[n-1], nil
}

// planTip keeps the tip of a week.
func (s *Server) planTip(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	week, err := s.comingWeek(r.Context(), f.Get("week"))
	if err != nil {
		return err
	}
	text, err := tipText(f)
	if err == nil {
		err = s.Guides.PlanTip(r.Context(), actor, enablement.NewTip{Week: week, Seen: seen, GuideText: text}, s.Now())
	}
	switch {
	case formMends(err):
		typed := library.TipWeek{Week: week.String(), Title: f.Get("title"), Body: f.Get("body"), Errors: asFault(err).Fields}
		return s.drawTips(w, r, actor, &typed, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, tipsPath, "The tip is planned.")
}

// comingWeek reads a Monday that tips are planned for: this week's or a later one.
func (s *Server) comingWeek(ctx context.Context, text string) (day.Date, error) {
	week, err := day.Parse(text)
	if err != nil {
		return day.None, fault.New(fault.Invalid, sayIncomplete)
	}
	today, err := s.planToday(ctx)
	if err != nil {
		return day.None, err
	}
	if week < today.Monday() || week > library.LastTipWeek(today) {
		return day.None, fault.New(fault.Invalid, "Tips are planned for this week and the next seven. Load the page again.")
	}
	return week, nil
}

func (s *Server) removeTip(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	week, err := day.Parse(chi.URLParam(r, "week"))
	if err != nil {
		return fault.New(fault.NotFound, "There is no such week.")
	}
	if err := s.Guides.RemoveTip(r.Context(), actor, week, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, tipsPath, "The tip is taken away.")
}

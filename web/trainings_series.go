package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/start"
	views "groundswell/views/training"
	"groundswell/views/ui"
)

var seriesCrumbs = []ui.Link{{Label: "Trainings", URL: route.Trainings}, {Label: "Series", URL: route.Series}}

// seriesListPage is every series there is.
func (s *Server) seriesListPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return err
	}
	list, err := s.Trainings.Book.AllSeries(r.Context())
	if err != nil {
		return err
	}
	p := views.SeriesListProps{Tabs: s.trainingTabs(actor, route.Series), Sub: ui.Counted(len(list), "series", "series")}
	if actor.Has(identity.Lead) {
		p.New = route.NewSeries
	}
	for _, one := range list {
		p.Rows = append(p.Rows, views.SeriesRow{
			Name: one.Name, URL: route.OneSeries(one.ID), Kind: one.Kind.Name(), Whose: views.Whose(one.Department), Rhythm: rhythm(one, at),
			Days: ui.DateRange(one.From.Time(), one.Until.Time(), at.Today.Time()), Host: one.Host.Called(), Ended: one.Ended(),
		})
	}
	return s.page(w, r, actor, page{Title: "Series", Section: route.Trainings}, views.SeriesList(p))
}

// rhythm says when a series meets: every 2 weeks, Thu 15:30.
func rhythm(s enablement.Series, at place) string {
	out := "Every week, "
	if s.EveryWeeks > 1 {
		out = "Every " + ui.Count(s.EveryWeeks) + " weeks, "
	}
	out += s.From.Time().Format("Mon ") + s.Starts
	if s.Zone != at.Zone {
		out += ", " + views.ZoneWord(s.Zone)
	}
	return out
}

// newSeriesPage asks for a new series.
func (s *Server) newSeriesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return err
	}
	departments, err := s.whoseOf(r.Context(), at)
	if err != nil {
		return err
	}
	p := newSeries(begun(r.URL.Query(), at), departments)
	p.Formats = formatOptions(route.NewSeries, r.URL.Query())
	return s.drawTraining(w, r, actor, http.StatusOK, p)
}

func newSeries(f views.Form, departments []enablement.Whose) views.FormProps {
	return views.FormProps{Title: "Plan a series", Sub: "Days off of the rollout's calendar are left out", Crumbs: seriesCrumbs, Post: route.Series, Back: route.Series, Save: "Look at its days",
		Form: f, Departments: departments, Zones: start.Zones(), Series: true}
}

func (f *trainingForm) series() enablement.Series {
	return enablement.Series{Outline: f.outline, EveryWeeks: f.every, From: f.from, Until: f.until}
}

// planSeries shows the days of a new series and, once they are confirmed, keeps it.
func (s *Server) planSeries(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, at, departments, err := s.postedTraining(r)
	if err != nil {
		return err
	}
	var c enablement.SeriesChange
	id := 0
	if err = f.gone(); err == nil {
		c, err = s.Trainings.Plan.PreviewSeries(actor, f.series(), at.Off, s.Now())
	}
	if err == nil && f.confirmed {
		id, err = s.Trainings.Plan.PlanSeries(r.Context(), actor, f.series(), at.Off, s.Now())
	}
	switch {
	case fault.Is(err, fault.Invalid):
		p := newSeries(f.typed, departments)
		marked(&p, err)
		return s.drawTraining(w, r, actor, http.StatusUnprocessableEntity, p)
	case err != nil:
		return err
	case id == 0:
		return s.drawAsk(w, r, actor, http.StatusOK, newSeriesProps(f, c, at))
	}
	return s.redirect(w, r, route.OneSeries(id), "Planned: "+strings.TrimSpace(f.outline.Name)+", "+ui.Counted(len(c.Added), "session", "sessions")+".")
}

func newSeriesProps(f trainingForm, c enablement.SeriesChange, at place) views.AskProps {
	p := views.AskProps{
		Title: "Plan this series?", Sub: c.Series.Name + ", " + strings.ToLower(rhythm(c.Series, at)[:1]) + rhythm(c.Series, at)[1:], Crumbs: seriesCrumbs,
		Post: route.Series, Hidden: f.typed.Hidden(), Confirm: "Plan " + ui.Counted(len(c.Added), "session", "sessions"), Back: route.NewSeries, BackLabel: "Begin again",
	}
	p.Facts, p.Lists = changeFacts(c), changeLists(c, at)
	return p
}

// changeFacts counts what a change of a series does.
func changeFacts(c enablement.SeriesChange) []ui.Fact {
	var out []ui.Fact
	for _, f := range []struct {
		n     int
		icon  ui.Glyph
		tone  ui.Tone
		label string
	}{
		{len(c.Added), ui.IconCalendar, ui.ToneGood, "New sessions"},
		{calledOff(c.Changed, false), ui.IconPencilLine, ui.ToneNone, "Sessions that change"},
		{calledOff(c.Changed, true), ui.IconCircleX, ui.ToneBad, "Sessions that are cancelled, because people signed up"},
		{len(c.Removed), ui.IconMinus, ui.ToneNone, "Sessions that are removed: nobody signed up"},
		{len(c.Kept), ui.IconLock, ui.ToneNone, "Sessions that stay: they were changed one by one"},
		{len(c.Skipped), ui.IconMinus, ui.ToneNone, "Days that are left out"},
	} {
		if f.n > 0 {
			out = append(out, ui.Fact{Icon: f.icon, Tone: f.tone, Label: f.label, Value: ui.Count(f.n)})
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Fact{Icon: ui.IconMinus, Label: "Sessions that change", Value: "0"})
	}
	return out
}

// calledOff counts those that are cancelled, or those that are not.
func calledOff(list []enablement.Planned, cancelled bool) int {
	n := 0
	for _, p := range list {
		if p.Cancelled() == cancelled {
			n++
		}
	}
	return n
}

// changeLists names the days that a change is about.
func changeLists(c enablement.SeriesChange, at place) []views.DayList {
	lists := []views.DayList{
		{ID: "added", Title: "New sessions", Lines: dayLines(c.Added, at, false)},
		{ID: "changed", Title: "Change", Lines: dayLines(c.Changed, at, false)},
		{ID: "off", Title: "Cancelled", Lines: dayLines(c.Changed, at, true)},
		{ID: "removed", Title: "Removed", Lines: dayLines(c.Removed, at, false)},
		{ID: "kept", Title: "Stay as they are", Lines: append(dayLines(c.Kept, at, false), dayLines(c.Kept, at, true)...)},
	}
	left := views.DayList{ID: "left", Title: "Left out"}
	for _, k := range c.Skipped {
		left.Lines = append(left.Lines, ui.Pair{Name: views.Day(k.Day, at.Today), Value: k.Why})
	}
	return append(lists, left)
}

func dayLines(list []enablement.Planned, at place, cancelled bool) []ui.Pair {
	var out []ui.Pair
	for _, p := range list {
		if p.Cancelled() != cancelled {
			continue
		}
		say := views.Hours(p, at.Zone)
		if p.SignedUp > 0 {
			say += " · " + ui.Count(p.SignedUp) + " signed up"
		}
		out = append(out, ui.Pair{Name: views.Day(p.Day, at.Today), Value: say})
	}
	return out
}

// seriesOf returns the series that an address names, with its sessions.
func (s *Server) seriesOf(r *http.Request) (enablement.Series, []enablement.Planned, place, error) {
	id, err := numberIn(r, "series")
	if err != nil {
		return enablement.Series{}, nil, place{}, fault.New(fault.NotFound, "There is no such series.")
	}
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return enablement.Series{}, nil, at, err
	}
	one, sessions, err := s.Trainings.Book.SeriesOf(r.Context(), id)
	return one, sessions, at, err
}

// seriesPage is one series with its sessions.
func (s *Server) seriesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	one, sessions, at, err := s.seriesOf(r)
	if err != nil {
		return err
	}
	p := views.SeriesProps{Title: one.Name, Sub: rhythm(one, at), Crumbs: seriesCrumbs, Facts: seriesFacts(one, at)}
	if actor.Has(identity.Lead) && !one.Ended() {
		p.Edit, p.End = route.OneSeries(one.ID)+partEdit, route.OneSeries(one.ID)+partEnd
	}
	if one.Ended() {
		p.Ended = "Ended on " + views.Day(day.FromTime(one.EndedAt), at.Today) + ". What was held stays."
	}
	v := agendaReader{server: s, actor: actor, place: at}
	for _, session := range sessions {
		line, on := v.line(enablement.Listed{Planned: session}), views.Day(session.Day, at.Today)
		if session.Over(at.Now) {
			p.Past, p.PastDays = append(p.Past, line), append(p.PastDays, on)
		} else {
			p.Ahead, p.AheadDays = append(p.Ahead, line), append(p.AheadDays, on)
		}
	}
	return s.page(w, r, actor, page{Title: one.Name, Section: route.Trainings}, views.OneSeries(p))
}

func seriesFacts(one enablement.Series, at place) []ui.Pair {
	out := []ui.Pair{
		{Name: "Kind", Value: one.Kind.Name()}, {Name: "For", Value: views.Whose(one.Department)},
		{Name: "Days", Value: ui.DateRange(one.From.Time(), one.Until.Time(), at.Today.Time())},
		{Name: "Minutes", Value: ui.Count(one.Minutes)},
	}
	for _, f := range []ui.Pair{{Name: "Place", Value: one.Place}, {Name: "Link", Value: one.Link}, {Name: "Host", Value: one.Host.Called()}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	if one.Capacity != nil {
		out = append(out, ui.Pair{Name: "Seats", Value: ui.Count(*one.Capacity)})
	}
	if len(one.Features) > 0 {
		out = append(out, ui.Pair{Name: "Covers", Value: strings.Join(eachOf(one.Features, enablement.Feature.Name), ", ")})
	}
	return out
}

// editSeriesPage shows a series to change it.
func (s *Server) editSeriesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	one, _, at, err := s.seriesOf(r)
	if err != nil {
		return err
	}
	departments, err := s.whoseOf(r.Context(), at)
	if err != nil {
		return err
	}
	return s.drawTraining(w, r, actor, http.StatusOK, editSeries(one, departments, nil))
}

func editSeries(one enablement.Series, departments []enablement.Whose, typed *views.Form) views.FormProps {
	f := typedOutline(one.Outline)
	f.EveryWeeks, f.From, f.Until, f.Version = strconv.Itoa(one.EveryWeeks), one.From.String(), one.Until.String(), strconv.Itoa(one.Version)
	if typed != nil {
		f = *typed
	}
	at := route.OneSeries(one.ID)
	return views.FormProps{
		Title: "Change series", Sub: "Sessions ahead follow, unless they were changed one by one", Crumbs: append(seriesCrumbs[:2:2], ui.Link{Label: one.Name, URL: at}),
		Post: at, Back: at, Save: "Look at what changes", Form: f, Departments: departments, Zones: start.Zones(), Series: true, FixedDays: true,
	}
}

// changeSeries shows what a change would do and, once it is confirmed, does it.
func (s *Server) changeSeries(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	one, _, at, err := s.seriesOf(r)
	if err != nil {
		return err
	}
	f, _, departments, err := s.postedTraining(r)
	if err != nil {
		return err
	}
	c, err := s.tryChange(r.Context(), actor, one, f, at)
	p := editSeries(one, departments, &f.typed)
	switch {
	case fault.Is(err, fault.Invalid):
		marked(&p, err)
		return s.drawTraining(w, r, actor, http.StatusUnprocessableEntity, p)
	case fault.Is(err, fault.Conflict) && f.version != one.Version:
		p.Problem = seriesSays(one, f, at)
		p.Form.Version = strconv.Itoa(one.Version)
		return s.drawTraining(w, r, actor, http.StatusConflict, p)
	case err != nil:
		return err
	case !f.confirmed:
		return s.drawAsk(w, r, actor, http.StatusOK, changeProps(one, f, c, at))
	}
	return s.redirect(w, r, route.OneSeries(one.ID), "Changed: "+strings.TrimSpace(f.outline.Name)+".")
}

// tryChange previews a change, or makes it once it is confirmed.
func (s *Server) tryChange(ctx context.Context, actor identity.Actor, one enablement.Series, f trainingForm, at place) (enablement.SeriesChange, error) {
	if err := f.gone(); err != nil {
		return enablement.SeriesChange{}, err
	}
	if f.version != one.Version {
		return enablement.SeriesChange{}, fault.New(fault.Conflict, "Somebody else changed this series meanwhile.")
	}
	if f.confirmed {
		return enablement.SeriesChange{}, s.Trainings.Plan.ChangeSeries(ctx, actor, one.ID, f.version, f.outline, f.until, at.Off, s.Now())
	}
	return s.Trainings.Plan.PreviewChange(ctx, actor, one.ID, f.outline, f.until, at.Off, s.Now())
}

func seriesSays(one enablement.Series, f trainingForm, at place) string {
	f.day = one.Until
	says := itSays(enablement.Planned{Outline: one.Outline, Day: one.Until}, f, at)
	if one.Ended() {
		return "It has ended. " + says
	}
	return says
}

func changeProps(one enablement.Series, f trainingForm, c enablement.SeriesChange, at place) views.AskProps {
	p := views.AskProps{
		Title: "Change this series?", Sub: c.Series.Name, Crumbs: append(seriesCrumbs[:2:2], ui.Link{Label: one.Name, URL: route.OneSeries(one.ID)}),
		Post: route.OneSeries(one.ID), Hidden: f.typed.Hidden(), Confirm: "Change the series", Back: route.OneSeries(one.ID) + partEdit, BackLabel: "Back",
	}
	p.Facts, p.Lists = changeFacts(c), changeLists(c, at)
	return p
}

// endSeriesPage says what ending a series does.
func (s *Server) endSeriesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	one, _, at, err := s.seriesOf(r)
	if err != nil {
		return err
	}
	p, err := s.endProps(r.Context(), actor, one, at)
	if err != nil {
		return err
	}
	return s.drawAsk(w, r, actor, http.StatusOK, p)
}

func (s *Server) endProps(ctx context.Context, actor identity.Actor, one enablement.Series, at place) (views.AskProps, error) {
	c, err := s.Trainings.Plan.PreviewEnd(ctx, actor, one.ID, s.Now())
	p := views.AskProps{
		Title: "End this series?", Sub: one.Name + ". What was held stays.", Crumbs: append(seriesCrumbs[:2:2], ui.Link{Label: one.Name, URL: route.OneSeries(one.ID)}),
		Post: route.OneSeries(one.ID) + partEnd, Hidden: []ui.Pair{{Name: "version", Value: strconv.Itoa(one.Version)}},
		Reason: len(c.Changed) > 0, Hint: "Everybody who signed up reads it", Confirm: "End the series", Danger: true, Back: route.OneSeries(one.ID), BackLabel: "Keep it",
	}
	p.Facts, p.Lists = changeFacts(c), changeLists(c, at)
	return p, err
}

// endSeries ends a series.
func (s *Server) endSeries(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	one, _, at, err := s.seriesOf(r)
	if err != nil {
		return err
	}
	v, err := form(r)
	if err != nil {
		return err
	}
	seen := numberTyped(v.Get("version"))
	err = s.Trainings.Plan.EndSeries(r.Context(), actor, one.ID, seen, v.Get("reason"), s.Now())
	stale := fault.Is(err, fault.Conflict) && seen != one.Version && !one.Ended()
	if !fault.Is(err, fault.Invalid) && !stale {
		if err != nil {
			return err
		}
		return s.redirect(w, r, route.OneSeries(one.ID), "Ended: "+one.Name+".")
	}
	p, again := s.endProps(r.Context(), actor, one, at)
	if again != nil {
		return again
	}
	p.Typed = v.Get("reason")
	if stale {
		p.Problem = "Look at what ending it does now. Your reason is below."
		return s.drawAsk(w, r, actor, http.StatusConflict, p)
	}
	p.Error = fault.Say(err)
	return s.drawAsk(w, r, actor, http.StatusUnprocessableEntity, p)
}

package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

// commsPage is the calendar of messages.
func (s *Server) commsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.commsReader(r.Context(), actor, readCommsAsk(r.URL.Query()))
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Comms", Section: route.Comms}, views.Page(v.props()))
}

// commsRow is a time that a message goes out, as the calendar has it. A message that
// has none yet is there once, without a day.
type commsRow struct {
	m      *comms.Message
	o      comms.Occurrence
	status comms.Status
}

// commsReader words the calendar.
type commsReader struct {
	server   *Server
	actor    identity.Actor
	ask      commsAsk
	plan     *rollout.Plan // nil before the rollout is started
	now      time.Time     // where the rollout happens
	today    day.Date
	launches map[int]comms.Launch
	desk     comms.Desk
	roll     *comms.Roll
	names    comms.Names
	rows     []commsRow // for whom the address asks, by day; those without one last
	clashes  map[comms.OccurrenceID][]clash
}

// commsReader reads everything the calendar shows.
func (s *Server) commsReader(ctx context.Context, actor identity.Actor, ask commsAsk) (*commsReader, error) {
	v := &commsReader{server: s, actor: actor, ask: ask, now: s.Now().UTC()}
	var err error
	if v.plan, err = s.running(ctx); err != nil {
		return nil, err
	}
	if v.plan != nil {
		v.now = s.Now().In(v.plan.Rollout.Zone())
	}
	v.today = clockDay(v.now)
	launches, err := s.Comms.Board.Launches(ctx, s.Now())
	if err != nil {
		return nil, err
	}
	v.launches = map[int]comms.Launch{}
	for _, l := range launches {
		v.launches[l.Wave] = l
	}
	if v.roll, err = s.Comms.Desks.Reachable(ctx, s.Now()); err != nil {
		return nil, err
	}
	if v.names, err = s.audienceNames(ctx); err != nil {
		return nil, err
	}
	if v.desk, err = s.Comms.Desks.Desk(ctx, v.trainingDays()); err != nil {
		return nil, err
	}
	v.arrange()
	return v, nil
}

// trainingDays are the days whose trainings are shown: those around the month, when they are asked for.
func (v *commsReader) trainingDays() day.Period {
	if !v.ask.trainings || v.ask.list {
		return day.Period{From: 1}
	}
	month := v.ask.month
	if !month.Known() {
		month = v.today
	}
	m := month.Month()
	return day.Period{From: m.From - 6, To: m.To + 6}
}

// arrange makes the rows of what was read.
func (v *commsReader) arrange() {
	chosen := v.chosenWaves()
	for i := range v.desk.Messages {
		m := &v.desk.Messages[i]
		if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(w roster.Wave) bool { return concerns(m, w.ID) }) {
			continue
		}
		for _, o := range m.Occurrences {
			v.rows = append(v.rows, commsRow{m, o, m.Status(o, v.launches[m.Wave])})
		}
		if len(m.Occurrences) == 0 {
			o := comms.Occurrence{Message: m.ID, Day: day.None, State: comms.Planned}
			v.rows = append(v.rows, commsRow{m, o, m.Status(o, v.launches[m.Wave])})
		}
	}
	slices.SortStableFunc(v.rows, func(a, b commsRow) int { return byTime(a.o, b.o) })
	v.clashes = v.findClashes()
}

// byTime orders by day and time; what has no day comes last.
func byTime(a, b comms.Occurrence) int {
	on := func(o comms.Occurrence) day.Date {
		if !o.Day.Known() {
			return day.Never
		}
		return o.Day
	}
	return cmp.Or(cmp.Compare(on(a), on(b)), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
}

// chosenWaves are the waves that the address narrows the messages to.
func (v *commsReader) chosenWaves() []roster.Wave {
	var out []roster.Wave
	if v.plan != nil {
		for _, w := range v.plan.Waves {
			if slices.Contains(v.ask.waves, w.Slug) {
				out = append(out, w)
			}
		}
	}
	return out
}

// concerns reports whether a message is for people of a wave: its audience names the wave,
// or names none and the message is planned for that wave or for all.
func concerns(m *comms.Message, wave int) bool {
	if len(m.Audience.Waves) > 0 {
		return slices.Contains(m.Audience.Waves, wave)
	}
	return m.Wave == 0 || m.Wave == wave
}

// props is the whole page.
func (v *commsReader) props() views.Props {
	p := views.Props{Head: ui.PageHeadProps{Title: "Comms"}}
	if v.actor.Has(identity.Lead) {
		p.New = v.server.linkFor(v.actor, route.NewMessage)
	}
	if len(v.desk.Messages) == 0 {
		return v.blank(p)
	}
	p.Plan = v.planWaves()
	p.Views = ui.SegmentedProps{Label: "View", Options: []ui.Option{
		{Label: "Month", URL: v.ask.at("view", "", "page", "", "sort", ""), Current: !v.ask.list},
		{Label: "List", URL: v.ask.at("view", commsList), Current: v.ask.list},
	}}
	p.Waves, p.Notices, p.More = v.waves(), v.notices(), v.more()
	p.Lanes = v.lanes()
	var shown []commsRow
	chosen, found := v.chosen()
	if v.ask.list {
		p.List, shown = v.list(chosen)
	} else {
		p.Month, shown = v.month(chosen)
	}
	p.Head.Sub = headline(shown)
	if found {
		p.Rail = v.rail(chosen)
	}
	p.Last = v.lastOut()
	return p
}

// blank is the page before there is any message: what is missing, and the one next step.
func (v *commsReader) blank(p views.Props) views.Props {
	p.Head.Sub = "Who hears what, and when."
	void := &ui.VoidProps{Icon: ui.IconMegaphone, Title: "No messages yet", Body: "Messages are planned against the day each wave opens. As soon as they are, this page shows who hears what, and when."}
	p.Void = void
	switch plan := v.server.linkFor(v.actor, route.PlanMessages); {
	case v.plan == nil:
		void.Title, void.Body = "The rollout has not been started", "Messages are planned against the days of its waves. Start it first."
		p.New = ""
		if v.server.mayOpen(v.actor, route.PlanStart) && v.actor.Has(identity.Lead) {
			void.Action = &ui.Link{Label: "Start the rollout", URL: route.PlanStart}
		}
	case plan != "" && v.actor.Has(identity.Lead):
		void.Action = &ui.Link{Label: "Plan messages", URL: plan}
	case p.New != "":
		void.Action = &ui.Link{Label: "New message", URL: p.New}
	}
	return p
}

// planWaves is where messages are planned, while a wave that is not open has none.
func (v *commsReader) planWaves() string {
	if v.plan == nil || !v.actor.Has(identity.Lead) {
		return ""
	}
	for _, w := range v.plan.Waves {
		has := slices.ContainsFunc(v.desk.Messages, func(m comms.Message) bool { return m.Wave == w.ID })
		if !has && !v.plan.Opened(w.ID, v.today) {
			return v.server.linkFor(v.actor, route.PlanMessages)
		}
	}
	return ""
}

// waves chooses whom the messages shown are for.
func (v *commsReader) waves() *ui.CohortProps {
	if v.plan == nil || len(v.plan.Waves) < 2 {
		return nil
	}
	c := &ui.CohortProps{ID: "pick-wave", Label: "Audience", Summary: "Everybody", Action: route.Comms, Name: "wave"}
	q := v.ask.query()
	for _, name := range []string{"wave", "page", "message", "time"} {
		q.Del(name)
	}
	for name := range q {
		c.Keep = append(c.Keep, ui.Pair{Name: name, Value: q.Get(name)})
	}
	slices.SortFunc(c.Keep, func(a, b ui.Pair) int { return cmp.Compare(a.Name, b.Name) })
	var chosen []string
	for _, w := range v.plan.Waves {
		o := ui.CohortOption{Value: w.Slug, Label: w.Name, Size: ui.Counted(w.People, "person", "people"), People: w.People, Checked: slices.Contains(v.ask.waves, w.Slug)}
		if o.Checked {
			chosen = append(chosen, w.Name)
		}
		c.Options = append(c.Options, o)
	}
	c.Total = ui.Counted(len(v.plan.Waves), "wave", "waves")
	if len(chosen) > 0 {
		c.Summary, c.Clear = listWords(chosen), v.ask.at("wave", "", "message", "", "time", "")
	}
	return c
}

// more are the pages of what goes out, for those who may open them.
func (v *commsReader) more() []ui.Link {
	var out []ui.Link
	for _, l := range []ui.Link{
		{Label: "What went out", URL: route.Deliveries}, {Label: "Unknown and refused", URL: route.Unknowns},
		{Label: "Bounced addresses", URL: route.Bounces},
		{Label: "Digests", URL: route.Digests}, {Label: "Channels", URL: route.SendChannels}, {Label: "Count an audience", URL: route.Audience},
		{Label: "Your mail", URL: route.MailChoices}, {Label: "Your calendar", URL: route.CalendarFeed},
	} {
		if v.server.mayOpen(v.actor, l.URL) {
			out = append(out, l)
		}
	}
	return out
}

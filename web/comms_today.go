package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/library"
	"groundswell/views/phone"
)

// weekAhead is how many days a champion sees messages before they go out.
const weekAhead = 6

// keptWeek is the messages of a week as last read: the same for every champion.
type keptWeek struct {
	minute int64
	today  day.Date
	list   []comms.Message
}

// weekOfMessages returns the messages of today and the days after, at most a minute old.
func (s *Server) weekOfMessages(ctx context.Context, today day.Date) ([]comms.Message, error) {
	minute := s.Now().Unix() / 60
	if k := s.week.Load(); k != nil && k.minute == minute && k.today == today {
		return k.list, nil
	}
	d, err := s.Comms.Desks.Duties(ctx, day.Period{From: today, To: today + weekAhead})
	if err != nil {
		return nil, err
	}
	s.week.Store(&keptWeek{minute, today, d.Messages})
	return d.Messages, nil
}

// reaches reports whether somebody of a department is in an audience.
func reaches(roll *comms.Roll, a comms.Audience, department int) bool {
	if a.Who == comms.WhoRoles || len(a.Departments) > 0 && !slices.Contains(a.Departments, department) {
		return false
	}
	a.Departments = []int{department}
	return roll.Size(a) > 0
}

// settled reports whether a message is as its people will get it: what is not approved yet
// is nobody's to read.
func settled(status comms.Status) bool {
	switch status {
	case comms.StatusScheduled, comms.StatusHeld, comms.StatusGoing, comms.StatusSent:
		return true
	}
	return false
}

// messagesOf is the card of what reaches a department this week; nothing when nothing does.
func (s *Server) messagesOf(ctx context.Context, d desk) (templ.Component, error) {
	if s.Comms.Desks == nil || d.plan == nil {
		return templ.NopComponent, nil
	}
	all, err := s.weekOfMessages(ctx, d.today)
	if err != nil || len(all) == 0 {
		return templ.NopComponent, err
	}
	roll, err := s.Comms.Desks.Reachable(ctx, s.Now())
	if err != nil {
		return nil, err
	}
	launches, err := s.launchesNow(ctx)
	if err != nil {
		return nil, err
	}
	var rows []commsRow
	for i, m := range all {
		for _, o := range m.Occurrences {
			if st := m.Status(o, launches[m.Wave]); settled(st) && reaches(roll, m.Audience, d.in.ID) {
				rows = append(rows, commsRow{&all[i], o, st})
			}
		}
	}
	if len(rows) == 0 {
		return templ.NopComponent, nil
	}
	slices.SortStableFunc(rows, func(a, b commsRow) int { return byTime(a.o, b.o) })
	p := views.WeekProps{}
	for _, r := range rows {
		p.Rows = append(p.Rows, phone.RowProps{Title: subjectOf(r.m), Note: d.noteOf(r), URL: d.at(todayMessage(r.m.ID))})
	}
	return views.Week(p), nil
}

// todayMessage is where a champion reads a message.
func todayMessage(id comms.MessageID) string { return route.TodayMessages + "/" + numbered(int64(id)) }

// subjectOf is what a message is called in its people's mail, with words for what differs.
func subjectOf(m *comms.Message) string {
	if m.Subject == "" {
		return m.Title
	}
	return withValues(m.Subject, comms.Values{}, comms.FillSubject)
}

// noteOf says when a message goes out, and whether it waits.
func (d desk) noteOf(r commsRow) string {
	when := d.date(r.o.Day)
	if r.o.Day == d.today {
		when = "Today"
	}
	when += ", " + r.o.At
	switch r.status {
	case comms.StatusHeld:
		return when + " · held until go is decided"
	case comms.StatusSent:
		return when + " · sent"
	}
	return when
}

// todayMessagePage is a message as the people of a department get it. What does not reach
// them is NotFound, like what does not exist.
func (s *Server) todayMessagePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	plan, err := s.running(r.Context())
	if err != nil {
		return err
	}
	in, err := departmentAsked(plan, actor, r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	row, to, err := s.reaching(r, plan, in)
	if err != nil {
		return err
	}
	m := row.m
	values, err := s.Comms.Desks.DraftValues(r.Context(), m.Wave, []comms.Recipient{to}, s.Now())
	if err != nil {
		return err
	}
	p := views.ReadProps{Back: route.With(route.Today, "department", in.Slug)}
	for _, v := range values {
		delete(v, comms.PlaceName) // each gets their own
		p.Subject, p.Body = withValues(m.Subject, v, comms.FillSubject), library.Markdown(withValues(m.Body, v, comms.Fill))
	}
	now := s.Now().In(plan.Rollout.Zone())
	d := desk{now: now, today: clockDay(now), in: in}
	p.Note = d.noteOf(row) + ". As people in " + in.Name + " get it."
	return s.phone(w, r, actor, phonePage{Title: "Message", Sub: in.Name, Tab: route.Today}, views.Read(p))
}

const sayNoMessageHere = "There is no such message, or none that reaches your department."

// departmentAsked returns the department of an address, else the actor's first. One that they may
// not look into is NotFound.
func departmentAsked(p *rollout.Plan, actor identity.Actor, slug string) (roster.Department, error) {
	if p != nil {
		scope := actor.PeopleScope()
		for _, d := range p.Departments {
			mine := slices.Contains(scope.Departments(), d.Slug)
			if d.Slug == slug && (mine || scope.Everyone()) || slug == "" && mine {
				return d, nil
			}
		}
	}
	return roster.Department{}, fault.New(fault.NotFound, sayNoMessageHere)
}

// reaching returns when the message of an address reaches a department this week, and one whom
// it reaches there. One that does not, or that is not approved, is NotFound.
func (s *Server) reaching(r *http.Request, p *rollout.Plan, in roster.Department) (commsRow, comms.Recipient, error) {
	ctx, none := r.Context(), fault.New(fault.NotFound, sayNoMessageHere)
	all, err := s.weekOfMessages(ctx, p.Today(s.Now()))
	if err != nil {
		return commsRow{}, comms.Recipient{}, err
	}
	id := chi.URLParam(r, "message")
	i := slices.IndexFunc(all, func(m comms.Message) bool { return numbered(int64(m.ID)) == id })
	if i < 0 {
		return commsRow{}, comms.Recipient{}, none
	}
	roll, err := s.Comms.Desks.Reachable(ctx, s.Now())
	if err != nil {
		return commsRow{}, comms.Recipient{}, err
	}
	launches, err := s.launchesNow(ctx)
	if err != nil {
		return commsRow{}, comms.Recipient{}, err
	}
	m := &all[i]
	row, ok := settledTime(m, launches[m.Wave])
	if !ok || !reaches(roll, m.Audience, in.ID) {
		return row, comms.Recipient{}, none
	}
	there := m.Audience
	there.Departments = []int{in.ID}
	to := roll.Reach(there, false).To
	if len(to) == 0 {
		return row, comms.Recipient{}, none
	}
	return row, to[0], nil
}

// settledTime is the first time of a message, of those read, at which it goes out as it is.
func settledTime(m *comms.Message, l comms.Launch) (commsRow, bool) {
	for _, o := range m.Occurrences {
		if r := (commsRow{m, o, m.Status(o, l)}); settled(r.status) {
			return r, true
		}
	}
	return commsRow{}, false
}

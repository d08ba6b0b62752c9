package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/icalendar"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

const (
	feedBack  = 92  // days a calendar reaches back
	feedAhead = 400 // and ahead

	messageLasts  = 15 * time.Minute // how long a message is drawn
	decisionLasts = 30 * time.Minute
)

// feedLoad is a calendar being put together for one reader.
type feedLoad struct {
	server   *Server
	reader   identity.Actor
	plan     *rollout.Plan
	launches []comms.Launch
	days     day.Period
	events   []icalendar.Event
}

// feedEvents returns what the calendar of somebody has, by their roles as of now.
func (s *Server) feedEvents(ctx context.Context, reader identity.Actor) ([]icalendar.Event, error) {
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return nil, err
	}
	today := plan.Today(s.Now())
	l := &feedLoad{server: s, reader: reader, plan: plan, days: day.Period{From: today - feedBack, To: today + feedAhead}}
	if l.all() || reader.Has(identity.Champion) {
		if err := l.messages(ctx); err != nil {
			return nil, err
		}
	}
	if s.Trainings.Book != nil {
		agenda, err := s.Trainings.Book.Agenda(ctx, reader, l.days, today)
		if err != nil {
			return nil, err
		}
		l.trainings(agenda.Sessions)
	}
	return l.events, nil
}

// all reports whether the reader sees the whole calendar.
func (l *feedLoad) all() bool { return calendarReaders.admits(l.reader) }

func (l *feedLoad) messages(ctx context.Context) (err error) {
	if l.launches, err = l.server.Comms.Board.Launches(ctx, l.server.Now()); err != nil {
		return err
	}
	list, err := l.server.Comms.Board.Messages(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		if !l.all() && !l.concerned(m.Audience) {
			continue
		}
		for _, o := range m.Occurrences {
			l.occurrence(m, o)
		}
	}
	l.waves()
	return nil
}

// concerned reports whether an audience may hold people of the reader's departments.
func (l *feedLoad) concerned(a comms.Audience) bool {
	return slices.ContainsFunc(l.reader.Departments, func(slug string) bool {
		d := roster.Department{} // one the roster does not know has nobody in it
		if i := slices.IndexFunc(l.plan.Departments, func(d roster.Department) bool { return d.Slug == slug }); i >= 0 {
			d = l.plan.Departments[i]
		}
		return a.Concerns(d.ID, []int{d.Wave})
	})
}

// occurrence adds a time of a message. Whoever does not plan sees what is approved only.
func (l *feedLoad) occurrence(m *comms.Message, o comms.Occurrence) {
	at, ok := o.Due()
	if !ok || !l.days.Contains(o.Day) {
		return
	}
	status := m.Status(o, l.launch(m.Wave))
	sure := feedStatus(status)
	if sure == icalendar.Tentative && status != comms.StatusHeld && !l.all() {
		return
	}
	e := icalendar.Event{
		UID: l.uid("occurrence", int64(o.ID)), Sequence: m.Version + o.Version, Status: sure, Summary: m.Title, Text: feedWords(status),
		Start: at, End: at.Add(messageLasts), On: day.None,
	}
	if l.all() {
		e.Link = l.server.site() + route.Message(int64(m.ID))
	}
	l.events = append(l.events, e)
}

// feedStatus is how sure it is that a message goes out.
func feedStatus(s comms.Status) icalendar.Status {
	switch s {
	case comms.StatusScheduled, comms.StatusGoing, comms.StatusSent:
		return icalendar.Confirmed
	case comms.StatusCancelled, comms.StatusMissed:
		return icalendar.Cancelled
	}
	return icalendar.Tentative
}

// feedWords says how a message stands.
func feedWords(s comms.Status) string {
	switch s {
	case comms.StatusSent:
		return "Sent."
	case comms.StatusGoing:
		return "Going out."
	case comms.StatusScheduled:
		return "Approved. It goes out by itself."
	case comms.StatusHeld:
		return "Approved. It waits for the go decision."
	case comms.StatusNeedsApproval:
		return "It needs approval."
	case comms.StatusNoOwner:
		return "It has no owner yet."
	case comms.StatusMissed:
		return "It did not go out in its time."
	case comms.StatusCancelled:
		return "Cancelled."
	}
	return "A draft."
}

func (l *feedLoad) launch(wave int) comms.Launch {
	for _, w := range l.launches {
		if w.Wave == wave {
			return w
		}
	}
	return comms.Launch{}
}

// waves adds the launches, and for those who plan when it is decided about them.
func (l *feedLoad) waves() {
	for _, w := range l.launches {
		own := slices.ContainsFunc(l.plan.Departments, func(d roster.Department) bool {
			return d.Wave == w.Wave && slices.Contains(l.reader.Departments, d.Slug)
		})
		if w.On.Known() && l.days.Contains(w.On) && (l.all() || own) {
			status := icalendar.Tentative
			if w.Go {
				status = icalendar.Confirmed
			}
			l.events = append(l.events, icalendar.Event{
				UID: l.uid("launch", int64(w.Wave)), Sequence: int(l.plan.Revision), Status: status, Summary: "Launch of " + w.Name, On: w.On,
			})
		}
		l.decision(w)
	}
}

func (l *feedLoad) decision(w comms.Launch) {
	r, ok := l.plan.Readiness[w.Wave]
	if !ok || r.DecideAt.IsZero() || !l.all() {
		return
	}
	l.events = append(l.events, icalendar.Event{
		UID: l.uid("decision", int64(w.Wave)), Sequence: r.Version, Status: icalendar.Confirmed, Summary: "Go or no-go for " + w.Name,
		Start: r.DecideAt, End: r.DecideAt.Add(decisionLasts), On: day.None,
	})
}

// trainings adds sessions: all that may be known for those who plan or help, one's own for everybody else.
func (l *feedLoad) trainings(list []enablement.Listed) {
	for _, t := range list {
		if t.FromFile || !l.all() && !l.reader.Has(identity.Champion) && !t.Joined {
			continue
		}
		status := icalendar.Confirmed
		if t.Cancelled() {
			status = icalendar.Cancelled
		}
		l.events = append(l.events, icalendar.Event{
			UID: l.uid("training", int64(t.ID)), Sequence: t.Version, Status: status, Summary: t.Name, Text: t.About, Place: t.Place,
			Link: l.server.site() + route.Training(t.ID), Start: t.Begins(), End: t.Ends(), On: day.None,
		})
	}
}

// uid names an entry for good.
func (l *feedLoad) uid(kind string, id int64) string {
	return fmt.Sprintf("%s-%d@%s", kind, id, l.server.PublicURL.Hostname())
}

// site is where people reach this program, without a slash at its end.
func (s *Server) site() string { return strings.TrimSuffix(s.PublicURL.String(), "/") }

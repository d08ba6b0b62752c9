package web

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

const (
	dutiesBack  = 7 // days in which what should have gone out is still told
	dutiesAhead = 7 // days ahead in which what is not approved is told
	dutiesShown = 6
)

// commsDuties is what a lead has to know of messages today: what goes out, what is not
// approved before its time, and what keeps things from going out. Nil for others, and
// while there is nothing.
func (s *Server) commsDuties(ctx context.Context, actor identity.Actor, p *rollout.Plan) (templ.Component, error) {
	if s.Comms.Desks == nil || !actor.Has(identity.Lead) || !p.Started() {
		return nil, nil
	}
	now := s.Now().In(p.Rollout.Zone())
	today := clockDay(now)
	d, err := s.Comms.Desks.Duties(ctx, day.Period{From: today - dutiesBack, To: today + dutiesAhead})
	if err != nil {
		return nil, err
	}
	launches, err := s.launchesNow(ctx)
	if err != nil {
		return nil, err
	}
	v := dutyReader{today: today, now: now, launches: launches}
	card := views.DutiesProps{Items: v.items(d.Messages), All: s.linkFor(actor, route.Comms),
		Notices: sendingNotices(d.Sending, s.linkFor(actor, route.Deliveries), s.linkFor(actor, route.Unknowns))}
	if len(card.Items)+len(card.Notices) == 0 {
		return nil, nil
	}
	if n := len(card.Items) - dutiesShown; n > 0 {
		card.Items, card.More = card.Items[:dutiesShown], ui.Count(n)+" more"
	}
	return views.Duties(card), nil
}

// launchesNow are the launches by wave.
func (s *Server) launchesNow(ctx context.Context) (map[int]comms.Launch, error) {
	list, err := s.Comms.Board.Launches(ctx, s.Now())
	out := make(map[int]comms.Launch, len(list))
	for _, l := range list {
		out[l.Wave] = l
	}
	return out, err
}

// dutyReader words what a lead has to know of messages.
type dutyReader struct {
	today    day.Date
	now      time.Time
	launches map[int]comms.Launch
}

// items are what goes out today, then what is not ready, by day.
func (v dutyReader) items(all []comms.Message) []ui.AgendaProps {
	var rows []commsRow
	for i := range all {
		for _, o := range all[i].Occurrences {
			rows = append(rows, commsRow{&all[i], o, all[i].Status(o, v.launches[all[i].Wave])})
		}
	}
	slices.SortStableFunc(rows, func(a, b commsRow) int { return byTime(a.o, b.o) })
	var today, unready []ui.AgendaProps
	for _, r := range rows {
		say := v.unready(r)
		switch {
		case say != "":
			unready = append(unready, v.line(r, say))
		case r.o.Day == v.today:
			today = append(today, v.line(r, views.LookOf(r.status).Word))
		}
	}
	return append(today, unready...)
}

func (v dutyReader) line(r commsRow, note string) ui.AgendaProps {
	when := ui.Date(r.o.Day.Time(), v.today.Time())
	if r.o.Day == v.today {
		when = r.o.At
	}
	return ui.AgendaProps{When: when, Title: r.m.Title, Note: note, URL: route.With(route.Comms, "message", numbered(int64(r.m.ID)), "time", numbered(int64(r.o.ID)))}
}

// unready says what is missing of a message whose time comes or has come; "" when nothing is.
func (v dutyReader) unready(r commsRow) string {
	late := r.o.Day < v.today
	switch r.status {
	case comms.StatusNeedsApproval:
		if late {
			return "Its time has passed without approval"
		}
		return "Needs approval before it can go out"
	case comms.StatusNoOwner:
		return "Nobody owns it"
	case comms.StatusDraft:
		if late {
			return "Its time has passed as a draft"
		}
		return "Still a draft: approval has not been asked for"
	case comms.StatusMissed:
		return "Missed: it was of no use any more before it could go out"
	case comms.StatusScheduled:
		if due, ok := r.o.Due(); ok && due.Before(v.now) && r.o.Reason != "" {
			return r.o.Reason
		}
	}
	return ""
}

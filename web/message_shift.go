package web

import (
	"context"
	"net/http"
	"slices"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/plan"
	"groundswell/views/start"
)

// messageMoves are the messages that move with launches and those that stay, as the preview shows them.
func (s *Server) messageMoves(ctx context.Context, actor identity.Actor, launches []rollout.Launch, today day.Date) (moves, stays []start.TaskMove, err error) {
	if s.Comms.Outlines == nil {
		return nil, nil, nil
	}
	shifts, all, err := s.Comms.Outlines.MessageShifts(ctx, launches, s.Now())
	if err != nil {
		return nil, nil, err
	}
	for _, shift := range firstOfEach(shifts) {
		i := slices.IndexFunc(all, func(m comms.Message) bool { return m.ID == shift.Message })
		m := start.TaskMove{
			Title: all[i].Title, URL: s.linkFor(actor, route.Message(int64(shift.Message))),
			From: dayText(shift.From, today), To: dayText(shift.To, today), Why: stayedWords[shift.Stays],
		}
		if shift.Stays == comms.StaysNot {
			moves = append(moves, m)
		} else {
			stays = append(stays, m)
		}
	}
	return moves, stays, nil
}

// stayedWords says why a message keeps its day.
var stayedWords = map[comms.Stay]string{
	comms.StaysByHand: "its day was set by hand", comms.StaysGone: "it went out, or its time passed", comms.StaysBegun: "its rhythm has begun",
}

// firstOfEach keeps the first of what becomes of each message: a rhythm moves as one.
func firstOfEach(shifts []comms.Shifted) []comms.Shifted {
	seen := map[comms.MessageID]bool{}
	return slices.DeleteFunc(shifts, func(s comms.Shifted) bool {
		again := seen[s.Message]
		seen[s.Message] = true
		return again
	})
}

// fulfilling are the messages that fulfil a task, as its page shows them.
func (s *Server) fulfilling(r *http.Request, actor identity.Actor, task rollout.TaskID, today day.Date) ([]plan.Ref, error) {
	if s.Comms.Outlines == nil {
		return nil, nil
	}
	mentions, err := s.Comms.Outlines.TaskMessages(r.Context(), task)
	if err != nil {
		return nil, err
	}
	var out []plan.Ref
	for _, m := range mentions {
		out = append(out, plan.Ref{
			Title: m.Title, URL: s.linkFor(actor, route.Message(int64(m.Message))), Say: mentionWords(m, today), Done: m.State == comms.Gone,
		})
	}
	return out, nil
}

func mentionWords(m comms.Mention, today day.Date) string {
	switch {
	case m.State == comms.Gone:
		return "went out on " + dayText(m.Day, today)
	case m.State == comms.Going:
		return "is going out"
	case m.State == comms.Missed:
		return "missed its time on " + dayText(m.Day, today)
	case m.State == comms.Cancelled || m.State == "":
		return "was cancelled"
	case !m.Day.Known():
		return "planned, without a day"
	}
	return "planned for " + dayText(m.Day, today)
}

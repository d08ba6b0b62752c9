package web

import (
	"context"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	views "groundswell/views/delivery"
)

// didMessage is what a message did the last time it went out; nil when it never
// has. Who may open the message is decided before.
func (s *Server) didMessage(ctx context.Context, actor identity.Actor, m comms.Message) (*views.DidProps, error) {
	if s.Comms.Mailroom == nil || s.Index == nil {
		return nil, nil
	}
	o, found, err := s.Comms.Mailroom.Outcomes(ctx, m.ID)
	if err != nil || !found {
		return nil, err
	}
	c, err := s.clock(ctx)
	if err != nil {
		return nil, err
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return nil, err
	}
	got := bitsOf(o.Got)
	d := views.DidData{Outcomes: o, Members: got.Count(), Names: actor.HasAny(identity.Lead, identity.Auditor), Links: comms.LinksToUs(o.Body, s.PublicURL.String())}
	d.Movement = x.Movement(got, bitsOf(o.Unsure), day.FromTime(o.SentAt), adoption.MovementDays, actor.SeesSmallGroups())
	if !actor.SeesSmallGroups() {
		d.Least = max(x.Settings.MinCohortSize, adoption.DefaultSettings().MinCohortSize)
	}
	p := views.NewDid(d, c)
	return &p, nil
}

func bitsOf(members []int32) adoption.Bits {
	var b adoption.Bits
	for _, m := range members {
		b.Set(m)
	}
	return b
}

package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
)

// tellSeats tells whoever moved up from a waiting list, in the transaction that made room:
// it goes out exactly when the seat is theirs. was and is are the session before and after,
// each with its sign-ups; it is locked.
func (s *Store) tellSeats(ctx context.Context, tx pgx.Tx, was, is enablement.Gathering, now time.Time) error {
	moved := enablement.MovedUp(was, is, now)
	if len(moved) == 0 {
		return nil
	}
	var letters []comms.Letter
	for _, u := range moved {
		n := comms.SeatNote{To: comms.Recipient{Email: u.Email, Name: u.Name}, Name: is.Name, Session: is.ID, When: enablement.Where(is.Planned), Join: is.Link}
		letters = append(letters, n.Letter())
	}
	m := comms.Mailing{
		Kind: comms.KindSeat, Title: "A seat in “" + is.Name + "”", DueAt: now, UsefulUntil: is.Begins(),
		// Whoever signed up moves up once, so the first of them names what happened.
		Key: strings.Join([]string{string(comms.KindSeat), strconv.Itoa(is.ID), strconv.FormatInt(moved[0].ID, 10)}, "/"),
	}
	_, _, err := s.Enqueue(ctx, tx, m, letters, now)
	return err
}

// after is a session once a change of who comes is kept.
func after(g enablement.Gathering, c enablement.Gathered) enablement.Gathering {
	g.SignUps = slices.DeleteFunc(slices.Clone(g.SignUps), func(u enablement.SignUp) bool {
		return slices.ContainsFunc(c.Leave, func(email string) bool { return strings.EqualFold(email, u.Email) })
	})
	return g
}

// tellSeatsOf does it for a session that was changed otherwise.
func (s *Store) tellSeatsOf(ctx context.Context, tx pgx.Tx, was, is enablement.Planned, now time.Time) error {
	if !enablement.MoreSeats(was, is) {
		return nil
	}
	before := enablement.Gathering{Planned: was}
	b := &pgx.Batch{}
	gatheringRows{&before}.queue(b, is.ID)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	later := before
	later.Planned = is
	return s.tellSeats(ctx, tx, before, later, now)
}

// tellSeatsOfSeries does it for the sessions of a series that were changed together.
func (s *Store) tellSeatsOfSeries(ctx context.Context, tx pgx.Tx, were, changed []enablement.Planned, now time.Time) error {
	for _, is := range changed {
		at := slices.IndexFunc(were, func(p enablement.Planned) bool { return p.ID == is.ID })
		if at < 0 {
			continue
		}
		if err := s.tellSeatsOf(ctx, tx, were[at], is, now); err != nil {
			return err
		}
	}
	return nil
}

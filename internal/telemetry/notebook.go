package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"groundswell/internal/day"
)

const (
	notedFor  = 5 * time.Second // notes wait this long, so that a flood of refusals is no flood of writes
	noteTakes = 5 * time.Second
)

// notebook collects what became of requests until it is written down.
type notebook struct {
	keep Keeper
	log  *slog.Logger

	mu      sync.Mutex
	tallies map[day.Date]map[Reason]Tally
	tokens  map[int64]time.Time
	timer   *time.Timer
	closed  bool
}

// add notes that something happened so many times.
func (n *notebook) add(why Reason, times int, now time.Time) {
	if times == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.put(day.FromTime(now), why, Tally{times, now})
	n.arm()
}

func (n *notebook) put(d day.Date, why Reason, t Tally) {
	if n.tallies == nil {
		n.tallies = map[day.Date]map[Reason]Tally{}
	}
	if n.tallies[d] == nil {
		n.tallies[d] = map[Reason]Tally{}
	}
	have := n.tallies[d][why]
	if t.Last.After(have.Last) {
		have.Last = t.Last
	}
	have.Times += t.Times
	n.tallies[d][why] = have
}

// used notes when a token was used.
func (n *notebook) used(token int64, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.touch(token, now)
	n.arm()
}

func (n *notebook) touch(token int64, at time.Time) {
	if n.tokens == nil {
		n.tokens = map[int64]time.Time{}
	}
	if at.After(n.tokens[token]) {
		n.tokens[token] = at
	}
}

// arm sees to it that notes are written down a little later.
func (n *notebook) arm() {
	if n.timer != nil || n.closed {
		return
	}
	n.timer = time.AfterFunc(notedFor, func() {
		ctx, cancel := context.WithTimeout(context.Background(), noteTakes)
		defer cancel()
		if err := n.flush(ctx); err != nil {
			n.log.Warn("what became of telemetry requests is not written down yet", "error", err)
		}
	})
}

// flush writes the notes down. What cannot be written is kept for the next time.
func (n *notebook) flush(ctx context.Context) error {
	tallies, tokens := n.take()
	if len(tallies) == 0 && len(tokens) == 0 {
		return nil
	}
	var notes []Noted
	for d, of := range tallies {
		for why, t := range of {
			notes = append(notes, Noted{d, why, t})
		}
	}
	err := n.keep.NoteIntake(ctx, notes, tokens)
	if err != nil {
		n.giveBack(notes, tokens)
	}
	return err
}

// take empties the notebook.
func (n *notebook) take() (map[day.Date]map[Reason]Tally, map[int64]time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	tallies, tokens := n.tallies, n.tokens
	n.tallies, n.tokens = nil, nil
	if n.timer != nil {
		n.timer.Stop()
		n.timer = nil
	}
	return tallies, tokens
}

func (n *notebook) giveBack(notes []Noted, tokens map[int64]time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, note := range notes {
		n.put(note.Day, note.Reason, note.Tally)
	}
	for id, at := range tokens {
		n.touch(id, at)
	}
	n.arm()
}

func (n *notebook) close(ctx context.Context) error {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	return n.flush(ctx)
}

package rollout

import (
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

// Choice is what a decider says, and what was decided.
type Choice string

// The choices.
const (
	Go   Choice = "go"
	NoGo Choice = "no_go"
)

// Valid reports whether c is a choice.
func (c Choice) Valid() bool { return c == Go || c == NoGo }

// Decider is somebody whose word a wave waits for.
type Decider struct {
	Person
	Title string // "Primary Owner"
}

// Vote is a decider's word. Later ones replace earlier ones of the same round.
type Vote struct {
	Person
	Choice     Choice
	Reason     string
	At         time.Time
	Conditions string // of the checklist when it fell, as [Checklist.Conditions] writes it
}

// Decision is go or no-go, frozen with what it was based on.
type Decision struct {
	ID     int64
	Choice Choice
	At     time.Time
	By     string
	Basis  []BasisItem // the checklist as it stood
	Votes  []Vote
}

// StandsLeftOut is, in the basis of a decision only, a line that somebody said is not needed.
const StandsLeftOut Standing = "left_out"

// BasisItem is a line of the checklist at the moment of a decision.
type BasisItem struct {
	Task     TaskID   `json:"task"`
	Group    string   `json:"group,omitempty"`
	Title    string   `json:"title"`
	Standing Standing `json:"standing"`
	Reopened bool     `json:"reopened,omitempty"`
	Say      string   `json:"say"`
}

// AnyVersion stands for a version where a change does not replace what somebody
// else may have changed meanwhile.
const AnyVersion = -1

// Readiness is what people decided about a wave.
type Readiness struct {
	Wave      int
	DecideAt  time.Time // zero while nobody has said
	AskedAt   time.Time // zero while nobody was asked
	AskedOn   string    // the checklist when they were asked, as [Checklist.Conditions] writes it
	Deciders  []Decider
	Votes     []Vote     // of the round that was asked for last
	Decisions []Decision // newest first
	Version   int

	events []identity.Event
}

// Events returns what was done to r since it was read, for the audit log.
func (r *Readiness) Events() []identity.Event { return r.events }

// RoundState is how the question of a wave stands.
type RoundState string

// The states of the question.
const (
	NotAsked RoundState = "not_asked" // nobody was asked, or whoever decides changed meanwhile
	Asked    RoundState = "asked"     // the deciders' word is awaited
	Decided  RoundState = "decided"
)

// State returns how the question stands.
func (r Readiness) State() RoundState {
	switch {
	case len(r.Decisions) > 0 && !r.Decisions[0].At.Before(r.AskedAt):
		return Decided
	case !r.AskedAt.IsZero():
		return Asked
	}
	return NotAsked
}

// Stands returns the decision that holds: the latest, unless the question was
// asked again since. False when there is none.
func (r Readiness) Stands() (Decision, bool) {
	if r.State() != Decided {
		return Decision{}, false
	}
	return r.Decisions[0], true
}

// VoteOf returns the word of the decider with this address, false while it is awaited.
func (r Readiness) VoteOf(email string) (Vote, bool) {
	i := slices.IndexFunc(r.Votes, func(v Vote) bool { return strings.EqualFold(v.Email, email) })
	if i < 0 {
		return Vote{}, false
	}
	return r.Votes[i], true
}

// Decides reports whether somebody with this address is a decider.
func (r Readiness) Decides(email string) bool {
	return email != "" && slices.ContainsFunc(r.Deciders, func(d Decider) bool { return strings.EqualFold(d.Email, email) })
}

// Said counts the deciders who said go, who said no-go, and whose word is awaited.
func (r Readiness) Said() (yes, no, awaited int) {
	for _, d := range r.Deciders {
		v, ok := r.VoteOf(d.Email)
		switch {
		case !ok:
			awaited++
		case v.Choice == Go:
			yes++
		default:
			no++
		}
	}
	return yes, no, awaited
}

// Decision returns the decision with an id, false when there is none.
func (r Readiness) Decision(id int64) (Decision, bool) {
	i := slices.IndexFunc(r.Decisions, func(d Decision) bool { return d.ID == id })
	if i < 0 {
		return Decision{}, false
	}
	return r.Decisions[i], true
}

// WaveBySlug returns the wave that an address names, false when there is none.
func (p *Plan) WaveBySlug(slug string) (people.Wave, bool) {
	i := slices.IndexFunc(p.Waves, func(w people.Wave) bool { return w.Slug == slug })
	if i < 0 {
		return people.Wave{}, false
	}
	return p.Waves[i], true
}

// Opened reports whether a wave is open: a person recorded it, or its day has
// passed and nobody moved it.
func (p *Plan) Opened(wave int, today day.Date) bool {
	if g, ok := p.WaveGate(wave); ok && !g.PassedAt.IsZero() {
		return true
	}
	w, ok := p.Wave(wave)
	return ok && w.OpensOn != nil && *w.OpensOn < today
}

// WaveGate returns the gate in front of a wave, false when there is none.
func (p *Plan) WaveGate(wave int) (Gate, bool) {
	i := slices.IndexFunc(p.Gates, func(g Gate) bool { return g.Kind == GateWave && g.Wave == wave })
	if i < 0 {
		return Gate{}, false
	}
	return p.Gates[i], true
}

// Ahead returns the wave whose launch is decided next: the first that is not
// open, else the last there is. False when there is no wave.
func (p *Plan) Ahead(today day.Date) (people.Wave, bool) {
	if len(p.Waves) == 0 {
		return people.Wave{}, false
	}
	i := slices.IndexFunc(p.Waves, func(w people.Wave) bool { return !p.Opened(w.ID, today) })
	if i < 0 {
		i = len(p.Waves) - 1
	}
	return p.Waves[i], true
}

package rollout

import (
	"time"
)

// Choice is what a decider says, and what was decided.
type Choice string

// The choices.
const (
	Go   Choice = "go"
	NoGo Choice = "no_go"
)

// Decider is somebody whose word a wave waits for.
type Decider struct {
	Person
	Title string // "Primary Owner"
}

// Vote is a decider's word. Later ones replace earlier ones of the same round.
type Vote struct {
	Person
	Choice Choice
	Reason string
	At     time.Time
}

// Decision is go or no-go, frozen with what it was based on.
type Decision struct {
	Choice Choice
	At     time.Time
	By     string
	Basis  []BasisItem // the checklist as it stood
	Votes  []Vote
}

// BasisItem is a line of the checklist at the moment of a decision.
type BasisItem struct {
	Task     TaskID   `json:"task"`
	Title    string   `json:"title"`
	Standing Standing `json:"standing"`
	Say      string   `json:"say"`
}

// Readiness is what people decided about a wave.
type Readiness struct {
	Wave      int
	DecideAt  time.Time // zero while nobody has said
	AskedAt   time.Time // zero while nobody was asked
	Deciders  []Decider
	Votes     []Vote     // of the round that was asked for last
	Decisions []Decision // newest first
	Version   int
}

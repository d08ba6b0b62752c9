package pull

import (
	"time"

	"groundswell/internal/day"
)

// Status is what became of a source when it was last read to its end.
type Status string

// The statuses.
const (
	NeverRun     Status = "never"
	Complete     Status = "complete"    // everything asked for is there, through State.Through
	Failing      Status = "failing"     // since State.FailingSince, for State.Reason; what landed before stays
	MissingScope Status = "not_granted" // the key lacks Source.Scope
)

// State is what is known of a source, and how far it is while it is being read.
type State struct {
	Source Source
	Status Status

	Running     bool // being read at this moment
	Interrupted bool // was being read when its process died
	Done, Total int  // units of the present or last run
	Current     string

	Through      day.Date  // last day up to which it is complete; None when nothing is
	FailingSince time.Time // zero unless failing or not granted
	Reason       Reason    // "" unless failing or not granted
	Say          string    // the failure, or a remark, in one sentence; "" otherwise
	RequestID    string    // of the last request, failed or not
	Rows         int64     // rows read in the present or last run
	Unknown      map[string]int
	LastRun      time.Time // zero: never
	LastSuccess  time.Time // zero: never
}

// begin resets what belongs to one run.
func (s *State) begin(now time.Time) {
	s.Running, s.LastRun = true, now
	s.Done, s.Total, s.Current = 0, 0, ""
	s.Rows, s.Unknown = 0, nil
}

// succeed ends a run that read everything it was asked for.
func (s *State) succeed(now time.Time) {
	s.Running, s.Current = false, ""
	s.Status, s.LastSuccess = Complete, now
	s.FailingSince, s.Reason, s.Say = time.Time{}, "", ""
}

// fail ends a run that could not.
func (s *State) fail(f *Failure, now time.Time) {
	s.Running, s.Current = false, ""
	status := Failing
	if f.Reason == NotGranted {
		status = MissingScope
	}
	if s.Status != status || s.FailingSince.IsZero() {
		s.FailingSince = now
	}
	s.Status, s.Reason, s.Say = status, f.Reason, f.Say
	s.RequestID = f.RequestID // "" when no answer came: an older one would lead astray
}

// count adds what a page held.
func (s *State) count(f Facts, requestID string) {
	s.Rows += int64(f.Rows)
	if requestID != "" {
		s.RequestID = requestID
	}
	for name, n := range f.Unknown {
		if s.Unknown == nil {
			s.Unknown = map[string]int{}
		}
		if _, known := s.Unknown[name]; known || len(s.Unknown) < maxUnknown {
			s.Unknown[name] += n
		}
	}
}

// maxUnknown bounds how many different unknown names are counted.
const maxUnknown = 100

// Progress is how far a run is, for whoever watches it.
type Progress struct {
	Source      Source
	Place, Of   int // this is the Place-th source Of so many
	Done, Total int // units of this source
	Unit        string
	Rows        int64
}

// Report is how a run ended.
type Report struct {
	Run     int
	Resumed bool
	States  []State // of the sources asked for, in reading order
	Changed bool    // figures may differ now
	Rows    int64   // rows read
	Written int64   // rows written or removed
}

// Complete reports whether every granted source is complete.
func (r Report) Complete() bool {
	for _, st := range r.States {
		if st.Status != Complete && st.Status != MissingScope {
			return false
		}
	}
	return true
}

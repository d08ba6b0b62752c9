package telemetry

import (
	"time"

	"groundswell/internal/day"
)

// KeyBytes is the length of an event's key, WhoBytes that of a person's hash.
const (
	KeyBytes = 16
	WhoBytes = 8
)

// Event is what is kept of a log record: what happened, never what was said,
// and to nobody.
type Event struct {
	Key     []byte    // one of a kind; sent twice it is the same
	Who     []byte    // a hash of the account, another each day; nil when the record names none
	At      time.Time // when it happened, by the desktop's clock; by ours when Skewed
	Arrived time.Time
	Skewed  bool // the record's own time is in the future or too old, so it is filed by arrival

	Name    string // "tool_result"
	Version string // of the desktop app
	OS      string // darwin, windows, linux or other
	Model   string
	Server  string // connector
	Tool    string
	Plugin  string
	Skill   string
	Error   string // one of a fixed list of kinds; see errorKind
	Status  string // class of the HTTP status: "4xx"

	OK           *bool // nil where the event has no outcome
	InputTokens  *int64
	OutputTokens *int64
	CostMicros   *int64 // millionths of a US dollar
	DurationMS   *int64
}

// Facet is something that a day's events are counted by.
type Facet string

// The facets. FacetAll counts every event once.
const (
	FacetAll     Facet = "all"
	FacetVersion Facet = "version"
	FacetOS      Facet = "os"
	FacetModel   Facet = "model"
	FacetServer  Facet = "server"
	FacetTool    Facet = "tool"
	FacetPlugin  Facet = "plugin"
	FacetSkill   Facet = "skill"
	FacetError   Facet = "error"
	FacetStatus  Facet = "status"
)

// Other stands for a name that is not kept: it is too long to be one, looks like
// a path or an address, or comes after more names than a day may have.
const Other = "other"

// The limits of what is taken.
const (
	MaxBody    = 4 << 20  // bytes of a request, as sent
	MaxDecoded = 16 << 20 // bytes of it when unpacked
	MaxRecords = 10_000   // of one request
	MaxValues  = 200      // names of one facet, and of events, in a day; later ones are Other

	ahead  = 10 * time.Minute   // how far a desktop's clock may run ahead
	behind = 7 * 24 * time.Hour // how long an event may have waited on a desktop

	// KeepDays is how many days events themselves are kept; their sums stay.
	KeepDays = 8
)

// Reason is why a request or a record was not kept, or was kept otherwise than sent.
type Reason string

// The reasons, of requests and then of records.
const (
	BadToken    Reason = "token"
	WrongPath   Reason = "path"
	WrongMethod Reason = "method"
	WrongType   Reason = "media_type"
	Malformed   Reason = "malformed"
	TooLarge    Reason = "too_large"
	Busy        Reason = "busy"

	Foreign   Reason = "foreign"   // not from Cowork
	Nameless  Reason = "nameless"  // no event can be made out
	Skewed    Reason = "skewed"    // kept, but filed by arrival
	Duplicate Reason = "duplicate" // kept already
)

// Tally is how often something happened, and when last.
type Tally struct {
	Times int
	Last  time.Time
}

// Noted is a tally of one day.
type Noted struct {
	Day    day.Date
	Reason Reason
	Tally
}

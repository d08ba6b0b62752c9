package telemetry

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"groundswell/internal/fault"
)

// Attributes of a record that are read. Everything else is passed over where it
// is decoded: prompts, parameters, paths and addresses are never even copied.
const (
	attrName      = "event.name"
	attrSession   = "session.id"
	attrSequence  = "event.sequence"
	attrTime      = "event.timestamp"
	attrPrompt    = "prompt.id" // an id; the text is in "prompt"
	attrAccount   = "user.account_id"
	attrModel     = "model"
	attrCost      = "cost_usd"
	attrMicros    = "cost_usd_micros"
	attrInput     = "input_tokens"
	attrOutput    = "output_tokens"
	attrDuration  = "duration_ms"
	attrError     = "error" // mapped to a kind; the text is not kept
	attrCode      = "status_code"
	attrTool      = "tool_name"
	attrSuccess   = "success"
	attrMCPServer = "mcp_server.name"
	attrMCPTool   = "mcp_tool.name"
	attrServer    = "server_name"
	attrStatus    = "status"
	attrPlugin    = "plugin.name"
	attrSkill     = "skill.name"
)

// common are read of every event, the others of the events that have them.
var common = []string{attrName, attrSession, attrSequence, attrTime, attrPrompt, attrAccount}

// own lists what is read of each known event besides common. Of events that
// newer versions bring only the name is kept.
var own = map[string][]string{
	"user_prompt":             nil,
	"api_request":             {attrModel, attrCost, attrMicros, attrInput, attrOutput, attrDuration},
	"api_error":               {attrModel, attrError, attrCode, attrDuration},
	"api_refusal":             {attrModel, attrError, attrCode, attrDuration},
	"api_retries_exhausted":   {attrModel, attrError, attrCode, attrDuration},
	"tool_decision":           {attrTool},
	"tool_result":             {attrTool, attrSuccess, attrDuration, attrMCPServer, attrMCPTool, attrError},
	"mcp_server_connection":   {attrServer, attrStatus, attrError, attrDuration},
	"plugin_loaded":           {attrPlugin},
	"plugin_installed":        {attrPlugin, attrSuccess},
	"skill_activated":         {attrSkill, attrPlugin},
	"auth":                    {attrSuccess, attrError},
	"permission_mode_changed": nil,
}

// read is every attribute that some event has a use for.
var read = func() map[string]bool {
	out := map[string]bool{}
	for _, k := range common {
		out[k] = true
	}
	for _, keys := range own {
		for _, k := range keys {
			out[k] = true
		}
	}
	return out
}()

// origin is what a record's resource and scope say about where it comes from.
type origin struct {
	service, version, os, scope string
}

const (
	coworkService = "cowork"
	coworkScope   = "com.anthropic.claude_code.events"
	codeService   = "claude-code" // the command line program shares Cowork's scope
)

// cowork reports whether records of this origin are Cowork's.
func (o origin) cowork() bool {
	return o.service == coworkService || o.scope == coworkScope && o.service != codeService
}

// resourceAttr takes note of one attribute of a resource.
func (o *origin) resourceAttr(key, value string) {
	switch key {
	case "service.name":
		o.service = value
	case "service.version":
		o.version = value
	case "os.type":
		o.os = value
	}
}

// record is one log record with only what may be read of it.
type record struct {
	field           string // event_name, which is set or not
	body            string // of a body that is a string: its beginning, enough for a name
	nanos, observed uint64
	attrs           map[string]string
}

// maxName bounds what is copied of a text that must be a name.
const maxName = 64

// name finds what the record calls its event, "" when it does not say. A body
// counts only when it has a known form: it may be what a person typed.
func (r *record) name() string {
	for _, s := range []string{r.attrs[attrName], r.field} {
		if s = unprefixed(s); eventName.MatchString(s) {
			return s
		}
	}
	short := unprefixed(r.body)
	if _, known := own[short]; known || short != r.body && eventName.MatchString(short) {
		return short
	}
	return ""
}

var eventName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// prefixes of event names, which have varied by version.
var prefixes = []string{"claude_cowork.", "claude_code.", "cowork."}

func unprefixed(s string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest
		}
	}
	return s
}

// Reading is what a request held.
type Reading struct {
	Events   []Event
	Records  int            // all that were sent
	Rejected map[Reason]int // records not taken, and why
}

// Refused returns how many records were not taken.
func (r Reading) Refused() int { return r.Rejected[Foreign] + r.Rejected[Nameless] }

// Why says in a sentence why records were not taken, "" when all were.
func (r Reading) Why() string {
	switch foreign, nameless := r.Rejected[Foreign] > 0, r.Rejected[Nameless] > 0; {
	case foreign && nameless:
		return "Only Cowork's events are taken, and only those that name their event."
	case foreign:
		return "Only Cowork's events are taken: service.name must be cowork."
	case nameless:
		return "A record names no event in event.name, in its event name or in its body."
	}
	return ""
}

var (
	errMalformed = fault.New(fault.Invalid, "The body is not an OTLP export of logs in the encoding that Content-Type names.")
	errTooMany   = fault.New(fault.TooLarge, "More records than one request may bring. Set the exporter to smaller batches.")
)

// reader gathers what a request holds.
type reader struct {
	hash hasher
	now  time.Time
	out  Reading
}

// add takes one record, or notes why not.
func (r *reader) add(from origin, rec *record) error {
	r.out.Records++
	if r.out.Records > MaxRecords {
		return errTooMany
	}
	if !from.cowork() {
		r.out.Rejected[Foreign]++
		return nil
	}
	name := rec.name()
	if name == "" {
		r.out.Rejected[Nameless]++
		return nil
	}
	r.out.Events = append(r.out.Events, r.event(name, from, rec))
	return nil
}

// event keeps of a record what its event is allowed.
func (r *reader) event(name string, from origin, rec *record) Event {
	e := Event{Name: name, Version: version(from.version), OS: system(from.os), Arrived: r.now}
	e.At, e.Skewed = filed(rec.time(), r.now)
	e.Key = r.hash.key(name, rec)
	e.Who = r.hash.who(rec.attrs[attrAccount], e.At)
	keep := attrsOf{rec.attrs, own[name]}
	keep.into(&e)
	return e
}

// time is when the record says that it happened; zero when it does not.
func (r *record) time() time.Time {
	if t, err := time.Parse(time.RFC3339Nano, r.attrs[attrTime]); err == nil {
		return t.UTC()
	}
	for _, n := range []uint64{r.nanos, r.observed} {
		if n > 0 && n < 1<<63 {
			return time.Unix(0, int64(n)).UTC()
		}
	}
	return time.Time{}
}

// filed is the time that an event is kept under: its own, unless it has none or
// cannot be right.
func filed(at, now time.Time) (when time.Time, skewed bool) {
	if at.IsZero() {
		return now.UTC(), false
	}
	if at.After(now.Add(ahead)) || at.Before(now.Add(-behind)) {
		return now.UTC(), true
	}
	return at, false
}

// attrsOf are the attributes of a record, of which only some may be looked at.
type attrsOf struct {
	all     map[string]string
	allowed []string
}

// text returns an attribute, "" when it is absent or not this event's.
func (a attrsOf) text(key string) string {
	if !slices.Contains(a.allowed, key) {
		return ""
	}
	return a.all[key]
}

func (a attrsOf) into(e *Event) {
	e.Model, e.Plugin, e.Skill = label(a.text(attrModel)), label(a.text(attrPlugin)), label(a.text(attrSkill))
	e.Server = label(a.text(attrServer) + a.text(attrMCPServer))
	e.Tool = label(a.text(attrTool))
	if e.Server == "" {
		e.Server = serverOf(e.Tool)
	}
	if t := label(a.text(attrMCPTool)); t != "" {
		e.Tool = t
	}
	e.InputTokens, e.OutputTokens = whole(a.text(attrInput)), whole(a.text(attrOutput))
	e.DurationMS, e.CostMicros = whole(a.text(attrDuration)), micros(a.text(attrMicros), a.text(attrCost))
	e.Status = class(a.text(attrCode))
	e.OK = outcome(e.Name, a.text(attrSuccess), a.text(attrStatus))
	if e.OK != nil && !*e.OK {
		e.Error = errorKind(a.text(attrCode), a.text(attrError))
	}
}

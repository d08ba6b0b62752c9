package enablement

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

// The limits of one request, and of what is kept of a statement.
const (
	MaxStatements = 1000 // of one request
	maxIRI        = 500  // characters
	maxCourse     = 200  // characters of a name
	ahead         = 5 * time.Minute
)

// since is before every statement that can be about Cowork.
var since = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// The verbs that count. A course that was passed is completed.
const (
	verbAttended  = "http://adlnet.gov/expapi/verbs/attended"
	verbCompleted = "http://adlnet.gov/expapi/verbs/completed"
	verbPassed    = "http://adlnet.gov/expapi/verbs/passed"
	verbVoided    = "http://adlnet.gov/expapi/verbs/voided"
)

var verbs = map[string]Status{verbAttended: Attended, verbCompleted: Completed, verbPassed: Completed}

// The parts of a statement that are looked at. What is not listed is never read.
type rawStatement struct {
	ID        *string    `json:"id"`
	Actor     *rawActor  `json:"actor"`
	Verb      *rawVerb   `json:"verb"`
	Object    *rawObject `json:"object"`
	Result    *rawResult `json:"result"`
	Timestamp *string    `json:"timestamp"`
}

type rawActor struct {
	ObjectType string          `json:"objectType"`
	Mailbox    *string         `json:"mbox"`
	Digest     json.RawMessage `json:"mbox_sha1sum"`
	OpenID     json.RawMessage `json:"openid"`
	Account    json.RawMessage `json:"account"`
	Member     json.RawMessage `json:"member"`
}

type rawVerb struct {
	ID string `json:"id"`
}

type rawObject struct {
	ObjectType string `json:"objectType"`
	ID         string `json:"id"`
	Definition *struct {
		Name map[string]string `json:"name"`
	} `json:"definition"`
}

type rawResult struct {
	Duration *string `json:"duration"`
}

// ReadStatements reads the body of a request: one statement or an array of them.
// The fault is Invalid, about the whole request, when one of them is malformed,
// and TooLarge when there are too many; neither repeats what was sent.
func ReadStatements(body []byte, now time.Time) ([]Heard, error) {
	list, err := split(body)
	if err != nil {
		return nil, err
	}
	out := make([]Heard, 0, len(list))
	for i, text := range list {
		h, why := readStatement(text, now)
		if why != "" {
			return nil, refuse(i, why)
		}
		out = append(out, h)
	}
	return out, nil
}

var errNotJSON = fault.New(fault.Invalid, "Nothing of this request was kept. Its body is neither a statement nor an array of statements as JSON.")

func split(body []byte) ([]json.RawMessage, error) {
	body = bytes.Trim(body, " \t\r\n")
	switch {
	case !json.Valid(body) || !utf8.Valid(body):
		return nil, errNotJSON
	case body[0] == '{':
		return []json.RawMessage{body}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil || list == nil {
		return nil, errNotJSON
	}
	if len(list) > MaxStatements {
		return nil, fault.New(fault.TooLarge, fmt.Sprintf("Nothing of this request was kept. It has more than %d statements. Send fewer at a time.", MaxStatements))
	}
	return list, nil
}

// readStatement reads one statement; why says what is malformed about it.
func readStatement(text json.RawMessage, now time.Time) (h Heard, why string) {
	var raw rawStatement
	if text[0] != '{' || json.Unmarshal(text, &raw) != nil {
		return h, "it is no object, or one of its parts has the wrong type"
	}
	if raw.ID != nil {
		if h.ID, why = readID(*raw.ID); why != "" {
			return h, why
		}
	}
	switch {
	case raw.Actor == nil:
		return h, "it has no actor"
	case raw.Verb == nil || !isIRI(raw.Verb.ID):
		return h, "it has no verb with an IRI as its id"
	case raw.Object == nil:
		return h, "it has no object"
	}
	s := Statement{ID: h.ID, Verb: verbs[raw.Verb.ID]}
	if s.At, why = readTime(raw.Timestamp, now); why != "" {
		return h, why
	}
	if s.Minutes, why = readDuration(raw.Result); why != "" {
		return h, why
	}
	var left Reason
	if s.Email, left, why = raw.Actor.read(); why != "" {
		return h, why
	}
	return h.settle(raw, s, left)
}

// settle decides what becomes of a statement whose parts are well formed, beside its object.
func (h Heard) settle(raw rawStatement, s Statement, left Reason) (Heard, string) {
	if raw.Verb.ID == verbVoided {
		return h.voiding(raw.Object)
	}
	about, why := raw.Object.read()
	switch {
	case why != "":
		return h, why
	case s.Verb == "":
		h.Left = OtherVerb
	case about != "":
		h.Left = about
	case left != "":
		h.Left = left
	default:
		s.Activity, s.Course = raw.Object.ID, raw.Object.name()
		h.Kept = &s
	}
	return h, ""
}

func (h Heard) voiding(o *rawObject) (Heard, string) {
	id, why := readID(o.ID)
	if o.ObjectType != "StatementRef" || why != "" {
		return h, "it voids, and its object is no reference to a statement"
	}
	h.Voids = id
	return h, ""
}

var idShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func readID(text string) (id, why string) {
	if id = strings.ToLower(text); !idShape.MatchString(id) {
		return "", "its id is no UUID"
	}
	return id, ""
}

// read finds the person's address. left says why there is none to keep.
func (a *rawActor) read() (email string, left Reason, why string) {
	names := 0
	for _, part := range []json.RawMessage{a.Digest, a.OpenID, a.Account} {
		if given(part) {
			names++
		}
	}
	if a.Mailbox != nil {
		names++
	}
	group := a.ObjectType == "Group"
	switch {
	case !slices.Contains([]string{"", "Agent", "Group"}, a.ObjectType):
		return "", "", "its actor is neither an agent nor a group"
	case names > 1:
		return "", "", "its actor is named in more than one way"
	case names == 0 && !(group && given(a.Member)):
		return "", "", "its actor is not named"
	}
	if a.Mailbox != nil {
		if email, why = readMailbox(*a.Mailbox); why != "" {
			return "", "", why
		}
	}
	switch {
	case group:
		return "", GroupOfMany, ""
	case email == "":
		return "", NoMailbox, ""
	}
	return email, "", ""
}

func given(part json.RawMessage) bool { return len(part) > 0 && string(part) != "null" }

func readMailbox(text string) (email, why string) {
	scheme, address, _ := strings.Cut(text, ":")
	email, err := sheet.Address("mbox", address)
	odd := strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' })
	if !strings.EqualFold(scheme, "mailto") || err != nil || odd || len(address) > sheet.MaxAddress {
		return "", "the mbox of its actor is no mailto: address"
	}
	return email, ""
}

// read says why the object is none that counts, "" when it is a course.
func (o *rawObject) read() (left Reason, why string) {
	switch o.ObjectType {
	case "", "Activity":
		if !isIRI(o.ID) {
			return "", "the id of its object is no IRI of at most 500 characters"
		}
		return "", ""
	case "Agent", "Group", "StatementRef", "SubStatement":
		return NotActivity, ""
	}
	return "", "its object is of no known type"
}

// name is the course's name: in English where it is given, else in the language that comes first by its code.
func (o *rawObject) name() string {
	if o.Definition == nil {
		return ""
	}
	names := o.Definition.Name
	codes := make([]string, 0, len(names))
	for code := range names {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range append([]string{"en", "en-US", "en-GB"}, codes...) {
		if name := CourseName(names[code]); name != "" {
			return name
		}
	}
	return ""
}

// CourseName is a name as it is kept: one line without needless space, at most 200 characters.
func CourseName(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if all := []rune(text); len(all) > maxCourse {
		text = strings.TrimSpace(string(all[:maxCourse]))
	}
	return text
}

var iriShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>"{}|\\^` + "`" + `]+$`)

func isIRI(text string) bool {
	return utf8.RuneCountInString(text) <= maxIRI && iriShape.MatchString(text)
}

package telemetry

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxLabel = 120 // runes of a name
	maxWords = 8   // more than these are a sentence, not a name
)

// address is an email address, or enough of one.
var address = regexp.MustCompile(`@[^@\s]+\.`)

// label makes a name of a tool, connector, plugin or skill fit to keep: bounded,
// printable, and [Other] when it looks like a path, an address or a sentence.
func label(s string) string {
	s = strings.Join(strings.Fields(strings.Map(printable, s)), " ")
	if s == "" {
		return ""
	}
	tooLong := utf8.RuneCountInString(s) > maxLabel || strings.Count(s, " ") >= maxWords
	if tooLong || strings.ContainsAny(s, `/\`) || address.MatchString(s) {
		return Other
	}
	return s
}

func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r == utf8.RuneError || !unicode.IsPrint(r):
		return -1
	}
	return r
}

var versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}$`)

// version keeps what can be a version.
func version(s string) string {
	if s == "" || versionForm.MatchString(s) {
		return s
	}
	return Other
}

// system names the operating system.
func system(s string) string {
	switch s = strings.ToLower(s); s {
	case "", "darwin", "windows", "linux":
		return s
	}
	return Other
}

// serverOf is the connector in a tool's name of the form mcp__connector__tool.
func serverOf(tool string) string {
	rest, ok := strings.CutPrefix(tool, "mcp__")
	if !ok {
		return ""
	}
	server, _, _ := strings.Cut(rest, "__")
	return server
}

// mostly bounds sums: no single event has this many tokens or milliseconds.
const mostly = 1e12

// whole reads a count, which may have been sent as text or as a decimal; nil when it is none.
func whole(s string) *int64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > mostly {
		return nil
	}
	n := int64(math.Round(f))
	return &n
}

// micros reads a cost, in millionths of a dollar or else in dollars.
func micros(exact, dollars string) *int64 {
	if n := whole(exact); n != nil {
		return n
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(dollars), 64)
	if err != nil {
		return nil
	}
	return whole(strconv.FormatFloat(f*1e6, 'f', 0, 64))
}

// statusCode reads an HTTP status; 0 when it is none.
func statusCode(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}

// class is the class of an HTTP status, such as "4xx".
func class(code string) string {
	if n := statusCode(code); n > 0 {
		return strconv.Itoa(n/100) + "xx"
	}
	return ""
}

// outcome says whether what the event tells of went well; nil where it does not say.
func outcome(name, success, status string) *bool {
	switch name {
	case "api_request":
		return ptr(true)
	case "api_error", "api_refusal", "api_retries_exhausted":
		return ptr(false)
	}
	switch strings.ToLower(success) + strings.ToLower(status) {
	case "true", "1", "connected":
		return ptr(true)
	case "false", "0", "failed", "error":
		return ptr(false)
	}
	return nil
}

func ptr(b bool) *bool { return &b }

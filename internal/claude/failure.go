package claude

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	json "github.com/go-json-experiment/json"

	"groundswell/internal/day"
	"groundswell/internal/outward"
	"groundswell/internal/pull"
)

// The error types of the API that decide something. The message decides nothing,
// except for the day it names.
const (
	typeAuthentication = "authentication_error"
	typePermission     = "permission_error"
	typeNotFound       = "not_found_error"
	typeInvalid        = "invalid_request_error"
)

const (
	sayBadKey      = "Anthropic does not accept the key: it is wrong or was revoked. Enter a new one in Settings, Sources."
	sayRateLimited = "Anthropic asks to slow down. Nothing is lost; the next run continues where this one stopped. If it happens often, lower ANTHROPIC_REQUESTS_PER_MINUTE."
	sayOverloaded  = "Anthropic's API has trouble at the moment (%d). Nothing is lost; the next run continues where this one stopped."
	sayHTML        = "A web page came back instead of data, most likely from a proxy in between. Let this server reach the API directly."
	sayProxyError  = "Something between this server and Anthropic answered %d, and not in the API's words. Check the proxy and ANTHROPIC_BASE_URL."
	sayRedirect    = "The API's address points elsewhere (%d) and is not followed, so that the key stays here. Check ANTHROPIC_BASE_URL and any proxy."
	sayBadPage     = "The API answered with a page that does not make sense, several times. It was not used; what was read before is kept."
	sayCut         = "The answer broke off before its end, several times. It was not used; what was read before is kept."
	sayTooLarge    = "The answer is larger than 64 MB, which no page of the API is. It was not used. Check ANTHROPIC_BASE_URL and any proxy."
	sayRefused     = "Anthropic refused the request (%d). Groundswell may be older than the API: look for a newer version."
	sayTooRecent   = "This day is not available yet. It is read once Anthropic has it."
)

// longestRetryAfter caps what a server may ask us to wait; more is a mistake.
const longestRetryAfter = time.Hour

// trouble is a failure with what the retry loop needs to know of it.
type trouble struct {
	pull.Failure
	transient bool          // another try may help
	wait      time.Duration // asked for by the server; 0 when it did not
	timedOut  bool
	missing   bool // the scope is missing
}

// about completes the sentences that name the unit's scope or our patience.
func (t *trouble) about(u pull.Unit, patience time.Duration) *trouble {
	switch {
	case t.missing:
		t.Say = SayNotGranted(u.Source.Scope())
	case t.timedOut:
		t.Say = fmt.Sprintf("No complete answer from the API within %s. Check the connection; the next run tries again.", patience)
	case t.Reason == pull.TooRecent && !dated(u):
		t.Reason, t.Say = pull.Refused, fmt.Sprintf(sayRefused, http.StatusBadRequest)
	case t.Reason == pull.TooRecent:
		t.Latest = earlier(t.Latest, u.To)
	}
	return t
}

// SayNotGranted says what to do about a missing scope.
func SayNotGranted(scope string) string {
	say := "The key lacks the scope " + scope + ". Ask the organization's primary owner for a key that has it."
	if scope == pull.Groups.Scope() {
		say = "The key lacks the scope " + scope + ". Ask the organization's primary owner for a key that has it; for this scope the key must be made for all linked organizations."
	}
	return say
}

func dated(u pull.Unit) bool { return u.From != 0 || u.To != 0 }

// earlier drops a latest day that is not before the day asked for: the message named that one.
func earlier(latest, asked day.Date) day.Date {
	if latest >= asked {
		return day.None
	}
	return latest
}

func badAnswer(requestID, say string, err error) *trouble {
	return &trouble{transient: true, Failure: pull.Failure{
		Reason: pull.BadAnswer, Say: say, RequestID: requestID, Latest: day.None, Err: err}}
}

// strange is an answer that is neither a 200 nor an error: a redirect, or an empty 204.
func strange(res *http.Response, requestID string) *trouble {
	say := sayProxyError
	if res.StatusCode >= 300 {
		say = sayRedirect
	}
	return badAnswer(requestID, fmt.Sprintf(say, res.StatusCode), nil)
}

func cutBody(requestID string, err error) *trouble {
	var t *trouble
	switch {
	case errors.Is(err, outward.ErrTooLarge):
		t = badAnswer(requestID, sayTooLarge, err)
		t.transient = false
	case errors.Is(err, io.ErrUnexpectedEOF):
		t = badAnswer(requestID, sayCut, err)
	default:
		t = unreachable(err)
		t.RequestID = requestID
	}
	return t
}

// unreachable is a request without an answer: no connection, a reset, a time-out.
func unreachable(err error) *trouble {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the address holds a cursor, which is nobody's business
	}
	t := &trouble{transient: true, Failure: pull.Failure{Reason: pull.Unreachable, Latest: day.None, Err: err}}
	var dns *net.DNSError
	var cert x509.UnknownAuthorityError
	switch {
	case errors.Is(err, errPrivate):
		t.transient = false
		t.Say = "The API's name leads to a private address, where the key is not sent. Check this server's name resolution, or set ANTHROPIC_BASE_URL."
	case errors.Is(err, outward.ErrTooLarge):
		return cutBody("", err)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		t.timedOut = true
	case errors.As(err, &dns):
		t.Say = "The API's name cannot be resolved. Check this server's DNS and ANTHROPIC_BASE_URL."
	case errors.As(err, &cert):
		t.transient = false
		t.Say = "The API's certificate is signed by nobody this server trusts. If a proxy inspects traffic, install its certificate on this server."
	default:
		t.Say = "The API cannot be reached: the connection failed or broke off. Check this server's way out and ANTHROPIC_BASE_URL."
	}
	return t
}

// refused maps an error answer by its type, and by its status where a proxy may have written it.
func refused(e *anthropic.Error, now time.Time) *trouble {
	t := &trouble{Failure: pull.Failure{RequestID: requestIDOf(e), Latest: day.None, Err: describe(e)}}
	kind := string(e.Type())
	switch {
	case e.StatusCode == http.StatusTooManyRequests:
		t.limited(e.Response.Header, now)
	case e.StatusCode >= 500:
		t.Reason, t.Say, t.transient = pull.Overloaded, fmt.Sprintf(sayOverloaded, e.StatusCode), true
		t.wait, _ = retryAfter(e.Response.Header, now)
	case kind == "":
		return badAnswer(t.RequestID, fmt.Sprintf(sayProxyError, e.StatusCode), t.Err)
	case kind == typeAuthentication:
		t.Reason, t.Say = pull.BadKey, sayBadKey
	case kind == typePermission:
		t.Reason, t.missing = pull.NotGranted, true
	case kind == typeInvalid && tooRecent(e):
		t.Reason, t.Say, t.Latest = pull.TooRecent, sayTooRecent, latestDay(messageOf(e))
	default:
		t.Reason, t.Say = pull.Refused, fmt.Sprintf(sayRefused, e.StatusCode)
		t.transient = e.StatusCode == http.StatusRequestTimeout || e.StatusCode == http.StatusConflict
	}
	if again := e.Response.Header.Get("x-should-retry"); again != "" {
		t.transient = again == "true"
	}
	return t
}

func (t *trouble) limited(h http.Header, now time.Time) {
	t.Reason, t.Say, t.transient = pull.RateLimited, sayRateLimited, true
	if wait, ok := retryAfter(h, now); ok {
		t.wait = wait
		t.RetryAfter = now.Add(wait)
	}
}

// retryAfter reads seconds or an HTTP date. Nonsense counts as absent, and more
// than an hour as an hour.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("retry-after"))
	if v == "" {
		return 0, false
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), time.Millisecond), longestRetryAfter), true
	}
	s, err := strconv.ParseFloat(v, 64)
	if err != nil || !(s >= 0) {
		return 0, false
	}
	if s > longestRetryAfter.Seconds() {
		return longestRetryAfter, true
	}
	return max(time.Duration(s*float64(time.Second)), time.Millisecond), true
}

// backoff is the pause after attempt n: doubled each time, with a quarter of jitter.
func backoff(first time.Duration, n int) time.Duration {
	d := min(first<<min(n-1, 10), longestBackoff)
	return d - rand.N(d/4+1)
}

// The API answers any bad date with the same type; only the words tell a day that
// is too recent, and they name the latest one.
var (
	recentWords = regexp.MustCompile(`(?i)\b(too recent|latest|not yet|not available)\b`)
	namedDay    = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
	latestNamed = regexp.MustCompile(`(?i)(?:latest|recent|until|through|up to)[^.;]*?(\d{4}-\d{2}-\d{2})`)
)

func tooRecent(e *anthropic.Error) bool {
	return e.StatusCode == http.StatusBadRequest && recentWords.MatchString(messageOf(e))
}

// latestDay is the day a message names as the latest; failing that, the earliest it names.
func latestDay(message string) day.Date {
	if i := strings.Index(strings.ToLower(message), "latest"); i >= 0 {
		if m := latestNamed.FindStringSubmatch(message[i:]); m != nil {
			return dayOr(m[1], day.None)
		}
	}
	found := day.Never
	for _, s := range namedDay.FindAllString(message, -1) {
		found = min(found, dayOr(s, day.Never))
	}
	if found == day.Never {
		return day.None
	}
	return found
}

func dayOr(s string, otherwise day.Date) day.Date {
	d, err := day.Parse(s)
	if err != nil {
		return otherwise
	}
	return d
}

type errorBody struct {
	Type  string `json:"type"`
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string `json:"request_id"`
}

func bodyOf(e *anthropic.Error) (b errorBody) {
	if json.Unmarshal([]byte(e.RawJSON()), &b) != nil {
		return errorBody{}
	}
	return b
}

func messageOf(e *anthropic.Error) string { return bodyOf(e).Error.Message }

func requestIDOf(e *anthropic.Error) string {
	if e.RequestID != "" {
		return e.RequestID
	}
	return bodyOf(e).RequestID
}

// describe keeps of an error answer what a log may hold: no address, no body.
func describe(e *anthropic.Error) error {
	if t := e.Type(); t != "" {
		return fmt.Errorf("%d %s: %s", e.StatusCode, t, tame(messageOf(e)))
	}
	return fmt.Errorf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))
}

var private = regexp.MustCompile(`\S+@\S+|sk-ant-\S+`)

// tame makes a foreign message fit for a log line.
func tame(s string) string {
	const longest = 200
	s = strings.Join(strings.Fields(s), " ")
	s = private.ReplaceAllString(s, "…")
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return s
}

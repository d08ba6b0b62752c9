package claude

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"golang.org/x/time/rate"

	"groundswell/internal/pull"
)

// The limits of a client whose Config leaves them out. Together they end every
// fetch, whatever the other side does, within two minutes.
const (
	defaultAttempts = 5
	defaultAttempt  = 20 * time.Second
	defaultTotal    = 75 * time.Second // holds the minute of a rate limit
	defaultBackoff  = 500 * time.Millisecond
	longestBackoff  = 8 * time.Second
)

// Fewer attempts for what a repetition seldom mends, so that a whole sync against
// a broken API ends within two minutes too.
const (
	attemptsInSilence = 2
	attemptsAtSense   = 3
)

// DefaultBaseURL is where the API lives unless the operator says otherwise.
const DefaultBaseURL = "https://api.anthropic.com"

// Config says which API to read, with which key and how patiently. Zero values
// of the limits mean the defaults.
type Config struct {
	Key string // the scoped Admin API key

	// BaseURL is set by the operator in the environment, never by a page, and is
	// therefore trusted: it alone may lead to a private address. Empty: DefaultBaseURL.
	BaseURL string

	RequestsPerMinute int // pace of the requests; 0 is unpaced

	Attempts int           // requests for one page, the first included
	Attempt  time.Duration // one request with its whole body
	Total    time.Duration // one page with all attempts and pauses, from its first request
	Backoff  time.Duration // pause before the second attempt; doubles from there

	Log *slog.Logger // nil: silent
}

// Client reads one organization. It is safe for concurrent use; all its fetches
// share one pace.
type Client struct {
	api   anthropic.Client
	limit *rate.Limiter
	cfg   Config
	log   *slog.Logger
	past  *past
	ahead *readAhead
}

var _ pull.Upstream = (*Client)(nil)

// New makes a client. It sends nothing; [Client.Check] tries the key.
func New(cfg Config) (*Client, error) {
	cfg.Key = strings.TrimSpace(cfg.Key)
	if err := checkKey(cfg.Key); err != nil {
		return nil, err
	}
	trusted := cfg.BaseURL != ""
	if !trusted {
		cfg.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("ANTHROPIC_BASE_URL must be an address like https://api.anthropic.com")
	}
	cfg.fill()
	return &Client{
		api: anthropic.NewClient(
			option.WithoutEnvironmentDefaults(),
			option.WithAPIKey(cfg.Key),
			option.WithBaseURL(cfg.BaseURL),
			option.WithHTTPClient(httpClient(base, trusted)),
			// One loop retries, ours: the SDK's would sleep for as long as any
			// retry-after says, and does not cover a cut body or an HTML page.
			option.WithMaxRetries(0),
		),
		limit: limiter(cfg.RequestsPerMinute),
		cfg:   cfg,
		log:   cfg.Log,
		past:  &past{},
		ahead: &readAhead{},
	}, nil
}

func (c *Config) fill() {
	if c.Attempts <= 0 {
		c.Attempts = defaultAttempts
	}
	if c.Attempt <= 0 {
		c.Attempt = defaultAttempt
	}
	if c.Total <= 0 {
		c.Total = defaultTotal
	}
	if c.Backoff <= 0 {
		c.Backoff = defaultBackoff
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

func checkKey(key string) error {
	if key == "" {
		return errors.New("there is no Anthropic Admin API key")
	}
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return errors.New("the Anthropic Admin API key contains characters that no key has")
		}
	}
	return nil
}

func limiter(perMinute int) *rate.Limiter {
	if perMinute <= 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(float64(perMinute)/60), 1)
}

// Fetch reads the page at cursor and decodes it. What is transient is tried
// again a few times; what is left is a *pull.Failure, or ctx's error.
func (c *Client) Fetch(ctx context.Context, u pull.Unit, cursor string) (pull.Page, error) {
	ep, err := endpointOf(u, cursor)
	if err != nil {
		return pull.Page{}, err
	}
	early := c.ahead.take(ep.url())
	if early == nil {
		if f := c.past.limited(ep, time.Now()); f != nil {
			return pull.Page{}, f
		}
		if err := c.limit.Wait(ctx); err != nil {
			return pull.Page{}, waiting(ctx, err)
		}
	}
	return c.tries(ctx, early, ep, u, cursor)
}

// tries sends a request until it is answered, refused for good, or out of
// attempts or time. What was asked for early, if anything, is the first attempt.
func (c *Client) tries(ctx context.Context, early *answer, ep endpoint, u pull.Unit, cursor string) (pull.Page, error) {
	budget, cancel := context.WithTimeout(ctx, c.cfg.Total)
	defer cancel()
	for n := 1; ; n++ {
		page, t := c.attempt(budget, early, ep, u, cursor, func(body []byte) { c.lookAhead(ctx, u, body) })
		early = nil
		if t == nil {
			c.past.answered()
			return page, nil
		}
		if ctx.Err() != nil {
			return pull.Page{}, ctx.Err()
		}
		if n >= c.allowed(t) || !t.transient || !c.pause(budget, u, n, t) {
			c.past.failed(ep, t)
			return pull.Page{}, &t.Failure
		}
	}
}

// allowed is how many attempts a page gets in this kind of trouble.
func (c *Client) allowed(t *trouble) int {
	switch {
	case t.timedOut && c.past.silent():
		return 1
	case t.timedOut:
		return min(c.cfg.Attempts, attemptsInSilence)
	case t.Reason == pull.BadAnswer:
		return min(c.cfg.Attempts, attemptsAtSense)
	}
	return c.cfg.Attempts
}

// waiting is the error of a caller who gave up, or whose deadline is nearer than its turn.
func waiting(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("wait for the next request: %w", errors.Join(context.DeadlineExceeded, err))
}

// pause waits before attempt n+1. It reports false when the budget ends sooner.
func (c *Client) pause(budget context.Context, u pull.Unit, n int, t *trouble) bool {
	wait := t.wait
	if wait <= 0 {
		wait = backoff(c.cfg.Backoff, n)
	}
	if end, ok := budget.Deadline(); ok && time.Until(end) <= wait {
		return false
	}
	c.log.Warn("anthropic request will be tried again", "source", u.Source, "unit", u.Key,
		"attempt", n, "reason", t.Reason, "request_id", t.RequestID, "wait", wait)
	select {
	case <-budget.Done():
		return false
	case <-time.After(wait):
	}
	return c.limit.Wait(budget) == nil
}

// attempt sends one request, or takes the answer to one sent early, and decodes
// it. got is called with the body before that.
func (c *Client) attempt(ctx context.Context, early *answer, ep endpoint, u pull.Unit, cursor string, got func([]byte)) (pull.Page, *trouble) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Attempt)
	defer cancel()
	began := time.Now()
	body, id, t := c.bring(ctx, early, ep)
	if t != nil {
		return pull.Page{}, t.about(u, c.cfg.Attempt)
	}
	got(body)
	facts, next, err := decode(u, body)
	if err == nil && next != "" && next == cursor {
		err = errors.New("the next page is this page again")
	}
	if err != nil {
		return pull.Page{}, badAnswer(id, sayBadPage, err)
	}
	c.log.Debug("anthropic page", "source", u.Source, "unit", u.Key, "request_id", id,
		"rows", facts.Rows, "bytes", len(body), "took", time.Since(began))
	return pull.Page{Body: body, Next: next, RequestID: id, Facts: facts}, nil
}

// bring returns the body of a page: the one asked for early, unless whoever
// asked gave up before it came, or a new one.
func (c *Client) bring(ctx context.Context, early *answer, ep endpoint) (body []byte, requestID string, t *trouble) {
	if early != nil {
		body, requestID, t = early.wait(ctx)
		if t == nil || ctx.Err() != nil || !errors.Is(t.Err, context.Canceled) {
			return body, requestID, t
		}
	}
	return c.get(ctx, ep)
}

// get returns the body of a 200, or of an error that ep counts as an answer.
func (c *Client) get(ctx context.Context, ep endpoint) (body []byte, requestID string, t *trouble) {
	var res *http.Response
	opts := []option.RequestOption{}
	if ep.beta != "" {
		opts = append(opts, option.WithHeader("anthropic-beta", ep.beta))
	}
	if err := c.api.Get(ctx, ep.url(), nil, &res, opts...); err != nil {
		var refusal *anthropic.Error
		if !errors.As(err, &refusal) {
			return nil, "", unreachable(err)
		}
		if ep.absentIsEmpty && refusal.StatusCode == http.StatusNotFound && refusal.Type() == typeNotFound {
			return []byte(refusal.RawJSON()), requestIDOf(refusal), nil
		}
		return nil, "", refused(refusal, time.Now())
	}
	defer res.Body.Close()
	requestID = res.Header.Get("request-id")
	if res.StatusCode != http.StatusOK {
		return nil, "", strange(res, requestID)
	}
	body, err := readBody(res)
	if err != nil {
		return nil, "", cutBody(requestID, err)
	}
	if looksLikeHTML(body) {
		return nil, "", badAnswer(requestID, sayHTML, nil)
	}
	return body, requestID, nil
}

// Decode reads a page that was kept. Errors are *pull.Failures of reason BadAnswer.
func (c *Client) Decode(u pull.Unit, body []byte) (pull.Facts, error) {
	facts, _, err := decode(u, body)
	if err != nil {
		return pull.Facts{}, &badAnswer("", sayBadPage, err).Failure
	}
	return facts, nil
}

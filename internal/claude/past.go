package claude

import (
	"strings"
	"sync"
	"time"

	"groundswell/internal/pull"
)

// past is what a client remembers from one fetch to the next: whether the API
// has fallen silent, and which half of it asked not to be called before when.
type past struct {
	mu     sync.Mutex
	quiet  bool
	closed [2]*pull.Failure // rate-limited: the admin half, the analytics half
}

// half tells the two halves of the API apart; each has a rate limit of its own.
func half(ep endpoint) int {
	if strings.HasPrefix(ep.path, "analytics/") {
		return 1
	}
	return 0
}

// answered notes that the API talks.
func (p *past) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quiet = false
}

// failed notes how a fetch ended.
func (p *past) failed(ep endpoint, t *trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.quiet = t.timedOut
	if t.Reason == pull.RateLimited && !t.RetryAfter.IsZero() {
		p.closed[half(ep)] = &t.Failure
	}
}

// silent reports whether the last fetch ended without an answer.
func (p *past) silent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.quiet
}

// limited returns the failure of asking before the moment the API named, nil after it.
func (p *past) limited(ep endpoint, now time.Time) *pull.Failure {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.closed[half(ep)]
	if f == nil || !now.Before(f.RetryAfter) {
		return nil
	}
	again := *f
	return &again
}

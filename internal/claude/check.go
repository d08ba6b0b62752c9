package claude

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"groundswell/internal/pull"
)

// Grant is what a real call said about one scope of a key.
type Grant string

// The grants.
const (
	Granted       Grant = "granted"
	Missing       Grant = "missing"        // the key is good, the scope is not there
	KeyRefused    Grant = "bad_key"        // the key is wrong or revoked
	NotReached    Grant = "unreachable"    // no usable answer: the network, a proxy, an overloaded API
	NotConclusive Grant = "inconclusive"   // an answer that says nothing about the scope
	checkTotal          = 20 * time.Second // patience for one scope
	checkAttempts       = 2
)

// ScopeCheck is the outcome for one scope.
type ScopeCheck struct {
	Scope     string
	Sources   []pull.Source // what is read with it
	Grant     Grant
	Say       string // what to do; "" when granted
	RequestID string
}

// Check tries the key with one small real call per scope, all at once and
// unpaced, since somebody is waiting. Checks come in the order of the sources.
func (c *Client) Check(ctx context.Context) []ScopeCheck {
	probe := *c
	probe.limit = rate.NewLimiter(rate.Inf, 1)
	probe.cfg.Attempts = min(c.cfg.Attempts, checkAttempts)
	probe.cfg.Total = min(c.cfg.Total, checkTotal)
	checks := scopes()
	var wg sync.WaitGroup
	for i := range checks {
		wg.Go(func() { probe.checkScope(ctx, &checks[i]) })
	}
	wg.Wait()
	return checks
}

// scopes lists every scope once with the sources that need it.
func scopes() []ScopeCheck {
	var out []ScopeCheck
	for _, s := range pull.Sources() {
		i := slices.IndexFunc(out, func(c ScopeCheck) bool { return c.Scope == s.Scope() })
		if i < 0 {
			out = append(out, ScopeCheck{Scope: s.Scope()})
			i = len(out) - 1
		}
		out[i].Sources = append(out[i].Sources, s)
	}
	return out
}

// checkScope reads one row, or one day, of the first source that needs the scope.
func (c *Client) checkScope(ctx context.Context, check *ScopeCheck) {
	u := pull.Unit{Source: check.Sources[0], Key: unitList}
	switch u.Source {
	case pull.Summaries:
		u.From, u.To = pull.FirstDay, pull.FirstDay
		u.Key = u.From.String() + ".." + u.To.String()
	case pull.Spend:
		u.Key = unitLimits
	case pull.Catalog:
		u.Key = unitPlugins
	}
	ep, err := endpointOf(u, "")
	if err != nil {
		check.judge(err)
		return
	}
	ep.query.Set("limit", "1")
	page, err := c.tries(ctx, ep, u, "")
	check.RequestID = page.RequestID
	check.judge(err)
}

func (check *ScopeCheck) judge(err error) {
	var f *pull.Failure
	if err == nil {
		check.Grant = Granted
		return
	}
	if !errors.As(err, &f) {
		check.Grant, check.Say = NotReached, "The check could not be made."
		return
	}
	check.Say, check.RequestID = f.Say, f.RequestID
	switch f.Reason {
	case pull.TooRecent: // an answer that only a granted scope gets
		check.Grant, check.Say = Granted, ""
	case pull.NotGranted:
		check.Grant = Missing
	case pull.BadKey:
		check.Grant = KeyRefused
	case pull.Refused:
		check.Grant = NotConclusive
	default:
		check.Grant = NotReached
	}
}

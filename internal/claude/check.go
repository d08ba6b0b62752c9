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

// The patience of a check with one scope.
const (
	checkTotal    = 20 * time.Second
	checkAttempts = 2
)

// Check tries the key with one small real call per scope, all at once and
// unpaced, since somebody is waiting. Checks come in the order of the sources.
func (c *Client) Check(ctx context.Context) []pull.ScopeCheck {
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
func scopes() []pull.ScopeCheck {
	var out []pull.ScopeCheck
	for _, s := range pull.Sources() {
		i := slices.IndexFunc(out, func(c pull.ScopeCheck) bool { return c.Scope == s.Scope() })
		if i < 0 {
			out = append(out, pull.ScopeCheck{Scope: s.Scope()})
			i = len(out) - 1
		}
		out[i].Sources = append(out[i].Sources, s)
	}
	return out
}

// checkScope reads one row, or one day, of the first source that needs the scope.
func (c *Client) checkScope(ctx context.Context, check *pull.ScopeCheck) {
	u := smallest(check.Sources[0])
	ep, err := endpointOf(u, "")
	if err != nil {
		judge(check, err)
		return
	}
	ep.query.Set("limit", "1")
	page, err := c.tries(ctx, nil, ep, u, "")
	check.RequestID = page.RequestID
	judge(check, err)
}

// smallest is a unit of s that is quick to read.
func smallest(s pull.Source) pull.Unit {
	u := pull.Unit{Source: s, Key: unitList}
	switch s {
	case pull.Summaries:
		u.From, u.To = pull.FirstDay, pull.FirstDay
		u.Key = u.From.String() + ".." + u.To.String()
	case pull.Spend:
		u.Key = unitLimits
	case pull.Catalog:
		u.Key = unitPlugins
	}
	return u
}

// judge turns what became of the call into what is known of the scope.
func judge(check *pull.ScopeCheck, err error) {
	if err == nil {
		check.Grant = pull.ScopeGranted
		return
	}
	var f *pull.Failure
	if !errors.As(err, &f) {
		check.Grant, check.Say = pull.ScopeNotReached, "The check could not be made."
		return
	}
	check.Say, check.RequestID = f.Say, f.RequestID
	switch f.Reason {
	case pull.TooRecent: // an answer that only a granted scope gets
		check.Grant, check.Say = pull.ScopeGranted, ""
	case pull.NotGranted:
		check.Grant = pull.ScopeMissing
	case pull.BadKey:
		check.Grant = pull.ScopeKeyRefused
	case pull.Refused:
		check.Grant = pull.ScopeInconclusive
	default:
		check.Grant = pull.ScopeNotReached
	}
}

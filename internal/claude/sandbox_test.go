package claude

import (
	"context"
	"errors"
	"maps"
	"net/http/httptest"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
)

var (
	today     = day.Of(2026, time.March, 20)
	yesterday = today - 1
)

// aldermere is a small sandbox organization and a client of it.
func aldermere(t testing.TB) (*sandbox.Org, *Client) {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: today, Members: 1200})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	cfg := hasty(srv.URL)
	cfg.Key, cfg.Attempt = sandbox.Key, time.Second
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return org, c
}

// walk reads a unit to its end and checks that what is kept decodes to the same again.
func walk(t testing.TB, c *Client, u pull.Unit) pull.Facts {
	t.Helper()
	var all pull.Facts
	for cursor, pages := "", 0; ; pages++ {
		p := fetch(t, c, u, cursor)
		again, err := c.Decode(u, p.Body)
		if err != nil || again.Rows != p.Facts.Rows {
			t.Fatalf("replay of %s %s: %d rows, %v", u.Source, u.Key, again.Rows, err)
		}
		add(&all, p.Facts)
		if p.Next == "" {
			return all
		}
		if cursor = p.Next; pages > 1000 {
			t.Fatalf("%s %s does not end", u.Source, u.Key)
		}
	}
}

func add(all *pull.Facts, f pull.Facts) {
	all.Members = append(all.Members, f.Members...)
	all.Invites = append(all.Invites, f.Invites...)
	all.Groups = append(all.Groups, f.Groups...)
	all.GroupMembers = append(all.GroupMembers, f.GroupMembers...)
	all.Roles = append(all.Roles, f.Roles...)
	all.Permissions = append(all.Permissions, f.Permissions...)
	all.Summaries = append(all.Summaries, f.Summaries...)
	all.Usage = append(all.Usage, f.Usage...)
	all.Features = append(all.Features, f.Features...)
	all.Cost = append(all.Cost, f.Cost...)
	all.Limits = append(all.Limits, f.Limits...)
	all.Effective = append(all.Effective, f.Effective...)
	all.Plugins = append(all.Plugins, f.Plugins...)
	all.Marketplaces = append(all.Marketplaces, f.Marketplaces...)
	all.Rows += f.Rows
	if all.Unknown == nil {
		all.Unknown = map[string]int{}
	}
	maps.Copy(all.Unknown, f.Unknown)
}

func onDay(s pull.Source) pull.Unit {
	return pull.Unit{Source: s, Key: yesterday.String(), From: yesterday, To: yesterday}
}

func inRange(s pull.Source, prefix string) pull.Unit {
	from := today - 14
	return pull.Unit{Source: s, Key: prefix + from.String() + ".." + yesterday.String(), From: from, To: yesterday}
}

// Every source of the doubled organization is read to its end, and nothing in it is unknown.
func TestAldermereIsRead(t *testing.T) {
	_, c := aldermere(t)
	units := map[string]pull.Unit{
		"members": people, "invites": unit(pull.Invites, unitList), "groups": unit(pull.Groups, unitList), "roles": unit(pull.Roles, unitList),
		"summaries": inRange(pull.Summaries, ""), "users": onDay(pull.Users), "skills": onDay(pull.Skills), "connectors": onDay(pull.Connectors),
		"plugins": onDay(pull.Plugins), "artifacts": onDay(pull.Artifacts), "cost": inRange(pull.Cost, "product:"), "cost by group": inRange(pull.Cost, "group:"),
		"limits": unit(pull.Spend, unitLimits), "effective": unit(pull.Spend, unitEffective), "catalog": unit(pull.Catalog, unitPlugins),
		"marketplaces": unit(pull.Catalog, unitMarketplaces),
	}
	var all pull.Facts
	for name, u := range units {
		f := walk(t, c, u)
		if f.Rows == 0 {
			t.Errorf("%s is empty", name)
		}
		add(&all, f)
	}
	for _, g := range all.Groups {
		add(&all, walk(t, c, unit(pull.Groups, g.ID)))
	}
	for _, r := range all.Roles {
		add(&all, walk(t, c, unit(pull.Roles, r.ID)))
	}
	if len(all.Members) != 1200 || len(all.Summaries) != 14 || len(all.GroupMembers) == 0 || len(all.Permissions) == 0 {
		t.Errorf("%d members, %d summaries, %d group members, %d permissions",
			len(all.Members), len(all.Summaries), len(all.GroupMembers), len(all.Permissions))
	}
	if len(all.Unknown) != 0 {
		t.Errorf("unknown: %v", all.Unknown)
	}
}

func TestAldermereIsNotAheadOfTime(t *testing.T) {
	_, c := aldermere(t)
	u := onDay(pull.Users)
	u.From, u.To = today, today
	if f := failure(t, c, u); f.Reason != pull.TooRecent || f.Latest != yesterday {
		t.Errorf("%s, latest %s", f.Reason, f.Latest)
	}
}

// Each fault of the double ends in its reason, or leaves the answer as good as ever.
func TestAldermereInTrouble(t *testing.T) {
	reasons := map[sandbox.Kind]pull.Reason{
		sandbox.RateLimited: pull.RateLimited, sandbox.ServerError: pull.Overloaded, sandbox.Overloaded: pull.Overloaded,
		sandbox.Unauthorized: pull.BadKey, sandbox.Forbidden: pull.NotGranted, sandbox.NotFound: pull.Refused,
		sandbox.HTML: pull.BadAnswer, sandbox.Truncated: pull.BadAnswer, sandbox.CutShort: pull.BadAnswer, sandbox.WrongTypes: pull.BadAnswer,
		sandbox.HangBefore: pull.Unreachable, sandbox.HangBody: pull.Unreachable, sandbox.Trickle: pull.Unreachable, sandbox.Reset: pull.Unreachable,
		sandbox.Redirect: pull.BadAnswer, sandbox.GzipBomb: pull.BadAnswer, sandbox.Duplicates: pull.BadAnswer,
	}
	for _, kind := range sandbox.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			org, c := aldermere(t)
			if kind == sandbox.GzipBomb { // unpacking to the bound takes its time
				c.cfg.Attempt, c.cfg.Total = time.Minute, time.Minute
			}
			for _, u := range []pull.Unit{onDay(pull.Users), people} {
				org.Fail(sandbox.Fault{Kind: kind, To: "http://127.0.0.1:1/"})
				_, err := c.Fetch(context.Background(), u, "")
				org.Heal()
				var f *pull.Failure
				errors.As(err, &f)
				want, fails := reasons[kind]
				fails = fails && (kind != sandbox.Duplicates || u.Source != pull.Users) // people listed twice count once
				if fails != (f != nil) || fails && f.Reason != want {
					t.Errorf("%s: %v, want %q", u.Source, err, want)
				}
				fetch(t, c, u, "")
			}
		})
	}
}

func TestAldermereRefusesScopes(t *testing.T) {
	org, _ := aldermere(t)
	srv := httptest.NewServer(org)
	defer srv.Close()
	org.Grant(key, sandbox.ReadAnalytics, sandbox.ReadMembers)
	c, err := New(hasty(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range c.Check(context.Background()) {
		want := pull.ScopeMissing
		if check.Scope == sandbox.ReadAnalytics || check.Scope == sandbox.ReadMembers {
			want = pull.ScopeGranted
		}
		if check.Grant != want {
			t.Errorf("%+v, want %s", check, want)
		}
	}
}

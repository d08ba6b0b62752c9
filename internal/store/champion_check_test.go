package store_test

import (
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
)

// says is what the check of champions says now.
func (r *registry) says() (rollout.Result, string) {
	r.t.Helper()
	if _, err := r.st.RunChecks(r.t.Context(), rollout.MailFacts{}, began); err != nil {
		r.t.Fatal(err)
	}
	p, err := r.st.Plan(r.t.Context())
	must(r.t, err)
	got := p.Results[rollout.CheckRef{Check: rollout.CheckChampions}]
	return got, string(got.Outcome) + ": " + got.Say
}

func TestTheCheckOfChampionsFollowsTheRegister(t *testing.T) {
	r := newRegistry(t)
	ctx, today := t.Context(), day.FromTime(began)
	_, err := r.pool.Exec(ctx, `insert into touchpoint (day, champion_email, user_email, kind, note) values ($1, 'p3@example.com', 'p4@example.com', 'question', '')`, today.Time())
	must(t, err)
	if _, got := r.says(); got != "none_yet: None of 2 departments has a champion yet." {
		t.Errorf("with somebody who only logs a touchpoint: %s", got)
	}
	leaving := people.NoTerms()
	leaving.LeavesOn = today + 6
	var ending people.Champion
	for email, terms := range map[string]people.Terms{"tomas@example.com": people.NoTerms(), "p5@example.com": leaving} {
		c, err := r.svc.Register(ctx, r.lead, people.Nomination{Email: email}, terms, began)
		must(t, err)
		if terms.LeavesOn != day.None {
			ending = c
		}
	}
	for _, email := range []string{"l1@example.com", "p5@example.com"} {
		_, err := r.id.GrantEmail(ctx, r.lead, email, identity.Grant{Role: identity.Champion, Department: "legal"}, began)
		must(t, err)
	}
	const ahead = "holds: 4 champions, at least 2 in each of 2 departments; up to 3 are useful. Planned departures leave too few in 1 department within 30 days."
	result, got := r.says()
	if got != ahead || len(result.Details) != 1 || result.Details[0].Say != "Claims Operations: too few from Thu 26 Nov" {
		t.Errorf("%s %v", got, result.Details)
	}
	_, err = r.pool.Exec(ctx, `update champion set leaves_on = $1 where id = $2`, (today - 1).Time(), int64(ending.ID))
	must(t, err)
	const past = "fails: 1 of 2 departments has fewer than 2 champions; 3 champions in all."
	if result, got = r.says(); got != past || len(result.Details) != 1 || result.Details[0].Say != "Claims Operations: 1 champion of 2" {
		t.Errorf("past the last day, with the role still held: %s %v", got, result.Details)
	}
	v := people.DefaultCoverage()
	v.Least = 1
	must(t, r.svc.SetCoverage(ctx, r.lead, v, began))
	if _, got = r.says(); got != "fails: 1 of 2 departments has fewer than the 1–2 champions their size asks for; 3 champions in all." {
		t.Errorf("with one asked for: %s", got)
	}
}

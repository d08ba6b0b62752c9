package sandbox

import (
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"groundswell/internal/day"
)

// record is what a person's rows over the whole year add up to.
type record struct {
	signedIn, task, thisWeek bool
	first                    day.Date
	back                     bool
	sessions                 float64 // in the last seven days
}

// histories reads every day of the last eight weeks over HTTP, by user id.
func histories(c *client) map[string]*record {
	out := map[string]*record{}
	for d := thursday - 60; d < thursday; d++ {
		rows, _ := c.all("/analytics/users", url.Values{"date": {d.String()}, "limit": {"1000"}})
		for _, r := range rows {
			id := r["user"].(map[string]any)["id"].(string)
			h := out[id]
			if h == nil {
				h = &record{first: day.Never}
				out[id] = h
			}
			h.take(d, r)
		}
	}
	return out
}

func (h *record) take(d day.Date, row map[string]any) {
	unified := row["chat_cowork_unified_metrics"].(map[string]any)
	chat := row["chat_metrics"].(map[string]any)["message_count"].(float64) + unified["chat"].(map[string]any)["message_count"].(float64)
	cowork, apart := row["cowork_metrics"].(map[string]any), unified["sessions"].(map[string]any)
	sessions := cowork["distinct_session_count"].(float64) + apart["distinct_session_count"].(float64)
	h.signedIn = h.signedIn || chat+sessions > 0
	if sessions == 0 {
		return
	}
	h.task = true
	h.first = min(h.first, d)
	h.back = h.back || d >= h.first+7 && d <= h.first+13
	if d >= thursday-7 {
		h.thisWeek = true
		h.sessions += sessions
	}
}

func (c *client) groups() map[string][]string {
	out := map[string][]string{}
	rows, _ := c.all("/rbac_groups", url.Values{"limit": {"100"}})
	for _, g := range rows {
		members, _ := c.all("/rbac_groups/"+g["id"].(string)+"/members", url.Values{"limit": {"1000"}})
		for _, m := range members {
			out[g["name"].(string)] = append(out[g["name"].(string)], m["user_id"].(string))
		}
	}
	return out
}

var pilotGroups = map[string]int{"Finance": 148, "Marketing": 126, "Revenue Ops": 118, "Claims Operations": 112, "Legal": 72, "People": 64}

func TestThePilotReadsAsInTheMockUps(t *testing.T) {
	c := open(t, Config{Today: thursday})
	groups, past := c.groups(), histories(c)
	signedIn, tasks, active, began, back := 0, 0, 0, 0, 0
	var sessions float64
	for name, size := range pilotGroups {
		if n := len(groups[name]); n != size {
			t.Errorf("%s has %d people, want %d", name, n, size)
		}
		here := 0
		for _, id := range groups[name] {
			h := past[id]
			if h == nil {
				continue
			}
			if h.signedIn {
				here++
			}
			if h.task {
				tasks++
			}
			if h.thisWeek {
				active++
				sessions += h.sessions
			}
			if h.task && h.first+13 < thursday {
				began++
				if h.back {
					back++
				}
			}
		}
		signedIn += here
		if name == "Claims Operations" && (here < 36 || here > 44) {
			t.Errorf("%d of 112 in Claims have signed in, want about 41", here)
		}
	}
	within(t, "signed in", float64(signedIn)/640, 0.78, 0.81)
	within(t, "first tasks", float64(tasks)/640, 0.59, 0.64)
	within(t, "active this week", float64(active)/640, 0.42, 0.58)
	within(t, "week-2 return", float64(back)/float64(began), 0.60, 0.68)
	within(t, "sessions per active person", sessions/float64(active), 4.8, 6.2)
}

func within(t *testing.T, what string, got, lo, hi float64) {
	t.Helper()
	if got < lo || got > hi {
		t.Errorf("%s: %.3f, want %.2f to %.2f", what, got, lo, hi)
	}
}

func TestSeatsAreTakenToTheLast(t *testing.T) {
	c := open(t, Config{Today: thursday})
	days := c.page("/analytics/summaries", url.Values{"starting_date": {"2026-11-01"}}).Data
	last := days[len(days)-1]
	if last["assigned_seat_count"] != 4200.0 || last["pending_invite_count"] != 144.0 {
		t.Errorf("%v seats, %v pending, want 4200 and 144", last["assigned_seat_count"], last["pending_invite_count"])
	}
	if m := last["cowork_monthly_active_user_count"].(float64); m < 400 || m > 500 {
		t.Errorf("%v people used Cowork in 30 days", m)
	}
	invites, _ := c.all("/invites", url.Values{"limit": {"100"}})
	pending := 0
	for _, v := range invites {
		if v["status"] == "pending" {
			pending++
		}
	}
	if pending != 144 {
		t.Errorf("%d invites are pending, want 144", pending)
	}
	absent := 0
	for _, p := range c.org.Directory() {
		if !p.Arrived {
			absent++
		}
	}
	if n := len(c.org.Directory()); n != 4338 || absent != 144+138 {
		t.Errorf("%d people in the directory, %d not arrived; want 4338 and 282", n, absent)
	}
}

// surprise is the dry run of the mock-up, done the plain way: who of the pilot
// and of wave 1 would lose Cowork, by department and in all.
func surprise(c *client) (lost map[string]int, linked, unknown int) {
	grants := map[string]bool{}
	roles, _ := c.all("/rbac_roles", nil)
	for _, r := range roles {
		rows, _ := c.all("/rbac_roles/"+r["id"].(string)+"/permissions", nil)
		for _, p := range rows {
			action := strings.TrimPrefix(p["action"].(string), "capability_")
			if slices.Contains([]string{"cowork", "access_all", "access_all_ga"}, action) {
				grants[r["id"].(string)] = true
			}
		}
	}
	keeps := map[string]bool{}
	groups, _ := c.all("/rbac_groups", url.Values{"limit": {"100"}})
	members := c.groups()
	for _, g := range groups {
		ids, known := g["role_ids"].([]any)
		if !known {
			unknown++
		}
		for _, id := range ids {
			if status, _ := c.get("/rbac_roles/"+id.(string)+"/permissions", nil); status == 404 {
				linked++
			}
			if grants[id.(string)] {
				for _, m := range members[g["name"].(string)] {
					keeps[m] = true
				}
			}
		}
	}
	lost = map[string]int{}
	for _, d := range departments[:10] {
		for _, m := range members[d.name] {
			if !keeps[m] {
				lost[d.name]++
				lost["all"]++
			}
		}
	}
	return lost, linked, unknown
}

func TestEnforcementWouldSurprise312(t *testing.T) {
	lost, linked, unknown := surprise(open(t, Config{Today: thursday}))
	if lost["all"] != 312 || lost["Underwriting"] != 97 || lost["Customer Service"] != 58 || linked != 1 || unknown != 1 {
		t.Errorf("%v would lose Cowork, %d linked roles, %d unknown; want 312 in all, 1 and 1", lost, linked, unknown)
	}
}

func TestEveryFixEndsItsTrouble(t *testing.T) {
	c := open(t, Config{Today: thursday})
	left := 312
	for _, f := range []struct {
		fix   Fix
		saves int
	}{{FixNested, 187}, {FixUnmapped, 74}, {FixChatOnly, 38}, {FixByHand, 13}, {FixSeats, 0}, {FixDevices, 0}, {FixUnknown, 0}} {
		c.org.Fix(f.fix, true)
		left -= f.saves
		if lost, _, _ := surprise(c); lost["all"] != left {
			t.Errorf("after %s %d would lose Cowork, want %d", f.fix, lost["all"], left)
		}
	}
	if _, _, unknown := surprise(c); unknown != 0 {
		t.Errorf("the roles of %d groups are still unknown", unknown)
	}
	if got := c.org.Fixed(); len(got) != len(Fixes()) {
		t.Errorf("fixed: %v", got)
	}
	c.org.Fix(FixNested, false)
	if lost, _, _ := surprise(c); lost["all"] != 187 {
		t.Errorf("with nested groups again %d would lose Cowork, want 187", lost["all"])
	}
}

func TestBuyingSeatsLetsEverybodyArrive(t *testing.T) {
	c := open(t, Config{Today: thursday})
	before := c.org.Directory()
	c.org.Fix(FixSeats, true)
	after := c.org.Directory()
	rows, _ := c.all("/users", url.Values{"limit": {"1000"}})
	if len(before) != len(after) || len(rows) != DefaultMembers+138 {
		t.Errorf("%d people in the directory, then %d; %d members", len(before), len(after), len(rows))
	}
	absent := map[string]bool{}
	for _, p := range before {
		absent[p.Email] = !p.Arrived
	}
	arrived := 0
	for _, p := range after {
		if p.Arrived && absent[p.Email] {
			arrived++
		}
	}
	days := c.page("/analytics/summaries", url.Values{"starting_date": {"2026-11-01"}}).Data
	if seats := days[len(days)-1]["assigned_seat_count"]; arrived != 138 || seats != 4338.0 {
		t.Errorf("%d of the same people arrived, %v seats; want 138 and 4338", arrived, seats)
	}
}

func TestCostsAddUpInFractionsOfACent(t *testing.T) {
	c := open(t, Config{Today: thursday})
	total := func(by string) (*big.Rat, map[string]bool) {
		sum, seen := new(big.Rat), map[string]bool{}
		params := url.Values{"starting_at": {"2026-11-01T00:00:00Z"}, "ending_at": {"2026-11-19T00:00:00Z"}, "bucket_width": {"1d"}}
		if by != "" {
			params.Set("group_by[]", by)
		}
		buckets, _ := c.all("/analytics/cost_report", params)
		if len(buckets) != 18 {
			t.Fatalf("%d buckets, want 18", len(buckets))
		}
		for _, b := range buckets {
			for _, r := range b["results"].([]any) {
				row := r.(map[string]any)
				amount, ok := new(big.Rat).SetString(row["amount"].(string))
				if !ok {
					t.Fatalf("amount %q", row["amount"])
				}
				sum.Add(sum, amount)
				if s, ok := row[by].(string); ok {
					seen[s] = true
				}
			}
		}
		return sum, seen
	}
	all, _ := total("")
	products, seen := total("product")
	if all.Cmp(products) != 0 || all.Sign() <= 0 {
		t.Errorf("products cost %s, everything %s", products.FloatString(4), all.FloatString(4))
	}
	for _, p := range []string{"cowork", "chat_cowork_unified", "chat", "claude_code"} {
		if !seen[p] {
			t.Errorf("no cost of %s", p)
		}
	}
	if groups, _ := total("rbac_group_id"); groups.Cmp(all) <= 0 {
		t.Error("groups overlap, but their cost does not exceed the organization's")
	}
}

func TestUnifiedPeopleAndThoseWhoSwitch(t *testing.T) {
	c := open(t, Config{Today: thursday})
	both, apart, plain := 0, 0, 0
	for d := thursday - 17; d < thursday; d++ {
		rows, _ := c.all("/analytics/users", url.Values{"date": {d.String()}, "limit": {"1000"}})
		for _, r := range rows {
			cw := r["cowork_metrics"].(map[string]any)["distinct_session_count"].(float64)
			un := r["chat_cowork_unified_metrics"].(map[string]any)["sessions"].(map[string]any)["distinct_session_count"].(float64)
			switch {
			case cw > 0 && un > 0:
				both++
			case un > 0:
				apart++
			case cw > 0:
				plain++
			}
		}
	}
	if both == 0 || apart == 0 || apart*5 > plain {
		t.Errorf("%d rows on both sides, %d unified, %d plain", both, apart, plain)
	}
}

func TestAnySizeIsAnOrganization(t *testing.T) {
	for _, n := range []int{1, 2, 7, 60, 300, 3000} {
		c := open(t, Config{Today: thursday, Members: n, Seed: uint64(n)})
		rows, _ := c.all("/users", url.Values{"limit": {"1000"}})
		if len(rows) != n {
			t.Errorf("%d members listed, want %d", len(rows), n)
		}
		c.all("/spend_limits/effective", url.Values{"limit": {"1000"}})
		c.all("/analytics/users", on(thursday-1))
		c.all("/rbac_groups", nil)
		c.page("/analytics/summaries", url.Values{"starting_date": {"2026-11-01"}})
	}
}

func TestTheAppIsMissingWhereTheMockUpsSay(t *testing.T) {
	c := open(t, Config{Today: thursday})
	count := func() (wave1, without, claims int) {
		names := map[string]bool{}
		for _, d := range c.org.Devices() {
			if names[d.Name] {
				t.Errorf("%s is listed twice", d.Name)
			}
			names[d.Name] = true
			if d.Wave == "Wave 1" {
				wave1++
			}
			if d.AppVersion == "" && d.Wave == "Wave 1" {
				without++
			}
			if d.AppVersion == "" && d.Department == "Claims Operations" {
				claims++
			}
		}
		return wave1, without, claims
	}
	if all, without, claims := count(); all != 1318 || without != 142 || claims != 54 {
		t.Errorf("%d laptops in wave 1, %d without the app, %d in Claims Operations; want 1318, 142 and 54", all, without, claims)
	}
	c.org.Fix(FixDevices, true)
	if all, without, claims := count(); all != 1318 || without+claims != 0 {
		t.Errorf("%d laptops in wave 1, %d and %d still without the app", all, without, claims)
	}
}

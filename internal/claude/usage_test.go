package claude

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/pagination"
	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/pull"
)

func TestUsageOfOneDay(t *testing.T) {
	unreported := unreportedCounters().Activity
	cowork := func(change func(*adoption.Activity)) adoption.Activity {
		a := unreported
		change(&a)
		return a
	}
	tests := map[string]struct {
		rest string
		want adoption.Activity
	}{
		"nothing reported": {``, unreported},
		"zero is not null": {`,"cowork_metrics":{"distinct_session_count":0,"action_count":null}`,
			cowork(func(a *adoption.Activity) { a.Sessions = 0 })},
		"cowork alone": {`,"cowork_metrics":{"distinct_session_count":2,"action_count":30,"message_count":4,"dispatch_turn_count":5,
			"connectors_used_count":6,"skills_used_count":7,"plugins_used_count":null,"file_edit_count":null}`,
			cowork(func(a *adoption.Activity) {
				a.SignedIn, a.Sessions, a.Actions, a.Messages, a.DispatchTurns, a.Connectors, a.Skills = true, 2, 30, 4, 5, 6, 7
			})},
		"unified is added field by field": {`,"cowork_metrics":{"distinct_session_count":2,"action_count":null,"plugins_used_count":null},
			"chat_cowork_unified_metrics":{"chat":{"message_count":99,"connectors_used_count":99},"sessions":{"distinct_session_count":3,"action_count":4,"plugins_used_count":null}}`,
			cowork(func(a *adoption.Activity) { a.SignedIn, a.Unified, a.Sessions, a.Actions = true, true, 5, 4 })},
		"unified chat is no Cowork": {`,"chat_cowork_unified_metrics":{"chat":{"message_count":9},"sessions":{"message_count":0}}`,
			cowork(func(a *adoption.Activity) { a.SignedIn, a.Messages = true, 0 })},
		"unified is null":   {`,"chat_cowork_unified_metrics":null`, unreported},
		"chat":              {`,"chat_metrics":{"message_count":1}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"code, deep inside": {`,"claude_code_metrics":{"core_metrics":{"lines_of_code":{"added_count":12}}}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"office":            {`,"office_metrics":{"excel":{"message_count":0},"word":{"message_count":1}}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"design":            {`,"design_metrics":{"message_count":1}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"science":           {`,"science_metrics":{"delegation_count":1}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"web search":        {`,"web_search_count":1`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"a later product":   {`,"dream_metrics":{"dream_count":1}`, cowork(func(a *adoption.Activity) { a.SignedIn = true })},
		"digits in text":    {`,"chat_metrics":{"tier":"9","message_count":0}`, unreported},
		"only a date":       {`,"last_activity_date":"2026-03-01","distinct_user_count":1`, unreported},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			facts, _, err := decode(oneUse, []byte(usersPage(row("user_1", tt.rest))))
			if err != nil {
				t.Fatal(err)
			}
			want := []adoption.Usage{{UserID: "user_1", Email: "user_1@example.com", Activity: tt.want}}
			if diff := cmp.Diff(want, facts.Usage); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A listing that moves under its reader repeats rows: a person counts once, as they came last.
func TestPeopleListedTwiceCountOnce(t *testing.T) {
	same, later := `,"cowork_metrics":{"distinct_session_count":2}`, `,"cowork_metrics":{"distinct_session_count":5}`
	body := usersPage(row("user_1", same), row("user_2", same), row("user_2", same), row("user_1", later), row("user_3", same))
	facts, _, err := decode(oneUse, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range facts.Usage {
		got = append(got, fmt.Sprint(u.UserID, " ", u.Sessions))
	}
	if diff := cmp.Diff([]string{"user_1 5", "user_2 2", "user_3 2"}, got); diff != "" || facts.Rows != 5 {
		t.Errorf("%d rows, -want +got\n%s", facts.Rows, diff)
	}
}

func TestUsersPageOddities(t *testing.T) {
	body := ` { "next_page" : "n" , "data" : [ {"user":{"id":"user_\u0031","email_address":null,"type":"user"} , "c\u006fwork_metrics":{"action_count":1},"novelty":{"x":1}} ] , "surprise" : [1,2] } `
	facts, next, err := decode(oneUse, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if u := facts.Usage[0]; u.UserID != "user_1" || u.Email != "" || u.Actions != 1 {
		t.Errorf("got %+v", u)
	}
	if diff := cmp.Diff(map[string]int{"field:novelty": 1, "field:surprise": 1}, facts.Unknown); diff != "" || next != "n" {
		t.Errorf("next %q, unknown %s", next, diff)
	}
}

// fullPage is a page as the API sends it: every product, mostly zeros.
func fullPage(members int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	counts := func(names string) string {
		var parts []string
		for _, n := range strings.Fields(names) {
			parts = append(parts, fmt.Sprintf(`"%s":%d`, n, r.IntN(4)*r.IntN(40)))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	const (
		chat    = "connectors_used_count distinct_artifacts_created_count distinct_connectors_used_count distinct_conversation_count distinct_files_uploaded_count distinct_projects_created_count distinct_projects_used_count distinct_shared_artifacts_viewed_count distinct_skills_used_count message_count shared_conversations_viewed_count thinking_message_count"
		session = "action_count artifacts_created_count connectors_used_count dispatch_turn_count distinct_connectors_used_count distinct_session_count distinct_skills_used_count message_count skills_used_count distinct_plugins_used_count edit_tool_count file_edit_count multi_edit_tool_count notebook_edit_tool_count plugins_used_count sessions_with_file_edits_count write_tool_count"
		office  = "connectors_used_count distinct_connectors_used_count distinct_session_count distinct_skills_used_count message_count skills_used_count"
		tool    = "accepted_count rejected_count"
	)
	var rows []string
	for i := range members {
		rows = append(rows, row(fmt.Sprintf("user_01%022d", i), fmt.Sprintf(`,"chat_metrics":%s,
"claude_code_metrics":{"core_metrics":{"artifacts_created_count":0,"commit_count":0,"distinct_session_count":0,"lines_of_code":{"added_count":0,"removed_count":0},"pull_request_count":0},
"tool_actions":{"edit_tool":%s,"multi_edit_tool":%s,"notebook_edit_tool":%s,"write_tool":%s}},
"cowork_metrics":%s,"design_metrics":%s,"office_metrics":{"excel":%s,"outlook":%s,"powerpoint":%s,"word":%s},
"science_metrics":%s,"web_search_count":%d,"chat_cowork_unified_metrics":{"chat":%s,"sessions":%s},"last_activity_date":"2026-03-01"`,
			counts(chat), counts(tool), counts(tool), counts(tool), counts(tool), counts(session),
			counts("distinct_projects_created_count distinct_projects_used_count distinct_session_count message_count"),
			counts(office), counts(office), counts(office), counts(office),
			counts("delegation_count distinct_session_count message_count remote_compute_job_count skills_used_count"),
			r.IntN(3), counts(chat), counts(session))))
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(usersPage(rows...))); err != nil {
		panic(err)
	}
	return compact.Bytes()
}

func decodeWithSDK(t testing.TB, body []byte) []anthropic.BetaAnalyticsUserActivity {
	var page pagination.PageCursor[anthropic.BetaAnalyticsUserActivity]
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&page); err != nil {
		t.Fatal(err)
	}
	return page.Data
}

// Our reading of a page is the SDK's.
func TestUsageAgreesWithTheSDK(t *testing.T) {
	body := fullPage(200)
	facts, _, err := decode(oneUse, body)
	if err != nil {
		t.Fatal(err)
	}
	if len(facts.Unknown) != 0 {
		t.Errorf("unknown: %v", facts.Unknown)
	}
	var want []adoption.Usage
	for _, r := range decodeWithSDK(t, body) {
		c, s := r.CoworkMetrics, r.ChatCoworkUnifiedMetrics.Sessions
		want = append(want, adoption.Usage{UserID: r.User.ID, Email: r.User.EmailAddress, Activity: adoption.Activity{
			SignedIn: true, Unified: true,
			Sessions:      adoption.Count(c.DistinctSessionCount + s.DistinctSessionCount),
			Actions:       adoption.Count(c.ActionCount + s.ActionCount),
			Messages:      adoption.Count(c.MessageCount + s.MessageCount),
			DispatchTurns: adoption.Count(c.DispatchTurnCount + s.DispatchTurnCount),
			Connectors:    adoption.Count(c.ConnectorsUsedCount + s.ConnectorsUsedCount),
			Skills:        adoption.Count(c.SkillsUsedCount + s.SkillsUsedCount),
			Plugins:       adoption.Count(c.PluginsUsedCount + s.PluginsUsedCount),
		}})
	}
	if diff := cmp.Diff(want, facts.Usage); diff != "" {
		t.Errorf("-sdk +ours\n%s", diff)
	}
}

// The bar: at least four times the SDK's typed decoding.
func BenchmarkDecodeUsers(b *testing.B) {
	body := fullPage(1000)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := decode(oneUse, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			decodeWithSDK(b, body)
		}
	})
}

// Whatever arrives, the decoder ends in facts that keep their promises, or in an error.
func FuzzUsers(f *testing.F) {
	f.Add([]byte(usersPage(row("user_1", `,"cowork_metrics":{"action_count":1,"x":{"y":[1]}},"web_search_count":null`))))
	f.Add([]byte(`{"data":[{"user":{"id":"u\u0041"},"chat_metrics":{"a\"_count":3}}],"next_page":"x","has_more":true}`))
	f.Add([]byte(`{"data":[`))
	f.Add(fullPage(1))
	f.Fuzz(func(t *testing.T, body []byte) {
		facts, _, err := decode(oneUse, body)
		if err != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted what is not JSON: %q", body)
		}
		if facts.Rows < len(facts.Usage) || len(facts.Unknown) > maxUnknown {
			t.Fatalf("%d rows, %d usages, %d unknown", facts.Rows, len(facts.Usage), len(facts.Unknown))
		}
		seen := map[string]bool{}
		for _, u := range facts.Usage {
			if u.UserID == "" || seen[u.UserID] || u.Sessions < adoption.Unreported || u.Active() && !u.SignedIn {
				t.Fatalf("usage %+v", u)
			}
			seen[u.UserID] = true
		}
	})
}

// Every other source, on whatever arrives.
func FuzzListings(f *testing.F) {
	cost := march
	cost.Source, cost.Key = pull.Cost, "group:"+march.Key
	units := []pull.Unit{people, march, cost, on(pull.Skills), on(pull.Plugins), unit(pull.Groups, unitList), unit(pull.Roles, "r"),
		unit(pull.Spend, unitEffective), unit(pull.Catalog, unitPlugins)}
	f.Add(0, []byte(`{"data":[{"id":"user_1","added_at":"2026-01-01T00:00:00Z"}],"has_more":true,"last_id":"user_1"}`))
	f.Add(2, []byte(`{"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"amount":"1","rbac_group_id":null}]}],"next_page":null}`))
	f.Fuzz(func(t *testing.T, n int, body []byte) {
		u := units[uint(n)%uint(len(units))]
		facts, _, err := decode(u, body)
		if err == nil && !json.Valid(body) {
			t.Fatalf("accepted what is not JSON: %q", body)
		}
		if len(facts.Unknown) > maxUnknown {
			t.Fatalf("%d unknown names", len(facts.Unknown))
		}
	})
}

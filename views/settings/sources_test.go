package settings

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/views/ui"
)

var (
	noon  = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)
	asked = noon.Add(-time.Minute)
)

func TestRowsSayStateAgeAndWhatToDo(t *testing.T) {
	through := day.Of(2026, 11, 18)
	key := KeyState{Stored: true}
	tests := map[string]struct {
		state         pull.State
		key           KeyState
		chip, age, do string
		rows          string
	}{
		"never, no key": {pull.State{Status: pull.NeverRun, Through: day.None}, KeyState{}, "Never run", "no data yet", "Enter a key below.", ""},
		"never":         {pull.State{Status: pull.NeverRun, Through: day.None}, key, "Never run", "no data yet", "Sync now, or wait for tonight’s run.", ""},
		"running": {pull.State{Status: pull.Complete, Running: true, Through: through, LastRun: noon, LastSuccess: noon.Add(-25 * time.Hour)}, key,
			"Running", "25 h ago", "It is being read. You can leave.", "0"},
		"complete": {pull.State{Status: pull.Complete, Through: through, LastRun: noon, LastSuccess: noon.Add(-3 * time.Hour), Rows: 1180}, key,
			"Complete through Wed 18 Nov", "3 h ago", "Nothing to do.", "1,180"},
		"a listing": {pull.State{Status: pull.Complete, Through: day.None, LastRun: noon, LastSuccess: noon}, key, "Complete", "just now", "Nothing to do.", "0"},
		"remark": {pull.State{Status: pull.Complete, Through: through, LastRun: noon, LastSuccess: noon, Say: "One group says nothing of its roles."}, key,
			"Complete through Wed 18 Nov", "just now", "One group says nothing of its roles.", "0"},
		"unknown": {pull.State{Status: pull.Complete, Through: through, LastRun: noon, LastSuccess: noon, Unknown: map[string]int{"field:x": 900}}, key,
			"Complete through Wed 18 Nov", "just now", "1 field or value is newer than this version", "0"},
		"failing": {pull.State{Status: pull.Failing, Through: through, FailingSince: noon.Add(-48 * time.Hour), LastRun: noon, LastSuccess: noon.Add(-72 * time.Hour), Say: "The API cannot be reached."}, key,
			"Failing since Tue 17 Nov", "3 days ago", "The API cannot be reached.", "0"},
		"not granted": {pull.State{Source: pull.Groups, Status: pull.MissingScope, Through: day.None, LastRun: noon, Say: "Ask the primary owner."}, key,
			"Not granted: read:rbac_groups missing", "no data yet", "Ask the primary owner.", "0"},
		"cut off": {pull.State{Status: pull.Complete, Interrupted: true, Through: through, LastRun: noon, LastSuccess: noon}, key,
			"Complete through Wed 18 Nov", "just now", "The last run was cut off.", "0"},
	}
	for name, tt := range tests {
		r := NewSourceRows([]pull.State{tt.state}, tt.key, noon)[0]
		if r.State.Label != tt.chip || r.Age != tt.age || !strings.HasPrefix(r.Do, tt.do) || r.Rows != tt.rows {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestEverySourceHasAName(t *testing.T) {
	for _, s := range pull.Sources() {
		if s.Name() == "" || brings[s] == "" {
			t.Errorf("%s has no name or says nothing of itself", s)
		}
	}
}

func TestSummaryNamesWhoNeedsSomebody(t *testing.T) {
	failing := func(s pull.Source) pull.State { return pull.State{Source: s, Status: pull.Failing} }
	done := pull.State{Source: pull.Members, Status: pull.Complete}
	for want, states := range map[string][]pull.State{
		"1 of 1 sources are complete.":                                {done},
		"1 of 2 sources are complete. Cost needs attention.":          {done, failing(pull.Cost)},
		"1 of 3 sources are complete. Cost and Usage need attention.": {done, failing(pull.Cost), failing(pull.Users)},
		"0 of 4 sources are complete. 4 need attention.":              {failing(pull.Cost), failing(pull.Users), failing(pull.Roles), failing(pull.Spend)},
	} {
		if got := Summary(states); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPanelFollowsASyncToItsEnd(t *testing.T) {
	before := pull.State{Source: pull.Members, Status: pull.Complete, LastRun: asked.Add(-time.Hour), LastSuccess: asked.Add(-time.Hour)}
	read := pull.State{Source: pull.Members, Status: pull.Complete, LastRun: asked.Add(time.Second), LastSuccess: asked.Add(2 * time.Second)}
	running := pull.State{Source: pull.Users, Status: pull.Complete, Running: true, Done: 12, Total: 92, Current: "2026-11-03", LastRun: asked.Add(3 * time.Second)}
	ranged := pull.State{Source: pull.Cost, Running: true, Current: "product:2026-10-01..2026-10-31", LastRun: asked}
	failed := pull.State{Source: pull.Users, Status: pull.Failing, LastRun: asked.Add(3 * time.Second)}
	cutOff := pull.State{Source: pull.Users, Status: pull.Complete, Interrupted: true, LastRun: asked.Add(3 * time.Second)}
	tests := map[string]struct {
		states  []pull.State
		since   time.Time
		now     time.Time
		state   ui.SyncState
		polls   bool
		current string
	}{
		"nobody asked":      {[]pull.State{before}, time.Time{}, noon, "", false, ""},
		"waiting":           {[]pull.State{before}, asked, asked.Add(5 * time.Second), ui.SyncWaiting, true, ""},
		"waiting too long":  {[]pull.State{before}, asked, asked.Add(3 * time.Minute), ui.SyncWaiting, true, "No worker has begun yet."},
		"a day":             {[]pull.State{read, running}, asked, noon, ui.SyncRunning, true, "Now Tue 3 Nov. Source 2 of 2."},
		"a range":           {[]pull.State{ranged}, asked, noon, ui.SyncRunning, true, "Now 2026-10-01 to 2026-10-31. Source 1 of 1."},
		"nobody asked, one": {[]pull.State{read, running}, time.Time{}, noon, ui.SyncRunning, true, "Now Tue 3 Nov."},
		"between two":       {[]pull.State{read, {Source: pull.Users, Status: pull.NeverRun}}, asked, asked.Add(4 * time.Second), ui.SyncRunning, true, ""},
		"all read":          {[]pull.State{read}, asked, noon, ui.SyncDone, false, "1 of 1 sources are complete."},
		"one failed":        {[]pull.State{read, failed}, asked, noon, ui.SyncFailed, false, "1 of 2 sources are complete. Usage needs attention."},
		"cut off":           {[]pull.State{read, cutOff}, asked, noon, ui.SyncFailed, false, "It goes on from where it stopped"},
	}
	for name, tt := range tests {
		p := NewPanel(tt.states, tt.since, tt.now)
		if p == nil {
			if tt.state != "" {
				t.Errorf("%s: no panel", name)
			}
			continue
		}
		if p.State != tt.state || (p.Poll != "") != tt.polls || !strings.HasPrefix(p.Current, tt.current) || p.Title == "" {
			t.Errorf("%s: %+v", name, *p)
		}
	}
}

func TestASyncBeganWithItsFirstSource(t *testing.T) {
	early, late := asked, asked.Add(time.Minute)
	states := []pull.State{
		{Source: pull.Members, LastRun: early}, {Source: pull.Invites, LastRun: early.Add(-24 * time.Hour)}, {Source: pull.Users, Running: true, LastRun: late},
	}
	if got := Began(states); !got.Equal(early) {
		t.Errorf("began %v, want %v", got, early)
	}
	if got := Began(states[:2]); !got.IsZero() {
		t.Errorf("nothing runs, yet it began %v", got)
	}
}

package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// SourcesProps is the page of the sources, ready to be drawn.
type SourcesProps struct {
	Sub     string // of the list: how many sources are complete
	Rows    []SourceRow
	Panel   *ui.SyncProps // nil while nobody waits for a sync
	Key     KeyProps
	CanSync bool   // this person may ask for a sync
	NoSync  string // why it cannot be asked for now; "" when it can
	Reload  string // this page again, for those without script
	Check   CheckLine
}

// SourceRow is one source: its state, how old its data is, what to do.
type SourceRow struct {
	Name, About string
	State       ui.ChipProps
	Age         string // of the last good data
	Rows        string
	RequestID   string
	Do          string
	Idle        bool // nothing is to be done
}

// KeyState says which key is in use. The key itself is never shown again.
type KeyState struct {
	Environment bool      // ANTHROPIC_ADMIN_KEY is set, and wins
	Stored      bool      // one is kept, sealed
	StoredAt    time.Time // when it was kept
}

// Any reports whether there is a key to read with.
func (k KeyState) Any() bool { return k.Environment || k.Stored }

// KeyProps is the card of the key.
type KeyProps struct {
	State     KeyState
	Today     time.Time
	CanChange bool   // this person may store a key
	Confirm   string // where to prove who one is first; "" when that is not needed
	Error     string // why the key that was sent is not stored
	Checks    []ScopeRow
}

// ScopeRow is what a test of the key said about one scope.
type ScopeRow struct {
	Scope string
	Reads string
	Chip  ui.ChipProps
	Say   string
}

// What the sources bring.
var brings = map[pull.Source]string{
	pull.Members:    "Who has an account, and in which role",
	pull.Invites:    "Who was invited and has not come yet",
	pull.Groups:     "Groups and who is in them",
	pull.Roles:      "Custom roles and what they permit",
	pull.Summaries:  "Seats and active people of the organization",
	pull.Users:      "What each person did in Cowork, day by day",
	pull.Skills:     "Skills in use",
	pull.Connectors: "Connectors in use, and with whose consent",
	pull.Plugins:    "Plugins in use",
	pull.Artifacts:  "Artifacts people made",
	pull.Cost:       "Cost by product and by group",
	pull.Spend:      "Limits, and which one binds each person",
	pull.Catalog:    "Plugins and marketplaces the organization offers",
}

// NewSourceRows words the state of every source.
func NewSourceRows(states []pull.State, key KeyState, now time.Time) []SourceRow {
	rows := make([]SourceRow, 0, len(states))
	for _, st := range states {
		r := SourceRow{
			Name: st.Source.Name(), About: brings[st.Source],
			State: chipOf(st, now), Age: age(st, now), RequestID: st.RequestID, Do: advice(st, key),
		}
		r.Idle = r.Do == idle
		if !st.LastRun.IsZero() {
			r.Rows = ui.Count(st.Rows)
		}
		rows = append(rows, r)
	}
	return rows
}

func chipOf(st pull.State, now time.Time) ui.ChipProps {
	switch {
	case st.Running:
		return ui.ChipProps{Label: "Running", Tone: ui.ToneTide, Icon: ui.IconRefreshCw}
	case st.Status == pull.MissingScope:
		return ui.ChipProps{Label: "Not granted: " + st.Source.Scope() + " missing", Tone: ui.ToneWarn, Icon: ui.IconLock}
	case st.Status == pull.Failing:
		return ui.ChipProps{Label: "Failing since " + ui.Date(st.FailingSince, now), Tone: ui.ToneBad, Icon: ui.IconCircleX}
	case st.Status == pull.Complete && st.Through.Known():
		return ui.ChipProps{Label: "Complete through " + ui.Date(st.Through.Time(), now), Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	case st.Status == pull.Complete:
		return ui.ChipProps{Label: "Complete", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	}
	return ui.ChipProps{Label: "Never run", Icon: ui.IconCircleDashed}
}

func age(st pull.State, now time.Time) string {
	if st.LastSuccess.IsZero() {
		return "no data yet"
	}
	return ui.Ago(now.Sub(st.LastSuccess))
}

const idle = "Nothing to do."

// advice is the one sentence of what to do.
func advice(st pull.State, key KeyState) string {
	switch {
	case st.Running:
		return "It is being read. You can leave."
	case st.Interrupted:
		return "The last run was cut off. The next one goes on from there; nothing is lost."
	case st.Status == pull.Failing, st.Status == pull.MissingScope:
		return st.Say
	case st.Status == pull.NeverRun && !key.Any():
		return "Enter a key below."
	case st.Status == pull.NeverRun:
		return "Sync now, or wait for tonight’s run."
	case st.Say != "":
		return st.Say
	case len(st.Unknown) > 0:
		return ui.Counted(len(st.Unknown), "field or value is", "fields or values are") + " newer than this version and passed over. Look for an update of Groundswell."
	}
	return idle
}

// Summary is the list's sub: how many sources are complete, and which need somebody.
func Summary(states []pull.State) string {
	complete, attention := 0, []string{}
	for _, st := range states {
		switch st.Status {
		case pull.Complete:
			complete++
		case pull.Failing, pull.MissingScope:
			attention = append(attention, st.Source.Name())
		}
	}
	sub := fmt.Sprintf("%d of %d sources are complete.", complete, len(states))
	switch n := len(attention); {
	case n == 1:
		sub += " " + attention[0] + " needs attention."
	case n > 3:
		sub += fmt.Sprintf(" %d need attention.", n)
	case n > 1:
		sub += " " + strings.Join(attention[:n-1], ", ") + " and " + attention[n-1] + " need attention."
	}
	return sub
}

const (
	panelID    = "sync"
	listID     = "sources"
	removeID   = "remove-key"
	patience   = 2 * time.Minute // until a job should have found a worker
	betweenTwo = time.Minute     // one source has ended and the next has not begun
	longestRun = 4 * time.Hour   // what was begun earlier belongs to another run
)

// NewPanel is the progress of the sync that was asked for at since; nil when
// none was and none runs. Without since only a running sync is shown.
func NewPanel(states []pull.State, since, now time.Time) *ui.SyncProps {
	p := &ui.SyncProps{ID: panelID, Poll: route.With(route.SyncStatus, "since", Since(since))}
	if i := slices.IndexFunc(states, func(st pull.State) bool { return st.Running }); i >= 0 {
		p.State, p.Title = ui.SyncRunning, "Reading "+strings.ToLower(states[i].Source.Name())
		p.Done, p.Of = states[i].Done, states[i].Total
		p.Unit, p.Current = nowReading(states[i], now)
		p.Current += fmt.Sprintf(" Source %d of %d.", i+1, len(states))
		return p
	}
	begun, cutOff, latest := sinceThen(states, since)
	switch {
	case since.IsZero():
		return nil
	case cutOff:
		p.State, p.Title, p.Poll = ui.SyncFailed, "The sync was cut off", ""
		p.Current = "It goes on from where it stopped at the next run. Nothing is lost."
	case begun == 0:
		p.State, p.Title = ui.SyncWaiting, "The sync begins soon"
		if now.Sub(since) > patience {
			p.Current = "No worker has begun yet. Check that one runs (server serve without --no-jobs), or run server sync."
		}
	case begun < len(states) && now.Sub(latest) < betweenTwo:
		p.State, p.Title = ui.SyncRunning, "Reading the next source"
	default:
		ended(p, states)
	}
	return p
}

// nowReading words what is read at this moment, and in what it is counted.
func nowReading(st pull.State, now time.Time) (unit, current string) {
	if on, err := day.Parse(st.Current); err == nil {
		return "days", "Now " + ui.Date(on.Time(), now) + "."
	}
	if strings.Contains(st.Current, "..") {
		return "stretches of days", "Now " + strings.Replace(st.Current[strings.Index(st.Current, ":")+1:], "..", " to ", 1) + "."
	}
	return "lists", "Now the list."
}

// sinceThen counts the sources that were begun at or after since, and says
// whether one of them was cut off and when the last one was begun or read.
func sinceThen(states []pull.State, since time.Time) (begun int, cutOff bool, latest time.Time) {
	for _, st := range states {
		if st.LastRun.IsZero() || st.LastRun.Before(since) {
			continue
		}
		begun++
		cutOff = cutOff || st.Interrupted
		for _, t := range []time.Time{st.LastRun, st.LastSuccess} {
			if t.After(latest) {
				latest = t
			}
		}
	}
	return begun, cutOff, latest
}

// ended words how a sync came out. It is asked for no more.
func ended(p *ui.SyncProps, states []pull.State) {
	p.State, p.Title, p.Poll, p.Current = ui.SyncDone, "The sync has ended", "", Summary(states)
	for _, st := range states {
		if st.Status == pull.Failing {
			p.State, p.Title = ui.SyncFailed, "The sync has ended, not everything could be read"
		}
	}
}

// Began is when the sync began that runs now; zero when none does.
func Began(states []pull.State) time.Time {
	at := slices.IndexFunc(states, func(st pull.State) bool { return st.Running })
	if at < 0 {
		return time.Time{}
	}
	began := states[at].LastRun
	for _, st := range states[:at] {
		if recent := began.Sub(st.LastRun) < longestRun; recent && st.LastRun.Before(began) {
			began = st.LastRun
		}
	}
	return began
}

// Since writes a moment for an address, to the millisecond; "" for none.
func Since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// NewScopeRows words the outcome of a test of a key.
func NewScopeRows(checks []pull.ScopeCheck) []ScopeRow {
	var rows []ScopeRow
	for _, c := range checks {
		reads := make([]string, 0, len(c.Sources))
		for _, s := range c.Sources {
			reads = append(reads, s.Name())
		}
		say := c.Say
		if c.Grant == pull.ScopeKeyRefused {
			say = "Enter another key below."
		}
		rows = append(rows, ScopeRow{Scope: c.Scope, Reads: strings.Join(reads, ", "), Chip: grantChip(c.Grant), Say: say})
	}
	return rows
}

func grantChip(g pull.Grant) ui.ChipProps {
	switch g {
	case pull.ScopeGranted:
		return ui.ChipProps{Label: "Granted", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	case pull.ScopeMissing:
		return ui.ChipProps{Label: "Missing", Tone: ui.ToneWarn, Icon: ui.IconLock}
	case pull.ScopeKeyRefused:
		return ui.ChipProps{Label: "Key refused", Tone: ui.ToneBad, Icon: ui.IconCircleX}
	case pull.ScopeNotReached:
		return ui.ChipProps{Label: "Not reached", Tone: ui.ToneBad, Icon: ui.IconCloudOff}
	}
	return ui.ChipProps{Label: "Not clear", Tone: ui.ToneWarn, Icon: ui.IconCircleAlert}
}

// now says which key is in use, without showing it.
func (k KeyProps) now() string {
	stored := "A key was stored on " + ui.Date(k.State.StoredAt, k.Today) + ", sealed."
	switch {
	case k.State.Environment && k.State.Stored:
		return "The key in ANTHROPIC_ADMIN_KEY is in use. " + stored + " It is used once that variable is removed and the server restarted."
	case k.State.Environment:
		return "The key in ANTHROPIC_ADMIN_KEY is in use. One stored here is used once that variable is removed and the server restarted."
	case k.State.Stored:
		return stored + " It is in use and is never shown again."
	}
	return "There is no key yet, so nothing can be read."
}

// fieldError is what is said under the field; the banner says why.
func (k KeyProps) fieldError() string {
	if k.Error == "" {
		return ""
	}
	return "Paste the key again; it is not kept on this page."
}

package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/access"
	"groundswell/views/ui"
)

// accessView is a dry run on its way to its Props.
type accessView struct {
	orgaccess.View
	filter  orgaccess.Filter
	plan    *rollout.Plan
	now     time.Time
	lead    bool
	sees    bool // people and small groups
	fresh   bool // may download now
	least   int  // how many people a number of use has to be of, for those who see no small groups
	gates   bool // may open the gates
	sources bool // may open the sources
}

func (v accessView) props() views.PageProps {
	p := views.PageProps{Head: ui.PageHeadProps{Title: "Access"}, Views: accessTabs(route.Access), RunLabel: "Run again", Gate: v.gate(), Snapshots: v.snapshots()}
	if v.lead {
		p.RunAgain = route.AccessRun
	}
	if !v.Ran {
		p.RunLabel = "Run it now"
		p.Head.Sub = "What enforcing roles would do to everybody"
		p.Void = &ui.VoidProps{Icon: ui.IconKeyRound, Title: "There was no dry run yet", Body: "It runs after each sync, from members, groups, roles and permissions."}
		return p
	}
	p.Head.Sub = "What enforcing roles would do to " + ui.Counted(v.Run.Members, "person", "people") + ", computed from groups, roles and permissions"
	p.Head.Fresh = v.stamp()
	p.Notes, p.Impact, p.Causes, p.Change = v.notes(), v.impact(), v.causes(), v.change()
	if v.sees {
		p.Losing = v.losing()
		list := v.people()
		p.People = &list
	}
	return p
}

// accessTabs are the views of access.
func accessTabs(current string) ui.SegmentedProps {
	return ui.SegmentedProps{Label: "View", Options: []ui.Option{
		{Label: "Dry run", URL: route.Access, Current: current == route.Access},
		{Label: "Spend limits", URL: route.AccessLimits, Current: current == route.AccessLimits},
	}}
}

// moment writes a time as people of the rollout read it: "06:14 today", "Thu 19 Nov, 16:40".
func (v accessView) moment(t time.Time) string {
	z := v.plan.Rollout.Zone()
	here, now := t.In(z), v.now.In(z)
	if here.YearDay() == now.YearDay() && here.Year() == now.Year() {
		return ui.Clock(here) + " today"
	}
	return ui.Date(here, now) + ", " + ui.Clock(here)
}

func (v accessView) stamp() *ui.FreshProps {
	if v.Run.Fresh(v.now) {
		return &ui.FreshProps{State: ui.FreshOK, Text: "Ran " + v.moment(v.Run.At)}
	}
	return &ui.FreshProps{State: ui.FreshLate, Text: "Ran " + v.moment(v.Run.At), Why: "A gate asks for a run of the last 24 hours."}
}

// notes say what keeps the run from being whole, and what it takes for granted.
func (v accessView) notes() []ui.BannerProps {
	var out []ui.BannerProps
	if !v.Run.Complete {
		n := ui.BannerProps{Title: "This run is not complete", Body: strings.Join(v.Run.Missing, " ") + " Until then no gate opens on it.", Tone: ui.ToneWarn}
		if v.sources {
			n.Link = &ui.Link{Label: "See the sources", URL: route.Sources}
		}
		out = append(out, n)
	}
	if v.Run.Strange > 0 {
		out = append(out, ui.BannerProps{Title: ui.Counted(v.Run.Strange, "person has", "people have") + " an organization role not seen before", Body: "They count as keeping what they have, because custom roles bind only those who are managed."})
	}
	return out
}

func (v accessView) impact() views.Impact {
	r := v.Run
	p := views.Impact{Chips: v.chips(), Title: "Nobody would lose Cowork by surprise"}
	switch {
	case r.Surprise > 0:
		p.Title = "Enforce now and " + ui.Counted(r.Surprise, "person loses", "people lose") + " Cowork by surprise"
		p.Body = v.surprised()
	case !r.Complete:
		p.Title += ", as far as is known"
	default:
		p.Body = "Everybody in " + listWords(r.Expected) + " reaches it through a role, or is not bound by roles."
	}
	p.Parts = v.parts()
	p.Speech = "Of " + ui.Counted(r.Members, "person", "people") + ": " + ui.Count(r.Keeps) + " keep Cowork, " + ui.Count(r.Surprise) + " lose it by surprise, " +
		ui.Count(r.Planned) + " lose it as planned, " + ui.Count(r.NotKnown) + " are not known"
	return p
}

// surprised says what those who lose it by surprise do today, and what is left to them.
func (v accessView) surprised() string {
	r, out := v.Run, ""
	if r.Through.Known() && (v.sees || r.Active == 0 || r.Active >= v.least) {
		out = ui.Count(r.Active) + " of them used it in the last 7 days. "
	}
	if r.Empty == 0 {
		return out + "All would keep Chat."
	}
	return out + ui.Count(r.Chat) + " would keep Chat; " + ui.Count(r.Empty) + " would be left with nothing."
}

func (v accessView) chips() []ui.ChipProps {
	out := []ui.ChipProps{{Label: "No undo", Tone: ui.ToneBad, Icon: ui.IconUndo2}}
	g, ok := v.rolesGate()
	if !ok {
		return out
	}
	url := ""
	if v.gates {
		url = route.Gate(g.ID)
	}
	switch g.Effective(v.plan, v.plan.Basis, v.now) {
	case rollout.GateOpen:
		return append(out, ui.ChipProps{Label: "Gate open", Tone: ui.ToneTide, Icon: ui.IconLockOpen, URL: url})
	case rollout.GatePassed:
		return append(out, ui.ChipProps{Label: "Gate passed", Tone: ui.ToneGood, Icon: ui.IconCircleCheck, URL: url})
	}
	return append(out, ui.ChipProps{Label: "Gate locked", Icon: ui.IconLock, URL: url})
}

func (v accessView) parts() []views.Part {
	r := v.Run
	waves := "in a wave that should have it"
	if len(r.Expected) > 0 {
		waves = "in " + listOr(r.Expected) + ", so they should keep it"
	}
	out := []views.Part{
		v.part("kept", "Keep Cowork", r.Keeps, "through a role, or not bound by roles", string(orgaccess.Keeps)),
		v.part("lost", "Lose it by surprise", r.Surprise, waves, ""),
		v.part("planned", "Lose it as planned", r.Planned, "in a later wave or none; "+ui.Count(r.ChatLeft)+" keep Chat", string(orgaccess.Planned)),
	}
	if r.NotKnown > 0 {
		out = append(out, v.part("unknown", "Not known", r.NotKnown, "roles of a group are unavailable", string(orgaccess.NotKnown)))
	}
	return out
}

func (v accessView) part(look, label string, n int, note, outcome string) views.Part {
	p := views.Part{Look: look, Label: label, Count: ui.Count(n), Note: note}
	if v.Run.Members > 0 {
		p.Share = float64(n) / float64(v.Run.Members)
	}
	if v.sees {
		p.URL = route.With(route.Access, "outcome", outcome) + "#people"
	}
	return p
}

// causes lists why people lose it, each with the task that puts it right.
func (v accessView) causes() views.Causes {
	p := views.Causes{Good: "Whoever should have Cowork keeps it. Run it again before the gate opens."}
	if n := len(v.Run.Causes); n > 0 {
		p.Sub = ui.Counted(v.Run.Surprise, "person", "people") + ", " + ui.Counted(n, "cause", "causes")
	}
	for _, c := range v.Run.Causes {
		row := views.Cause{Count: ui.Count(c.People), Title: c.Cause.Title(), Say: c.Say()}
		if t, ok := v.fixing(c.Cause); ok {
			row.Action = &ui.Link{Label: c.Cause.Fix(), URL: route.Task(int64(t.ID))}
			if who := v.plan.Owner(t); who.Named() {
				row.Owner = &ui.Person{Name: who.Name}
			}
		} else if v.sees {
			row.Action = &ui.Link{Label: "See " + row.Count, URL: route.With(route.Access, "cause", string(c.Cause)) + "#people"}
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// fixedBy is the check that fails while a cause stands.
var fixedBy = map[orgaccess.Cause]rollout.CheckKey{
	orgaccess.Nested: rollout.CheckGroups, orgaccess.Unmapped: rollout.CheckGroupRoles,
	orgaccess.RoleLacks: rollout.CheckCoworkRole, orgaccess.ByHand: rollout.CheckArrivals,
}

// fixing returns the task of the plan that puts a cause right: one that is still
// to be done, else the first.
func (v accessView) fixing(c orgaccess.Cause) (rollout.Task, bool) {
	var first rollout.Task
	for _, t := range v.plan.Tasks {
		if t.Evidence.Check != fixedBy[c] {
			continue
		}
		if !t.State.Settled() {
			return t, true
		}
		if first.ID == 0 {
			first = t
		}
	}
	return first, first.ID != 0
}

func (v accessView) losing() []views.Size {
	var out []views.Size
	for _, d := range v.Run.Departments {
		name := d.Name
		if d.ID == 0 {
			name = "No department"
		}
		out = append(out, views.Size{Label: name, People: ui.Count(d.People), URL: route.With(route.Access, "department", strconv.Itoa(int(d.ID))) + "#people"})
	}
	return out
}

// change says what differs from the run before; nil when there is nothing to compare with.
func (v accessView) change() *views.Change {
	c := v.Run.Change
	if c == nil {
		return nil
	}
	p := &views.Change{Sub: v.moment(c.Since)}
	line := func(name, value string) { p.Lines = append(p.Lines, ui.Pair{Name: name, Value: value}) }
	line("By surprise then", ui.Count(c.Before))
	line("Newly", ui.Count(c.Newly())+byCause(c.New))
	line("No longer", ui.Count(c.NoLonger())+byCause(c.Over))
	if c.Moved() > 0 {
		line("For another cause now", ui.Count(c.Moved())+byCause(c.Other))
	}
	return p
}

// byCause breaks a number down: " (2 in a nested group)".
func byCause(of map[orgaccess.Cause]int) string {
	var out []string
	for _, c := range orgaccess.Causes() {
		if n := of[c]; n > 0 {
			title := c.Title()
			out = append(out, ui.Count(n)+" "+strings.ToLower(title[:1])+title[1:])
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}

// rolesGate returns the gate in front of enforcing roles.
func (v accessView) rolesGate() (rollout.Gate, bool) {
	i := slices.IndexFunc(v.plan.Gates, func(g rollout.Gate) bool { return g.Kind == rollout.GateRoles })
	if i < 0 {
		return rollout.Gate{}, false
	}
	return v.plan.Gates[i], true
}

// gate is the gate's card; nil while the plan has none.
func (v accessView) gate() *views.Gate {
	g, ok := v.rolesGate()
	if !ok {
		return nil
	}
	p := &views.Gate{Body: "Groundswell does not flip the switch. It gives a go-ahead of 24 hours to do it in the Claude admin console, then watches for lockouts."}
	if v.gates {
		p.URL = route.Gate(g.ID)
	}
	unmet := 0
	all := v.plan.Conditions(g, v.basis(), v.now)
	for i, c := range all {
		if !c.Met {
			unmet++
		}
		t, ok := v.plan.Task(c.Task)
		waiting := i == len(all)-1 || ok && t.State != rollout.Reopened // approvals come last
		p.Conditions = append(p.Conditions, views.Condition{Title: c.Title, Say: c.Say, Met: c.Met, Waiting: waiting})
	}
	if unmet > 0 {
		p.Note = ui.Counted(unmet, "condition does", "conditions do") + " not hold yet."
	}
	return p
}

// basis is what the gate's conditions rest on, as this page shows it.
func (v accessView) basis() rollout.GateBasis {
	var b rollout.GateBasis
	if r := v.Run; v.Ran {
		b.Run = &rollout.DryRun{At: r.At, AsOf: r.AsOf, Complete: r.Complete, Members: r.Members, Surprise: r.Surprise}
	}
	if len(v.View.Snapshots) > 0 {
		c := v.View.Snapshots[0]
		b.Copy = &rollout.AccessCopy{ID: c.ID, At: c.At, Members: c.Members, Groups: c.Groups, Roles: c.Roles, Limits: c.Limits}
	}
	return b
}

// snapshotsShown is how many copies the page lists.
const snapshotsShown = 5

func (v accessView) snapshots() *views.Snapshots {
	p := &views.Snapshots{}
	if v.lead && !v.Run.AsOf.IsZero() {
		p.Take = route.AccessSnapshots
	}
	list := v.View.Snapshots
	for _, c := range list[:min(len(list), snapshotsShown)] {
		row := views.Snapshot{At: v.moment(c.At), Holds: ui.Counted(c.Members, "member", "members") + ", " + ui.Counted(c.Groups, "group", "groups") + ", " + ui.Counted(c.Roles, "role", "roles"), Label: "Download"}
		if v.sees {
			row.URL, row.Download = route.AccessSnapshot(c.ID), true
			if !v.fresh {
				row.URL, row.Download = route.With(route.SignInOIDC, "again", "1", "return_to", route.Access), false
			}
		}
		p.Rows = append(p.Rows, row)
	}
	if v.sees && !v.fresh && len(list) > 0 {
		p.Note = "A snapshot holds names: downloading asks you to confirm it is you."
	}
	return p
}

// listWords writes names as prose.
func listWords(names []string) string { return joined(names, "and") }

// listOr writes names as prose, of which one holds.
func listOr(names []string) string { return joined(names, "or") }

func joined(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

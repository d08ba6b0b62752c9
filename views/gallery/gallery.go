// Package gallery shows every component in every state, for whoever builds or
// changes one. It is served in development only, and tests look at all of it:
// for accessibility, for the content security policy, for sideways scrolling.
// Its organization is invented.
package gallery

import (
	"groundswell/internal/route"
	"groundswell/views/layout"
	"groundswell/views/ui"
)

// here is where a link of the gallery leads.
const here = "#main"

// Props says how the gallery is looked at.
type Props struct {
	Theme string // light, dark, or "" for the system's
	Path  string // of the gallery with its query
}

func (p Props) frame() layout.Props {
	items := layout.Items(route.Gallery)
	items[0].Current = true
	return layout.Props{
		Title: "Components",
		Org:   "Aldermere",
		Theme: p.Theme,
		Path:  p.Path,
		Items: append(items,
			layout.Item{Group: layout.Run, Label: "Readiness", URL: here, Icon: ui.IconClipboardCheck, Count: "4", Bad: true},
			layout.Item{Group: layout.Govern, Label: "Access", URL: here, Icon: ui.IconKeyRound, Count: "312", Bad: true}),
		Fresh: ui.FreshProps{State: ui.FreshOK, Text: "Data through Wed 18 Nov", Lines: []string{"Analytics synced 06:12", "Telemetry 2 min ago"}},
		Me:    &layout.Me{Name: "Ines Marchetti", Role: "Rollout lead"},
		Flash: &ui.ToastProps{Text: "Sources checked"},
	}
}

func definition(id string) ui.DefinitionProps {
	return ui.DefinitionProps{
		ID: id, Title: "Week-2 return rate",
		Sentence: "Of the people whose first real task fell in a week, the share active again in the week after.",
		Now:      "137 of 214, week of 2 Nov", Source: "Analytics API, per-user daily",
		Delay: "One day", LeftOut: "Weeks still running, groups under 5",
		More: &ui.Link{Label: "Every definition", URL: here},
	}
}

func spark(label string, target float64, values ...float64) *ui.SparkProps {
	p := &ui.SparkProps{Label: label, Scale: ui.InDecimal, Target: ui.Read(target)}
	for _, v := range values {
		p.Values = append(p.Values, ui.Read(v))
	}
	return p
}

func rising(label string) *ui.SparkProps {
	return spark(label, 8.5, 2, 3.1, 4, 4.8, 5.5, 6.2, 6.7, 7.1, 7.6, 8)
}

func falling(label string) *ui.SparkProps { return spark(label, 3, 6, 5.7, 5.4, 5, 4.8, 4.5, 4.2) }

func phases() []ui.Phase {
	return []ui.Phase{
		{Title: "Technical setup", Done: 31, Of: 34, URL: here},
		{Title: "Change and launch", Done: 14, Of: 22, URL: here, Current: true},
		{Title: "Enablement", Done: 6, Of: 17, URL: here},
		{Title: "Scaling", Done: 0, Of: 15, URL: here},
	}
}

func launch() ui.LaunchProps {
	return ui.LaunchProps{
		Days: 12, Title: "days to Wave 1", Sub: "Tue 1 Dec · 1,180 people",
		Chip:   ui.ChipProps{Label: "No-go today", Tone: ui.ToneBad, Icon: ui.IconCircleX, URL: here},
		Note:   "8 of 12 checks ready",
		Speech: "From the pilot's opening on 2 November to Wave 1 on 1 December. Today is 19 November.",
		Marks: []ui.LaunchMark{
			{At: 0, Title: "Pilot opened", Date: "Mon 2 Nov", Kind: ui.MarkDone},
			{At: .276, Title: "M365 connector live", Date: "Tue 10 Nov", Kind: ui.MarkDone},
			{At: .586, Title: "Today", Date: "Thu 19 Nov", Kind: ui.MarkToday},
			{At: .828, Title: "Go / no-go", Date: "Thu 26 Nov", Kind: ui.MarkAhead},
			{At: 1, Title: "Wave 1 opens", Date: "Tue 1 Dec", Kind: ui.MarkGoal},
		},
		Phases: phases(),
	}
}

func verdict() ui.VerdictProps {
	return ui.VerdictProps{
		Title: "Three checks fail and one is stale", Body: "Fix the seats, the RBAC dry run and the missing app, and have Noor re-attest support. The other eight hold.",
		Verified: 5, Attested: 3, Stale: 1, Wrong: 3, Decision: "Thu 26 Nov, 10:00",
		Votes: []ui.Vote{
			{Person: ui.Person{Name: "Dana Whitfield", Role: "Primary Owner"}, Answer: "Waiting"},
			{Person: ui.Person{Name: "Marcus Oyelaran", Role: "CISO"}, Answer: "Go"},
		},
		Ask:     ui.ButtonProps{Label: "Ask for go or no-go", Icon: ui.IconLock, Disabled: "opens when nothing fails"},
		AskNote: "Opens when nothing fails. Pilot: go, 30 Oct, 12 of 12.",
	}
}

func cohorts() ui.CohortProps {
	p := ui.CohortProps{ID: "cohorts", Label: "Groups", Summary: "5 of 8", Total: "5 groups, 528 people", Action: here, Name: "cohort", Keep: []ui.Pair{{Name: "from", Value: "2026-10-26"}}}
	for i, name := range []string{"Finance", "Marketing", "Revenue Ops", "Claims Operations", "Legal", "People", "Actuarial", "Temps"} {
		o := ui.CohortOption{Value: name, Label: name, People: 148 - 12*i, Checked: i != 3 && i < 6}
		o.Size = ui.Count(o.People)
		if name == "Temps" {
			o.People, o.Size = 0, "under 5"
		}
		p.Options = append(p.Options, o)
	}
	return p
}

func period() ui.PeriodProps {
	return ui.PeriodProps{
		ID: "period", Label: "26 Oct – 18 Nov", Action: here, From: "2026-10-26", To: "2026-11-18", Max: "2026-11-18",
		Presets: []ui.Option{{Label: "Last 7 days", URL: here}, {Label: "Last 28 days", URL: here, Current: true}, {Label: "Since the pilot opened", URL: here}},
	}
}

func line() ui.LineProps {
	p := ui.LineProps{ID: "weekly", Title: "Weekly actives by group, share of licensed", Scale: ui.InPercent, Target: ui.Read(.6), Notes: []ui.LineNote{{At: 1, Text: "Pilot opens"}}}
	for i, l := range []string{"26 Oct", "2 Nov", "9 Nov", "16 Nov"} {
		pt := ui.LinePoint{Label: "Week of " + l, Short: l}
		if i == 3 {
			pt.Partial = "still running"
		}
		p.Points = append(p.Points, pt)
	}
	for i, name := range []string{"Finance", "People", "Claims Operations"} {
		s := ui.LineSeries{Name: name, Colour: i + 1}
		for w := range p.Points {
			s.Values = append(s.Values, ui.Read(.02+float64(w)*(.24-.08*float64(i))))
		}
		p.Series = append(p.Series, s)
	}
	return p
}

func triangle() ui.TriangleProps {
	r := func(v float64) ui.TriangleCell { return ui.TriangleCell{Share: ui.Read(v)} }
	run := func(v float64) ui.TriangleCell { return ui.TriangleCell{Share: ui.Read(v), Running: true} }
	return ui.TriangleProps{Title: "Share still active in each week", First: "Began in the week of", Rows: []ui.TriangleRow{
		{Name: "19 Oct", Size: "12", Cells: []ui.TriangleCell{r(1), r(.92), r(.83), run(.75)}},
		{Name: "26 Oct", Size: "under 5", Withheld: "Fewer than 5 people, hidden", Cells: []ui.TriangleCell{r(1), r(1), r(1)}},
		{Name: "2 Nov", Size: "214", Cells: []ui.TriangleCell{r(1), r(.64), run(.57)}},
		{Name: "9 Nov", Size: "121", Cells: []ui.TriangleCell{r(1), run(.48)}},
	}}
}

func funnel() ui.FunnelProps {
	return ui.FunnelProps{Title: "From access to habit", Stages: []ui.FunnelStage{
		{Name: "Licensed", People: ui.Read(640)},
		{Name: "Signed in", People: ui.Read(512), Loss: "128 never signed in", Who: "71 of them in Claims"},
		{Name: "First real task", People: ui.Read(398), Loss: "114 signed in, no task yet"},
		{Name: "Active this week", People: ui.Read(354), Loss: "44 lapsed"},
	}}
}

func bars() ui.BarListProps {
	return ui.BarListProps{Title: "People by group", Name: "Group", Value: "People", Scale: ui.InCount, Rows: []ui.BarRow{
		{Name: "Finance", Value: ui.Read(148)}, {Name: "Claims Operations", Value: ui.Read(112), Tone: ui.ToneWarn}, {Name: "Temps", Value: ui.Reading{}},
	}}
}

func facts() []ui.Fact {
	return []ui.Fact{
		{Icon: ui.IconCircleCheck, Tone: ui.ToneGood, Label: "Can still sign in", Value: "4,056"},
		{Icon: ui.IconCircleCheck, Tone: ui.ToneGood, Label: "Locked out", Value: "0"},
		{Icon: ui.IconClock, Label: "Dry run finished", Value: "11 min ago"},
	}
}

func enforce() ui.DialogProps {
	return ui.DialogProps{
		ID: "enforce", Title: "Record SSO enforcement?", Facts: facts(), Phrase: "ENFORCE SSO", Confirm: "Record enforcement", Danger: true, Action: route.Gallery,
		Body: "Dana turned it on in the admin console at 14:02. People without a mapped group can’t sign in from then on.",
	}
}

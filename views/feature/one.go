package feature

import (
	"groundswell/internal/adoption"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// OneProps is the page of one feature.
type OneProps struct {
	Head    ui.PageHeadProps
	Key     string // where it differs from the name
	Filters FilterProps
	Notes   []ui.BannerProps
	Tiles   []ui.StatTileProps
	Over    ui.LineProps
	OverSub string
	Days    *ui.LineProps // nil for those who see whole months
	DaysSub string
	Groups  *GroupsProps // nil for those who may not see groups
}

// GroupsProps is the use of a feature by group.
type GroupsProps struct {
	Sub   string
	Table ui.TableProps
	Rows  []GroupRow
	Pages *ui.PagesProps
	Empty string // why there is nothing
}

// GroupRow is one group.
type GroupRow struct {
	Name    string
	Members string
	Users   ui.Value
	Share   ui.Value
	Bar     *ui.BarProps
}

// NewOne builds the page of the only record of found.
func NewOne(f Filters, found Findings, r Reader) OneProps {
	d := data{f, found, r}
	rec := found.Report.Records[0]
	out := OneProps{
		Head: ui.PageHeadProps{
			Title: rec.Name, Sub: d.oneSentence(rec), Fresh: d.fresh(),
			Crumbs: []ui.Link{{Label: "Connectors & plugins", URL: d.at(route.Connectors, "page", "")}, {Label: d.title(), URL: d.kind(d.Kind)}},
		},
		Filters: d.filterProps(), Notes: d.notes(), Tiles: d.tiles(rec), Over: d.overTime(rec),
	}
	if rec.Key != rec.Name {
		out.Key = rec.Key
	}
	_, what := d.measured()
	out.OverSub = what + " by " + d.unit() + ", " + d.dates(d.Long)
	if !d.Guarded {
		days := d.byDay(rec)
		out.Days, out.DaysSub = &days, "Different people each day; they cannot be added up over days"
	}
	if d.Reader.Groups {
		g := d.groups()
		out.Groups = &g
	}
	return out
}

func (d data) oneSentence(r adoption.FeatureRecord) string {
	switch {
	case r.Dropped(d.State.Through):
		return "No longer used: last on " + d.seen(r.Last).Text + "."
	case r.New(d.Period, d.Report.First):
		return "New: first seen " + d.seen(r.First).Text + "."
	case !r.Used():
		return "Not used in " + d.dates(d.Period) + "."
	case r.Sum.Sessions.Reported():
		return ui.Counted(r.Sum.Sessions, "Cowork session", "Cowork sessions") + " in " + d.dates(d.Period) + "."
	}
	return "Used in " + d.dates(d.Period) + "."
}

func (d data) tiles(r adoption.FeatureRecord) []ui.StatTileProps {
	var out []ui.StatTileProps
	if d.inSessions() {
		out = append(out, ui.StatTileProps{Label: "Sessions", Value: d.count(r.Sum.Sessions), Meta: "Cowork, " + d.dates(d.Period), Def: &ui.DefinitionProps{
			ID: "def-sessions", Title: "Sessions", Sentence: "Cowork sessions in which it was used, summed over the days of the period. Sessions under Chat and Cowork unified count too.",
			Source: "Claude analytics, " + d.manyOf() + " by day", Delay: "One day; revised for about a week", LeftOut: "Use in plain chat, Claude Code and Office",
		}})
	}
	people := ui.StatTileProps{Label: "People, busiest day", Value: d.count(r.Sum.Users), Meta: "In any Claude product", Def: &ui.DefinitionProps{
		ID: "def-people", Title: "People on the busiest day", Sentence: "The most distinct people who used it on one day of the period. The people of several days overlap, so they are never added up.",
		Source: "Claude analytics, " + d.manyOf() + " by day", Delay: "One day; revised for about a week",
	}}
	if r.PeakOn.Known() {
		people.Meta = d.date(r.PeakOn) + ", in any Claude product"
	}
	out = append(out, people)
	if d.Kind == adoption.Connector {
		out = append(out, d.consentTile(r))
	}
	return append(out,
		ui.StatTileProps{Label: "First seen", Value: d.seen(r.First)},
		ui.StatTileProps{Label: "Last used", Value: d.seen(r.Last)})
}

func (d data) consentTile(r adoption.FeatureRecord) ui.StatTileProps {
	out := ui.StatTileProps{Label: "Own consent, busiest day", Value: d.consent(r), Def: &ui.DefinitionProps{
		ID: "def-consent", Title: "Own consent", Sentence: "The second gate: people whose use that day ran on a connection they made themselves, with their own consent. The first gate is the organization’s, which enables the connector.",
		Source: "Claude analytics, connectors by day", Delay: "One day; revised for about a week", LeftOut: "People on a credential that the organization manages, and those who connected it but did not use it",
	}}
	if r.OwnAuth.Reported() {
		out.Meta = "Latest: " + ui.Count(r.OwnAuth) + " on " + d.date(r.OwnAuthOn)
	}
	return out
}

// groups is the use by group, or why there is none.
func (d data) groups() GroupsProps {
	w := d.Report.Window
	if w == nil {
		return GroupsProps{Sub: "RBAC groups", Empty: d.noGroups()}
	}
	if len(d.Report.Groups) == 0 {
		return GroupsProps{Sub: d.dates(*w), Empty: "No groups have been read. Members of groups come from the Groups source."}
	}
	out := GroupsProps{
		Sub: "Distinct people, " + d.dates(*w) + ". Groups overlap, so they add up to more than everyone",
		Table: ui.TableProps{Caption: "Use by group", Columns: []ui.Column{
			{Label: "Group"}, {Label: "Members now", Numeric: true}, {Label: "Used it", Numeric: true}, {Label: "Share of members", Numeric: true}}},
	}
	from, to, foot := ui.PageOf(len(d.Report.Groups), d.Page, rowsAPage, d.page)
	out.Pages = foot
	for _, g := range d.Report.Groups[from:to] {
		out.Rows = append(out.Rows, d.groupRow(g))
	}
	return out
}

func (d data) groupRow(g adoption.GroupUse) GroupRow {
	row := GroupRow{Name: g.Name, Members: ui.Count(g.Members), Users: d.count(g.Users), Share: ui.NotYet("more people used it over the window than are in the group now")}
	if row.Name == "" {
		row.Name = "Group no longer listed · " + g.ID
	}
	if share := g.Share(); share != nil {
		row.Share = ui.Known(ui.Percent(*share))
		row.Bar = &ui.BarProps{Share: ui.Read(*share)}
	} else if !g.Users.Reported() {
		row.Share = d.count(g.Users)
	}
	return row
}

// noGroups says why use by group is not there.
func (d data) noGroups() string {
	switch {
	case d.Kind == adoption.Artifact:
		return "Not offered by the API: it counts artifacts by group for single days only."
	case d.State.Status == pull.Complete && d.State.Say != "":
		return d.State.Say
	}
	return "Not read yet. The next sync asks for it."
}

package feature

import (
	"fmt"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// rowsAPage is how many rows a table shows at once.
const rowsAPage = 25

// ListProps is the ranking of one kind.
type ListProps struct {
	Head      ui.PageHeadProps
	CSV, XLSX string
	Tabs      ui.TabsProps
	Filters   FilterProps
	Void      *ui.VoidProps
	Notes     []ui.BannerProps
	Title     string
	Sub       string
	Table     ui.TableProps
	Rows      []Row
	Other     string // how many features are withheld; "" for none
	Held      ui.Value
	Empty     *ui.VoidProps
	Pages     *ui.PagesProps
	Foot      string
	Dropped   *Dropped
}

// Row is one feature of a ranking.
type Row struct {
	Name     string
	URL      string
	New      bool
	Sessions ui.Value
	Bar      *ui.BarProps // beside the number that ranks
	Spark    ui.SparkProps
	People   ui.Value
	PeakOn   string
	Consent  *ui.Value // connectors
	Latest   string    // the latest reading of it
	First    ui.Value
	Last     ui.Value
}

// Dropped is what was used once and is not any more.
type Dropped struct {
	Sub   string
	Table ui.TableProps
	Rows  []Row
	More  string
}

// NewList builds the ranking of f.Kind.
func NewList(f Filters, found Findings, r Reader) ListProps {
	d := data{f, found, r}
	out := ListProps{
		Head:    ui.PageHeadProps{Title: "Connectors & plugins", Sub: d.sentence(), Fresh: d.fresh()},
		Filters: d.filterProps(), Void: d.void(), Tabs: d.tabs(), Title: d.title(), Sub: d.listSub(),
	}
	if out.Void != nil {
		out.Head.Sub = "What people use inside Cowork, and whether they still do."
		return out
	}
	out.CSV, out.XLSX, out.Notes = f.file(".csv"), f.file(".xlsx"), d.notes()
	if d.Kind == adoption.Connector {
		out.Foot = "A connector works for a person behind two gates: the organization enabled it, and the person connected it with their own consent. The API counts the second among those who used it that day."
	}
	d.fill(&out)
	return out
}

// fill adds the tables.
func (d data) fill(out *ListProps) {
	ranked := Ranked(d.Report.Records)
	titles := called(ranked)
	from, to, foot := ui.PageOf(len(ranked), d.Page, rowsAPage, d.page)
	out.Pages = foot
	out.Table = ui.TableProps{Caption: d.title() + " by use", Columns: d.columns(), Sticky: to-from > 12}
	for i := from; i < to; i++ {
		out.Rows = append(out.Rows, d.row(ranked[i], titles[i], ranked[0]))
	}
	if d.Hidden > 0 {
		out.Held = d.withheld()
		out.Other = fmt.Sprintf("Other (%s)", ui.Counted(d.Hidden, d.oneOf(), d.manyOf()))
		out.Foot = strings.TrimSpace(fmt.Sprintf("Other is hidden: fewer than %d people used each of them on any day of a month. %s", d.Least, out.Foot))
	}
	if len(ranked) == 0 && d.Hidden == 0 {
		out.Empty = &ui.VoidProps{Icon: ui.IconPlug, Title: "No " + d.manyOf() + " used", Body: "Nobody used one in " + d.dates(d.Period) + ". Choose other days above."}
	}
	out.Dropped = d.dropped()
}

// Ranked leaves out what no day of the period reports.
func Ranked(list []adoption.FeatureRecord) []adoption.FeatureRecord {
	var out []adoption.FeatureRecord
	for _, r := range list {
		if r.Sum.Users.Reported() || r.Sum.Sessions.Reported() {
			out = append(out, r)
		}
	}
	return out
}

func (d data) tabs() ui.TabsProps {
	out := ui.TabsProps{Label: "Kinds"}
	for _, k := range Kinds() {
		out.Options = append(out.Options, ui.Option{Label: names[k][2], URL: d.kind(k), Current: k == d.Kind})
	}
	return out
}

func (d data) listSub() string {
	if d.inSessions() {
		return "By Cowork sessions, " + d.dates(d.Period)
	}
	return "By people on the busiest day, " + d.dates(d.Period)
}

// sentence says what the page shows: how many are used, new and no longer used.
func (d data) sentence() string {
	used, fresh, gone := 0, 0, 0
	for _, r := range d.Report.Records {
		if r.Used() {
			used++
		}
		if r.New(d.Period, d.Report.First) {
			fresh++
		}
		if r.Dropped(d.State.Through) {
			gone++
		}
	}
	parts := []string{ui.Counted(used, d.oneOf(), d.manyOf()) + " used in " + d.dates(d.Period)}
	if used == 0 {
		parts[0] = "No " + d.manyOf() + " used in " + d.dates(d.Period)
	}
	if fresh > 0 {
		parts = append(parts, ui.Count(fresh)+" new")
	}
	if gone > 0 {
		parts = append(parts, ui.Count(gone)+" no longer used")
	}
	return strings.Join(parts, ", ") + "."
}

func (d data) columns() []ui.Column {
	out := []ui.Column{{Label: strings.ToUpper(d.oneOf()[:1]) + d.oneOf()[1:]}}
	if d.inSessions() {
		out = append(out, ui.Column{Label: "Sessions", Numeric: true})
	}
	out = append(out, ui.Column{Label: "By " + d.unit()}, ui.Column{Label: "People, busiest day", Numeric: true})
	if d.Kind == adoption.Connector {
		out = append(out, ui.Column{Label: "Own consent", Numeric: true})
	}
	return append(out, ui.Column{Label: "First seen"}, ui.Column{Label: "Last used"})
}

// row is a feature beside the one that is used most.
func (d data) row(r adoption.FeatureRecord, name string, top adoption.FeatureRecord) Row {
	of, what := d.measured()
	out := Row{
		Name: name, URL: d.one(r.Key), New: r.New(d.Period, d.Report.First),
		People: d.count(r.Sum.Users), First: d.seen(r.First), Last: d.seen(r.Last),
		Spark: ui.SparkProps{Label: what + " by " + d.unit(), Scale: ui.InCount, Values: d.series(r, of)},
	}
	if d.inSessions() {
		out.Sessions = d.count(r.Sum.Sessions)
	}
	if n, most := of(r.Sum), of(top.Sum); n.Reported() && most > 0 {
		out.Bar = &ui.BarProps{Share: ui.Read(float64(n) / float64(most))}
	}
	if r.PeakOn.Known() {
		out.PeakOn = d.date(r.PeakOn)
	}
	if d.Kind == adoption.Connector {
		v := d.consent(r)
		out.Consent = &v
		if r.OwnAuth.Reported() {
			out.Latest = ui.Count(r.OwnAuth) + " on " + ui.DayMonth(r.OwnAuthOn.Time(), d.today())
		}
	}
	return out
}

// maxDropped bounds the list of what is no longer used; the file has them all.
const maxDropped = 12

func (d data) dropped() *Dropped {
	var gone []adoption.FeatureRecord
	for _, r := range d.Report.Records {
		if r.Dropped(d.State.Through) {
			gone = append(gone, r)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	out := &Dropped{
		Sub:   "Used before, but not in the 28 days to " + d.date(d.State.Through),
		Table: ui.TableProps{Caption: "No longer used", Columns: []ui.Column{{Label: strings.ToUpper(d.oneOf()[:1]) + d.oneOf()[1:]}, {Label: "First seen"}, {Label: "Last used"}}},
	}
	titles := called(gone)
	for i, r := range gone {
		if i == maxDropped {
			out.More = ui.Count(len(gone)-maxDropped) + " more in the CSV file."
			break
		}
		out.Rows = append(out.Rows, Row{Name: titles[i], URL: d.one(r.Key), First: d.seen(r.First), Last: d.seen(r.Last)})
	}
	return out
}

package feature

import (
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// SpendFilters is what the page of spend was asked for.
type SpendFilters struct {
	Days     int
	From, To string
	Period   day.Period // as asked; SpendFound.Covered is what is shown
	Page     int        // of the groups
	After    string     // cursor of the people at their limit
	Errors   map[string]string
}

func (f SpendFilters) query() url.Values {
	q := url.Values{}
	if f.Days > 0 {
		q.Set("days", strconv.Itoa(f.Days))
	}
	for k, v := range map[string]string{"from": f.From, "to": f.To, "after": f.After} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Page > 1 {
		q.Set("page", strconv.Itoa(f.Page))
	}
	return q
}

func (f SpendFilters) at(path string, kv ...string) string {
	return route.Change(path, f.query(), kv...)
}

// SpendFound is what the page of spend is made of.
type SpendFound struct {
	Report   access.SpendReport
	Cost     pull.State
	Limits   pull.State
	Covered  day.Period             // what the figures cover
	Before   day.Period             // what they are compared with
	Compared bool                   // cost is known for all of Before
	Now, Was []adoption.ProductCost // by product, greatest first
	Long     []adoption.CostStep    // what the chart shows
	Active   *int64                 // people with an active day in the period; nil when withheld or not known
	Held     bool                   // Active is withheld
	Through  day.Date               // last day of complete cost; None before it
	First    day.Date               // first day of cost; None before it
}

// SpendReader is who looks at it.
type SpendReader struct {
	Today   day.Date
	Sources bool // may open the Sources page
	Guarded bool // sees whole months, and no figure of few people
	Groups  bool // may see figures of groups
	People  bool // may see people by name
	Least   int
}

// spendData is what the builders of the page work from.
type spendData struct {
	SpendFilters
	SpendFound
	SpendReader
}

// SpendProps is the page of spend.
type SpendProps struct {
	Head     ui.PageHeadProps
	Files    [4]string // costs as CSV and XLSX, limits likewise; "" while there is nothing
	Filters  FilterProps
	Void     *ui.VoidProps
	Notes    []ui.BannerProps
	Tiles    []ui.StatTileProps
	Chart    ui.LineProps
	ChartSub string
	Products CostTable
	Groups   *CostTable
	Limits   LimitsProps
}

// CostTable is cost by something.
type CostTable struct {
	Sub   string
	Table ui.TableProps
	Rows  []CostRow
	Pages *ui.PagesProps
	Empty string
	Foot  string
}

// CostRow is a line of it.
type CostRow struct {
	Name, Cost, Exact string
	Share             string
	Bar               *ui.BarProps
	Before            ui.Value
	Change            ui.Value
}

const costSource = "Claude analytics, cost by product and day"

// NewSpend builds the page of spend.
func NewSpend(f SpendFilters, found SpendFound, r SpendReader) SpendProps {
	d := spendData{f, found, r}
	out := SpendProps{Head: ui.PageHeadProps{Title: "Spend", Sub: "What Claude costs, and which limits bind.", Fresh: d.fresh()}, Filters: d.filterProps(), Void: d.void(), Limits: d.limits()}
	if out.Limits.Void == nil {
		out.Files[2], out.Files[3] = route.Spend+"/limits.csv", route.Spend+"/limits.xlsx"
	}
	if out.Void != nil {
		return out
	}
	out.Files[0], out.Files[1] = d.at(route.Spend+".csv", "page", "", "after", ""), d.at(route.Spend+".xlsx", "page", "", "after", "")
	out.Head.Sub, out.Notes, out.Tiles = d.sentence(), d.notes(), d.tiles()
	out.Chart, out.Products = d.chart(), d.products()
	out.ChartSub = "By " + d.step() + " and product"
	if d.SpendReader.Groups {
		t := d.groups()
		out.Groups = &t
	}
	return out
}

// shown is the period as the page names it: what is covered, or else what was asked for.
func (d spendData) shown() day.Period {
	if d.Covered.Days() == 0 {
		return d.Period
	}
	return d.Covered
}

func (d spendData) date(on day.Date) string { return ui.Date(on.Time(), d.Today.Time()) }

func (d spendData) dates(p day.Period) string { return dates(p, d.Today.Time()) }

func (d spendData) step() string {
	if d.Guarded {
		return "month"
	}
	return "week"
}

// void is the costs' part while none was ever read, nil afterwards.
func (d spendData) void() *ui.VoidProps {
	if d.Through.Known() && d.First.Known() {
		if d.Guarded && d.Covered.Days() == 0 {
			return noMonth()
		}
		return nil
	}
	v := &ui.VoidProps{Icon: ui.IconWallet, Title: "No cost has been read yet", Body: "It appears here when the first days of the cost report are complete."}
	if d.Cost.Status == pull.MissingScope {
		v.Icon, v.Title, v.Body = ui.IconLock, "Cost cannot be read", "The Claude key lacks "+pull.Cost.Scope()+". A rollout lead adds the scope; the next sync reads the cost report."
	}
	if d.Sources {
		v.Action = &ui.Link{Label: "Open Sources", URL: route.Sources}
	}
	return v
}

func (d spendData) fresh() *ui.FreshProps {
	if !d.Through.Known() {
		return &ui.FreshProps{State: ui.FreshNever, Text: "No cost yet"}
	}
	f := &ui.FreshProps{State: ui.FreshOK, Text: "Cost through " + d.date(d.Through)}
	if d.Today-d.Through > staleAfter {
		f.State, f.Text = ui.FreshLate, "Cost stopped at "+d.date(d.Through)
		if d.Sources {
			f.URL, f.Why = route.Sources, d.Cost.Say
		}
	}
	return f
}

// revisedFor is how many days the API still revises a day's cost.
const revisedFor = 35

func (d spendData) notes() []ui.BannerProps {
	var out []ui.BannerProps
	if d.Cost.Status == pull.MissingScope {
		out = append(out, ui.BannerProps{Title: "The Claude key lost " + pull.Cost.Scope(), Body: "What was read before is shown. It is not renewed until the key has the scope again.", Tone: ui.ToneWarn})
	}
	if n := int(d.Period.To - d.Through); n > 0 && !d.Guarded {
		out = append(out, ui.BannerProps{Title: "The period is cut short", Body: "Cost is complete through " + d.date(d.Through) + "; " + ui.Counted(n, "day is", "days are") + " not complete yet and left out.", Icon: ui.IconClock})
	}
	return out
}

// total adds up products; cowork only those that are Cowork's.
func total(list []adoption.ProductCost, cowork bool) adoption.Money {
	var sum adoption.Money
	for _, c := range list {
		if !cowork || adoption.IsCowork(c.Product) {
			sum = sum.Plus(c.Amount)
		}
	}
	return sum
}

func usd(m adoption.Money) string { return ui.USD(dollars(m)) }

// dollars is an amount for display only; sums and files are exact.
func dollars(m adoption.Money) float64 {
	v, _ := strconv.ParseFloat(m.USD(), 64)
	return v
}

func (d spendData) sentence() string {
	all, cowork := total(d.Now, false), total(d.Now, true)
	s := usd(all) + " in " + d.dates(d.shown())
	if all.Sign() > 0 {
		s += "; Cowork is " + ui.Percent(cowork.Over(all)) + " of it"
	}
	return s + "."
}

func (d spendData) tiles() []ui.StatTileProps {
	all, cowork := total(d.Now, false), total(d.Now, true)
	was, coworkWas := total(d.Was, false), total(d.Was, true)
	share := ui.NotYet("nothing was spent in these days")
	if all.Sign() > 0 {
		share = ui.Known(ui.Percent(cowork.Over(all)))
	}
	late := fmt.Sprintf("One day; revised for about five weeks, so days after %s still move", d.date(d.Through-revisedFor))
	return []ui.StatTileProps{
		{Label: "Cost", Value: ui.Known(usd(all)), Trend: d.trend(all, was), Meta: "All products", Def: &ui.DefinitionProps{
			ID: "def-cost", Title: "Cost", Sentence: "What the cost report gives for the days of the period, over all products. Amounts are kept in exact fractions of a cent; the file has them.", Source: costSource, Delay: late}},
		{Label: "Cowork’s cost", Value: ui.Known(usd(cowork)), Trend: d.trend(cowork, coworkWas), Meta: "With Chat and Cowork unified"},
		{Label: "Cowork’s share", Value: share, Meta: "Of all cost"},
		{Label: "Cowork’s cost per active person", Value: d.perPerson(cowork), Meta: d.activeMeta(), Def: &ui.DefinitionProps{
			ID: "def-per-person", Title: "Cost per active person", Sentence: "Cowork’s cost in the period, divided by the people with an active day in it.", Source: costSource + "; use by person and day", Delay: late}},
	}
}

func (d spendData) perPerson(cost adoption.Money) ui.Value {
	switch {
	case d.SpendFound.Held:
		return ui.Withheld(d.Least)
	case d.Active == nil:
		return ui.NotYet("no use has been read for these days")
	case *d.Active == 0:
		return ui.NotYet("nobody was active in these days")
	}
	return ui.Known(usd(cost.Times(big.NewRat(1, *d.Active))))
}

func (d spendData) activeMeta() string {
	if d.Active == nil || d.SpendFound.Held {
		return ""
	}
	return ui.Counted(*d.Active, "active person", "active people")
}

// trend is the change against the period before; more cost is neither good nor bad.
func (d spendData) trend(now, was adoption.Money) *ui.Trend {
	if !d.Compared {
		return &ui.Trend{First: true}
	}
	diff := dollars(now) - dollars(was)
	t := &ui.Trend{Dir: ui.Up, Text: usdSize(diff)}
	switch {
	case t.Text == "$0.00":
		return &ui.Trend{Dir: ui.Flat}
	case diff < 0:
		t.Dir = ui.Down
	}
	return t
}

func usdSize(v float64) string { return strings.TrimPrefix(ui.USD(v), "−") }

func (d spendData) chart() ui.LineProps {
	out := ui.LineProps{ID: "cost-over-time", Title: "Cost by " + d.step() + " and product", Column: "Week of", Scale: ui.InUSD, Height: 240, Empty: "No cost in these days."}
	if d.Guarded {
		out.Column = "Month"
	}
	totals := map[string]adoption.Money{}
	var order []adoption.ProductCost
	for _, s := range d.Long {
		p := ui.LinePoint{Label: d.date(s.From), Short: ui.DayMonth(s.From.Time(), d.Today.Time())}
		if d.Guarded {
			p.Label, p.Short = s.From.Time().Format("January 2006"), s.From.Time().Format("Jan")
		}
		if !s.Complete {
			p.Partial = "not complete"
		}
		out.Points = append(out.Points, p)
		for k, m := range s.ByProduct {
			totals[k] = totals[k].Plus(m)
		}
	}
	for k, m := range totals {
		order = append(order, adoption.ProductCost{Product: k, Amount: m})
	}
	adoption.SortCosts(order)
	colours := ui.Colours(len(order), nil)
	for i, c := range order {
		line := ui.LineSeries{Name: ProductName(c.Product), Colour: colours[i]}
		for _, s := range d.Long {
			line.Values = append(line.Values, ui.Read(dollars(s.ByProduct[c.Product])))
		}
		out.Series = append(out.Series, line)
	}
	return out
}

var productNames = map[string]string{
	"cowork": "Cowork", "chat_cowork_unified": "Chat and Cowork unified", "chat": "Chat", "claude_code": "Claude Code",
	"office_agent": "Office agent", adoption.Unattributed: "Not attributed",
}

// ProductName is what people call a product of the cost report.
func ProductName(p string) string {
	if n, ok := productNames[p]; ok {
		return n
	}
	return p
}

func (d spendData) columns(what string) []ui.Column {
	return []ui.Column{{Label: what}, {Label: "Cost", Numeric: true}, {Label: "Share", Numeric: true}, {Label: "Before", Numeric: true}, {Label: "Change", Numeric: true}}
}

func (d spendData) products() CostTable {
	out := CostTable{
		Sub:   d.dates(d.shown()) + ", beside " + d.dates(d.Before),
		Table: ui.TableProps{Caption: "Cost by product", Columns: d.columns("Product")}, Empty: "No product cost anything in these days.",
	}
	was := map[string]adoption.Money{}
	for _, c := range d.Was {
		was[c.Product] = c.Amount
	}
	all := total(d.Now, false)
	for _, c := range d.Now {
		out.Rows = append(out.Rows, d.costRow(ProductName(c.Product), c.Amount, was[c.Product], all))
		delete(was, c.Product)
	}
	for _, c := range d.Was {
		if _, gone := was[c.Product]; gone {
			out.Rows = append(out.Rows, d.costRow(ProductName(c.Product), adoption.Money{}, c.Amount, all))
		}
	}
	return out
}

func (d spendData) costRow(name string, now, was, all adoption.Money) CostRow {
	row := CostRow{Name: name, Cost: usd(now), Exact: "$" + now.USD(), Before: ui.NotYet("no cost is known for the period before"), Change: ui.NotYet("there is nothing to compare with")}
	if all.Sign() > 0 {
		v := now.Over(all)
		row.Share, row.Bar = ui.Percent(v), &ui.BarProps{Share: ui.Read(v)}
	}
	if d.Compared {
		row.Before = ui.Known(usd(was))
		row.Change = ui.Known(signed(dollars(now) - dollars(was)))
	}
	return row
}

func signed(v float64) string {
	switch text := usdSize(v); {
	case text == "$0.00":
		return "no change"
	case v < 0:
		return "−" + text
	default:
		return "+" + text
	}
}

// mostGroups is how many groups of a day the cost report names.
const mostGroups = 100

func (d spendData) groups() CostTable {
	list := d.Report.Groups
	out := CostTable{
		Sub:   d.dates(d.shown()) + ". Groups overlap, so they add up to more than the organization",
		Table: ui.TableProps{Caption: "Cost by group", Columns: d.columns("Group")},
		Empty: "No cost by group has been read for these days.",
		Foot:  "The share is of the organization’s whole cost. A person of two groups counts in both.",
	}
	if d.Cost.Say != "" {
		out.Empty = d.Cost.Say
	}
	if len(list) >= mostGroups {
		out.Foot += " The cost report names at most 100 groups a day; smaller ones are missing."
	}
	from, to, foot := ui.PageOf(len(list), d.Page, rowsAPage, func(n int) string {
		return d.at(route.Spend, "page", strconv.Itoa(n), "after", "") + "#groups"
	})
	out.Pages = foot
	all := total(d.Now, false)
	for _, g := range list[from:to] {
		out.Rows = append(out.Rows, d.costRow(groupName(g), g.Amount, g.Before, all))
	}
	return out
}

func groupName(g adoption.GroupCost) string {
	switch {
	case g.ID == adoption.Unattributed:
		return "In no group"
	case g.Name == "":
		return "Group no longer listed · " + g.ID
	}
	return g.Name
}

func (d spendData) filterProps() FilterProps {
	f := d.SpendFilters
	out := FilterProps{Period: ui.PeriodProps{
		ID: "period", Label: d.dates(d.shown()), Action: route.Spend,
		From: f.Period.From.String(), To: f.Period.To.String(), Min: adoption.FirstDay.String(), Max: (d.Today - 1).String(),
	}}
	for _, n := range Presets {
		out.Period.Presets = append(out.Period.Presets, ui.Option{
			Label: fmt.Sprintf("Last %d days", n), Current: f.Days == n,
			URL: f.at(route.Spend, "days", strconv.Itoa(n), "from", "", "to", "", "page", "", "after", ""),
		})
	}
	out.Note = "Compared with " + d.dates(d.Before)
	if d.Guarded {
		out.Note += ". " + ui.WholeMonths
	}
	if len(f.Errors) > 0 {
		out.Wrong = dateForm(route.Spend, f.From, f.To, f.Errors, nil)
	}
	return out
}

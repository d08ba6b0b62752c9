package feature

import (
	"fmt"

	"groundswell/internal/access"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// LimitsProps is the part of the page about spend limits.
type LimitsProps struct {
	Void       *ui.VoidProps
	Fresh      *ui.FreshProps
	Zero       *ui.BannerProps // people who can do nothing
	Bound      ui.TableProps
	Bindings   []BindingRow
	Configured ui.TableProps
	Limits     []LimitRow
	Own        string // how many limits single people have
	People     *AtLimitProps
}

// BindingRow is how many people a scope's limit binds. Counts are nil where they are not told by scope.
type BindingRow struct {
	Name, Period string
	People       ui.Value
	Counts       []ui.Value // no limit, zero, near, over, unknown
	Bad          bool       // the limit is zero for somebody
}

// LimitRow is a configured limit.
type LimitRow struct {
	Scope, Name, Period string
	Amount              string
	Chip                *ui.ChipProps
}

// AtLimitProps is the people at or over their limit.
type AtLimitProps struct {
	Table ui.TableProps
	Rows  []AtLimitRow
	Pages *ui.PagesProps
}

// AtLimitRow is one of them.
type AtLimitRow struct {
	Name, Email, Scope, Period string
	Spent, Limit, Share        string
	Zero                       bool
}

var scopeNames = map[string]string{
	"organization": "Organization", "seat_tier": "Seat tier", "rbac_group": "Group", "user": "Person",
	"organization_service": "Service", "workspace": "Workspace", "usage_tier": "Usage tier", "": "Not told",
}

func scopeName(s string) string {
	if n, ok := scopeNames[s]; ok {
		return n
	}
	return s
}

var periodNames = map[string]string{"daily": "Daily", "weekly": "Weekly", "monthly": "Monthly"}

func periodName(s string) string {
	if n, ok := periodNames[s]; ok {
		return n
	}
	return s
}

func (d spendData) limits() LimitsProps {
	out := LimitsProps{Void: d.limitsVoid(), Fresh: d.limitsFresh()}
	if out.Void != nil {
		return out
	}
	out.Zero = d.zeroBanner()
	out.Bound = ui.TableProps{Caption: "People by the limit that binds them", Columns: []ui.Column{
		{Label: "Limit from"}, {Label: "Period"}, {Label: "People", Numeric: true}, {Label: "No limit", Numeric: true}, {Label: "Zero", Numeric: true},
		{Label: "80% or more", Numeric: true}, {Label: "At or over", Numeric: true}, {Label: "Spend not reported", Numeric: true}}}
	out.Bindings = d.bindings()
	out.Configured = ui.TableProps{Caption: "Configured limits", Columns: []ui.Column{{Label: "Scope"}, {Label: "Of"}, {Label: "Period"}, {Label: "Limit", Numeric: true}}}
	for _, l := range d.Report.Limits {
		out.Limits = append(out.Limits, limitRow(l))
	}
	if n := d.Report.Own; n > 0 && (!d.Guarded || n >= d.Least) {
		out.Own = ui.Counted(n, "limit is", "limits are") + " set for single people."
	}
	if d.SpendReader.People {
		p := d.atLimit()
		out.People = &p
	}
	return out
}

func (d spendData) limitsVoid() *ui.VoidProps {
	if len(d.Report.Bindings) > 0 || len(d.Report.Limits) > 0 {
		return nil
	}
	v := &ui.VoidProps{Icon: ui.IconWallet, Title: "Spend limits have not been read yet", Body: "They appear here after the next sync."}
	switch {
	case d.SpendFound.Limits.Status == pull.MissingScope:
		v.Icon, v.Title, v.Body = ui.IconLock, "Spend limits cannot be read", "The Claude key lacks "+pull.Spend.Scope()+". A rollout lead adds the scope; the next sync reads them. Cost is not affected."
	case d.SpendFound.Limits.Status == pull.Complete:
		v.Title, v.Body = "No spend limits", "The organization has configured none."
		return v
	}
	if d.Sources {
		v.Action = &ui.Link{Label: "Open Sources", URL: route.Sources}
	}
	return v
}

func (d spendData) limitsFresh() *ui.FreshProps {
	at := d.SpendFound.Limits.Through
	if !at.Known() {
		return &ui.FreshProps{State: ui.FreshNever, Text: "No limits yet"}
	}
	f := &ui.FreshProps{State: ui.FreshOK, Text: "As of " + d.date(at)}
	if d.Today-at > staleAfter {
		f.State, f.Text = ui.FreshLate, "Limits stopped at "+d.date(at)
		if d.Sources {
			f.URL, f.Why = route.Sources, d.SpendFound.Limits.Say
		}
	}
	return f
}

// zeroBanner says loudly that somebody can do nothing.
func (d spendData) zeroBanner() *ui.BannerProps {
	n, people := 0, 0
	for _, b := range access.ByPeriod(d.Report.Bindings) {
		if b.Zero > n {
			n, people = b.Zero, b.People
		}
	}
	if n == 0 {
		return nil
	}
	b := &ui.BannerProps{Title: ui.Counted(n, "person has", "people have") + " a limit of zero", Body: "Their limit resolves to zero: these people can do nothing that costs. Raise the limit it comes from in Claude’s console.", Tone: ui.ToneBad}
	if d.Guarded && !access.Tellable(n, people, d.Least) {
		b.Title = "Some people have a limit of zero"
	}
	return b
}

func (d spendData) bindings() []BindingRow {
	var out []BindingRow
	if !d.Guarded {
		for _, b := range d.Report.Bindings {
			out = append(out, d.bindingRow(scopeName(b.Scope), b))
		}
		return out
	}
	for _, b := range access.ByPeriod(d.Report.Bindings) {
		out = append(out, d.bindingRow("Everyone", b))
	}
	for _, b := range access.Guard(d.Report.Bindings, d.Least) {
		row := BindingRow{Name: scopeName(b.Scope), Period: periodName(b.Period), People: ui.Known(ui.Count(b.People))}
		if b.Merged {
			row.Name = "Other"
		}
		if b.People < d.Least {
			row.People = ui.Withheld(d.Least)
		}
		out = append(out, row)
	}
	return out
}

func (d spendData) bindingRow(name string, b access.Binding) BindingRow {
	row := BindingRow{Name: name, Period: periodName(b.Period), People: ui.Known(ui.Count(b.People)), Bad: b.Zero > 0}
	for _, n := range []int{b.NoLimit, b.Zero, b.Near, b.Over, b.Unknown} {
		v := ui.Known(ui.Count(n))
		if d.Guarded && !access.Tellable(n, b.People, d.Least) {
			v = ui.Withheld(d.Least)
		}
		row.Counts = append(row.Counts, v)
	}
	return row
}

func limitRow(l access.ConfiguredLimit) LimitRow {
	row := LimitRow{Scope: scopeName(l.Scope), Name: l.Name, Period: periodName(l.Period), Amount: "No limit"}
	if row.Name == "" {
		row.Name = l.ScopeID
	}
	if l.Amount != nil {
		row.Amount = usd(*l.Amount)
		if l.Amount.Sign() == 0 && l.Enabled {
			row.Chip = &ui.ChipProps{Label: "Zero", Tone: ui.ToneBad, Icon: ui.IconBan}
		}
	}
	if !l.Enabled {
		row.Chip = &ui.ChipProps{Label: "Off"}
	}
	return row
}

func (d spendData) atLimit() AtLimitProps {
	out := AtLimitProps{Table: ui.TableProps{Caption: "People at or over their limit", Sticky: true, Columns: []ui.Column{
		{Label: "Person"}, {Label: "Limit from"}, {Label: "Period"}, {Label: "Spent", Numeric: true}, {Label: "Limit", Numeric: true}, {Label: "Used", Numeric: true}}}}
	for _, p := range d.Report.AtLimit {
		row := AtLimitRow{Name: p.Name, Email: p.Email, Scope: scopeName(p.Scope), Period: periodName(p.Period), Spent: usd(p.Spent), Limit: usd(p.Amount), Zero: p.Amount.Sign() == 0}
		if row.Name == "" {
			row.Name, row.Email = p.Email, ""
		}
		if row.Name == "" {
			row.Name = "A deleted account"
		}
		if p.Group != "" {
			row.Scope += " " + p.Group
		}
		if !row.Zero {
			row.Share = ui.Percent(p.Share())
		}
		out.Rows = append(out.Rows, row)
	}
	if d.After != "" || d.Report.Next != "" {
		out.Pages = &ui.PagesProps{Label: fmt.Sprintf("%s on this page", ui.Counted(len(out.Rows), "person", "people"))}
		if d.After != "" {
			out.Pages.Prev = d.at(route.Spend, "after", "") + "#at-limit"
		}
		if d.Report.Next != "" {
			out.Pages.Next = d.at(route.Spend, "after", d.Report.Next) + "#at-limit"
		}
	}
	return out
}

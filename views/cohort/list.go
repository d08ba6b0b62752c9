package cohort

import (
	"fmt"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// ListFigures is everything the engine said for the list of cohorts.
type ListFigures struct {
	measure.Figures
	Stages  []adoption.FunnelRow // by the list's dimension
	Awaited map[string]int       // people of the roster who have not arrived, by slug; nil: not for this reader
	Opens   map[string]day.Date  // when cohorts open that have not yet, by slug
	Imports bool                 // the reader may import people
}

// ListProps is the list of cohorts of one dimension.
type ListProps struct {
	Head      ui.PageHeadProps
	CSV, XLSX string
	Tabs      ui.TabsProps
	Dated     bool // a period can be chosen
	Filters   measure.FilterProps
	Clipped   *ui.BannerProps
	Void      *ui.VoidProps // before there is data, or anybody is placed, and for days without figures
	Table     *TableProps
}

// NewList builds the list.
func NewList(f measure.Filters, fig ListFigures, r measure.Reader) ListProps {
	l := newList(f, fig, r)
	out := ListProps{Tabs: l.tabs(), Void: l.Void()}
	if out.Void == nil {
		out.Dated, out.Filters, out.Clipped = true, l.PeriodBar(), l.Clipped()
		out.Void = l.nobody()
	}
	out.Head = ui.PageHeadProps{Title: "Cohorts", Sub: "Who is in which department, wave or group, and how far each is.", Fresh: l.Fresh()}
	if out.Void == nil {
		if out.Void = blank(l.Answer); out.Void != nil {
			out.Filters.Notes = nil // it says the same
		}
	}
	if out.Void != nil {
		return out
	}
	t := l.table()
	out.Table, out.Head.Sub = &t, l.headline()
	out.CSV, out.XLSX = l.sheet(".csv"), l.sheet(".xlsx")
	return out
}

// blank is a page of days without figures, nil where there are some.
func blank(a adoption.Answer) *ui.VoidProps {
	if a.Covered.Days() > 0 {
		return nil
	}
	return &ui.VoidProps{Icon: ui.IconCalendar, Title: "No figures for these days", Body: a.Figure(adoption.ActivationRate).Reason}
}

// list is what every builder of the list works from.
type list struct {
	measure.Page
	measure.Filters
	ListFigures
	today day.Date
}

func newList(f measure.Filters, fig ListFigures, r measure.Reader) list {
	return list{Page: measure.NewPage(f, fig.Figures, r), Filters: f, ListFigures: fig, today: r.Today}
}

func (l list) sheet(ending string) string {
	f := l.Filters
	f.Path += ending
	return f.With("page", "")
}

// tabs offers every dimension, those without anybody in them too: they say what to do.
func (l list) tabs() ui.TabsProps {
	out := ui.TabsProps{Label: "Cohorts by"}
	for _, by := range []adoption.By{adoption.ByDepartment, adoption.ByWave, adoption.ByGroup} {
		_, many := Words(by)
		o := ui.Option{Label: Capital(many), Current: by == l.By, URL: l.With("by", string(by), "sort", "", "page", "")}
		out.Options = append(out.Options, o)
	}
	return out
}

// nobody is the list of a dimension that people are not placed by, nil where they are.
func (l list) nobody() *ui.VoidProps {
	for _, by := range l.Dimensions {
		if by == l.By {
			return nil
		}
	}
	one, many := Words(l.By)
	v := &ui.VoidProps{Icon: ui.IconUsers, Title: "Nobody is placed in a " + one + " yet"}
	if l.By == adoption.ByGroup {
		v.Title, v.Body = "No groups have been read", "Groups come from Claude’s own roles and permissions. They appear here once one exists and has been read."
		return v
	}
	v.Body = "A rollout lead imports people with their " + many + ". Their figures appear here at once, for past days too."
	if l.Imports {
		v.Body = "Import people with their " + many + " from a CSV file. Their figures appear here at once, for past days too."
		v.Action = &ui.Link{Label: "Import people", URL: route.Imports}
	}
	return v
}

// tally is how the open cohorts of the list stand against the activation target.
type tally struct {
	measured, under, closed int
	worst                   string // the cohort that most people are missing in
	short                   int    // how many
	opened                  bool   // one that is closed in these days has opened since
}

func (l list) tally() tally {
	var t tally
	for _, r := range l.Breakdown {
		f := r.Figure(adoption.ActivationRate)
		if r.Cohort.Merged || r.Cohort.Slug == unassigned {
			continue
		}
		if on, closed := l.Opens[r.Cohort.Slug]; closed {
			t.closed++
			t.opened = t.opened || on <= l.today
			continue
		}
		n := missing(f)
		if n == nil || !f.Known() {
			continue
		}
		t.measured++
		if measure.Hit(f) == ui.HitMissed {
			t.under++
		}
		if *n > t.short {
			t.short, t.worst = *n, r.Cohort.Name
		}
	}
	return t
}

// headline says how many cohorts are under the activation target, which of them
// is short of most people, and how many are not open yet.
func (l list) headline() string {
	t := l.tally()
	one, many := Words(l.By)
	s := ""
	switch open := t.open(many); {
	case t.measured == 0 && t.closed > 0:
		return fmt.Sprintf("No %s %s open yet%s.", one, l.was(t, 1), l.then(t))
	case t.measured == 0:
		return "No " + one + " has an activation rate in these days."
	case t.under == 0 && t.measured == 1:
		s = "The one " + t.open(one) + " is at the activation target."
	case t.under == 0:
		s = fmt.Sprintf("All %s %s are at the activation target.", ui.Count(t.measured), open)
	case t.measured == 1:
		s = fmt.Sprintf("%s is %s short of the activation target.", t.worst, ui.Counted(t.short, "person", "people"))
	default:
		s = fmt.Sprintf("%s of %s %s %s under the activation target; %s is furthest behind, %s short.",
			ui.Count(t.under), ui.Count(t.measured), open, are(t.under), t.worst, ui.Counted(t.short, "person", "people"))
	}
	if t.closed > 0 {
		s += fmt.Sprintf(" %s %s not open yet%s.", ui.Counted(t.closed, one, many), l.was(t, t.closed), l.then(t))
	}
	return s
}

// was is the verb of n cohorts that are not open: past where one has opened since.
func (l list) was(t tally, n int) string {
	switch {
	case !t.opened:
		return are(n)
	case n == 1:
		return "was"
	}
	return "were"
}

// then is the day that cohorts were not open on, where one has opened since.
func (l list) then(t tally) string {
	if !t.opened {
		return ""
	}
	return " on " + l.Date(l.Answer.Covered.To)
}

// opening puts "opens", with the words before it, in the past for a day that has come.
func opening(opens string, on, today day.Date) string {
	if on <= today {
		return strings.TrimSuffix(opens, "s") + "ed"
	}
	return opens
}

// open is the noun of the cohorts counted, where there are others.
func (t tally) open(noun string) string {
	if t.closed > 0 {
		return "open " + noun
	}
	return noun
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

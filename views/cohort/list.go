package cohort

import (
	"fmt"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// ListFigures is everything the engine said for the list of cohorts.
type ListFigures struct {
	measure.Figures
	Stages  []adoption.FunnelRow // by the list's dimension
	Awaited map[string]int       // people of the roster who have not arrived, by slug; nil: not for this reader
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
		out.Void = blank(l.Answer)
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
}

func newList(f measure.Filters, fig ListFigures, r measure.Reader) list {
	return list{Page: measure.NewPage(f, fig.Figures, r), Filters: f, ListFigures: fig}
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

// headline says how many cohorts are under the activation target, and which of
// them is short of most people.
func (l list) headline() string {
	one, many := Words(l.By)
	measured, under, worst := 0, 0, ""
	most := 0
	for _, r := range l.Breakdown {
		f := r.Figure(adoption.ActivationRate)
		if r.Cohort.Merged || r.Cohort.Slug == unassigned || !f.Known() || f.Withheld || f.Target == nil {
			continue
		}
		measured++
		if measure.Hit(f) == ui.HitMissed {
			under++
		}
		if n := missing(f); n != nil && *n > most {
			most, worst = *n, r.Cohort.Name
		}
	}
	switch {
	case measured == 0:
		return "No " + one + " has an activation rate in these days."
	case under == 0 && measured == 1:
		return "The one " + one + " is at the activation target."
	case under == 0:
		return fmt.Sprintf("All %s %s are at the activation target.", ui.Count(measured), many)
	case measured == 1:
		return fmt.Sprintf("%s is %s short of the activation target.", worst, ui.Counted(most, "person", "people"))
	}
	s := fmt.Sprintf("%s of %s %s %s under the activation target", ui.Count(under), ui.Count(measured), many, are(under))
	return s + fmt.Sprintf("; %s is furthest behind, %s short.", worst, ui.Counted(most, "person", "people"))
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

package cohort

import (
	"fmt"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// OneFigures is everything the engine and the records said for the page of one cohort.
type OneFigures struct {
	measure.Figures                    // of the cohort, beside the breakdown it is part of
	Who             adoption.Cohort    // whose page it is
	Opens           day.Date           // when it opens; None once it has
	All             adoption.Weekly    // everyone's weeks, over the days of Figures.Everyone
	Turnouts        []adoption.Turnout // who came to which sessions; for readers who see small groups
	Sizes           []Size             // as recorded; likewise
	People          string             // the address of the list of its people; "" where there is none for this reader
}

// Size is how many members a cohort had at a month's end, as recorded and as known today.
type Size struct {
	adoption.RecordedSize
	Now int
}

// OneProps is the page of one cohort.
type OneProps struct {
	Head       ui.PageHeadProps
	CSV, XLSX  string
	Filters    measure.FilterProps
	Clipped    *ui.BannerProps
	Dated      bool // a period can be chosen
	Void       *ui.VoidProps
	Prev, Next *ui.Link
	Look       string // said in place of a diagnosis
	Diag       *ui.DiagProps
	Plays      measure.PlaysProps
	Columns    []Tiles
	Waiting    []measure.Waiting
	Weekly     measure.ChartProps
	Unified    measure.ChartProps
	Funnel     measure.FunnelProps
	Triangle   measure.TriangleProps
	Standing   *StandingProps
	Sizes      *SizesProps
	Activity   *ActivityProps
}

// Tiles are the metrics of one column.
type Tiles struct {
	Name, URL string
	Status    ui.ChipProps
	Tiles     []ui.StatTileProps
}

// NewOne builds the page of a cohort that this reader may see.
func NewOne(f measure.Filters, fig OneFigures, r measure.Reader) OneProps {
	o := one{Page: measure.NewPage(f, fig.Figures, r), Filters: f, OneFigures: fig, reader: r}
	out := OneProps{
		Head: ui.PageHeadProps{Title: fig.Who.Name, Sub: o.headline(), Fresh: o.Fresh(), Crumbs: crumbs(f)},
		Void: o.Void(),
	}
	if out.Void != nil {
		return out
	}
	out.Dated, out.Filters, out.Clipped = true, o.PeriodBar(), o.Clipped()
	out.Prev, out.Next = o.neighbours()
	if out.Void = blank(o.Answer); out.Void != nil {
		out.Filters.Notes = nil // it says the same
		return out
	}
	out.CSV, out.XLSX = o.sheet(".csv"), o.sheet(".xlsx")
	out.Look = "No column is under target."
	if fig.Opens.Known() {
		out.Look = opening("It opens", fig.Opens, r.Today) + " on " + o.Date(fig.Opens) + ". Until then nothing here is behind."
	} else {
		out.Diag, out.Plays = o.Diagnosis()
	}
	out.Columns, out.Waiting = o.columns(), o.Waiting(adoption.ColumnValue)
	out.Weekly, out.Unified, out.Triangle = o.Beside(fig.All), o.Unified(fig.All), o.Triangle()
	out.Funnel = o.Page.Funnel()
	if fig.Opens.Known() {
		out.Funnel.Callout = ""
	}
	if !r.Guarded {
		out.Standing, out.Sizes, out.Activity = o.standing(), o.sizes(), o.activity()
	}
	return out
}

// one is what every builder of the page works from.
type one struct {
	measure.Page
	measure.Filters
	OneFigures
	reader measure.Reader
}

// crumbs lead back to the list of the dimension, over the same days.
func crumbs(f measure.Filters) []ui.Link {
	_, many := Words(f.By)
	list := f.At(route.Cohorts, "by", string(f.By), "cohort", "")
	return []ui.Link{{Label: "Cohorts", URL: f.At(route.Cohorts, "by", "", "cohort", "")}, {Label: Capital(many), URL: list}}
}

func (o one) sheet(ending string) string {
	f := o.Filters
	f.Path += ending
	return f.With("unit", "", "view", "", "sort", "", "page", "")
}

// headline says how far the cohort is from the activation target, and who of
// those who came has not begun.
func (o one) headline() string {
	a, d := o.Answer.Figure(adoption.ActivationRate), o.Answer.Figure(adoption.DelegationRate)
	first, _ := Words(o.By)
	if !a.Known() || a.Withheld || a.Numerator == nil || a.Denominator == nil {
		return fmt.Sprintf("How far this %s is, and what would help it.", first)
	}
	s := fmt.Sprintf("%s of %s licensed people have used Claude", ui.Count(*a.Numerator), ui.Count(*a.Denominator))
	if o.Opens.Known() {
		return fmt.Sprintf("%s %s. %s already.", opening("Opens", o.Opens, o.reader.Today), o.Date(o.Opens), s)
	}
	if n := missing(a); n != nil && *n > 0 {
		s += fmt.Sprintf(", %s short of the target of %s", ui.Count(*n), ui.Percent(*a.Target))
	} else if n != nil {
		s += fmt.Sprintf(", which meets the target of %s", ui.Percent(*a.Target))
	}
	if d.Withheld || d.Numerator == nil {
		return s + "."
	}
	if gap := *a.Numerator - *d.Numerator; gap > 0 {
		return s + fmt.Sprintf("; %s of them %s not delegated a task yet.", ui.Count(gap), have(gap))
	}
	return s + "; all of them have delegated a task."
}

func have(n int64) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// neighbours are the cohorts before and after this one, by name.
func (o one) neighbours() (prev, next *ui.Link) {
	var before *ui.Link
	found := false
	for _, r := range o.Breakdown {
		if r.Cohort.Merged {
			continue
		}
		l := &ui.Link{Label: r.Cohort.Name, URL: o.At(route.Cohort(string(o.By), r.Cohort.Slug), "by", "", "cohort", "")}
		switch {
		case found:
			return prev, l
		case r.Cohort.Slug == o.Who.Slug:
			prev, found = before, true
		}
		before = l
	}
	return prev, nil
}

// columns are the tiles of the columns whose figures there can be of a cohort;
// those of value wait, or are of the whole organization.
func (o one) columns() []Tiles {
	var out []Tiles
	for _, c := range adoption.Columns() {
		tiles := o.Tiles(c)
		if c == adoption.ColumnValue && len(o.Waiting(c)) == len(tiles) {
			continue
		}
		status := o.Status(c)
		if o.Opens.Known() {
			status = ui.ChipProps{Label: "Not open yet", Icon: ui.IconClock}
		}
		out = append(out, Tiles{Name: c.Name(), URL: o.At("/"+string(c), "by", string(o.By), "cohort", o.Who.Slug), Status: status, Tiles: tiles})
	}
	return out
}

// HeldProps is the page of a cohort that this reader may not be told of, or of
// one that does not exist: what there is instead.
type HeldProps struct {
	Head  ui.PageHeadProps
	Void  *ui.VoidProps // why a cohort is not shown; nil for one that does not exist
	Title string
	List  []ui.Link
}

// NewHeld is the page of a cohort too small to be shown, or of any while there
// are no figures that would say so. It does not name it.
func NewHeld(f measure.Filters, a adoption.Answer, shown []adoption.Row, atLeast int) HeldProps {
	first, many := Words(f.By)
	out := elsewhere(f, shown)
	out.Head.Title = "This " + first + " is not shown"
	if out.Void = blank(a); out.Void != nil && len(shown) == 0 {
		out.Head.Title += " yet"
		return out
	}
	out.Void = &ui.VoidProps{
		Icon: ui.IconEyeOff, Title: "Its figures could single people out",
		Body: fmt.Sprintf("It has fewer than %d people, or showing it would tell of another that has. Its people count in Other and in every total; the %s below are shown.", atLeast, many),
	}
	return out
}

// NewUnknown is the page in place of a cohort that does not exist.
func NewUnknown(f measure.Filters, shown []adoption.Row) HeldProps {
	first, many := Words(f.By)
	out := elsewhere(f, shown)
	out.Head.Title = "There is no such " + first
	out.Head.Sub = fmt.Sprintf("The address may be mistyped, or the %s is called something else now. These are the %s there are.", first, many)
	if len(out.List) == 0 {
		out.Head.Sub = fmt.Sprintf("There are no %s to show yet.", many)
	}
	return out
}

func elsewhere(f measure.Filters, shown []adoption.Row) HeldProps {
	_, many := Words(f.By)
	out := HeldProps{Title: Capital(many), Head: ui.PageHeadProps{Crumbs: crumbs(f)}}
	for _, r := range shown {
		if !r.Cohort.Merged {
			out.List = append(out.List, ui.Link{Label: r.Cohort.Name, URL: f.At(route.Cohort(string(f.By), r.Cohort.Slug), "by", "", "cohort", "")})
		}
	}
	return out
}

package measure

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Figures is everything the engine said for a page.
type Figures struct {
	Answer     adoption.Answer        // of everyone or of whom the page is narrowed to
	Breakdown  []adoption.Row         // by Filters.By, of those too
	Trends     []adoption.Trend       // of the last weeks
	Weekly     adoption.Weekly        // by Filters.By
	Everyone   adoption.Weekly        // of everyone or of the chosen cohort
	Funnel     adoption.FunnelRow     // of everyone or of the chosen cohort
	Stages     []adoption.FunnelRow   // by Filters.By
	Retention  adoption.Retention     // likewise
	Dimensions []adoption.By          // those that people are placed by
	Costs      []adoption.ProductCost // in the covered period, greatest first
	WeekCosts  []*adoption.Money      // what Cowork cost in each week of Everyone; nil where not known or not asked
	Ranks      []Rank                 // use of skills, connectors and plugins
	MinCohort  int
	Opens      map[string]day.Date // cohorts of Filters.By whose wave has not opened, by slug
	First      day.Date            // first day of usage that was ever read

	Choices      map[adoption.By][]Choice // what the page can be narrowed to
	Picked       []adoption.Cohort        // what it is narrowed to
	Events       []adoption.Event         // notes for the time axis
	Settings     adoption.Settings
	ClosedMonths []day.Date // each by its first day
	Closed       *Closed    // the period is a closed month
}

// Rank is the use of one kind of feature, greatest first.
type Rank struct {
	Kind  adoption.FeatureKind
	Items []adoption.FeatureUse
}

// Reader is who looks at the page.
type Reader struct {
	Today      day.Date
	Sources    bool   // may open the Sources page
	Names      bool   // sees who answers for a target
	Guarded    bool   // figures about few people are withheld from them
	Wins       bool   // may read all wins
	Touched    bool   // may read touchpoints
	Trained    bool   // may open trainings
	TakesPlays bool   // may turn what usually helps into tasks of the plan
	Why        string // why the data is late, when that is known
}

// pageData is what every builder of this package works from.
type pageData struct {
	Filters
	Figures
	Reader
}

// staleAfter is how many days the data may lie behind today: it is a day late
// by nature and read once a night, so a third day means that a reading failed.
const staleAfter = 2

// Late reports whether data that ends on through is more than one expected
// reading behind on the day today.
func Late(today, through day.Date) bool { return through.Known() && today-through > staleAfter }

func (p pageData) stale() bool { return Late(p.Today, p.Answer.Through) }

// fresh is the stamp of the page.
func (p pageData) fresh() *ui.FreshProps {
	f := &ui.FreshProps{State: ui.FreshOK, Text: "Through " + p.date(p.Answer.Through)}
	if !p.Answer.Through.Known() {
		return &ui.FreshProps{State: ui.FreshNever, Text: "No data yet"}
	}
	if p.stale() {
		f.State, f.Text, f.Why = ui.FreshLate, "Stopped at "+p.date(p.Answer.Through), p.Why
		f.URL = p.sources()
	}
	return f
}

// lateText is what a greyed tile says; "" while the data is current.
func (p pageData) lateText() string {
	if !p.stale() {
		return ""
	}
	return "Stopped at " + p.date(p.Answer.Through) + "."
}

// sources is the address of the Sources page for those who may open it.
func (p pageData) sources() string {
	if !p.Sources {
		return ""
	}
	return route.Sources
}

// covered is the period that the figures cover; what was asked for when there is no data in it.
func (p pageData) covered() day.Period {
	if p.Answer.Covered.Days() > 0 {
		return p.Answer.Covered
	}
	return p.Period
}

// clipped is the note on a period that reaches past the data, nil when it does
// not, and for who gets whole months.
func (p pageData) clipped() *ui.BannerProps {
	if p.Guarded || !p.Answer.Clipped || !p.Answer.Through.Known() {
		return nil
	}
	asked := "You asked for " + p.dates(p.Answer.Period) + ". "
	if p.Answer.Covered.Days() == 0 {
		return &ui.BannerProps{Title: "No data in this period", Body: asked + "The data ends " + p.date(p.Answer.Through) + ".", Tone: ui.ToneWarn}
	}
	return &ui.BannerProps{Title: "The period is cut short", Body: asked + "The data ends " + p.date(p.Answer.Through) + ", so every figure covers " + p.dates(p.Answer.Covered) + ".", Icon: ui.IconClock}
}

// void is the page before the first complete day, nil afterwards.
func (p pageData) void() *ui.VoidProps {
	if p.Answer.Through.Known() {
		return nil
	}
	v := &ui.VoidProps{Icon: ui.IconDatabase, Title: "Nothing has been read yet"}
	if p.Sources {
		v.Body = "Enter the Claude admin key and start a sync. The figures appear when the first day is complete."
		v.Action = &ui.Link{Label: "Open Sources", URL: route.Sources}
		return v
	}
	v.Body = "A rollout lead connects Claude first. The figures appear here when the first day is complete."
	return v
}

func (p pageData) today() time.Time { return p.Today.Time() }

func (p pageData) date(d day.Date) string { return ui.Date(d.Time(), p.today()) }

func (p pageData) dates(q day.Period) string {
	return ui.DateRange(q.From.Time(), q.To.Time(), p.today())
}

// span is a period as part of a sentence: "28 days".
func span(q day.Period) string { return ui.Counted(q.Days(), "day", "days") }

// licensed is the denominator's wording.
func (p pageData) licensedBy() string {
	if p.Answer.Licensed.Basis == adoption.BasisMembers && !p.Narrowed() {
		return "members"
	}
	return "licensed people"
}

// who names the people the page is about: "Everyone", "Finance and Legal",
// "4 departments, Pilot".
func (p pageData) who() string {
	switch {
	case p.Answer.Cohort != nil:
		return p.Answer.Cohort.Name
	case len(p.Picked) == 0:
		return "Everyone"
	}
	var out []string
	for _, by := range Dimensions {
		var names []string
		for _, c := range p.Picked {
			if c.By == by {
				names = append(names, c.Name)
			}
		}
		switch _, many := byWord(by); len(names) {
		case 0:
		case 1, 2:
			out = append(out, strings.Join(names, " and "))
		default:
			out = append(out, ui.Count(len(names))+" "+many)
		}
	}
	return strings.Join(out, ", ")
}

// capital returns s with its first letter in upper case.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// by begins a sentence about a period that ends before the data does: "By Sat 31 Oct, ".
func (p pageData) by() string {
	if p.covered().To >= p.Answer.Through {
		return ""
	}
	return "By " + p.date(p.covered().To) + ", "
}

package adoption

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"groundswell/internal/day"
)

const (
	unassigned     = "unassigned"
	unassignedName = "Unassigned"
	otherSlug      = "other"
	otherName      = "Other"
	everyoneSlug   = "all"
	everyoneName   = "Everyone"
)

// Everyone is the one cohort of a series or funnel without a breakdown.
func Everyone() Cohort { return Cohort{Slug: everyoneSlug, Name: everyoneName} }

// Slug writes a name for an address: lower case, every run of other characters
// one hyphen, trimmed. A name without letters a to z or digits gives "".
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

// slugger hands out slugs, each once.
type slugger map[string]bool

func (s slugger) give(name string) string {
	base := Slug(name)
	if base == "" {
		base = "cohort"
	}
	slug := base
	for n := 2; s[slug]; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	s[slug] = true
	return slug
}

// division is the organization cut into cohorts as of some day: every cohort
// there ever was, in a fixed order, some of them empty that day.
type division struct {
	by      By
	cohorts []Cohort
	people  []Bits // whoever is placed there, members and people who left alike
	other   string // the slug a merged row takes
	overlap bool   // somebody may be in several
}

func (d *division) find(slug string) int {
	return slices.IndexFunc(d.cohorts, func(c Cohort) bool { return c.Slug == slug })
}

type divisionKey struct {
	by    By
	epoch int // how many placement dates lie on or before the day
}

// divide cuts the organization by a dimension as of day at.
func (x *Index) divide(by By, at day.Date) *division {
	key := divisionKey{by: by}
	if by != ByGroup {
		key.epoch = x.epoch(at)
	}
	return x.memo.division(key, func() *division {
		if by == ByGroup {
			return x.divideByGroup()
		}
		return x.divideByPlacement(by, at)
	})
}

// epoch numbers the stretches of days between which no placement changes.
func (x *Index) epoch(at day.Date) int {
	dates := x.derived().moves
	return sort.Search(len(dates), func(i int) bool { return dates[i] > at })
}

func moves(ps []Placement) []day.Date {
	var out []day.Date
	for _, p := range ps {
		out = append(out, p.From)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (x *Index) divideByGroup() *division {
	d := &division{by: ByGroup, overlap: true}
	slugs := slugger{}
	for _, g := range x.Groups {
		d.cohorts = append(d.cohorts, Cohort{By: ByGroup, Slug: slugs.give(g.Name), Name: g.Name})
		d.people = append(d.people, solid(g.Members))
	}
	d.other = slugs.give(otherSlug)
	return d
}

func (x *Index) divideByPlacement(by By, at day.Date) *division {
	d := &division{by: by}
	slugs := slugger{unassigned: true}
	place := map[string]int{}
	for _, name := range x.names(by) {
		place[name] = len(d.cohorts)
		d.cohorts = append(d.cohorts, Cohort{By: by, Slug: slugs.give(name), Name: name})
	}
	place[""] = len(d.cohorts)
	d.cohorts = append(d.cohorts, Cohort{By: by, Slug: unassigned, Name: unassignedName})
	d.other = slugs.give(otherSlug)
	d.people = x.placed(by, at, place, len(d.cohorts))
	return d
}

func (p Placement) in(by By) string {
	if by == ByWave {
		return p.Wave
	}
	return p.Department
}

// names returns every department or wave that any placement names, ever: slugs
// must not change when people move.
func (x *Index) names(by By) []string { return x.derived().names[by] }

// namesOf collects the names that placements give in a dimension, sorted.
func namesOf(placements []Placement, by By) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, p := range placements {
		if n := p.in(by); !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// placed returns the people of each cohort as of day at.
func (x *Index) placed(by By, at day.Date, place map[string]int, n int) []Bits {
	words := (x.derived().n + 63) / 64
	out := make([]Bits, n)
	for i := range out {
		out[i] = make(Bits, words)
	}
	rest := x.everyone()
	for i := 0; i < len(x.Placements); {
		p, next := x.placement(i, at)
		out[place[p.in(by)]].Set(p.Member)
		rest.Drop(p.Member)
		i = next
	}
	out[place[""]].Add(rest)
	return out
}

// placement returns the placement in force at day at of the member whose
// placements begin at i, and where the next member's begin.
func (x *Index) placement(i int, at day.Date) (Placement, int) {
	p := x.Placements[i]
	j := i + 1
	for ; j < len(x.Placements) && x.Placements[j].Member == p.Member; j++ {
		if x.Placements[j].From <= at {
			p = x.Placements[j]
		}
	}
	return p, j
}

// Cohorts returns the cohorts of a dimension that somebody is in on day d, in
// the order answers use. It says nothing about whether they are large enough to be shown.
func (x *Index) Cohorts(by By, d day.Date) []Cohort {
	if by == ByNone {
		return nil
	}
	cut := x.divide(by, d)
	var out []Cohort
	for i, c := range cut.cohorts {
		if cut.people[i].Any() {
			out = append(out, c)
		}
	}
	return out
}

// Known returns every cohort of a dimension that there ever was, in the order
// answers use. Like [Index.Cohorts] it says nothing about who may be told.
func (x *Index) Known(by By) []Cohort {
	if by == ByNone {
		return nil
	}
	return slices.Clone(x.divide(by, x.Through).cohorts)
}

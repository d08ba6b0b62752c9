package people

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

// maxNames is how many departments, and how many waves, there may be. More are
// a mistaken column.
const maxNames = 1000

// Roster is what an import of people is compared with.
type Roster struct {
	People      []Person
	Departments []string
	Waves       []string
	Arrived     map[string]bool   // addresses of members and of the invited, folded
	Earlier     map[string]string // address of a member today -> the earlier one the roster knows them by, both folded
}

// Change is what is to be kept of an import.
type Change struct {
	Import      sheet.Import
	People      []PersonChange
	Departments []string // to be made
	Waves       []string
}

// PersonChange is a person as they will be.
type PersonChange struct {
	Person
	Replace bool // the placements are other ones than before
}

// comparison is an import being compared with the roster.
type comparison struct {
	roster      Roster
	report      sheet.Report
	today       day.Date
	byEmail     map[string]int  // folded address -> place in roster.People
	named       map[string]bool // addresses that the file has rows for, folded
	departments *names
	waves       *names
	change      Change
	diff        Difference
}

// compare decides what a list changes about the roster.
func compare(r Roster, l list, now time.Time) (Change, Difference, error) {
	c := comparison{
		roster: r, report: l.report, today: day.FromTime(now), byEmail: make(map[string]int, len(r.People)),
		named: make(map[string]bool, len(l.people)), departments: newNames(r.Departments), waves: newNames(r.Waves),
		diff: Difference{Report: l.report, People: len(l.people)},
	}
	for i, p := range r.People {
		c.byEmail[sheet.Fold(p.Email)] = i
	}
	for _, rows := range l.people {
		c.named[sheet.Fold(rows[0].email)] = true
	}
	for _, rows := range l.people {
		c.person(rows)
	}
	c.change.Departments, c.diff.Departments = c.departments.fresh()
	c.change.Waves, c.diff.Waves = c.waves.fresh()
	return c.change, c.diff, c.mistaken()
}

func (c *comparison) mistaken() error {
	for _, n := range []struct {
		what string
		n    int
	}{{"department", c.departments.len()}, {"wave", c.waves.len()}} {
		if n.n > maxNames {
			return fault.Field("file", fmt.Sprintf("With this file there would be %d different values of %s, more than %d. Is it the right column?", n.n, n.what, maxNames))
		}
	}
	return nil
}

// person compares the rows of one person with what the roster has of them.
func (c *comparison) person(rows []listRow) {
	was, known := c.find(rows[0].email)
	is := c.apply(was, rows)
	who := Who{Line: rows[0].line, Email: is.Email, Name: is.Name}
	if !c.roster.Arrived[sheet.Fold(is.Email)] {
		c.diff.Strangers.Add(who)
	}
	replace := !slices.Equal(was.Placements, is.Placements)
	if !known {
		c.diff.New.Add(Added{who, is.At(c.today)})
		c.change.People = append(c.change.People, PersonChange{is, replace})
		return
	}
	fields := differing(was, is)
	renamed := sheet.Fold(was.Email) != sheet.Fold(is.Email)
	if !replace && !renamed && len(fields) == 0 {
		c.diff.Unchanged++
		return
	}
	if renamed {
		c.diff.Renamed.Add(Renamed{who, was.Email})
	}
	if len(fields) > 0 {
		c.diff.Changed.Add(Changed{who, fields})
	}
	if replace {
		c.moved(who, rows, was, is)
	}
	c.change.People = append(c.change.People, PersonChange{is, replace})
}

// find returns the person of the roster with an address, by the member's earlier
// address when the roster has nobody by this one.
func (c *comparison) find(email string) (Person, bool) {
	key := sheet.Fold(email)
	if i, ok := c.byEmail[key]; ok {
		return c.roster.People[i], true
	}
	earlier, ok := c.roster.Earlier[key]
	if !ok || c.named[earlier] {
		return Person{Email: email}, false
	}
	i, ok := c.byEmail[earlier]
	if !ok {
		return Person{Email: email}, false
	}
	delete(c.byEmail, earlier) // found once: a second account of theirs is another person
	return c.roster.People[i], true
}

// apply returns the person as the rows say.
func (c *comparison) apply(p Person, rows []listRow) Person {
	r := inForce(rows, c.today)
	if sheet.Fold(p.Email) != sheet.Fold(r.email) {
		p.Email = r.email
	}
	for _, f := range []struct {
		column, value string
		to            *string
	}{{colName, r.name, &p.Name}, {colTitle, r.title, &p.Title}, {colManager, r.manager, &p.ManagerEmail}, {colLocation, r.location, &p.Location}} {
		if c.report.Has(f.column) {
			*f.to = f.value
		}
	}
	p.Placements = c.place(p.Placements, rows)
	return p
}

// inForce returns the row that tells of today: the last one that holds, else the first that will.
func inForce(rows []listRow, today day.Date) listRow {
	at := rows[0]
	for _, r := range rows {
		if r.from <= today {
			at = r
		}
	}
	return at
}

// place returns the placements of a person as the rows say.
func (c *comparison) place(was []Placement, rows []listRow) []Placement {
	department, wave := c.report.Has(colDepartment), c.report.Has(colWave)
	if !department && !wave {
		return was
	}
	is := slices.Clone(was)
	for _, r := range rows {
		to := Place{c.departments.spell(r.place.Department), c.waves.spell(r.place.Wave)}
		if r.from == day.None {
			return always(was, to, department, wave)
		}
		if at := placeAt(is, r.from); !department {
			to.Department = at.Department
		} else if !wave {
			to.Wave = at.Wave
		}
		is = upsert(is, Placement{r.from, to})
	}
	return is
}

// always returns the placements when a row holds for all days. What the file has
// no column for stays as it was, day by day.
func always(was []Placement, to Place, department, wave bool) []Placement {
	if department && wave || len(was) == 0 {
		if to == (Place{}) {
			return nil
		}
		return []Placement{{day.None, to}}
	}
	is := slices.Clone(was)
	for i := range is {
		if department {
			is[i].Department = to.Department
		} else {
			is[i].Wave = to.Wave
		}
	}
	return is
}

// upsert returns ps with p in it, in place of one from the same day on.
func upsert(ps []Placement, p Placement) []Placement {
	i, found := slices.BinarySearchFunc(ps, p.From, func(a Placement, d day.Date) int { return cmp.Compare(a.From, d) })
	if found {
		ps[i] = p
		return ps
	}
	return slices.Insert(ps, i, p)
}

// moved lists the days from which the placements of a person are other ones.
func (c *comparison) moved(who Who, rows []listRow, was, is Person) {
	for _, r := range rows {
		who.Line = r.line
		if r.from == day.None {
			on := c.telling(was, is)
			c.diff.Moved.Add(Moved{Who: who, From: was.At(on), To: is.At(on)})
			continue
		}
		if to := is.At(r.from); !slices.Contains(was.Placements, Placement{r.from, to}) {
			c.diff.Moved.Add(Moved{Who: who, From: was.At(r.from), To: to, On: &r.from})
		}
	}
}

// telling returns a day on which a person was elsewhere before: today if that is one.
func (c *comparison) telling(was, is Person) day.Date {
	days := []day.Date{c.today, day.None}
	for _, p := range slices.Concat(was.Placements, is.Placements) {
		days = append(days, p.From)
	}
	for _, d := range days {
		if was.At(d) != is.At(d) {
			return d
		}
	}
	return c.today
}

func differing(was, is Person) []Field {
	var out []Field
	for _, f := range []Field{{colName, was.Name, is.Name}, {colTitle, was.Title, is.Title},
		{colManager, was.ManagerEmail, is.ManagerEmail}, {colLocation, was.Location, is.Location}} {
		if f.Old != f.New {
			out = append(out, f)
		}
	}
	return out
}

// names are the departments or waves there are, and those a file adds. Spelling
// a name in other cases does not make another one.
type names struct {
	old   []string
	known map[string]string // folded -> as spelled
	rows  map[string]int    // new ones, as spelled -> rows that name them
	order []string
}

func newNames(old []string) *names {
	n := &names{old: old, known: make(map[string]string, len(old)), rows: map[string]int{}}
	for _, name := range old {
		n.known[strings.ToLower(name)] = name
	}
	return n
}

// spell returns the one spelling of a name, and notes it when it is new.
func (n *names) spell(name string) string {
	if name == "" {
		return ""
	}
	have, ok := n.find(name)
	if !ok {
		have = name
		n.known[strings.ToLower(name)] = name
		n.order = append(n.order, name)
		n.rows[name] = 0
	}
	if _, ok := n.rows[have]; ok {
		n.rows[have]++
	}
	return have
}

func (n *names) len() int { return len(n.known) }

// fresh returns the names that a file adds, each with the one it may be meant to be.
func (n *names) fresh() ([]string, sheet.Listing[Name]) {
	var l sheet.Listing[Name]
	for i, name := range n.order {
		like := ""
		if i < maxNames {
			like = cmp.Or(closest(name, n.old), closest(name, n.commoner(name)))
		}
		l.Add(Name{Name: name, Like: like, Rows: n.rows[name]})
	}
	return n.order, l
}

// commoner returns the names of the file that more rows say than this one: of
// two spellings it is the rare one that is mistyped.
func (n *names) commoner(name string) []string {
	return slices.DeleteFunc(slices.Clone(n.order), func(other string) bool { return n.rows[other] <= n.rows[name] })
}

// find returns the one spelling of a name that exists.
func (n *names) find(name string) (string, bool) {
	have, ok := n.known[strings.ToLower(name)]
	return have, ok
}

package people

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

var now = time.Date(2026, time.March, 28, 9, 0, 0, 0, time.UTC)

func differ(r Roster, text string) (Change, Difference, error) {
	l, err := parse(strings.NewReader(text))
	if err != nil {
		return Change{}, Difference{}, err
	}
	return compare(r, l, now)
}

// kept returns the roster as a change leaves it.
func (r Roster) kept(c Change) Roster {
	out := Roster{Departments: append(append([]string(nil), r.Departments...), c.Departments...),
		Waves: append(append([]string(nil), r.Waves...), c.Waves...), Arrived: r.Arrived, Earlier: r.Earlier}
	out.People = append(out.People, r.People...)
	for _, p := range c.People {
		if p.ID == 0 {
			p.ID = PersonID(len(out.People) + 1)
			out.People = append(out.People, p.Person)
			continue
		}
		was := out.People[p.ID-1]
		if !p.Replace {
			p.Placements = was.Placements
		}
		out.People[p.ID-1] = p.Person
	}
	return out
}

func TestDifference(t *testing.T) {
	r := Roster{
		People: []Person{
			{ID: 1, Email: "Ann@Example.com", Name: "Ann", Placements: []Placement{{day.None, Place{"Finance", "Pilot"}}}},
			{ID: 2, Email: "old@example.com", Name: "Bo"},
		},
		Departments: []string{"Finance"}, Waves: []string{"Pilot"},
		Arrived: map[string]bool{"ann@example.com": true, "new@example.com": true},
		Earlier: map[string]string{"new@example.com": "old@example.com"},
	}
	_, d, err := differ(r, "Email ,NAME,department,wave,effective_from,shoe\n"+
		"ann@example.com,Ann B,finance,Pilot,2026-03-01,9\n"+
		"ann@example.com,Ann B,Finanse,Pilot,2026-05-01,9\n"+
		"new@example.com,Bo,Finance,Pilot,,\n"+
		"cy@example.com,Cy,,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	may, march := day.Of(2026, time.May, 1), day.Of(2026, time.March, 1)
	ann, bo := Who{2, "Ann@Example.com", "Ann B"}, Who{4, "new@example.com", "Bo"}
	want := Difference{
		Report:  sheet.Report{Rows: 4, Columns: []string{"email", "name", "department", "wave", "effective_from"}, Unknown: []string{"shoe"}},
		People:  3,
		New:     listed(Added{Who: Who{5, "cy@example.com", "Cy"}}),
		Changed: listed(Changed{ann, []Field{{"name", "Ann", "Ann B"}}}),
		Moved: listed(
			Moved{ann, Place{"Finance", "Pilot"}, Place{"Finance", "Pilot"}, &march},
			Moved{Who{3, "Ann@Example.com", "Ann B"}, Place{"Finance", "Pilot"}, Place{"Finanse", "Pilot"}, &may},
			Moved{bo, Place{}, Place{"Finance", "Pilot"}, nil}),
		Renamed:     listed(Renamed{bo, "old@example.com"}),
		Departments: listed(Name{"Finanse", "Finance", 1}),
		Strangers:   listed(Who{5, "cy@example.com", "Cy"}),
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Error(diff)
	}
}

func listed[T any](items ...T) sheet.Listing[T] {
	return sheet.Listing[T]{Count: len(items), Items: items}
}

func TestRowsThatContradictEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
		good int
	}{
		"an undated row beside a dated one": {"a@b.c,X,\na@b.c,Y,2026-01-01\n", []string{"line 2: a@b.c is in line 3 too. Several rows for one person all need an effective_from."}, 1},
		"twice, undated": {"a@b.c,X,\nA@B.c,Y,\n", []string{"line 2: a@b.c is in line 3 too. Several rows for one person all need an effective_from.",
			"line 3: A@B.c is in line 2 too. Several rows for one person all need an effective_from."}, 0},
		"twice from one day on": {"a@b.c,X,2026-01-01\nd@e.f,Y,\na@b.c,Y,2026-01-01\n", []string{"line 2: a@b.c has another row from 2026-01-01 on, in line 4.",
			"line 4: a@b.c has another row from 2026-01-01 on, in line 2."}, 1},
		"no address":    {"ann,X,\n", []string{"line 2: “ann” is no email address."}, 0},
		"no date":       {"a@b.c,X,1.1.2026\n", []string{"line 2: “1.1.2026” is no date: write 2026-03-28."}, 0},
		"no address, 2": {",X,\n", []string{"line 2: The email is missing."}, 0},
	} {
		_, d, err := differ(Roster{}, "email,department,effective_from\n"+c.text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range d.Problems.Items {
			got = append(got, p.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || d.People != c.good {
			t.Errorf("%s: %d people\n%s", name, d.People, diff)
		}
	}
}

func TestAWrongColumnIsNoThousandDepartments(t *testing.T) {
	var b strings.Builder
	b.WriteString("email,department\n")
	for i := range 1001 {
		fmt.Fprintf(&b, "p%d@example.com,Desk %d\n", i, i)
	}
	if _, _, err := differ(Roster{}, b.String()); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "right column") {
		t.Error(err)
	}
}

func TestSpelling(t *testing.T) {
	names := []string{"Finance", "Legal", "IT", "Human Resources"}
	for name, want := range map[string]string{"Finanse": "Finance", "finances": "Finance", "Lega": "Legal", "Humane Resources": "Human Resources",
		"Sales": "", "OT": "IT", "": "", "X": "", "Engineering": ""} {
		if got := closest(name, names); got != want {
			t.Errorf("%q is taken for %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SliceOfN(rapid.RuneFrom([]rune("abc")), 0, 7)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := distance(a, b, 10), slow(a, b); got != want {
			t.Fatalf("from %q to %q it is %d, want %d", string(a), string(b), got, want)
		}
	})
}

func slow(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	if a[0] == b[0] {
		return slow(a[1:], b[1:])
	}
	return 1 + min(slow(a[1:], b), slow(a, b[1:]), slow(a[1:], b[1:]))
}

// file is a random file of people, and the text of it.
type file struct {
	department, wave bool
	rows             []listRow
}

func drawFile(t *rapid.T, n int) file {
	f := file{department: rapid.Bool().Draw(t, "department"), wave: rapid.Bool().Draw(t, "wave")}
	for who := range n {
		email := fmt.Sprintf("p%d@example.com", who)
		from := rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 3, rapid.ID).Draw(t, "from")
		if len(from) == 0 && rapid.Bool().Draw(t, "for all days") {
			f.rows = append(f.rows, f.row(t, email, day.None))
		}
		for _, k := range from {
			f.rows = append(f.rows, f.row(t, email, day.Of(2026, time.March, 10+k*7)))
		}
	}
	return f
}

func (f file) row(t *rapid.T, email string, from day.Date) listRow {
	r := listRow{email: email, from: from}
	if f.department {
		r.place.Department = rapid.SampledFrom([]string{"", "Finance", "Sales"}).Draw(t, "d")
	}
	if f.wave {
		r.place.Wave = rapid.SampledFrom([]string{"", "Pilot", "Second"}).Draw(t, "w")
	}
	return r
}

func (f file) text() string {
	var b strings.Builder
	b.WriteString("effective_from,email")
	if f.department {
		b.WriteString(",department")
	}
	if f.wave {
		b.WriteString(",wave")
	}
	for _, r := range f.rows {
		fmt.Fprintf(&b, "\n%s,%s", r.from, r.email)
		if f.department {
			b.WriteString("," + r.place.Department)
		}
		if f.wave {
			b.WriteString("," + r.place.Wave)
		}
	}
	return b.String() + "\n"
}

// TestPlacementsAfterAnyImports applies random files one after the other and
// asks, day by day, whether people are where the last word on that day puts them.
func TestPlacementsAfterAnyImports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Roster
		for range rapid.IntRange(1, 4).Draw(t, "files") {
			f := drawFile(t, 3)
			if len(f.rows) == 0 {
				continue
			}
			c, d, err := differ(r, f.text())
			if err != nil || d.Bad > 0 {
				t.Fatal(err, d.Problems)
			}
			is := r.kept(c)
			if _, again, err := differ(is, f.text()); err != nil || !again.Empty() || again.Unchanged != again.People {
				t.Fatalf("applied twice, it changes more: %v %+v\n%s", err, again, f.text())
			}
			if d.Empty() != (len(c.People) == 0) {
				t.Fatalf("the difference says empty %v and the change has %d people", d.Empty(), len(c.People))
			}
			for d := day.Of(2026, time.March, 1); d < day.Of(2026, time.May, 1); d++ {
				for who := range 3 {
					email := fmt.Sprintf("p%d@example.com", who)
					if got, want := is.at(email, d), f.says(r, email, d); got != want {
						t.Fatalf("%s on %s: %v, want %v after\n%s", email, d, got, want, f.text())
					}
				}
			}
			r = is
		}
	})
}

func (r Roster) person(email string) Person {
	for _, p := range r.People {
		if p.Email == email {
			return p
		}
	}
	return Person{}
}

func (r Roster) at(email string, d day.Date) Place { return r.person(email).At(d) }

// says is where a person is on day d once the file is applied, told by its
// definition: the last date that holds on d, of the roster and of the file, and
// of two equal ones the file's.
func (f file) says(r Roster, email string, d day.Date) Place {
	merge := func(old, told Place) Place {
		if f.department {
			old.Department = told.Department
		}
		if f.wave {
			old.Wave = told.Wave
		}
		return old
	}
	if !f.department && !f.wave {
		return r.at(email, d)
	}
	all := map[day.Date]Place{}
	for _, p := range r.person(email).Placements {
		all[p.From] = p.Place
	}
	before := r.person(email)
	for _, row := range f.rows { // by date within a person, if the dates were drawn so
		if row.email != email {
			continue
		}
		if row.from == day.None {
			return merge(r.at(email, d), row.place)
		}
		all[row.from] = merge(f.inForce(before, row), row.place)
	}
	best, found := day.Never, false
	for from := range all {
		if from <= d && (!found || from > best) {
			best, found = from, true
		}
	}
	if !found {
		for from := range all {
			best = min(best, from)
		}
	}
	return all[best]
}

// inForce is where the roster and the rows of the file before row put a person on its day.
func (f file) inForce(p Person, row listRow) Place {
	latest, place := day.None, placeAt(p.Placements, row.from)
	stored := day.None
	for _, q := range p.Placements {
		if q.From <= row.from {
			stored = max(stored, q.From)
		}
	}
	for _, other := range f.rows {
		if other.email != row.email || other.from >= row.from || other.from < stored || other.from < latest {
			continue
		}
		latest = other.from
		place = f.merged(p, other)
	}
	return place
}

func (f file) merged(p Person, row listRow) Place {
	at := f.inForce(p, row)
	if f.department {
		at.Department = row.place.Department
	}
	if f.wave {
		at.Wave = row.place.Wave
	}
	return at
}

package people

import (
	"strings"
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

// sane checks what holds for every report, whatever the file.
func sane(t *testing.T, text string, r sheet.Report, err error) {
	t.Helper()
	if err != nil && fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge {
		t.Fatalf("a file ends in %v", err)
	}
	lines := 1 + strings.Count(text, "\n")
	for _, p := range r.Problems.Items {
		if p.Line < 2 || p.Line > lines {
			t.Fatalf("a problem on line %d of %d: %s", p.Line, lines, p.Say)
		}
	}
	if r.Bad > r.Rows || r.Problems.Count != r.Bad {
		t.Fatalf("%d of %d rows are bad, %d problems", r.Bad, r.Rows, r.Problems.Count)
	}
}

func FuzzPeople(f *testing.F) {
	for _, s := range []string{
		"email,name,department,wave,title,manager_email,location,effective_from\nann@example.com,Ann,Finance,Pilot,Analyst,bo@example.com,Berlin,2026-05-01\n",
		"email,department\nann@example.com,finance\nANN@example.com,\"Fin\nance\"\n",
		"\xef\xbb\xbfEmail;Name\nann@example.com;Ann\n", "email\n\"", "email\n'=1@b.c\n", "email,wave,effective_from\na@b.c,X,2026-01-01\na@b.c,Y,2026-01-01\n",
		"PK\x03\x04", "\xff\xfee\x00", "email\r\na@b.c\r\n,\r\n", "email\nn\xe9@b.c\n",
	} {
		f.Add(s)
	}
	old := Roster{Departments: []string{"Finance"}, People: []Person{{ID: 1, Email: "ann@example.com", Placements: []Placement{{day.None, Place{"Finance", ""}}}}},
		Earlier: map[string]string{"a@b.c": "ann@example.com"}}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parse(strings.NewReader(text))
		sane(t, text, l.report, err)
		if err != nil {
			return
		}
		c, d, err := compare(old, l, now)
		if err != nil {
			return
		}
		sane(t, text, d.Report, nil)
		again, err := parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, twice, err := compare(old.kept(c), again, now); err != nil || !twice.Empty() {
			t.Fatalf("applied twice, it changes more: %v %+v", err, twice)
		}
	})
}

func FuzzTouchpoints(f *testing.F) {
	for _, s := range []string{
		"date,champion_email,user_email,department,kind,note\n2026-03-02,bo@example.com,ann@example.com,,desk,\"two\nlines\"\n",
		"date,champion_email,department\n2026-03-02,bo@example.com,finance\n2026-03-02,bo@example.com,Finance\n2026-03-02,bo@example.com,Finanse\n",
		"date,champion_email\n2026-03-02,bo@example.com\n", "date,champion_email,user_email,department\n2999-01-01,b@c.d,x,y\n", "date\tchampion_email\n",
	} {
		f.Add(s)
	}
	known := Contacts{Departments: []string{"Finance"}, Imported: map[[32]byte]bool{}}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseTouchpoints(strings.NewReader(text), now)
		sane(t, text, l.report, err)
		if err != nil {
			return
		}
		c, d := compareTouchpoints(known, l)
		sane(t, text, d.Report, nil)
		keys := map[[32]byte]bool{}
		for _, p := range c.New {
			keys[p.Key] = true
		}
		if len(keys) != len(c.New) {
			t.Fatal("two touchpoints have one key")
		}
		if _, twice := compareTouchpoints(Contacts{Departments: known.Departments, Imported: keys}, l); !twice.Empty() || twice.Unchanged != d.New {
			t.Fatalf("imported twice, it adds more: %+v", twice)
		}
	})
}

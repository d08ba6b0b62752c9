package enablement

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

var now = time.Date(2026, time.March, 28, 9, 0, 0, 0, time.UTC)

var (
	basics = Session{Name: "Cowork 101", Kind: AllStaff101, Day: day.Of(2026, time.March, 2)}
	desk   = Session{Name: "Desk", Kind: OfficeHours, Day: day.Of(2026, time.March, 3)}
)

func number(n int) *int { return &n }

func TestDifference(t *testing.T) {
	b := Book{
		Sessions: map[Session]bool{basics: true},
		Attendances: []Attendance{
			{basics, "Ann@example.com", Attended, number(60), FromFile},
			{basics, "bo@example.com", NoShow, nil, FromFile},
		},
		Known: map[string]bool{"ann@example.com": true, "bo@example.com": true},
	}
	g, err := parse(strings.NewReader("status,email,session,kind,date\n"+
		"attended,ann@example.com,Cowork 101,all_staff_101,2026-03-02\n"+
		"attended,bo@example.com,Cowork  101,all_staff_101,2026-03-02\n"+
		"attended,cy@example.com,Desk,office_hours,2026-03-03\n"+
		"attended,CY@example.com,Desk,office_hours,2026-03-03\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	c, d := compare(b, g)
	want := Change{Attendances: []Attendance{{basics, "bo@example.com", Attended, nil, FromFile}, {desk, "cy@example.com", Attended, nil, FromFile}}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if d.New != 1 || d.Unchanged != 1 || d.Updated.Count != 1 || d.Sessions.Count != 1 || d.Strangers.Count != 1 || d.Bad != 0 {
		t.Errorf("%+v", d)
	}
	if got := d.Updated.Items[0]; got.Line != 3 || len(got.Fields) != 1 || got.Fields[0] != (Field{"status", "no_show", "attended"}) {
		t.Errorf("%+v", got)
	}
}

// What the door or a list knows outranks a file that says less; a file that says more
// is believed, and minutes are the file's where it has them.
func TestFilesMergeWithWhatIsKnownHere(t *testing.T) {
	for name, tc := range map[string]struct {
		was     Attendance
		row     string
		want    *Attendance
		refused int
	}{
		"completed over attended": {Attendance{Status: Attended, Source: FromCode}, "completed,", &Attendance{Status: Completed, Source: FromFile}, 0},
		"attended over no show":   {Attendance{Status: NoShow, Source: FromList}, "attended,45", &Attendance{Status: Attended, Minutes: number(45), Source: FromFile}, 0},
		"no show after the door":  {Attendance{Status: Attended, Source: FromCode}, "no_show,", nil, 1},
		"attended after the list": {Attendance{Status: Completed, Source: FromList}, "attended,60", nil, 1},
		"the same with minutes":   {Attendance{Status: Attended, Source: FromCode}, "attended,55", &Attendance{Status: Attended, Minutes: number(55), Source: FromCode}, 0},
		"the same without":        {Attendance{Status: Attended, Minutes: number(60), Source: FromList}, "attended,", nil, 0},
		"a later file":            {Attendance{Status: Completed, Source: FromFile}, "no_show,", &Attendance{Status: NoShow, Source: FromFile}, 0},
	} {
		tc.was.Session, tc.was.Email = basics, "ann@example.com"
		g, err := parse(strings.NewReader("email,session,kind,date,status,minutes\nANN@example.com,Cowork 101,all_staff_101,2026-03-02,"+tc.row+"\n"), now)
		if err != nil {
			t.Fatal(err)
		}
		c, d := compare(Book{Sessions: map[Session]bool{basics: true}, Attendances: []Attendance{tc.was}}, g)
		var want []Attendance
		if tc.want != nil {
			tc.want.Session, tc.want.Email = basics, "ann@example.com"
			want = []Attendance{*tc.want}
		}
		if diff := cmp.Diff(want, c.Attendances); diff != "" || d.Outranked.Count != tc.refused {
			t.Errorf("%s: %d outranked\n%s", name, d.Outranked.Count, diff)
		}
	}
}

func TestMinutes(t *testing.T) {
	b := Book{Sessions: map[Session]bool{basics: true}, Attendances: []Attendance{{basics, "ann@example.com", Attended, number(60), FromFile}}}
	for cell, want := range map[string]string{"": "", "60": "60", "0": "0", "1440": "1440"} {
		g, err := parse(strings.NewReader("email,session,kind,date,status,minutes\nann@example.com,Cowork 101,all_staff_101,2026-03-02,attended,"+cell+"\n"), now)
		if err != nil || g.report.Bad > 0 {
			t.Fatal(err, g.report)
		}
		c, d := compare(b, g)
		if want == "60" {
			if !d.Empty() {
				t.Errorf("the same minutes change something: %+v", d)
			}
			continue
		}
		if len(c.Attendances) != 1 || text(c.Attendances[0].Minutes) != want {
			t.Errorf("%q is kept as %+v", cell, c.Attendances)
		}
	}
}

func TestRowsThatCannotBeUsed(t *testing.T) {
	for row, want := range map[string]string{
		"ann@example.com,,department,2026-03-02,attended,":         "The session is missing.",
		"ann@example.com,A,seminar,2026-03-02,attended,":           "“seminar” is no kind of session: write all_staff_101, department, office_hours or user_group.",
		"ann@example.com,A,department,2026-03-02,present,":         "“present” is no status: write attended, completed or no_show.",
		"ann@example.com,A,department,2026-04-02,attended,":        "2026-04-02 lies in the future.",
		"ann@example.com,A,department,2026-03-02,attended,1441":    "“1441” is no number of minutes from 0 to 1440.",
		"ann@example.com,A,department,2026-03-02,attended,-1":      "“-1” is no number of minutes from 0 to 1440.",
		"ann@example.com,A,department,2026-03-02,attended,an hour": "“an hour” is no number of minutes from 0 to 1440.",
		"ann,A,department,2026-03-02,attended,":                    "“ann” is no email address.",
	} {
		g, err := parse(strings.NewReader("email,session,kind,date,status,minutes\n"+row+"\n"), now)
		if err != nil || g.report.Bad != 1 || g.report.Problems.Items[0].Say != want {
			t.Errorf("%s: %v %+v, want %q", row, err, g.report.Problems, want)
		}
	}
	g, err := parse(strings.NewReader("email,session,kind,date,status\na@b.c,A,department,2026-03-02,attended\nA@b.c,A,department,2026-03-02,no_show\n"), now)
	if err != nil || g.report.Bad != 2 || len(g.rows) != 0 || !strings.Contains(g.report.Problems.Items[0].Say, "in line 3 too") {
		t.Errorf("rows that contradict each other: %v %+v", err, g.report)
	}
}

func FuzzTraining(f *testing.F) {
	for _, s := range []string{
		"email,session,kind,date,status,minutes\nann@example.com,Cowork 101,all_staff_101,2026-03-02,attended,60\nANN@example.com,Cowork 101,all_staff_101,2026-03-02,no_show,\n",
		"email,session,kind,date,status\nann@example.com,\"De\nsk\",office_hours,2026-03-03,completed\n",
		"email;session;kind;date;status\n", "email,session,kind,date,status,minutes\na@b.c,x,user_group,2026-03-02,attended,99999999999999999999\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := parse(strings.NewReader(text), now)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("a file ends in %v", err)
			}
			return
		}
		for _, p := range g.report.Problems.Items {
			if p.Line < 2 || p.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("a problem on line %d: %s", p.Line, p.Say)
			}
		}
		c, d := compare(Book{}, g)
		sessions := map[Session]bool{}
		for _, a := range c.Attendances {
			sessions[a.Session] = true
		}
		if _, again := compare(Book{Sessions: sessions, Attendances: c.Attendances}, g); !again.Empty() || again.Unchanged != d.New {
			t.Fatalf("imported twice, it changes more: %+v", again)
		}
	})
}

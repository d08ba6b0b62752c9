package people

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTouchpoints(t *testing.T) {
	l, err := parseTouchpoints(strings.NewReader("date,champion_email,user_email,department,kind,note\n"+
		"2026-03-02,bo@example.com,ann@example.com,,desk,\n"+
		"2026-03-02,bo@example.com,ANN@example.com,,desk,\n"+
		"2026-03-02,bo@example.com,,FINANCE,demo,\n"+
		"2026-03-02,bo@example.com,cy@example.com,Nowhere,desk,\n"+
		"2026-03-02,bo@example.com,,Finanse,demo,\n"+
		"2026-03-02,bo@example.com,,Sales,demo,\n"+
		"2026-03-02,bo@example.com,,,demo,\n"+
		"2026-03-31,bo@example.com,,Finance,demo,\n"+
		"2026-03-02,bo,,Finance,demo,\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	c, d := compareTouchpoints(Contacts{Departments: []string{"Finance"}, Known: map[string]bool{"ann@example.com": true}}, l)
	var problems, notices, whom []string
	for _, p := range d.Problems.Items {
		problems = append(problems, p.String())
	}
	for _, p := range d.Notices.Items {
		notices = append(notices, p.String())
	}
	for _, p := range c.New {
		whom = append(whom, p.User+p.Department)
	}
	for _, x := range []struct {
		what      string
		got, want []string
	}{
		{"problems", problems, []string{
			"line 6: There is no department “Finanse”. Is “Finance” meant?",
			"line 7: There is no department “Sales”.",
			"line 8: Neither user_email nor department says who was helped.",
			"line 9: 2026-03-31 lies in the future.",
			"line 10: “bo” is no email address.",
		}},
		{"notices", notices, []string{"line 5: Both a person and a department: the person counts."}},
		{"new", whom, []string{"ann@example.com", "ANN@example.com", "Finance", "cy@example.com"}},
	} {
		if diff := cmp.Diff(x.want, x.got); diff != "" {
			t.Errorf("%s:\n%s", x.what, diff)
		}
	}
	if d.New != 4 || d.Strangers.Count != 1 || d.Bad != 5 {
		t.Errorf("%+v", d)
	}
	if c.New[0].Key == c.New[1].Key {
		t.Error("two equal rows are one touchpoint")
	}
}

package comms_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
)

func TestFill(t *testing.T) {
	v := comms.Values{
		"name": "Ana *B* Lind", "wave": "Wave 1", "support_link": "https://chat.example.com/c(1)", "library_link": "https://x.example/library",
		"trainings_link": "javascript:alert(1)",
	}
	for name, c := range map[string]struct{ text, want string }{
		"plain":             {"Nothing here", "Nothing here"},
		"escaped":           {"Hello {{name}},", `Hello Ana \*B\* Lind,`},
		"spaces and case":   {"{{ Name }} of {{WAVE}}", `Ana \*B\* Lind of Wave 1`},
		"an address":        {"[guides]({{library_link}})", "[guides](https://x.example/library)"},
		"parentheses":       {"[ask]({{support_link}})", "[ask](https://chat.example.com/c%281%29)"},
		"no address":        {"[go]({{trainings_link}})", "[go]()"},
		"missing":           {"Ask {{champion}}.", "Ask your champion."},
		"missing, at first": {"{{champion}} helps. {{department}} begins.", "Your champion helps. Your department begins."},
		"one brace":         {"{name}", "{name}"},
	} {
		if got, err := comms.Fill(c.text, v); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

func TestUnknownPlaceholdersNameWhatWasMeant(t *testing.T) {
	for written, meant := range map[string]string{
		"nmae": "{{name}}", "first_name": "{{name}}", "First Name": "{{name}}", "champions": "{{champion}}", "wave date": "{{wave_date}}", "launch-date": "{{wave_date}}",
		"training": "{{training_dates}}", "training_link": "{{trainings_link}}", "suport_link": "{{support_link}}", "install": "{{app_link}}", "": "{{name}}",
		"connector": "Write the name of the connector",
	} {
		for _, fill := range []func(string, comms.Values) (string, error){comms.Fill, comms.FillSubject} {
			_, err := fill("Hello {{"+written+"}}", comms.Values{})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), meant) {
				t.Errorf("{{%s}}: %v, want %s", written, err, meant)
			}
		}
	}
}

// TestSubjectsAreOneLine fills whatever values hold: a subject never gets a line
// of its own, nor anything that controls how it is shown.
func TestSubjectsAreOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune("a \r\n\t\v\u0085\u2028\u2029\u202e\u2066\x00\x7f:<"))).Draw(t, "value")
		got, err := comms.FillSubject("For {{name}}: "+value, comms.Values{"name": value})
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(got, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
		}) {
			t.Fatalf("%q became %q", value, got)
		}
	})
}

func TestMissingValuesAreCounted(t *testing.T) {
	all := map[string]comms.Values{"a@x": {"name": "A", "champion": "C"}, "b@x": {"name": "B"}, "c@x": {}}
	got := comms.MissingValues(all, "{{name}} {{wave}}", "{{champion}}")
	want := map[string]int{"name": 1, "champion": 2, "wave": 3}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for _, m := range got {
		if m.People != want[m.Name] {
			t.Errorf("%s is missing for %d, want %d", m.Name, m.People, want[m.Name])
		}
	}
	for _, p := range comms.Placeholders() {
		if p.Means == "" || p.Link != (p.Instead == "") {
			t.Errorf("%s says nothing of itself, or nothing in its place", p.Name)
		}
		if comms.SampleValues("https://x.example")[p.Name] == "" {
			t.Errorf("the sample has no %s", p.Name)
		}
	}
}

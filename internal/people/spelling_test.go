package people

import "testing"

func TestNamesAreTakenForOtherSpellings(t *testing.T) {
	for _, c := range []struct{ name, other, want string }{
		{"Claim Operations", "Claims Operations", "Claims Operations"},
		{"legal", "Legals", "Legals"},
		{"Wave 2", "Wave 1", ""},
		{"Legal", "Finance", ""},
		{"Pilott", "Pilot", "Pilot"},
	} {
		if got := closest(c.name, []string{c.other}); got != c.want {
			t.Errorf("%q beside %q: %q", c.name, c.other, got)
		}
	}
}

// Of two spellings that a file brings, the rare one is asked about.
func TestRareSpellingsOfAFileAreAskedAbout(t *testing.T) {
	n := newNames(nil)
	for _, name := range []string{"Claims Operations", "Claim Operations", "Claims Operations", "Legal"} {
		n.spell(name)
	}
	_, list := n.fresh()
	for i, want := range []string{"", "Claims Operations", ""} {
		if got := list.Items[i]; got.Like != want {
			t.Errorf("%s is taken for %q", got.Name, got.Like)
		}
	}
}

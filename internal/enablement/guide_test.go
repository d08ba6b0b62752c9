package enablement

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

func TestWhoReadsWhichGuides(t *testing.T) {
	for role, want := range map[identity.Role]string{
		"": "users general", identity.Executive: "users general", identity.Owner: "users general admins",
		identity.Champion: "users general champions", identity.Lead: "users general admins champions", identity.Auditor: "users general admins champions",
	} {
		var by identity.Actor
		if role != "" {
			by.Roles = []identity.Role{role}
		}
		var got []string
		for _, a := range Readable(by) {
			got = append(got, string(a))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q reads %v, want %s", role, got, want)
		}
	}
}

func TestGuidesAreChecked(t *testing.T) {
	fine := GuideEdit{ForUsers, GuideText{Title: "A title", Body: "Words"}}
	for name, c := range map[string]struct {
		change func(*GuideEdit)
		field  string
	}{
		"fine":              {func(*GuideEdit) {}, ""},
		"only a link":       {func(e *GuideEdit) { e.Body, e.URL = "", "https://support.example.com/a?b=c#d" }, ""},
		"no title":          {func(e *GuideEdit) { e.Title = " \u202e " }, "title"},
		"long title":        {func(e *GuideEdit) { e.Title = strings.Repeat("é", 121) }, "title"},
		"just fits":         {func(e *GuideEdit) { e.Title = strings.Repeat("é", 120) }, ""},
		"no audience":       {func(e *GuideEdit) { e.Audience = "everyone" }, "audience"},
		"nothing in it":     {func(e *GuideEdit) { e.Body = "\n" }, "body"},
		"a book":            {func(e *GuideEdit) { e.Body = strings.Repeat("x", MaxBody+1) }, "body"},
		"script":            {func(e *GuideEdit) { e.URL = "javascript:alert(1)" }, "url"},
		"data":              {func(e *GuideEdit) { e.URL = "data:text/html,x" }, "url"},
		"a name in it":      {func(e *GuideEdit) { e.URL = "https://bank.example@evil.example/" }, "url"},
		"turned":            {func(e *GuideEdit) { e.URL = "https://example.com/\u202egpj.exe" }, "url"},
		"another alphabet":  {func(e *GuideEdit) { e.URL = "https://аpple.com/" }, "url"},
		"no host":           {func(e *GuideEdit) { e.URL = "https:///x" }, "url"},
		"within this site":  {func(e *GuideEdit) { e.URL = "/support" }, "url"},
		"backslashes":       {func(e *GuideEdit) { e.URL = `https:\\evil.example` }, "url"},
		"a line end in it":  {func(e *GuideEdit) { e.URL = "https://a.example/\r\nSet-Cookie: x" }, "url"},
		"somebody's access": {func(e *GuideEdit) { e.URL = "mailto:help@example.com" }, "url"},
	} {
		e := fine
		c.change(&e)
		_, err := e.Check()
		if (err == nil) != (c.field == "") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.field != "" {
			var f *fault.Error
			if f, _ = err.(*fault.Error); f == nil || f.Kind != fault.Invalid || f.Fields[c.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestWhatIsNotSeenIsNotKept(t *testing.T) {
	e, err := GuideEdit{ForUsers, GuideText{Title: " safe\u202etxt.exe\u0000 \u200bname\n", Body: "one\r\ntwo\u2066\x1b[0m\tand \u200d joined"}}.Check()
	if err != nil || e.Title != "safetxt.exe name" || e.Body != "one\ntwo[0m\tand \u200d joined" {
		t.Errorf("%q %q %v", e.Title, e.Body, err)
	}
}

func TestWeeksOfTipsBeginOnMondays(t *testing.T) {
	monday := day.Of(2026, 11, 16)
	for d := monday; d < monday+7; d++ {
		_, err := NewTip{Week: d, GuideText: GuideText{Title: "T", Body: "B"}}.Check()
		if (err == nil) != (d == monday) {
			t.Errorf("%s: %v", d, err)
		}
	}
}

// TestShippedTextIsFit holds what ships to what people may save.
func TestShippedTextIsFit(t *testing.T) {
	guides := StarterGuides()
	if len(guides) != 11 || len(ShippedTips()) != 12 {
		t.Errorf("%d guides and %d tips ship", len(guides), len(ShippedTips()))
	}
	for _, g := range guides {
		if clean, err := g.Check(); err != nil || clean != g {
			t.Errorf("%q: %v", g.Title, err)
		}
		if strings.Contains(g.Title+g.Body, "!") || g.Audience == ForChampions {
			t.Errorf("%q shouts, or is not of the library", g.Title)
		}
	}
	seen := map[string]bool{}
	for _, tip := range ShippedTips() {
		if clean, err := tip.Check(); err != nil || clean != tip || seen[tip.Title] {
			t.Errorf("%q: %v", tip.Title, err)
		}
		seen[tip.Title] = true
	}
	for _, g := range Kit(nil) {
		if clean, err := g.GuideText.Check(); err != nil || clean != g.GuideText {
			t.Errorf("%s: %v", g.Slot, err)
		}
	}
}

func TestKitShowsWhatIsSaved(t *testing.T) {
	pages := Kit([]Guide{{ID: 7, Slot: SlotContacts, GuideText: GuideText{Title: "Ours"}}})
	if len(pages) != 3 || pages[1].ID != 7 || pages[0].ID != 0 || pages[0].Title == "" || pages[2].Slot != SlotReporting {
		t.Errorf("%+v", pages)
	}
}

// TestLinesTellTheWholeChange takes out what was taken out and puts in what was
// put in: that makes of the one text the other.
func TestLinesTellTheWholeChange(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) []string {
		return rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 8).Draw(t, "lines")
	})
	rapid.Check(t, func(t *rapid.T) {
		from, to := text.Draw(t, "from"), text.Draw(t, "to")
		changes := Lines(strings.Join(from, "\n"), strings.Join(to, "\n"))
		count := map[string]int{}
		for _, l := range from {
			count[l]++
		}
		for _, c := range changes {
			if c.Added {
				count[c.Text]++
			} else if count[c.Text]--; count[c.Text] < 0 {
				t.Fatalf("%v → %v takes out %q, which is not there: %v", from, to, c.Text, changes)
			}
		}
		for _, l := range to {
			count[l]--
		}
		for l, n := range count {
			if n != 0 {
				t.Fatalf("%v → %v is off by %d of %q: %v", from, to, n, l, changes)
			}
		}
		if strings.Join(from, "\n") == strings.Join(to, "\n") && len(changes) > 0 {
			t.Fatalf("the same text changed: %v", changes)
		}
	})
}

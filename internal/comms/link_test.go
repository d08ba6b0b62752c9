package comms

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const ownSite = "https://groundswell.example"

// shownCounter keeps its keys and shows what a link counts, so that tests can read it.
func shownCounter() LinkCounter {
	return LinkCounter{Keys: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, At: func(token string) string { return "/l/" + token }}
}

// opened replaces every counted link by the path it leads to, in angle quotes.
func opened(t testing.TB, c LinkCounter, text string) string {
	t.Helper()
	for strings.Contains(text, "/l/") {
		before, rest, _ := strings.Cut(text, ownSite+"/l/")
		end := strings.IndexAny(rest, ")>\" \n")
		if end < 0 {
			end = len(rest)
		}
		d, path, ok := c.Open(rest[:end])
		if !ok || d != 7 {
			t.Fatalf("the link of %q does not open: %d %v", rest, d, ok)
		}
		text = before + "«" + path + "»" + rest[end:]
	}
	return text
}

func TestLinksToOurSiteAreCounted(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a link":                 {"Read [the guide](https://groundswell.example/library/first-task).", "Read [the guide](«/library/first-task»)."},
		"a title":                {`[a](https://groundswell.example/x "Hi")`, `[a](«/x» "Hi")`},
		"no host":                {"[a](/library?q=1#top)", "[a](«/library?q=1#top»)"},
		"the start":              {"[a](https://groundswell.example)", "[a](«/»)"},
		"angle brackets":         {"<https://groundswell.example/x>", "[https://groundswell.example/x](«/x»)"},
		"by itself":              {"Go to https://groundswell.example/a_b.", `Go to [https://groundswell.example/a\_b](«/a_b»).`},
		"its own text":           {"[https://groundswell.example/x](https://groundswell.example/x)", "[https://groundswell.example/x](«/x»)"},
		"brackets in the text":   {"[a [b] c](https://groundswell.example/x)", "[a [b] c](«/x»)"},
		"a definition":           {"[a]: https://groundswell.example/x", "[a]: «/x»"},
		"twice":                  {"[a](/x) [b](/y)", "[a](«/x») [b](«/y»)"},
		"another site":           {"[a](https://elsewhere.example/x)", "[a](https://elsewhere.example/x)"},
		"ours is its beginning":  {"https://groundswell.example.com/x and https://groundswell.example:8080/x", "https://groundswell.example.com/x and https://groundswell.example:8080/x"},
		"a link to one of those": {"[a](https://groundswell.example.com/x)", "[a](https://groundswell.example.com/x)"},
		"no scheme, a host":      {"[a](//elsewhere.example/x)", "[a](//elsewhere.example/x)"},
		"code":                   {"`https://groundswell.example/x`", "`https://groundswell.example/x`"},
		"an image":               {"![a](https://groundswell.example/x.png)", "![a](https://groundswell.example/x.png)"},
		"an address":             {"[a](mailto:a@b.example)", "[a](mailto:a@b.example)"},
		"no link":                {"Nothing (here) [at all].", "Nothing (here) [at all]."},
	} {
		counter := shownCounter()
		if got := opened(t, counter, counter.CountLinks(c.text, ownSite+"/", 7)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if ours := LinksToUs(c.text, ownSite); ours != (c.text != c.want) {
			t.Errorf("%s: links to us: %v", name, ours)
		}
	}
}

func TestWithoutKeysLinksOnlyBecomeWhole(t *testing.T) {
	if got := (LinkCounter{}).CountLinks("[a](/x)", ownSite, 7); got != "[a](https://groundswell.example/x)" {
		t.Error(got)
	}
	if !LinksToUs("Open {{library_link}}.", ownSite) || LinksToUs("Dear {{name}}", ownSite) {
		t.Error("a placeholder for an address of ours is a link, a name is none")
	}
}

func TestATokenOpensUnderOldKeysAndNoForeignOne(t *testing.T) {
	old, now := []byte("old key of thirty-two bytes here"), []byte("new key of thirty-two bytes here")
	token := LinkCounter{Keys: [][]byte{old}}.Token(42, "/library")
	if d, path, ok := (LinkCounter{Keys: [][]byte{now, old}}).Open(token); !ok || d != 42 || path != "/library" {
		t.Errorf("%d %q %v", d, path, ok)
	}
	if _, _, ok := (LinkCounter{Keys: [][]byte{now}}).Open(token); ok {
		t.Error("a token of another key was opened")
	}
}

// TestNoOtherTokenOpens changes one character of a token, or makes one up.
func TestNoOtherTokenOpens(t *testing.T) {
	c := shownCounter()
	rapid.Check(t, func(t *rapid.T) {
		token := c.Token(DeliveryID(rapid.Int64Range(1, 1<<62).Draw(t, "delivery")), rapid.String().Draw(t, "path"))
		at := rapid.IntRange(0, len(token)-2).Draw(t, "at")
		other := rapid.SampledFrom([]byte("ABCabc012-_")).Draw(t, "other")
		forged := token[:at] + string(other) + token[at+1:]
		if _, _, ok := c.Open(forged); ok != (forged == token) {
			t.Fatalf("%q opens: %v", forged, ok)
		}
		if _, _, ok := c.Open(rapid.String().Draw(t, "made up")); ok {
			t.Fatal("a made-up token opens")
		}
	})
}

// FuzzCountLinks looks for text that is lost, or a counted link that does not open.
func FuzzCountLinks(f *testing.F) {
	for _, s := range []string{"[a](/x)", "<https://groundswell.example/x>", "`a` https://groundswell.example/x.", "![a](/x) [b]: /y", "[a](//x)"} {
		f.Add(s)
	}
	c := shownCounter()
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "/l/") {
			return
		}
		opened(t, c, c.CountLinks(text, ownSite, 7))
	})
}

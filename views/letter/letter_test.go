package letter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/comms"
)

const site = "https://rollout.example.com"

// TestLettersAreAsKept compares whole letters with those in testdata. With
// UPDATE=1 in the environment they are written anew.
func TestLettersAreAsKept(t *testing.T) {
	sources, err := filepath.Glob("testdata/*.md")
	if err != nil || len(sources) == 0 {
		t.Fatal("no letters to draw:", err)
	}
	for _, source := range sources {
		body, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		p := Props{Subject: "Wave 1 opens on Tue 1 Dec", Body: string(body), Site: site, Org: "Aldermere", Why: Why(comms.KindMessage), Unsubscribe: "/unsubscribe/abc"}
		if strings.Contains(source, "mandatory") {
			p.Mandatory = true
		}
		drawn, err := HTML(p)
		if err != nil {
			t.Fatal(err)
		}
		kept(t, strings.TrimSuffix(source, ".md")+".html", drawn)
		kept(t, strings.TrimSuffix(source, ".md")+".txt", Plain(p))
	}
}

func kept(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is another letter now (-kept +drawn):\n%s", path, diff)
	}
}

// payloads are what would run, load or send something somewhere if a letter let it.
func payloads() []string {
	out := []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<iframe src=//evil.example>",
		"<object data=//evil.example>", "<embed src=//evil.example>", "<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content=0>", "<base href=//evil.example>",
		"<style>@import url(//evil.example)</style>", "<form action=//evil.example><input name=x>", "<body onload=alert(1)>", "<math><mtext><script>alert(1)</script></mtext></math>",
		"<video><source onerror=alert(1)>", "<audio src=//evil.example>", "<details open ontoggle=alert(1)>", "<marquee onstart=alert(1)>", "<a href=javascript:alert(1)>x</a>",
		"</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "<!-- --><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>", "<?php echo 1 ?>",
		"![x](https://evil.example/pixel.png)", "![x](javascript:alert(1))", "[![x](https://evil.example/p.png)](https://a.example)", "<div style=\"background:url(//evil.example)\">",
		"`<script>alert(1)</script>`", "```\n<script>alert(1)</script>\n```", "    <script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)&#60;/script&#62;",
		"<scr\nipt>alert(1)</scr\nipt>", "<SCRIPT>alert(1)</SCRIPT>", "<script/x>alert(1)</script>", "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "<template><script>alert(1)</script></template>",
		"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
	}
	for _, to := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#10;script:alert(1)", "java&Tab;script:alert(1)", "&#106;avascript:alert(1)", "\\javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
		"data:text/html;base64,PHNjcmlwdD4=", "vbscript:msgbox(1)", "file:///etc/passwd", "blob:x", "//evil.example", "\\\\evil.example", "https://good.example@evil.example", "ftp://evil.example",
		"%6aavascript:alert(1)", "javascript&colon;alert(1)", "https:///evil.example", "about:blank", "feed:javascript:alert(1)",
	} {
		out = append(out, "[go]("+to+")", "[go](<"+to+">)", "<"+to+">", "[go][1]\n\n[1]: "+to)
	}
	return out
}

func TestNothingInALetterActs(t *testing.T) {
	all := payloads()
	if len(all) < 120 {
		t.Fatalf("only %d payloads", len(all))
	}
	for _, body := range all {
		inert(t, Props{Subject: body, Body: body, Site: site, Org: body, Why: body, Unsubscribe: body})
		filled, err := comms.Fill("Hello {{name}}, [go]({{support_link}})", comms.Values{comms.PlaceName: body, comms.PlaceSupportLink: body})
		if err != nil {
			t.Fatal(err)
		}
		inert(t, Props{Subject: body, Body: filled, Site: site})
	}
}

var quiet = map[string]bool{
	"html": true, "head": true, "body": true, "meta": true, "title": true, "style": true, "div": true, "p": true, "a": true, "em": true, "strong": true, "ul": true, "ol": true, "li": true,
	"h2": true, "h3": true, "blockquote": true, "pre": true, "code": true, "hr": true, "br": true,
}

// teller is a test, or one of a property.
type teller interface {
	Helper()
	Errorf(string, ...any)
	Fatal(...any)
}

// inert fails when a letter holds what could act or load something.
func inert(t teller, p Props) {
	t.Helper()
	drawn, err := HTML(p)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("style").Length(); n != 1 {
		t.Errorf("%q makes %d styles", p.Body, n)
	}
	for _, e := range doc.Find("*").EachIter() {
		n := e.Nodes[0]
		if !quiet[n.Data] {
			t.Errorf("%q makes <%s>", p.Body, n.Data)
		}
		for _, a := range n.Attr {
			acts := strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" || a.Key == "http-equiv"
			astray := a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "mailto:")
			if acts || astray || a.Key == "href" && strings.Contains(a.Val, "@evil") {
				t.Errorf("%q makes %s=%q", p.Body, a.Key, a.Val)
			}
		}
	}
}

func TestAnythingTypedIsInert(t *testing.T) {
	parts := []string{"<", ">", "\"", "'", "script", "img src=x onerror=a", "[", "](", ")", "!", "javascript:", "https://a.example", "//b", "`", "*", "\n", "    ", "|", "---", "#", "&#x6a;", "\\", " ", "style=x", "<!--", "-->", "<a href=", "\t", "mailto:a@b", "1. ", "> "}
	rapid.Check(t, func(t *rapid.T) {
		body := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 24).Draw(t, "parts"), "")
		inert(t, Props{Subject: body, Body: body, Site: site})
	})
}

func TestPlainTextSaysTheSame(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"a link":              {"[Sign up](https://a.example/x)", "Sign up <https://a.example/x>"},
		"a link here":         {"[Sign up](/trainings)", "Sign up <" + site + "/trainings>"},
		"an address":          {"https://a.example/x", "https://a.example/x"},
		"a link that says":    {"[https://a.example/x](https://a.example/x)", "https://a.example/x"},
		"mail":                {"[write](mailto:help@example.com)", "write <help@example.com>"},
		"astray":              {"[go](javascript:alert\\(1\\))", "go"},
		"emphasis":            {"**so** it _is_", "so it is"},
		"points":              {"- one\n- two", "- one\n- two"},
		"numbered":            {"3. one\n4. two", "3. one\n4. two"},
		"nested":              {"- one\n  - two", "- one\n  - two"},
		"a quotation":         {"> said", "> said"},
		"code":                {"`a\\*b`", `a\*b`},
		"escaped":             {`1\. a \* b &amp; c \&lt\;`, "1. a * b & c &lt;"},
		"a heading":           {"# Top\nwords", "Top\n\nwords"},
		"a break":             {"one\\\ntwo", "one\ntwo"},
		"a picture":           {"![a cat](https://example.com/cat.png)", "a cat"},
		"HTML stays as typed": {"<b>hi</b>", "<b>hi</b>"},
	} {
		if got := plainText(c.body, site); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPlainTextIsWrapped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé]{1,30}`), 1, 80).Draw(t, "words")
		mark := rapid.SampledFrom([]string{"", "- ", "> ", "1. "}).Draw(t, "mark")
		got := plainText(mark+strings.Join(words, " "), site)
		for line := range strings.SplitSeq(got, "\n") {
			if utf8.RuneCountInString(line) > lineLength {
				t.Fatalf("a line of %d letters: %q", utf8.RuneCountInString(line), line)
			}
		}
		if strings.Join(strings.Fields(strings.NewReplacer("\n  ", " ", "\n> ", " ", "\n   ", " ").Replace(got)), " ") != strings.Join(strings.Fields(mark+strings.Join(words, " ")), " ") {
			t.Fatalf("%q lost words: %q", words, got)
		}
	})
}

// TestValuesStandAsTheyAre fills whatever somebody may be called: the mail shows it
// letter by letter, in both of its forms.
func TestValuesStandAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom([]rune("aB1.*_`[]()<>&;#!\\-+=|~:/@\"'{}é ")), 1, 30, -1).Draw(t, "name")
		want := strings.Join(strings.Fields(name), " ")
		if want == "" {
			return
		}
		filled, err := comms.Fill("x {{name}} y", comms.Values{comms.PlaceName: name})
		if err != nil {
			t.Fatal(err)
		}
		body, err := Markdown(filled, site)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(doc.Text()); got != "x "+want+" y" || doc.Find("p *").Length() > 0 {
			t.Fatalf("%q became %q", name, body)
		}
		if got := strings.Join(strings.Fields(plainText(filled, site)), " "); got != "x "+want+" y" {
			t.Fatalf("%q became %q", name, got)
		}
	})
}

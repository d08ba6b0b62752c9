package library

import (
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"
)

func drawn(t interface{ Fatal(...any) }, body string) string {
	var out strings.Builder
	if err := Markdown(body).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestMarkdownIsDrawn(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"bold":             {"**so**", "<p><strong>so</strong></p>"},
		"heading":          {"# Top", "<h2>Top</h2>"},
		"deep heading":     {"#### Deep", "<h3>Deep</h3>"},
		"link":             {"[words](https://docs.example.com/a)", `<a class="link" href="https://docs.example.com/a" rel="noopener noreferrer">words</a> <span class="host">docs.example.com</span>`},
		"bare address":     {"see https://docs.example.com/a now", `<a class="link" href="https://docs.example.com/a" rel="noopener noreferrer">https://docs.example.com/a</a> now`},
		"mail":             {"[write](mailto:help@example.com)", `<a class="link" href="mailto:help@example.com">write</a>`},
		"within the site":  {"[support](/support)", `<a class="link" href="/support">support</a>`},
		"table":            {"| a |\n|---|\n| b |", "<td>b</td>"},
		"HTML stays words": {"<b onclick=x>hi</b>", "&lt;b onclick=x&gt;hi&lt;/b&gt;"},
		"a block of HTML":  {"<script>\nalert(1)\n</script>", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;"},
		"picture":          {"![a cat](https://example.com/cat.png)", "<p>a cat</p>"},
	} {
		if got := drawn(t, c.body); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestLinksThatLeadAstrayAreWords(t *testing.T) {
	for _, to := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "java&#10;script:alert(1)", "data:text/html,hi", "vbscript:x", "file:///etc/passwd",
		"//evil.example.com", "https://good.example.com@evil.example.com/", "blob:x", "https:///x:javascript:1@a",
	} {
		for _, body := range []string{"[go](" + to + ")", "[go](<" + to + ">)", "<" + to + ">", "[go][1]\n\n[1]: " + to} {
			if got := drawn(t, body); strings.Contains(got, "<a") {
				t.Errorf("%q leads somewhere: %q", body, got)
			}
		}
	}
}

// TestMarkdownMakesNothingThatActs draws whatever somebody may type: no element
// and no attribute comes of it that could act, and links go only where they may.
func TestMarkdownMakesNothingThatActs(t *testing.T) {
	parts := []string{"<", ">", "\"", "'", "script", "img src=x onerror=alert(1)", "[", "](", ")", "!", "javascript:", "https://a.example", "//b", "`", "*", "\n", "    ", "|", "---", "#", "&#x6a;", "\\", " ", "style=x", "<!--", "-->", "<a href=", "svg/onload=", "\t", "mailto:a@b", "1. "}
	allowed := map[string]bool{"a": true, "p": true, "em": true, "strong": true, "ul": true, "ol": true, "li": true, "h2": true, "h3": true, "blockquote": true, "pre": true, "code": true,
		"table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "hr": true, "br": true, "span": true, "html": true, "head": true, "body": true}
	rapid.Check(t, func(t *rapid.T) {
		body := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 24).Draw(t, "parts"), "")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(drawn(t, body)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range doc.Find("*").EachIter() {
			n := e.Nodes[0]
			if !allowed[n.Data] {
				t.Fatalf("%q makes <%s>", body, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "href" && strings.HasPrefix(a.Val, "javascript") || strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" {
					t.Fatalf("%q makes %s=%q", body, a.Key, a.Val)
				}
			}
		}
	})
}

func TestExcerptsAreWords(t *testing.T) {
	if got := Excerpt("Some **bold** [words](https://x.example)\nand more:\n\n- one\n- two.\n- three\n\n| a |\n|---|\n| b |\n\nEnd", 200); got != "Some bold words and more: one; two. three End" {
		t.Errorf("got %q", got)
	}
	if got := Excerpt("one two three four", 9); got != "one two…" {
		t.Errorf("got %q", got)
	}
}

package letter

import (
	"strings"
	"testing"
)

func TestChats(t *testing.T) {
	for name, c := range map[string]struct{ body, slack, teams string }{
		"words":      {"Hello *you*, **now** `go`.", "Hello _you_, *now* `go`.", "Hello _you_, **now** go."},
		"two parts":  {"One\ntwo\n\nThree", "One two\n\nThree", "One two\n\nThree"},
		"a heading":  {"## First", "*First*", "**First**"},
		"a list":     {"- one\n- two\n\n1. a\n2. b", "• one\n• two\n\n1. a\n2. b", "- one\n- two\n\n1. a\n2. b"},
		"a link":     {"[here](/trainings) or https://a.example/x(1)", "<https://rollout.example.com/trainings|here> or <https://a.example/x(1)|https://a.example/x(1)>", "[here](https://rollout.example.com/trainings) or [https://a.example/x(1)](https://a.example/x%281%29)"},
		"a bad link": {"[x](javascript:alert(1))", "x", "x"},
		"a call":     {"<!channel> & <@U1> \\<!here\\>", "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;!here&gt;", "<!channel> & <@U1> <!here>"},
		"a picture":  {"![what it shows](https://evil.example/p.png)", "what it shows", "what it shows"},
		"a quote":    {"> one\n> two", "> one two", "> one two"},
		"code":       {"```\na < b\n```", "```\na &lt; b\n```", "a < b"},
		"brackets":   {"\\[x\\](y) a\\_b", "[x](y) a_b", `\[x\](y) a\_b`},
	} {
		if got := Slack(c.body, site); got != c.slack {
			t.Errorf("%s in Slack: %q, want %q", name, got, c.slack)
		}
		if got := Teams(c.body, site); got != c.teams {
			t.Errorf("%s in Teams: %q, want %q", name, got, c.teams)
		}
	}
}

// TestNobodyIsCalled holds that no text makes Slack call people or lead anywhere but to the web or to mail.
func TestNobodyIsCalled(t *testing.T) {
	for _, body := range payloads() {
		for part := range strings.SplitSeq(Slack(body, site), "<") {
			if at := strings.IndexByte(part, '>'); at >= 0 && !strings.HasPrefix(part, "http") && !strings.HasPrefix(part, "mailto:") && strings.Contains(Slack(body, site), "<"+part) {
				t.Errorf("%q makes <%s", body, part)
			}
		}
	}
}

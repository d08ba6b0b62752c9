package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"groundswell/internal/fault"
)

// secretPath is what nobody may read in a receipt or an error.
const secretPath = "/services/T0/B0/canary-5b8e"

func chatOf(t *testing.T, allow string) *Chat {
	t.Helper()
	a, err := ParseAllowed(allow)
	if err != nil {
		t.Fatal(err)
	}
	return NewChat(a)
}

// TestPosts holds what the chat client says against what the chat has.
func TestPosts(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   State
		code   int
		after  time.Duration
	}{
		"ok":           {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") }, Sent, 200, 0},
		"accepted":     {status(202), Sent, 202, 0},
		"no content":   {status(204), Sent, 204, 0},
		"gone":         {status(404), Refused, 404, 0},
		"archived":     {status(410), Refused, 410, 0},
		"bad":          {status(400), Refused, 400, 0},
		"too many":     {headed(429, "Retry-After", "30"), Retry, 429, 30 * time.Second},
		"absurd":       {headed(429, "Retry-After", "99999999999"), Retry, 429, longestAfter},
		"nonsense":     {headed(429, "Retry-After", "soon"), Retry, 429, 0},
		"away":         {headed(503, "Retry-After", "120"), Retry, 503, 2 * time.Minute},
		"broken":       {status(500), Unknown, 500, 0},
		"gateway":      {status(502), Unknown, 502, 0},
		"slow gateway": {status(504), Unknown, 504, 0},
		"redirects":    {headed(302, "Location", "https://elsewhere.example.com/"), Refused, 302, 0},
		"moved":        {headed(308, "Location", "https://elsewhere.example.com/"), Refused, 308, 0},
		"cut after":    {cut, Unknown, 0, 0},
		"a flood":      {flood, Sent, 200, 0},
		"old, limited": {says("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"), Retry, 200, 0},
		"old, refused": {says("Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 400"), Refused, 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				c.answer(w, r)
			}))
			defer srv.Close()
			r := chatOf(t, "127.0.0.1").Post(t.Context(), Slack, srv.URL+secretPath, Note{"Hello", "World"})
			if r.State != c.want || r.Code != c.code || r.After != c.after || strings.Contains(r.Say, "canary") {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

// TestAnAnswerThatRepeatsTheAddress is told without what of it lets anybody post.
func TestAnAnswerThatRepeatsTheAddress(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "no route %s, key %s", r.URL.Path, r.URL.Query().Get("sig"))
	}))
	defer srv.Close()
	r := chatOf(t, "127.0.0.1").Post(t.Context(), Slack, srv.URL+secretPath+"?sig=canary-77c1", Note{"Hello", "World"})
	if r.State != Refused || strings.Contains(r.Say, "canary") || !strings.Contains(r.Say, "no route") {
		t.Errorf("got %+v", r)
	}
}

// TestNobodyIsCalledInOtherChats writes what Mattermost, Rocket.Chat, Discord and Zulip, which take
// Slack's format, read as a call to everybody, and what must stay as it is.
func TestNobodyIsCalledInOtherChats(t *testing.T) {
	for text, want := range map[string]string{
		"@here now":                               "@\u2060here now",
		"@Channel, @all: @everyone":               "@\u2060Channel, @\u2060all: @\u2060everyone",
		"@*all* and @**here**":                    "@\u2060*all* and @\u2060**here**",
		"x@everyone":                              "x@\u2060everyone",
		"<https://a.example/@here?to=@all|@here>": "<https://a.example/@here?to=@all|@\u2060here>",
		"write to bob@all.example":                "write to bob@all.example",
		"@hereby @allison tomas@example.com":      "@hereby @allison tomas@example.com",
	} {
		if got := callNobody(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	n := Note{"@channel", "@here"}
	if got := fmt.Sprint(payload(Slack, n)); strings.Contains(got, "@channel") || strings.Contains(got, "@here") {
		t.Errorf("posted %s", got)
	}
}

// TestASubjectIsNoMarkdown: a subject makes no link in a card of Teams.
func TestASubjectIsNoMarkdown(t *testing.T) {
	raw, err := json.Marshal(payload(Teams, Note{Subject: "[Sign in](https://evil.example) **now**"}))
	if err != nil || !strings.Contains(string(raw), `\\[Sign in\\](https://evil.example) \\*\\*now`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func headed(code int, name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(name, value)
		w.WriteHeader(code)
	}
}

func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func flood(w http.ResponseWriter, _ *http.Request) {
	for range 1000 {
		io.WriteString(w, strings.Repeat("x", 1000))
	}
}

func TestAHangingChat(t *testing.T) {
	held := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-held
	}))
	defer srv.Close()
	defer close(held)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if r := chatOf(t, "127.0.0.1").Post(ctx, Slack, srv.URL+secretPath, Note{"Hello", "World"}); r.State != Unknown {
		t.Errorf("got %+v", r)
	}
}

func TestAChatThatIsNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	untrusted := httptest.NewTLSServer(status(200))
	defer untrusted.Close()
	untrusted.Config.ErrorLog = nil
	for _, address := range []string{"http://" + l.Addr().String() + secretPath, untrusted.URL + secretPath, "https://chat.invalid" + secretPath} {
		r := chatOf(t, "127.0.0.1").Post(t.Context(), Teams, address, Note{"Hello", "World"})
		if r.State != Retry || !r.Down || r.Say == "" || strings.Contains(r.Say, "canary") || strings.Contains(r.Say, "chat.invalid") {
			t.Errorf("%s: %+v", address, r)
		}
	}
}

func TestAddressesThatAreNotUsed(t *testing.T) {
	for _, address := range []string{
		"", "hooks", "hooks.slack.com/services", "ftp://hooks.slack.com/x", "https://", "https:///x", "http://hooks.slack.com/x", "javascript:alert(1)",
		"https://user:pass@hooks.slack.com/x", "https://hooks.slack.com/x#y", "https://127.0.0.1/x", "https://[::1]/x", "https://10.0.0.8/x", "https://192.168.1.1/x",
		"https://169.254.169.254/latest", "https://[fe80::1]/x", "https://0.0.0.0/x", "https://[::ffff:10.0.0.1]/x", "https://[64:ff9b::a00:1]/x", "https://[2002:a00:1::]/x",
		"https://100.64.0.1/x", "https://[fd00::1]/x", "https://localhost/x", "https://2130706433/x", "https://127.1/x", "https://0x7f000001/x", "https://017700000001/x", "https://0177.0.0.1/x", "https://LOCALHOST./x",
		"https://[0:0:0:0:0:0:0:1]/x", "https://[::ffff:7f00:1]/x", "https://[::]/x", "https://[fe80::1%25lo]/x", "https://[fd00:ec2::254]/x", "https://0/x",
		"https://①②⑦.0.0.1/x", "https://127。0。0。1/x", "https://hooks.slack.com@127.0.0.1/x", "https://224.0.0.1/x", "https://255.255.255.255/x", "https://" + strings.Repeat("a", 2000),
	} {
		c := chatOf(t, "")
		err := c.Check(t.Context(), address)
		if fault.KindOf(err) != fault.Invalid || fault.Say(err) == "" {
			t.Errorf("%.60s: %v", address, err)
		}
		if r := c.Post(t.Context(), Slack, address, Note{"Hello", "World"}); r.State == Sent || r.State == Unknown {
			t.Errorf("%.60s: %+v", address, r)
		}
	}
}

// TestANameThatMoves looks a name up twice: what it leads to at the dial is what counts.
func TestANameThatMoves(t *testing.T) {
	asked := 0
	g := guard{names: func(context.Context, string) ([]netip.Addr, error) {
		asked++
		if asked == 1 {
			return []netip.Addr{netip.MustParseAddr("203.0.113.9")}, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.0.0.1")}, nil
	}}
	if _, err := g.find(t.Context(), "chat.example.com", "443"); err != nil {
		t.Fatal(err)
	}
	if conn, err := g.dial(t.Context(), "tcp", "chat.example.com:443"); err == nil {
		conn.Close()
		t.Error("a name that moved to this machine was dialled")
	}
}

func TestAllowed(t *testing.T) {
	a, err := ParseAllowed("chat.example.internal, 10.20.0.0/16 , 127.0.0.1,")
	if err != nil {
		t.Fatal(err)
	}
	for host, c := range map[string]struct {
		ip string
		ok bool
	}{
		"chat.example.internal":  {"192.168.3.4", true},
		"CHAT.example.internal.": {"192.168.3.4", true},
		"other.example.internal": {"192.168.3.4", false},
		"by-net":                 {"10.20.7.7", true},
		"by-other-net":           {"10.21.7.7", false},
		"loopback":               {"127.0.0.1", true},
		"public":                 {"1.1.1.1", true},
		"metadata":               {"169.254.169.254", false},
	} {
		if err := a.judge(host, netip.MustParseAddr(c.ip)); (err == nil) != c.ok {
			t.Errorf("%s at %s: %v", host, c.ip, err)
		}
	}
	for _, list := range []string{"https://chat.example.com", "a b", "10.0.0.0/99"} {
		if _, err := ParseAllowed(list); err == nil {
			t.Errorf("%q was read", list)
		}
	}
}

// TestPayloads reads what was posted as the chats do.
func TestPayloads(t *testing.T) {
	var got []byte
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) }))
	defer srv.Close()
	n := Note{"Cowork <!channel> is here\r\n*now*", "First part.\n\nSecond part."}
	for _, f := range []Format{Slack, Teams} {
		if r := chatOf(t, "127.0.0.1").Post(t.Context(), f, srv.URL, n); r.State != Sent {
			t.Fatalf("%+v", r)
		}
		var v any
		if err := json.Unmarshal(got, &v); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		want := "map[text:*Cowork &lt;!channel&gt; is here ∗now∗*\n\nFirst part.\n\nSecond part.]"
		if f == Teams {
			want = "AdaptiveCard"
		}
		if s := fmt.Sprint(v); !strings.Contains(s, want) || !strings.Contains(s, "Second part.") {
			t.Errorf("%s: %s", f, s)
		}
	}
}

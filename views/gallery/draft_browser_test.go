package gallery

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"groundswell/static"
	"groundswell/views/layout"
	"groundswell/views/phone"
	"groundswell/views/ui"
)

// logbook is a site with one form that is kept as a draft, and what arrived there.
type logbook struct {
	t *testing.T

	mu      sync.Mutex
	forms   int               // handed out
	posts   []string          // keys, in the order they arrived
	entries map[string]string // note by key
	cut     bool              // answers are lost
}

func newLogbook(t *testing.T) (*logbook, string) {
	l := &logbook{t: t, entries: map[string]string{}}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("GET /log", func(w http.ResponseWriter, r *http.Request) { l.page(w, r, http.StatusOK, "", "") })
	mux.HandleFunc("POST /log", l.post)
	mux.HandleFunc("POST /plain", l.post)
	mux.HandleFunc("GET /done", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!DOCTYPE html><title>Done</title><h1 id="done">Done</h1>`)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return l, srv.URL
}

// page is the form, in the frame of a phone.
func (l *logbook) page(w http.ResponseWriter, r *http.Request, status int, note, wrong string) {
	l.mu.Lock()
	l.forms++
	key := fmt.Sprintf("key-%d", l.forms)
	l.mu.Unlock()
	if sent := r.PostFormValue("form_key"); sent != "" {
		key = sent
	}
	me := r.FormValue("me")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	props := layout.PhoneProps{Props: layout.Props{Title: "Log", Me: &layout.Me{Key: me, Name: "Kim Mori"}}, Heading: "Log", Back: "/done"}
	body := templ.Join(
		templ.Raw(`<form id="f" method="post" action="/log" data-draft="log"><input type="hidden" name="form_key" value="`+key+`"/><input type="hidden" name="about" value="`+r.FormValue("about")+`"/><input type="hidden" name="me" value="`+me+`"/>`),
		ui.TextArea(ui.FieldProps{Name: "note", Label: "Note", Value: note, Error: wrong}),
		ui.Choices(ui.ChoicesProps{Name: "kind", Label: "Kind", Options: []ui.Choice{{Value: "setup", Label: "Setup", Chosen: true}, {Value: "question", Label: "Question"}}}),
		templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return phone.Foot().Render(templ.WithChildren(ctx, ui.Button(ui.ButtonProps{Label: "Save", Kind: ui.KindPrimary})), w)
		}),
		templ.Raw(`</form><form id="plain" method="post" action="/plain"><input type="hidden" name="form_key" value="plain"/><button class="btn" type="submit">Plain</button></form><form id="out" method="post" action="/sign-out"><button class="btn" type="submit">Sign out</button></form>`))
	if err := layout.Phone(props).Render(templ.WithChildren(r.Context(), body), w); err != nil {
		l.t.Errorf("draw the form: %v", err)
	}
}

// post keeps an entry once for its key. "wrong" is a mistake, "broken" fails.
func (l *logbook) post(w http.ResponseWriter, r *http.Request) {
	note, key := r.PostFormValue("note"), r.PostFormValue("form_key")
	l.mu.Lock()
	cut := l.cut
	l.posts = append(l.posts, key)
	l.entries[key] = note + " " + r.PostFormValue("kind")
	l.mu.Unlock()
	switch {
	case note == "wrong":
		l.page(w, r, http.StatusUnprocessableEntity, note, "This cannot be.")
	case note == "broken":
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `<section class="problem"><h1>Away for a moment</h1><p>The database does not answer.</p></section>`)
	case cut:
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	case r.Header.Get("HX-Request") == "true":
		w.Header().Set("HX-Redirect", "/done")
	default:
		http.Redirect(w, r, "/done", http.StatusSeeOther)
	}
}

func (l *logbook) arrived() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.posts...)
}

func (l *logbook) loses(answers bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = answers
}

// across waits for a condition, across page loads.
func across(t *testing.T, ctx context.Context, meaning, js string) {
	t.Helper()
	look := chromedp.Evaluate[bool]("!!(" + js + ")")
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-tick.C {
		if there, err := chromedp.Run(ctx, look); err == nil && there {
			return
		}
	}
	t.Fatalf("%s: not so", meaning)
}

// connection makes it as slow as a phone's in a stairwell, or takes it away.
func connection(t *testing.T, ctx context.Context, offline bool) {
	t.Helper()
	slow := &network.Conditions{Latency: 300, DownloadThroughput: 50 << 10, UploadThroughput: 20 << 10, Offline: offline}
	_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{slow}})
	if err != nil {
		t.Fatal(err)
	}
}

const drafts = `Object.keys(localStorage).filter(k => k.startsWith("draft/")).length`

func openLog(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	do(t, ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#note")))
	across(t, ctx, "the script watches the form", `!!f.blank`)
}

func TestADraftSurvivesALostConnection(t *testing.T) {
	l, url := newLogbook(t)
	ctx := browser(t)
	connection(t, ctx, false)
	openLog(t, ctx, url+"/log?me=7")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "First setup done"), chromedp.Click(chromedp.CSS(`input[value=question]`)))
	connection(t, ctx, true)
	do(t, ctx, chromedp.Click(chromedp.CSS("#f .btn")))
	across(t, ctx, "it says that nothing was sent", `document.querySelector(".kept.lost")?.textContent.includes("Not sent: no connection")`)
	if got := ask[string](t, ctx, `note.value`); got != "First setup done" {
		t.Errorf("what was typed became %q", got)
	}
	connection(t, ctx, false)
	openLog(t, ctx, url+"/log?me=7")
	across(t, ctx, "the draft is back", `note.value === "First setup done" && document.querySelector("input[value=question]").checked`)
	if got := ask[string](t, ctx, `document.querySelector(".kept").textContent`); !strings.HasPrefix(got, "Kept on this device since ") {
		t.Errorf("it says %q", got)
	}
	if got := l.arrived(); len(got) != 0 {
		t.Fatalf("sent by itself: %v", got)
	}
	do(t, ctx, chromedp.Click(chromedp.CSS("#f .btn.primary")))
	across(t, ctx, "it is saved", `document.title === "Done"`)
	if d := cmp.Diff([]string{"key-1"}, l.arrived()); d != "" {
		t.Errorf("what arrived: %s", d)
	}
	if n := ask[int](t, ctx, drafts); n != 0 {
		t.Errorf("%d drafts stay behind", n)
	}
}

// The server took it, the answer was lost: what is sent again carries the same key.
func TestALostAnswerCountsOnce(t *testing.T) {
	l, url := newLogbook(t)
	ctx := browser(t)
	openLog(t, ctx, url+"/log?me=7")
	l.loses(true)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "Cut off"), chromedp.Click(chromedp.CSS("#f .btn.primary")))
	across(t, ctx, "it says so", `!!document.querySelector(".kept.lost button")`)
	l.loses(false)
	openLog(t, ctx, url+"/log?me=7")
	across(t, ctx, "the draft is back", `note.value === "Cut off"`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#f .btn.primary")))
	across(t, ctx, "it is saved", `document.title === "Done"`)
	keys := l.arrived()
	if len(keys) < 2 || slices.ContainsFunc(keys, func(k string) bool { return k != "key-1" }) {
		t.Errorf("what arrived: %v", keys)
	}
}

func TestADoubleClickSendsOnce(t *testing.T) {
	for form, key := range map[string]string{"f": "key-1", "plain": "plain"} {
		l, url := newLogbook(t)
		ctx := browser(t)
		connection(t, ctx, false)
		openLog(t, ctx, url+"/log?me=7")
		ask[int](t, ctx, `(b => { b.click(); b.click(); return 0 })(document.querySelector("#`+form+` .btn"))`)
		across(t, ctx, "it is saved", `document.title === "Done"`)
		if d := cmp.Diff([]string{key}, l.arrived()); d != "" {
			t.Errorf("%s: %s", form, d)
		}
	}
}

func TestAMistakeKeepsTheDraft(t *testing.T) {
	_, url := newLogbook(t)
	ctx := browser(t)
	openLog(t, ctx, url+"/log?me=7")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "wrong"), chromedp.Click(chromedp.CSS("#f .btn.primary")))
	across(t, ctx, "the field is invalid and has the focus", `document.activeElement.id === "note" && note.getAttribute("aria-invalid") === "true"`)
	if got := ask[string](t, ctx, `note.value + " " + f.form_key.value`); got != "wrong key-1" {
		t.Errorf("the form came back as %q", got)
	}
	ask[int](t, ctx, `note.value = "broken", note.dispatchEvent(new Event("input", {bubbles: true})), 0`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#f .btn.primary")))
	across(t, ctx, "it says why", `document.querySelector(".kept.lost")?.textContent.includes("Away for a moment. The database does not answer. What you typed is kept")`)
	openLog(t, ctx, url+"/log?me=7")
	across(t, ctx, "the draft is back", `note.value === "broken"`)
	do(t, ctx, chromedp.Click(chromedp.CSS(".kept button")))
	across(t, ctx, "it is discarded", `note.value === "" && !document.querySelector(".kept") && `+drafts+` === 0`)
}

// A draft is about one thing and one person's, and ends when they sign out.
func TestWhoseDraftItIs(t *testing.T) {
	_, url := newLogbook(t)
	ctx := browser(t)
	openLog(t, ctx, url+"/log?me=7&about=kim")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "About Kim"))
	openLog(t, ctx, url+"/log?me=7&about=lee")
	if got := ask[string](t, ctx, `note.value`); got != "" {
		t.Errorf("Lee's form says %q", got)
	}
	openLog(t, ctx, url+"/log?me=7&about=kim")
	do(t, ctx, chromedp.Click(chromedp.CSS("#out .btn")))
	across(t, ctx, "signing out forgets it", `location.pathname === "/sign-out" && `+drafts+` === 0`)
	openLog(t, ctx, url+"/log?me=7&about=kim")
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#note"), "About Kim"))
	across(t, ctx, "it is kept", drafts+` === 1`)
	openLog(t, ctx, url+"/log?me=8&about=kim")
	if got := ask[string](t, ctx, `note.value + `+drafts); got != "0" {
		t.Errorf("somebody else on the device finds %q", got)
	}
}

func TestAFormIsSentWithoutScript(t *testing.T) {
	l, url := newLogbook(t)
	ctx := browser(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(url+"/log?me=7"), chromedp.WaitReady(chromedp.CSS("#note")), chromedp.SendKeys(chromedp.CSS("#note"), "By hand"), chromedp.Click(chromedp.CSS("#f .btn")), chromedp.WaitReady(chromedp.CSS("#done")))
	if d := cmp.Diff([]string{"key-1"}, l.arrived()); d != "" {
		t.Error(d)
	}
}

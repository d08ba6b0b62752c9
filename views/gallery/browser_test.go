package gallery

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"groundswell/static"
	"groundswell/views/layout"
	"groundswell/views/ui"
)

//go:embed testdata/axe.min.js
var axe string

// policy is the site's Content-Security-Policy, which the gallery is held to.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// watch counts what the policy blocks and what scripts throw, from the first moment on.
const watch = `window.wrongs = [];
document.addEventListener("securitypolicyviolation", e => wrongs.push("policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
addEventListener("error", e => wrongs.push("script: " + e.message));`

func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := Page(Props{Theme: r.URL.Query().Get("theme"), Path: r.URL.RequestURI()}).Render(r.Context(), w); err != nil {
			t.Errorf("draw the gallery: %v", err)
		}
	})
	mux.HandleFunc("GET /form", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page := templ.WithChildren(r.Context(), form("30 Nov", ""))
		if err := layout.Page(Props{}.frame()).Render(page, w); err != nil {
			t.Errorf("draw the form: %v", err)
		}
	})
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		if err := form(r.FormValue("due"), "November has 30 days.").Render(r.Context(), w); err != nil {
			t.Errorf("draw the form again: %v", err)
		}
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL + "/_gallery"
}

// form is a form of one field as pages build them: it comes back in its own place.
func form(due, wrong string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, `<form id="f" method="post" action="/form" hx-post="/form" hx-target="this" hx-swap="outerMorph">`); err != nil {
			return err
		}
		if err := templ.Join(ui.Field(ui.FieldProps{Name: "due", Label: "Due", Value: due, Error: wrong}), ui.Button(ui.ButtonProps{Label: "Save"})).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, `</form>`)
		return err
	})
}

// browser starts Chromium, which must be there.
func browser(t *testing.T) context.Context {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()))
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func do(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

type step = chromedp.Action[chromedp.Void]

// ask evaluates an expression in the page.
func ask[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGalleryIsAccessibleAtEveryWidth(t *testing.T) {
	url, ctx := serve(t), browser(t)
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1440, 1024, 320} {
			t.Run(fmt.Sprintf("%s %d", theme, width), func(t *testing.T) {
				do(t, ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(url+"?theme="+theme), chromedp.WaitReady(chromedp.CSS("#main")))
				if over := ask[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("the page scrolls sideways by %d px: %s", over, ask[string](t, ctx, widest))
				}
				for _, v := range audit(t, ctx) {
					t.Error(v)
				}
				for _, w := range ask[[]string](t, ctx, `wrongs`) {
					t.Error(w)
				}
			})
		}
	}
}

// until waits for a condition in the page, which what it means names.
func until(t *testing.T, ctx context.Context, meaning, js string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](js, chromedp.WithPollingTimeout(5*time.Second))); err != nil {
		t.Fatalf("%s: not so (%v)", meaning, err)
	}
}

// widest names the elements that stick out to the right.
const widest = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-box, .launch-r, .tri-box, .side, .sr")).slice(0, 5).map(e => e.tagName + "." + e.getAttribute("class")).join(", ")`

// audit runs axe over the page and lists what it objects to.
func audit(t *testing.T, ctx context.Context) []string {
	t.Helper()
	run := `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + " — " + (n.any[0]?.message ?? "")).join("; "))))`
	ask[int](t, ctx, axe+";0")
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if err := json.Unmarshal([]byte(found), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestKeysOpenAndFilterTheJumpDialog(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")), chromedp.KeyEvent("/"))
	until(t, ctx, `"/" opens the dialog with the focus in its field`, `jump.open && document.activeElement.matches("[data-find]")`)
	ask[string](t, ctx, `document.querySelector("#jump [data-find]").value = ""`) // the character that a scripted press types after all
	do(t, ctx, chromedp.KeyEvent("act"))
	until(t, ctx, `"act" leaves Activation`, `[...document.querySelectorAll("#jump li:not([hidden]) a span:first-of-type")].map(s => s.textContent).join() === "Activation"`)
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, "Esc closes the dialog", `!jump.open`)
	do(t, ctx, chromedp.KeyEvent("?"))
	until(t, ctx, `"?" opens the list`, `document.getElementById("keys").open`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#keys-on")), chromedp.KeyEvent(kb.Escape))
	until(t, ctx, "Esc closes the list", `!document.getElementById("keys").open`)
	do(t, ctx, chromedp.KeyEvent("/"))
	if ask[bool](t, ctx, `jump.open`) {
		t.Error("switched off, the keys still act")
	}
}

func TestConfirmingTakesThePhrase(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")), chromedp.Click(chromedp.CSS(`button[commandfor=enforce][command=show-modal]`)))
	until(t, ctx, "the dialog opens with the focus on Cancel", `enforce.open && document.activeElement.textContent.trim() === "Cancel"`)
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#enforce-phrase"), "ENFORCE S"))
	if ask[bool](t, ctx, `enforce.querySelector("form").checkValidity()`) {
		t.Error("half the phrase is enough")
	}
	do(t, ctx, chromedp.SendKeys(chromedp.CSS("#enforce-phrase"), "SO"))
	if !ask[bool](t, ctx, `enforce.querySelector("form").checkValidity()`) {
		t.Error("the phrase is not accepted")
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, "Esc closes the dialog", `!enforce.open`)
}

func TestChartsAreReadByArrowKeys(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")), chromedp.Focus(chromedp.CSS("#weekly")), chromedp.KeyEvent(kb.ArrowLeft))
	until(t, ctx, "a key reads the chart", `live.textContent !== ""`)
	said := ask[string](t, ctx, `live.textContent`)
	if !strings.HasPrefix(said, "Week of 16 Nov") || !strings.Contains(said, "Finance 74%") {
		t.Errorf("the last reading is spoken as %q", said)
	}
	if n := ask[int](t, ctx, `document.querySelectorAll("#weekly .plot .knob").length`); n != 3 {
		t.Errorf("%d knobs for 3 series", n)
	}
	if !ask[bool](t, ctx, `!document.querySelector("#weekly .tip").hidden`) {
		t.Error("the read-out is not shown")
	}
}

// A swap leaves the element and changes its figures: the read-out follows them.
func TestReadOutFollowsASwap(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")), chromedp.Focus(chromedp.CSS("#weekly")), chromedp.KeyEvent(kb.ArrowLeft))
	until(t, ctx, "the chart is read", `live.textContent.includes("Finance 74%")`)
	ask[int](t, ctx, `weekly.querySelector(".tip").remove(), weekly.dataset.max = 1000, weekly.querySelectorAll("tbody tr:nth-last-child(2) td").forEach(c => { c.textContent = "500"; c.dataset.v = 500 }), 0`)
	do(t, ctx, chromedp.KeyEvent(kb.ArrowLeft))
	until(t, ctx, "the new figures are spoken", `live.textContent.includes("Finance 500")`)
	if half := ask[float64](t, ctx, `+weekly.dataset.top + weekly.dataset.h / 2`); half != ask[float64](t, ctx, `+weekly.querySelector(".knob").getAttribute("cy")`) {
		t.Error("the knob stands on the old scale")
	}
	if !ask[bool](t, ctx, `!weekly.querySelector(".tip").hidden`) {
		t.Error("the read-out is not shown again")
	}
}

func TestPickerCountsAndAppliesOnClosing(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")), chromedp.Click(chromedp.CSS(`button[popovertarget=cohorts]`)), chromedp.Click(chromedp.CSS(`#cohorts input[value="Claims Operations"]`)))
	if got := ask[string](t, ctx, `document.querySelector("#cohorts [data-total]").textContent`); got != "6 chosen, 708 people" {
		t.Errorf("the foot says %q", got)
	}
	ask[int](t, ctx, `document.querySelector("#cohorts form").addEventListener("submit", e => { e.preventDefault(); document.title = new FormData(e.target).getAll("cohort").length + " sent"; }), 0`)
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	until(t, ctx, "closing the picker sends its six groups", `document.title === "6 sent"`)
}

func TestARefusedFormComesBackWithTheFocusOnItsError(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(strings.TrimSuffix(url, "/_gallery")+"/form"), chromedp.WaitReady(chromedp.CSS("#due")),
		chromedp.SetValue(chromedp.CSS("#due"), "31 Nov"), chromedp.Click(chromedp.CSS("#f button")))
	until(t, ctx, "the field is invalid and has the focus", `document.activeElement.id === "due" && document.activeElement.getAttribute("aria-invalid") === "true"`)
	if got := ask[string](t, ctx, `due.value + ", " + document.getElementById(due.getAttribute("aria-describedby")).textContent.trim() + ", " + location.pathname`); got != "31 Nov, November has 30 days., /form" {
		t.Errorf("the form came back as %q", got)
	}
	if w := ask[[]string](t, ctx, `wrongs`); len(w) != 0 {
		t.Error(w)
	}
}

func TestALostConnectionIsSaidOnce(t *testing.T) {
	url, ctx := serve(t), browser(t)
	do(t, ctx, chromedp.Navigate(strings.TrimSuffix(url, "/_gallery")+"/form"), chromedp.WaitReady(chromedp.CSS("#due")))
	ask[string](t, ctx, `window.fetch = () => Promise.reject(new TypeError("Failed to fetch")), "offline"`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#f button")))
	until(t, ctx, "a toast says so", `document.querySelector("#toasts").textContent.includes("No connection. Nothing was changed")`)
	do(t, ctx, chromedp.Click(chromedp.CSS("#f button")))
	if n := ask[int](t, ctx, `[...document.querySelectorAll("#toasts .toast")].filter(e => e.textContent.includes("No connection")).length`); n != 1 {
		t.Errorf("said %d times", n)
	}
	if got := ask[string](t, ctx, `due.value`); got != "30 Nov" {
		t.Errorf("what was typed became %q", got)
	}
}

func TestDefinitionsOpenWithoutScript(t *testing.T) {
	url, ctx := serve(t), browser(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("#main")))
	do(t, ctx, chromedp.Click(chromedp.CSS(`button[popovertarget=d1]`)), chromedp.WaitVisible(chromedp.CSS("#d1")))
}

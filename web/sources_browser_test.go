package web

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/route"
)

// sourcesBrowser starts Chromium, which must be there. What the policy blocks and
// what scripts throw is counted from the first moment on.
func sourcesBrowser(t *testing.T) context.Context {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.UserDataDir(t.TempDir()))
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	if _, err := chromedp.Call(tab, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: sourcesWatch}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tab, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

const sourcesWatch = `window.wrongs = [];
document.addEventListener("securitypolicyviolation", e => wrongs.push("policy: " + e.violatedDirective + " " + e.blockedURI));
addEventListener("error", e => wrongs.push("script: " + e.message));`

type browserStep = chromedp.Action[chromedp.Void]

func inBrowser(t *testing.T, ctx context.Context, what string, steps ...browserStep) {
	t.Helper()
	within, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(within, steps...); err != nil {
		text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText + "\n" + wrongs.join("\n")`))
		t.Fatalf("%s: %v\n%s", what, err, text)
	}
}

func asked[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// says waits until a region shows a text, across page loads.
func says(selector, text string) browserStep {
	look := chromedp.Evaluate[bool](`!!document.querySelector("` + selector + `")?.innerText.includes("` + text + `")`)
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			if there, err := look(ctx, tab); err == nil && there {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
	})
}

// A lead enters a wrong key, then a good one, and watches a sync from asking to
// its end without loading the page again.
func TestLeadWatchesASync(t *testing.T) {
	s := newSourcesSite(t, false)
	ctx := sourcesBrowser(t)
	field, press := chromedp.CSS(`#key input[name="key"]`), chromedp.CSS(`#key form button`)
	inBrowser(t, ctx, "sign in",
		chromedp.Navigate(s.url+route.With(route.SignIn, "return_to", route.Sources)),
		chromedp.Click(chromedp.CSS(`input[value="ines"] ~ button`)),
		says("#key", "There is no key yet"))
	inBrowser(t, ctx, "a wrong key",
		chromedp.SendKeys(field, "sk-ant-api01-wrong"), chromedp.Click(press),
		says("#key", "The key was not stored"), says("#key", "read:analytics"))
	if !asked[bool](t, ctx, `document.querySelector('#key input[name="key"]').value === ""`) {
		t.Error("the refused key is still in the field")
	}
	inBrowser(t, ctx, "a good key",
		chromedp.SendKeys(field, goodKey), chromedp.Click(press),
		says("#sync", "The sync begins soon"), says("#key", "A key was stored on"))

	asked[bool](t, ctx, `window.unloaded = false; addEventListener("pagehide", () => { unloaded = true }); true`)
	s.reading(pull.State{Source: pull.Users, Status: pull.Complete, Done: 12, Total: 92, Current: "2026-02-03", LastRun: s.now.Add(time.Second)}, func() {
		inBrowser(t, ctx, "progress", says("#sync", "12 of 92"), says("#sources", "Running"))
	})
	s.pulled(goodKey)
	inBrowser(t, ctx, "the end", says("#sync", "The sync has ended"), says("#sources", "Complete through Thu 19 Mar"))
	if !asked[bool](t, ctx, `window.unloaded === false && !document.querySelector("#sync").hasAttribute("hx-get")`) {
		t.Error("the page was loaded again, or the panel still polls")
	}
	if html := asked[string](t, ctx, `document.documentElement.outerHTML`); strings.Contains(html, goodKey) {
		t.Error("the key is on the page")
	}
	for _, w := range asked[[]string](t, ctx, `wrongs`) {
		t.Error(w)
	}
	if shot := os.Getenv("GROUNDSWELL_SHOT"); shot != "" {
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil || os.WriteFile(shot, png, 0o644) != nil {
			t.Error(err)
		}
	}
}

// reading pretends that a worker reads, for as long as fn takes.
func (s *sourcesSite) reading(st pull.State, fn func()) {
	s.t.Helper()
	ctx := context.Background()
	hold, err := s.store.Hold(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	defer hold.Release()
	st.Running, st.Through = true, day.None
	if err := hold.Save(ctx, st); err != nil {
		s.t.Fatal(err)
	}
	fn()
}

// The page has no violation of WCAG 2.2 AA, wide and narrow, light and dark.
func TestSourcesAreAccessible(t *testing.T) {
	s := newSourcesSite(t, false)
	s.pulled(partialKey)
	axe, err := os.ReadFile("../views/gallery/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx := sourcesBrowser(t)
	inBrowser(t, ctx, "sign in",
		chromedp.Navigate(s.url+route.With(route.SignIn, "return_to", route.Sources)),
		chromedp.Click(chromedp.CSS(`input[value="ines"] ~ button`)), says("#key", "There is no key yet"))
	for _, width := range []int64{1440, 320} {
		for _, theme := range []string{"light", "dark"} {
			asked[bool](t, ctx, `fetch("`+route.Theme+`", {method: "POST", body: new URLSearchParams({theme: "`+theme+`"})}).then(() => true)`)
			inBrowser(t, ctx, "look", chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+route.Sources), says("#sources", "Not granted"))
			if over := asked[int](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%d px, %s: the page scrolls sideways by %d px", width, theme, over)
			}
			asked[int](t, ctx, string(axe)+";0")
			var found []string
			if err := json.Unmarshal([]byte(asked[string](t, ctx, sourcesAudit)), &found); err != nil {
				t.Fatal(err)
			}
			for _, v := range found {
				t.Errorf("%d px, %s: %s", width, theme, v)
			}
		}
	}
}

const sourcesAudit = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 4).map(n => n.html.slice(0, 160)).join("; "))))`

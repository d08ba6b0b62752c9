package web

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"groundswell/internal/route"
)

// gatedDemo is the demo's site with gates, at noon of a Monday.
func gatedDemo(t *testing.T) *site {
	t.Helper()
	s := newSite(t, func(c *Config) { c.Provider, c.Index = nil, fixedIndex{monthIndex()} })
	s.clock.at = gateToday
	s.gate()
	return s
}

// TestGatePagesAreAccessible looks at the list and at a gate locked, open, passed and overridden.
func TestGatePagesAreAccessible(t *testing.T) {
	s := gatedDemo(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	lookAt(t, ctx, s, stop{route.Gates, "main", "What cannot be undone"})
	lookAt(t, ctx, s, stop{route.Gate(waveGate), "main", "Open without conditions"})
	lookAt(t, ctx, s, stop{route.Gate(ssoGate), "main", "Watched since"})
	ines, dana := s.browser(), s.browser()
	ines.post(route.SignInAs, fields("persona", "ines"))
	dana.post(route.SignInAs, fields("persona", "dana"))
	ines.did(rolesGate, "approve")
	dana.did(rolesGate, "approve")
	lookAt(t, ctx, s, stop{route.Gate(rolesGate), "main", "Every condition holds"})
	ines.did(rolesGate, "open", "go", "go")
	lookAt(t, ctx, s, stop{route.Gate(rolesGate), "main", "Record that it was done"})
}

// TestGatePagesFitPhones holds gates to what a finger hits.
func TestGatePagesFitPhones(t *testing.T) {
	s := gatedDemo(t)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, path := range []string{route.Gates, route.Gate(rolesGate), route.Gate(waveGate), route.Gate(ssoGate)} {
		inBrowser(t, ctx, path, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+path), says("main", "Enforce"))
		if found := asked[string](t, ctx, small); found != "[]" {
			t.Errorf("%s: under 44 px: %s", path, found)
		}
	}
}

// press presses a button of a gate's forms by its key.
func press(what string) browserStep { return enter(`form[action$="/` + what + `"] button`) }

// enter puts the focus on something and presses the key that a form waits for.
func enter(selector string) browserStep {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if err := chromedp.Do(ctx, chromedp.Focus(chromedp.CSS(selector))); err != nil {
			return err
		}
		return chromedp.Do(ctx, chromedp.KeyEvent(kb.Enter))
	})
}

// TestTwoPeopleOpenAGate lets Ines and Dana approve in browsers of their own, Ines
// open and Dana record: with scripts the dialog asks once more, without them a page does.
func TestTwoPeopleOpenAGate(t *testing.T) {
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			s := gatedDemo(t)
			ines, dana := sourcesBrowser(t), sourcesBrowser(t)
			for persona, ctx := range map[string]context.Context{"ines": ines, "dana": dana} {
				if !scripts {
					if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
						t.Fatal(err)
					}
				}
				s.enters(t, ctx, persona)
			}
			at := s.url + route.Gate(rolesGate)
			inBrowser(t, ines, "ines approves", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(at), says("main", "4 of 5 conditions hold"), press("approve"), says(".toast", "You approved it."))
			inBrowser(t, dana, "dana approves", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(at), says(".gate-card", "Ines Marchetti said yes"), press("approve"), says("main", "Every condition holds"))
			inBrowser(t, ines, "ines opens", chromedp.Navigate(at), says("main", "Every condition holds"), press("open"))
			if scripts {
				inBrowser(t, ines, "the dialog", says("dialog[open]", "Open the gate for 24 hours?"))
				if !asked[bool](t, ines, `document.activeElement.textContent.includes("Cancel")`) {
					t.Error("the focus is not on Cancel")
				}
				inBrowser(t, ines, "sure", enter(`#open-gate [data-go]`))
			} else {
				inBrowser(t, ines, "the page", says("h1", "Open the gate for 24 hours?"), enter(`main button[name=go]`))
			}
			inBrowser(t, ines, "open", says("main", "Go-ahead until Tue 24 Nov, 13:00"))
			inBrowser(t, dana, "dana records", chromedp.Navigate(at), says("#record", "Record that it was done"), press("record"), says("main", "Done on Mon 23 Nov, recorded by Dana Weiss"), says("#watch", "Watched since"))
		})
	}
}

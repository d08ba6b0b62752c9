package web

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"groundswell/internal/comms"
	"groundswell/internal/route"
)

// drags takes the entry of a title to a day of the month, as the mouse would.
const drags = `(title, day) => {
	const entry = [...document.querySelectorAll("[data-move]")].find(e => e.textContent.includes(title)), to = document.querySelector('[data-day="' + day + '"]'), held = new DataTransfer();
	const tell = (on, type) => on.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: held }));
	tell(entry, "dragstart");
	const taken = !tell(to, "dragover");
	tell(to, "drop");
	return taken;
}`

// A lead drags a message to another day, sees what that does, and moves it.
func TestLeadDragsAMessage(t *testing.T) {
	s := newCommsSite(t)
	id := s.tells("Hand over one task", comms.PreLaunch, s.today(), nil)
	to := s.calendarDay()
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "the month", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Comms), says(".cal", "Hand over one task"))
	if !asked[bool](t, ctx, `(`+drags+`)("Hand over one task", "`+to+`")`) {
		t.Error("the day does not take it")
	}
	inBrowser(t, ctx, "what moves", says("#moves", "What moves"), says(".move", "Nothing has changed yet"))
	if s.occurrence(id).Day != s.today() {
		t.Fatal("dragging alone moved it")
	}
	inBrowser(t, ctx, "move", chromedp.Click(chromedp.CSS(`form[method=post][action$="/move"] button`)), says(".toast", "goes out on"), says(".cal", "Hand over one task"))
	if got := s.occurrence(id).Day.String(); got != to {
		t.Errorf("it goes out on %s, not %s", got, to)
	}
	if wrongs := asked[string](t, ctx, `wrongs.join("\n")`); wrongs != "" {
		t.Error(wrongs)
	}
}

// calendarDay is another working day of the month that is shown.
func (s *site) calendarDay() string {
	for d := s.today().Month().From; ; d++ {
		if wd := d.Weekday(); d > s.today() && wd != 0 && wd != 6 {
			return d.String()
		}
	}
}

// Without script a message is moved on a phone by a day and a time.
func TestMessagesMoveWithoutScript(t *testing.T) {
	s := newCommsSite(t)
	id := s.tells("Hand over one task", comms.PreLaunch, s.today()+3, nil)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	inBrowser(t, ctx, "narrow", chromedp.EmulateViewport(390, 844))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	inBrowser(t, ctx, "from the rail", chromedp.Navigate(s.url+route.With(route.Comms, "message", numbered(int64(id)))), says("#chosen", "Hand over one task"),
		chromedp.Click(chromedp.CSS(`.comms-one a[href*="/move"]`)), says("h1", "Move: Hand over one task"))
	asked[bool](t, ctx, `document.querySelector("#to").value = "`+(s.today()+8).String()+`", true`)
	inBrowser(t, ctx, "show", chromedp.Click(chromedp.CSS(`form[method=get] button`)), says("#moves", "What moves"),
		chromedp.Click(chromedp.CSS(`form[method=post][action$="/move"] button`)), says("#toasts", "goes out on"))
	if got := s.occurrence(id).Day; got != s.today()+8 {
		t.Errorf("it goes out on %s", got)
	}
}

// TestCommsPagesAreAccessible looks at the calendar, the list and a move, wide and narrow, light and dark.
func TestCommsPagesAreAccessible(t *testing.T) {
	s := newCommsSite(t)
	id := s.tells("A second one to the same people", comms.PreLaunch, s.today()+1, nil)
	ctx := sourcesBrowser(t)
	s.enters(t, ctx, "ines")
	for _, at := range []stop{
		{route.Comms, "#chosen", "Training dates"}, {route.Comms + "?view=list&when=all", "table", "Quick wins"}, {s.movePath(id) + "&to=" + (s.today() + 8).String(), "#moves", "What moves"},
		{route.Comms + "?lanes=wave-2", "main", "has no day yet"},
	} {
		lookAt(t, ctx, s, at)
		inBrowser(t, ctx, "phone", chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+at.path), says(at.selector, at.text))
		if found := asked[string](t, ctx, small); found != "[]" {
			t.Errorf("%s: under 44 px: %s", at.path, found)
		}
	}
	inBrowser(t, ctx, "wide", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(s.url+route.Comms), says(".lanes-legend", "Needs you"))
	if met := asked[string](t, ctx, `[...document.querySelectorAll(".lanes svg")].flatMap(svg => {
		const all = [...svg.querySelectorAll("text")].filter(e => e.checkVisibility()).map(e => [e.textContent, e.getBoundingClientRect()]);
		return all.flatMap(([a, p], i) => all.slice(i + 1).filter(([b, q]) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom).map(([b]) => a + " meets " + b));
	}).join("\n")`); met != "" {
		t.Error(met)
	}
}

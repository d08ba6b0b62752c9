package main

import (
	"context"
	"strings"
	"testing"
	"time"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// tab is a Chromium of its own, with nobody signed in.
type tab struct {
	*whole
	ctx context.Context
}

// browser starts one. What the page's policy blocks and what scripts throw is kept.
func (w *whole) browser() tab {
	w.t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-prefers-reduced-motion", true), chromedp.UserDataDir(w.t.TempDir()))
	w.t.Cleanup(stop)
	page, closeTab := chromedp.NewContext(alloc)
	w.t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(page, 2*time.Minute)
	w.t.Cleanup(cancel)
	b := tab{w, ctx}
	watch := `window.wrongs = []; document.addEventListener("securitypolicyviolation", e => wrongs.push(e.violatedDirective + " " + e.blockedURI)); addEventListener("error", e => wrongs.push(e.message));`
	if _, err := chromedp.Call(ctx, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: watch}); err != nil {
		w.t.Fatal(err)
	}
	return b
}

// enters signs somebody in by way of the provider.
func (b tab) enters(who rollout.Person) {
	b.t.Helper()
	b.becomes(who)
	b.opens(route.SignInOIDC, "body", who.Name[:2])
}

// opens goes to a page, and waits until a part of it says something.
func (b tab) opens(path, selector, text string) {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.url + path
	}
	b.runs(chromedp.Navigate(path))
	b.sees(selector, text)
}

// sees waits until a part of the page says something, across page loads.
func (b tab) sees(selector, text string) {
	b.t.Helper()
	look := chromedp.Evaluate[bool](`!!document.querySelector(` + quoted(selector) + `)?.textContent.includes(` + quoted(text) + `)`)
	until(b.t, func() (bool, string) {
		there, err := chromedp.Run(b.ctx, look)
		if err == nil && there {
			return true, ""
		}
		says, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location + " " + document.querySelector("main")?.innerText`))
		return false, selector + " does not say “" + text + "”: " + says
	})
}

// presses clicks the button of a form, once it is there.
func (b tab) presses(selector string) {
	b.t.Helper()
	b.runs(chromedp.Click(chromedp.CSS(selector)))
}

// types replaces what a field holds.
func (b tab) types(selector, text string) {
	b.t.Helper()
	b.runs(chromedp.SetValue(chromedp.CSS(selector), text))
}

func (b tab) runs(step chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, step); err != nil {
		says, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location + " " + document.body.innerText`))
		b.t.Fatalf("%v: %s", err, says)
	}
}

// quoted writes a text as JavaScript does.
func quoted(s string) string { return "`" + strings.ReplaceAll(s, "`", "\\`") + "`" }

// TestAMessageFromThePlaybookToTheMailbox plans a message from the playbook, edits it, has two
// people approve it and sends it, all in browsers; then reads it where it arrived, leaves by
// its link, and sees the next one leave that person out.
func TestAMessageFromThePlaybookToTheMailbox(t *testing.T) {
	const people = 203
	w := newWhole(t, true)
	w.begins(20, people)
	w.do(`insert into member (ord, user_id, email, added_at, listed) select row_number() over (order by id) - 1, 'u' || id, email, current_date - 90, true from person`)
	lead := w.enters(ines, identity.Lead)
	w.do(`insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count)
		select 'users', d::date::text, d::date, d::date, 1, now(), 0 from generate_series(current_date - 40, current_date - 1, '1 day') d`)
	sponsor, second := w.enters(helen, identity.Executive), w.enters(lee, identity.Lead)

	b := w.browser()
	b.enters(ines)
	b.opens(route.PlanMessages, "main", "Training dates and your champion")
	b.presses(`main form.stack[method=post] > div:last-child button`)
	b.sees(".toast", "planned")
	id := lead.planned("training-dates")
	page := route.Message(id)
	b.opens(page+"/edit", "main", "Placeholders such as")
	b.types("#message [name=subject]", "For {{name}}: one real task")
	b.types("#message [name=body]", "Hello {{name}},\n\nhand over **one real task**. {{champion}} in {{department}} helps, and so does [the library]({{library_link}}).\n\n![a picture](https://elsewhere.example.com/p.png)")
	b.presses(".message-save button")
	b.sees("main", "Approval has not been asked for")
	b.presses("form[action$='/ask'] button")
	b.sees("main", "above 200 two people approve it")

	h := w.browser()
	h.enters(helen)
	h.opens(page, "main", "two people approve it")
	h.presses("form[action$='/approve'] button")
	h.sees("main", "a second person approves it")
	if say := sponsor.get(page).says("main"); strings.Contains(say, "Person 1") {
		t.Errorf("the executive who approves it reads names: %s", say)
	}
	second.acts(id, "approve")
	b.opens(page, "main", "to 203 people")
	b.presses("form[action$='/send-now'] button")
	b.sees("body", "It goes out now")
	until(t, func() (bool, string) { n := len(w.got("For Person")); return n == people, "203 mails do not arrive" })
	lead.awaits(page, "Sent")
	lead.expects(w.mailing(id), "To 203", "Sent 203", "Person 1 p001@example.com Sent Email 1")

	got := w.mailTo(person(7))
	for _, c := range []struct{ in, want string }{
		{got.subject, "For Person 7: one real task"}, {got.text, "Hello Person 7,"}, {got.text, "Rosa Lindgren in Claims helps"},
		{got.html, "<strong>one real task</strong>"}, {got.html, w.url + "/l/"}, {got.header.Get("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click"},
	} {
		if !strings.Contains(c.in, c.want) {
			t.Errorf("the mail does not say %q: %s", c.want, c.in)
		}
	}
	for _, never := range []string{"{{", "<img", "elsewhere.example.com/p.png\""} {
		if strings.Contains(got.html+got.subject, never) {
			t.Errorf("the mail holds %q: %s", never, got.html)
		}
	}
	w.do(`update mailing set sent_at = sent_at - interval '2 days'`) // charts end with the last complete day
	lead.awaits(route.Activation+"?view=table", "Sent: Training dates and your champion")
	b.opens(route.Activation+"?view=table", "main", "Sent: Training dates and your champion")

	nobody := w.browser()
	link := strings.Trim(got.header.Get("List-Unsubscribe"), "<>")
	nobody.opens(link, "h1", "End")
	nobody.presses("main form button")
	nobody.sees("h1", "has ended")
	next := lead.planned("app-check")
	lead.approved(next, lead, second)
	lead.expects(route.Message(next), "202 people as of now", "1 left out: 1 opted out of messages")
	lead.acts(next, "send-now")
	until(t, func() (bool, string) { return len(w.got("Two minutes")) == people-1, "202 mails do not arrive" })
	if n := w.got("Two minutes")[person(7)]; n != 0 {
		t.Errorf("whoever opted out got %d", n)
	}
	lead.awaits(route.Message(next), "Sent")
	lead.expects(w.mailing(next)+"?state=left_out", "Person 7 p007@example.com Left out Chose not to get these")
	for _, one := range []tab{b, h, nobody} {
		wrongs, err := chromedp.Run(one.ctx, chromedp.Evaluate[string](`wrongs.join("; ")`))
		if err != nil || wrongs != "" {
			t.Errorf("a page went wrong: %s %v", wrongs, err)
		}
	}
}

// mailTo is the one mail that an address got.
func (w *whole) mailTo(address string) arrival {
	w.t.Helper()
	var all []arrival
	for _, k := range w.mail.Kept() {
		if k.To == address {
			all = append(all, readMail(w.t, k.Data))
		}
	}
	if len(all) != 1 {
		w.t.Fatalf("%s got %d mails", address, len(all))
	}
	return all[0]
}

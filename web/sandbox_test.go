package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/fault"
	"groundswell/internal/route"
)

// oneMail is a sandbox that kept one mail from going out.
type oneMail struct{ kept Outgoing }

func (o oneMail) Troubles() []Trouble                 { return nil }
func (o oneMail) Outgoing() ([]Outgoing, bool)        { return []Outgoing{o.kept}, true }
func (o oneMail) OutgoingOne(no int) (Outgoing, bool) { return o.kept, no == o.kept.No }
func (o oneMail) Mend(context.Context, string, bool) error {
	return fault.New(fault.NotFound, "There is no such trouble.")
}

// What the demo kept from going out is shown to leads, as text: nothing in it runs.
func TestWhatTheDemoKeptIsShownAsText(t *testing.T) {
	const nasty = `<script>alert(1)</script><img src=x onerror=alert(2)>`
	kept := Outgoing{No: 7, Kind: "Mail", To: "ada@example.com", Subject: "Bring " + nasty, At: "10:30", Text: nasty, HTML: "<p>" + nasty + "</p>", Headers: "Subject: " + nasty}
	s := newSite(t, func(c *Config) { c.Provider, c.Sandbox = nil, oneMail{kept} })
	lead, one := s.asPersona("ines"), route.SandboxPost(7)
	list := lead.must(lead.get(route.Sandbox), http.StatusOK).doc(t).Find("main")
	if link := list.Find("a[href='" + one + "']"); link.Text() != kept.Subject || list.Find("script, img").Length() != 0 {
		t.Errorf("the list says %s", list.Text())
	}
	page := lead.must(lead.get(one), http.StatusOK).doc(t).Find("main")
	for _, say := range []string{kept.To, kept.Subject, kept.Text, kept.HTML, kept.Headers} {
		if !strings.Contains(page.Text(), say) {
			t.Errorf("the page does not say %q", say)
		}
	}
	if page.Find("script, img").Length() != 0 {
		t.Error("what was typed became part of the page")
	}
	for _, no := range []string{"8", "0", "-7", "seven", "99999999999999999999"} {
		if a := lead.get(route.Sandbox + "/out/" + no); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", no, a.StatusCode)
		}
	}
	for _, persona := range []string{"dana", "tomas", "helen", "priya"} {
		for _, path := range []string{route.Sandbox, one} {
			if a := s.asPersona(persona).get(path); a.StatusCode != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", persona, path, a.StatusCode)
			}
		}
	}
}

// Outside the demo there is no sandbox.
func TestTheProductHasNoSandbox(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Sandbox = oneMail{Outgoing{No: 7}} })
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	for _, path := range []string{route.Sandbox, route.SandboxPost(7)} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

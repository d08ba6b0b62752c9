package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// rolesForm returns the hidden fields of a form on the page of roles, as its browser would send them.
func (b *browser) rolesForm(action string) url.Values {
	b.t.Helper()
	page := b.get(route.Roles)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
	if err != nil {
		b.t.Fatal(err)
	}
	form := doc.Find(`form[action="` + action + `"]`)
	if form.Length() == 0 {
		b.t.Fatalf("no form for %s", action)
	}
	values := url.Values{}
	form.First().Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		values.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	return values
}

func pathOf(a identity.Account) string {
	return route.Roles + "/" + strconv.FormatInt(int64(a.ID), 10)
}

func TestRolesPageChangesAccess(t *testing.T) {
	s := newSite(t, nil)
	lead, other := s.browser(), s.browser()
	lead.is("lead", roleGrants["lead"])
	dana := other.is("dana")
	if a := lead.post(route.Roles, url.Values{"email": {"new@example.com"}, "role": {"champion"}, "department": {"Claims  Operations"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("giving a role: %d %s", a.StatusCode, a.body)
	}
	if a := lead.get(route.Roles); !strings.Contains(a.body, "new@example.com") || !strings.Contains(a.body, "claims-operations") || !strings.Contains(a.body, "Champion given to new@example.com.") {
		t.Errorf("the page does not show it: %s", a.body)
	}
	give := lead.rolesForm(pathOf(dana) + "/grant")
	give.Set("role", "executive")
	if a := lead.post(pathOf(dana)+"/grant", give); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	if a := other.get(route.Overview); a.StatusCode != http.StatusOK {
		t.Errorf("the role does not count at once: %d", a.StatusCode)
	}
	if a := lead.post(pathOf(dana)+"/grant", give); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "Nothing was changed") {
		t.Errorf("an edit of an old version: %d", a.StatusCode)
	}
	if a := lead.post(pathOf(dana)+"/revoke", lead.rolesForm(pathOf(dana)+"/revoke")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if a := other.get(route.Overview); a.StatusCode != http.StatusForbidden {
		t.Errorf("the revoked role counts: %d", a.StatusCode)
	}
	if a := lead.post(pathOf(dana)+"/sign-out", lead.rolesForm(pathOf(dana)+"/sign-out")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if a := other.get(route.Account); a.StatusCode != http.StatusSeeOther {
		t.Errorf("still signed in: %d", a.StatusCode)
	}
	if a := lead.post(pathOf(dana)+"/deactivate", lead.rolesForm(pathOf(dana)+"/deactivate")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if a := lead.post(pathOf(dana)+"/reactivate", lead.rolesForm(pathOf(dana)+"/reactivate")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if state, err := s.store.VerifyAudit(t.Context()); err != nil || state.Bad != 0 || state.Entries < 8 {
		t.Errorf("audit log %+v, %v", state, err)
	}
}

func TestRolesPageKeepsTheLastLead(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	me := b.is("lead", roleGrants["lead"])
	for _, what := range []string{"/revoke", "/deactivate"} {
		a := b.post(pathOf(me)+what, b.rolesForm(pathOf(me)+what))
		if a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "last rollout lead") {
			t.Errorf("%s: %d", what, a.StatusCode)
		}
	}
}

func TestRolesPageKeepsWhatWasTyped(t *testing.T) {
	b := newSite(t, nil).browser()
	b.is("lead", roleGrants["lead"])
	for _, form := range []url.Values{
		{"email": {`not"an<address`}, "role": {"owner"}},
		{"email": {"x@example.com"}, "role": {"root"}},
		{"email": {"x@example.com"}, "role": {"champion"}},
		{"email": {"x@example.com"}, "role": {"lead"}, "department": {"legal"}},
		{},
	} {
		a := b.post(route.Roles, form)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != http.StatusUnprocessableEntity || doc.Find("[aria-invalid]").Length() != 1 {
			t.Errorf("%v: %d, %d fields marked", form, a.StatusCode, doc.Find("[aria-invalid]").Length())
		}
		if got := doc.Find("#email").AttrOr("value", ""); got != form.Get("email") {
			t.Errorf("%v came back as %q", form, got)
		}
	}
}

func TestGroupsAndTokensOnThePage(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	if a := b.post(route.Roles+"/groups", url.Values{"group": {"AL-Claims <all>"}, "role": {"executive"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	form := b.rolesForm(route.Roles + "/groups/remove")
	if form.Get("group") != "AL-Claims <all>" {
		t.Errorf("the form is %v", form)
	}
	if a := b.post(route.Roles+"/groups/remove", form); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if a := b.post(route.Roles+"/groups", url.Values{"role": {"executive"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a group without a name: %d", a.StatusCode)
	}
	text, tok, err := s.id.CreateToken(t.Context(), identity.Operator(), "grafana", identity.Auditor, nil, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	revoke := route.Roles + "/tokens/" + strconv.FormatInt(tok.ID, 10) + "/revoke"
	if a := b.post(revoke, b.rolesForm(revoke)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", a.StatusCode)
	}
	if _, err := s.id.TokenActor(t.Context(), text, s.clock.Now()); err == nil {
		t.Error("the token still opens")
	}
}

func TestAuditorsOnlyRead(t *testing.T) {
	s := newSite(t, nil)
	s.browser().is("lead", roleGrants["lead"])
	b := s.browser()
	b.is("auditor", roleGrants["auditor"])
	page := b.get(route.Roles)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("main form button").Length(); n != 0 {
		t.Errorf("an auditor sees %d buttons", n)
	}
	if !strings.Contains(page.body, "lead@example.com") {
		t.Error("an auditor does not see who has access")
	}
}

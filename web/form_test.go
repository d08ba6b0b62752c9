package web

import (
	"net/http"
	"strings"
	"testing"

	"groundswell/internal/route"
)

// What cannot be read as a form, or kept as text, is the sender's to mend: it is
// never taken for a defect of ours, and nothing is changed by it.
func TestUnreadableFormsAreRefused(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	for name, body := range map[string]string{
		"a semicolon":    "email=a@example.com;role=lead",
		"half an escape": "email=%zz&role=lead",
		"too many keys":  strings.Repeat("k=1&", 60_000),
		"a NUL":          "email=a%00b@example.com&role=lead",
		"a NUL in a key": "e%00mail=a@example.com&role=lead",
		"not UTF-8":      "email=a%ff@example.com&role=lead",
	} {
		r := b.request("POST", route.Roles, nil)
		r = b.withBody(r, body)
		a := b.do(r)
		if a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", name, a.StatusCode)
		}
		if !strings.Contains(a.body, "Nothing was changed") {
			t.Errorf("%s: does not say that nothing was changed", name)
		}
	}
	if log := s.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("logged as a defect: %s", log)
	}
}

// withBody sends text as a form, as it is.
func (b *browser) withBody(r *http.Request, text string) *http.Request {
	b.t.Helper()
	sent, err := http.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	sent.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sent.Header.Set("Sec-Fetch-Site", "same-origin")
	return sent
}

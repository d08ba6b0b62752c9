package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// learningTokenNamed makes a token that statements may be sent with.
func (s *site) learningTokenNamed(name string) string {
	s.t.Helper()
	_, text, err := s.srv.Learning.CreateToken(s.t.Context(), identity.Operator(), name, s.srv.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// learner gives a request a token of its own.
func (s *site) learner(r *http.Request) {
	s.t.Helper()
	if _, err := s.store.Pool().Exec(s.t.Context(), "update learning_token set revoked_at = now() where revoked_at is null"); err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.learningTokenNamed("t"+randomValue()))
}

// lms sends a request as a learning system does.
func (s *site) lms(method, query, token, body string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+route.XAPI+"/statements"+query, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(xapiHeader, "1.0.3")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.browser().do(r)
}

// statementJSON is the n-th statement: somebody and a course, an hour ago.
func (s *site) statementJSON(n int, verb, email, activity string) string {
	return fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","actor":{"mbox":"mailto:%s","name":"Canary Name"},"verb":{"id":"http://adlnet.gov/expapi/verbs/%s"},`+
		`"object":{"id":"https://lms.example.com/%s","definition":{"name":{"en":"Course %s"}}},"timestamp":"%s","result":{"response":"canary response","duration":"PT1H"}}`,
		n, email, verb, activity, activity, s.clock.Now().Add(-time.Hour).Format(time.RFC3339))
}

func TestStatementsOverHTTP(t *testing.T) {
	s := newSite(t, nil)
	token := s.learningTokenNamed("LMS")
	one := s.statementJSON(1, "attended", "ann@example.com", "a")
	other := s.statementJSON(1, "completed", "ann@example.com", "a")
	void := `{"actor":{"mbox":"mailto:lms@example.com"},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided"},"object":{"objectType":"StatementRef","id":"00000000-0000-4000-8000-000000000009"}}`
	id := "?statementId=00000000-0000-4000-8000-000000000002"
	for _, c := range []struct {
		name, method, query, token, body string
		headers                          []string
		status                           int
		says                             string
	}{
		{"one", "POST", "", token, one, nil, 200, `["00000000-0000-4000-8000-000000000001"]`},
		{"the same again", "POST", "", token, "[" + one + "]", nil, 200, `["00000000-0000-4000-8000-000000000001"]`},
		{"other content", "POST", "", token, other, nil, 409, "Statement 0, counted from 0"},
		{"put", "PUT", id, token, s.statementJSON(2, "completed", "bo@example.com", "a"), []string{xapiHeader, "2.0.0"}, 204, ""},
		{"put again", "PUT", id, token, s.statementJSON(2, "completed", "bo@example.com", "a"), nil, 204, ""},
		{"put another id", "PUT", id, token, s.statementJSON(3, "completed", "bo@example.com", "a"), nil, 400, "with the id of the address"},
		{"put two", "PUT", id, token, "[" + one + "," + one + "]", nil, 400, "exactly one"},
		{"put without id", "PUT", "", token, one, nil, 400, "statementId"},
		{"put a bad id", "PUT", "?statementId=x", token, one, nil, 400, "UUID"},
		{"void what never came", "POST", "", token, void, nil, 200, `["`},
		{"what was voided", "POST", "", token, s.statementJSON(9, "attended", "di@example.com", "a"), nil, 200, `["`},
		{"nothing", "POST", "", token, "[]", nil, 200, "[]"},
		{"malformed", "POST", "", token, "[" + s.statementJSON(4, "attended", "canary@example.com", "b") + `,{"id":"canary"}]`, nil, 400, "Statement 1, counted from 0: its id is no UUID"},
		{"not JSON", "POST", "", token, "canary", nil, 400, "neither a statement"},
		{"no version", "POST", "", token, one, []string{xapiHeader, ""}, 400, "X-Experience-API-Version"},
		{"an old version", "POST", "", token, one, []string{xapiHeader, "0.95"}, 400, "such as 1.0.3"},
		{"a form", "POST", "", token, one, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		{"attachments", "POST", "", token, one, []string{"Content-Type", "multipart/mixed; boundary=x"}, 415, "without attachments"},
		{"too many", "POST", "", token, "[" + strings.Repeat("{},", 1000) + "{}]", nil, 413, "more than 1000"},
		{"too large", "POST", "", token, strings.Repeat(" ", 1<<20) + one, nil, 413, "kind"},
		{"no token", "POST", "", "", one, nil, 401, "unauthenticated"},
		{"a telemetry token", "POST", "", s.telemetryToken("console"), one, nil, 401, "unauthenticated"},
		{"basic", "POST", "", "", one, []string{"Authorization", basic("any", token)}, 200, `["`},
		{"reading", "GET", "?statementId=00000000-0000-4000-8000-000000000001", token, "", nil, 501, "never given out"},
	} {
		a := s.lms(c.method, c.query, c.token, c.body, c.headers...)
		if a.StatusCode != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d %s, want %d with %q", c.name, a.StatusCode, a.body, c.status, c.says)
		}
		if v := a.Header.Get(xapiHeader); v != xapi1 && v != xapi2 {
			t.Errorf("%s is answered in version %q", c.name, v)
		}
		if strings.Contains(a.body, "anary") {
			t.Errorf("%s: the answer repeats what was sent: %s", c.name, a.body)
		}
	}
	if n := s.number("select count(*) from statement"); n != 3 {
		t.Errorf("%d statements are kept, want 3", n)
	}
	if n := s.number("select count(*) from statement where voided_at is not null"); n != 1 {
		t.Errorf("%d statements are voided, want 1", n)
	}
	if strings.Contains(s.log.String(), "canary") || strings.Contains(s.log.String(), token) || strings.Contains(s.log.String(), "ann@") {
		t.Error("the log holds what was sent")
	}
}

func basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

func TestXAPIAbout(t *testing.T) {
	s := newSite(t, nil)
	a := s.browser().get(route.XAPI + "/about")
	if a.StatusCode != http.StatusOK || a.body != `{"version":["1.0.3","2.0.0"]}`+"\n" || a.Header.Get(xapiHeader) == "" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	if a := s.browser().get(route.XAPI + "/agents"); a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, `"kind":"not_found"`) {
		t.Errorf("an address that is not there: %d %s", a.StatusCode, a.body)
	}
}

// TestLearningPage makes a token, sends with it, says what the course counts as,
// changes that against somebody else, and revokes the token.
func TestLearningPage(t *testing.T) {
	s := newSite(t, nil)
	b := s.browser()
	b.is("lead", roleGrants["lead"])
	if a := b.get(route.Learning); !strings.Contains(a.body, "Import attendances") || !strings.Contains(a.body, "Let it send") {
		t.Error("the empty page does not say both ways")
	}
	made := b.post(route.LearningTokens, url.Values{"name": {"Campus"}})
	token := drawn(t, made).Find("#made-token").AttrOr("value", "")
	if made.StatusCode != http.StatusOK || !strings.HasPrefix(token, "gswl_") || len(token) != 48 {
		t.Fatalf("the token is not shown: %d, %q", made.StatusCode, token)
	}
	if a := b.post(route.LearningTokens, url.Values{"name": {"Campus"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a second token of the name: %d", a.StatusCode)
	}
	for n, email := range []string{"ann@example.com", "bo@example.com"} {
		if a := s.lms("POST", "", token, s.statementJSON(n, "completed", email, "a")); a.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	s.lms("POST", "", token, s.statementJSON(7, "experienced", "ann@example.com", "a"))
	s.lms("POST", "", "gswl_wrong", "")
	page := b.get(route.Learning)
	for _, says := range []string{"Course a", "2 statements about 2 people", "1 course waits", "Campus", "just now", "Statements with another verb", "Requests without a token in use"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	for _, not := range []string{token, "ann@example.com", "Canary"} {
		if strings.Contains(page.body, not) {
			t.Errorf("the page shows %q", not)
		}
	}
	s.decideAsForms(t, b)
	id := strconv.Itoa(s.number("select id::int from learning_token"))
	if a := b.post(route.LearningTokens+"/"+id+"/revoke", nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("revoke: %d", a.StatusCode)
	}
	if a := s.lms("POST", "", token, s.statementJSON(8, "completed", "ann@example.com", "a")); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", a.StatusCode)
	}
	if n := s.number("select count(*) from audit_log where action in ('learning_token.created', 'learning_token.revoked', 'course.decided')"); n != 4 {
		t.Errorf("%d audit entries, want 4", n)
	}
	auditor := s.browser()
	auditor.is("auditor", roleGrants["auditor"])
	if doc := drawn(t, auditor.get(route.Learning)); doc.Find("main form").Length() != 0 || !strings.Contains(doc.Text(), "Cowork 101") {
		t.Error("an auditor may change something, or reads nothing")
	}
}

// decideAsForms says what the one course is, twice, and once too late.
func (s *site) decideAsForms(t *testing.T, b *browser) {
	t.Helper()
	at := route.Courses + "/" + strconv.Itoa(s.number("select id from course"))
	if n := s.number("select count(*) from attendance"); n != 0 {
		t.Errorf("%d attendances of a course that waits", n)
	}
	if a := b.post(at, url.Values{"version": {"1"}, "name": {"Cowork 101"}, "counts": {"all_staff_101"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("decide: %d %s", a.StatusCode, a.body)
	}
	if n := s.number("select count(*) from attendance a join training_session s on s.id = a.session where a.source = 'lms' and a.minutes = 60 and s.name = 'Cowork 101' and s.kind = 'all_staff_101'"); n != 2 {
		t.Errorf("%d attendances, want 2", n)
	}
	for _, id := range []string{"0", "-1", "999999", "2147483648", "99999999999999999999", "x"} {
		if a := b.post(route.Courses+"/"+id, url.Values{"version": {"1"}, "name": {"None"}, "counts": {"ignored"}}); a.StatusCode != http.StatusNotFound {
			t.Errorf("course %s: %d", id, a.StatusCode)
		}
	}
	late := b.post(at, url.Values{"version": {"1"}, "name": {"My own name"}, "counts": {"user_group"}})
	if late.StatusCode != http.StatusConflict || !strings.Contains(late.body, "My own name") || !strings.Contains(late.body, "“Cowork 101” counts as All-staff 101") {
		t.Errorf("a stale form: %d", late.StatusCode)
	}
	if v := drawn(t, late).Find(`[name=version]`).AttrOr("value", ""); v != "2" {
		t.Errorf("the form comes back with version %q", v)
	}
	if a := b.post(at, url.Values{"version": {"2"}, "name": {" "}, "counts": {"user_group"}}); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Name the course") {
		t.Errorf("a course without a name: %d", a.StatusCode)
	}
	if a := b.post(at, url.Values{"version": {"2"}, "name": {"Cowork 101"}, "counts": {"ignored"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("ignore: %d", a.StatusCode)
	}
	if n := s.number("select count(*) from training_session"); n != 0 {
		t.Errorf("%d sessions of an ignored course", n)
	}
}

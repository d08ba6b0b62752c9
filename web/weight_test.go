package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"groundswell/internal/route"
)

// firstLoad is the most that a page may bring to a browser that knows nothing of
// it yet, compressed, with all it refers to.
const firstLoad = 120 << 10

func TestFirstLoadIsLight(t *testing.T) {
	s := newPilotSite(t)
	b := s.browser()
	if a := b.post(route.SignInAs, map[string][]string{"persona": {"ines"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in: %d", a.StatusCode)
	}
	id, _ := s.mails("a", "Ada", 30)
	mailing, message := int64(id), s.letter(s.store)
	for _, path := range []string{route.Overview, route.Activation, route.Depth, route.Value, route.Cohorts, route.People, route.Imports, s.draft(t), route.Sources, route.Roles, route.Account,
		route.Targets, route.Target("activation_rate"), route.Telemetry, route.Checks, route.Check("devices", 0), appLackersPath, route.PlanStart, route.Wins, route.NewWin, route.Roll,
		route.Champions, route.NewChampion, route.Candidates, route.Volunteer, route.Learning, route.Completion, route.Reminders,
		route.Deliveries, route.Unknowns, route.Mailings, route.Mailing(mailing), route.Bounces,
		route.NewMessage, route.Message(message), route.Message(message) + "/edit", route.Message(message) + "/versions", route.Message(message) + "/preview",
		route.MailChoices, route.MailChoice("failures"), route.Digests,
		route.PlanMessages, route.SendChannels, route.SendChannel(1), route.Library, route.Kit, route.Support, route.Issues, route.TodayHelp} {
		b.isLight(path)
	}
}

// isLight holds a page, with all it refers to, to firstLoad.
func (b *browser) isLight(path string) {
	b.t.Helper()
	sum, parts := b.weight(path), map[string]int{}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.get(path).body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range doc.Find("link[href], script[src], img[src]").EachIter() {
		src := e.AttrOr("src", e.AttrOr("href", ""))
		parts[src] = b.weight(src)
		sum += parts[src]
	}
	if len(parts) < 5 {
		b.t.Errorf("%s refers to %v: style, scripts, font and mark are missing", path, parts)
	}
	if sum > firstLoad {
		b.t.Errorf("%s weighs %d bytes, at most %d are allowed: %v", path, sum, firstLoad, parts)
	}
	b.t.Logf("%s: %d bytes", path, sum)
}

// weight is how many bytes travel for path.
func (b *browser) weight(path string) int {
	b.t.Helper()
	r := b.request("GET", path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	a := b.do(r)
	if a.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %d", path, a.StatusCode)
	}
	return len(a.body)
}

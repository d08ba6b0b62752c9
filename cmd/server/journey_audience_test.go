package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// optsOut opens the link that ends messages to an address and presses its button, without a session.
func (w *whole) optsOut(email string) {
	w.t.Helper()
	g, at := w.stranger(), route.UnsubscribeLink(w.app.out.ends.Token(email, comms.ChoiceMessages))
	if a := g.post(at, g.fills(at, "main form")); a.status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", at, a.status, a.says("main"))
	}
}

// TestFiveHundredPeopleChangeBetweenApprovalAndSending has 12 people join, 8 leave and 5 opt
// out of what two people approved: the page says so by name, and the mail server gets
// exactly those who are left, once each.
func TestFiveHundredPeopleChangeBetweenApprovalAndSending(t *testing.T) {
	w := newWhole(t, false)
	w.begins(10, 500)
	lead, second := w.enters(ines, identity.Lead), w.enters(helen, identity.Executive)
	id := lead.writes("approver", helen.Name+" <"+helen.Email+">")
	lead.approved(id, second, lead)
	page := route.Message(id)
	lead.expects(page, "Scheduled", "500 people as of now", "for 500 people", "The same people are reached now.")

	w.enrols(501, 512)
	w.do(`delete from placement where person in (select id from person where email <= $1)`, person(8))
	w.do(`delete from person where email <= $1`, person(8))
	for n := 101; n <= 105; n++ {
		w.optsOut(person(n))
	}
	lead.awaits(page, "499 people as of now")
	lead.expects(page, "Since then 12 joined, 8 left and 5 opted out.", "5 left out: 5 opted out of messages.", "Joined: Person 501", "Left: p001@example.com", "Left out: Person 103, opted out of messages")
	if say := second.get(page).says("main"); strings.Contains(say, "Person 5") || !strings.Contains(say, "12 joined, 8 left and 5 opted out") {
		t.Errorf("an executive reads: %s", say)
	}
	lead.acts(id, "send-now")
	w.turns()
	want := map[string]int{}
	for n := 9; n <= 512; n++ {
		if n < 101 || n > 105 {
			want[person(n)] = 1
		}
	}
	if diff := cmp.Diff(want, w.got("Bring one task")); diff != "" {
		t.Error(diff)
	}
	lead.expects(page, "Sent")
	lead.expects(w.mailing(id)+"?state=left_out", "To 499", "Left out 5", "Person 103 p103@example.com Left out Chose not to get these")
}

// mailing is the page of what went out for a message.
func (w *whole) mailing(id int64) string {
	w.t.Helper()
	found := w.rows(`select id::text from mailing where message = $1`, id)
	if len(found) != 1 {
		w.t.Fatalf("%d mailings of message %d", len(found), id)
	}
	return route.Mailings + "/" + found[0]
}

// TestAnAudienceThatOutgrewItsApprovalWaits has one person approve for 180; by the time
// it is due it reaches 205.
func TestAnAudienceThatOutgrewItsApprovalWaits(t *testing.T) {
	w := newWhole(t, false)
	w.begins(10, 180)
	lead, second := w.enters(ines, identity.Lead), w.enters(lee, identity.Lead)
	id := lead.writes()
	lead.approved(id, lead)
	page := route.Message(id)
	lead.expects(page, "Scheduled", "for 180 people")
	w.enrols(181, 205)
	w.comes(id, time.Minute)
	w.turns()
	if got := w.got(""); len(got) != 0 {
		t.Fatalf("it went to %d people", len(got))
	}
	lead.awaits(page, "205 people as of now")
	lead.expects(page, "Needs a second approval", "It would reach 205 people by now, and more than 200 need the approval of two; it has that of one.", "Since then 25 joined.")
	if a := lead.post(page+"/send-now", url.Values{"version": {w.rows(`select version::text from message where id = $1`, id)[0]}}); a.status != http.StatusConflict {
		t.Errorf("sent now all the same: %d", a.status)
	}
	second.acts(id, "approve")
	w.turns()
	if got := w.got("Bring one task"); len(got) != 205 {
		t.Errorf("it went to %d people", len(got))
	}
}

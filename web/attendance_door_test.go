package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

func TestPeopleCheckInByTheCode(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", seats(1))
	r.as("ann").post(route.SignUp(id), nil)
	r.tomorrow(14, 59)
	ann := r.as("ann")
	r.want("too early", ann.checksIn(id, r.code(id)), 422, "The door opens at 15:00 on")
	r.tomorrow(15, 0)
	code := r.code(id)
	r.want("by the QR code", ann.get(route.With(route.CheckIn, "session", fmt.Sprint(id), "code", code)), 200, "Cowork 101", `value="`+code+`"`, "Filled in from the door")
	if n := len(r.gathering(id).Presences); n != 0 {
		t.Fatal("opening the page checked somebody in")
	}
	r.want("no code", ann.checksIn(id, ""), 422, "This is not the code of this session")
	if a := ann.checksIn(id, code[:3]+" "+code[3:]); a.location() != route.Training(id) {
		t.Fatalf("the code is refused: %d %s", a.StatusCode, errorsIn(a.body))
	}
	r.want("in", ann.get(route.Training(id)), 200, "You are checked in.", "Since 15:00.", "What did you make?", "0 of 1 said what they made.")
	ann.checksIn(id, code)
	r.want("twice", ann.get(route.Training(id)), 200, "You were checked in already.")

	r.clock.Advance(time.Minute)
	bo := r.as("bo")
	bo.checksIn(id, code)
	r.want("the code before, without a seat", bo.get(route.Training(id)), 200, "You are checked in. You had not signed up and all seats are taken")
	r.clock.Advance(time.Minute)
	cy := r.as("cy")
	r.want("expired", cy.checksIn(id, code), 422, "This code has expired")
	r.tomorrow(18, 29)
	if a := r.as("cy").checksIn(id, r.code(id)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("two hours after the end: %d", a.StatusCode)
	}
	r.tomorrow(18, 30)
	r.want("too late", r.as("zoe").checksIn(id, r.code(id)), 422, "The door closed at 18:30 on", "Ask the host")
	if came, _ := r.gathering(id).Came(); came != 3 {
		t.Errorf("%d came", came)
	}
}

// TestCodesTellNothingOfOtherSessions tries the code of one session on another, and
// codes on sessions that somebody may not know of.
func TestCodesTellNothingOfOtherSessions(t *testing.T) {
	r := newRoom(t, nil)
	id, other, legal := r.plans("Cowork 101", nil), r.plans("Office hours", nil), r.plans("Contracts", func(o *enablement.Outline) { r.forLegal(o); o.Host = enablement.Host{} })
	r.tomorrow(15, 30)
	random := "000000"
	for r.srv.Attendance.door().Check(id, random, r.clock.Now()) != enablement.CodeWrong {
		random = "111111"
	}
	ann := r.as("ann")
	foreign, wrong := ann.checksIn(id, r.code(other)), ann.checksIn(id, random)
	if foreign.StatusCode != 422 || mainOf(strings.ReplaceAll(foreign.body, r.code(other), "")) != mainOf(strings.ReplaceAll(wrong.body, random, "")) {
		t.Error("the code of another session is told from any other")
	}
	hidden, absent := ann.checksIn(legal, random), ann.checksIn(99999, random)
	same := strings.NewReplacer(fmt.Sprint(legal), "", "99999", "")
	if hidden.StatusCode != 422 || mainOf(same.Replace(hidden.body)) != mainOf(same.Replace(absent.body)) {
		t.Errorf("a session of another department is told from none: %d %d", hidden.StatusCode, absent.StatusCode)
	}
	if a := ann.checksIn(legal, r.code(legal)); a.location() != route.Training(legal) {
		t.Errorf("somebody at the door is refused: %d", a.StatusCode)
	}
	r.want("their page", ann.get(route.Training(legal)), 200, "You are checked in")

	plan := &enablement.PlanService{Keeper: r.store}
	tonight := r.plans("Cancelled", func(o *enablement.Outline) { o.Starts = "16:00" })
	r.tomorrow(9, 0)
	if err := plan.Cancel(t.Context(), r.lead, tonight, r.gathering(tonight).Version, "The host is ill.", r.clock.Now()); err != nil {
		t.Fatal(err)
	}
	r.want("cancelled", r.as("ann").checksIn(tonight, r.code(tonight)), 422, "This session was cancelled")
}

// TestCodesCannotBeGuessed tries codes one after another: after ten in a minute the
// right one is refused too, for this account and this session only.
func TestCodesCannotBeGuessed(t *testing.T) {
	r := newRoom(t, nil)
	id, other := r.plans("Cowork 101", nil), r.plans("Office hours", nil)
	r.tomorrow(15, 30)
	ann, tries := r.as("ann"), 0
	var last answer
	for last = ann.checksIn(id, "x"); last.StatusCode == 422 && tries < 20; tries++ {
		last = ann.checksIn(id, "x")
	}
	if tries < 9 || tries > 12 {
		t.Errorf("%d tries were taken", tries+1)
	}
	r.want("guessing", last, http.StatusTooManyRequests, "Ten tries in a minute are enough")
	if last.Header.Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
	r.want("the right code", ann.checksIn(id, r.code(id)), http.StatusTooManyRequests)
	if a := ann.checksIn(other, r.code(other)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("another session is shut too: %d", a.StatusCode)
	}
	if a := r.as("bo").checksIn(id, r.code(id)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("it is shut for others too: %d", a.StatusCode)
	}
}

func TestDoorIsForThoseWhoRunIt(t *testing.T) {
	r := newRoom(t, nil)
	id := r.plans("Cowork 101", nil)
	r.want("before", r.as("lead", roleGrants["lead"]).get(route.Door(id)), 200, "The door opens at 15:00")
	r.tomorrow(15, 30)
	code := r.code(id)
	for who, grants := range map[string][]identity.Grant{"lead": {roleGrants["lead"]}, "kim": nil} {
		a := r.as(who, grants...).get(route.Door(id))
		r.want(who, a, 200, code[:3]+" "+code[3:], "<svg viewBox", "0 people are in", `http-equiv="refresh"`, `hx-get="`+route.Door(id)+`"`)
	}
	for who, grants := range map[string][]identity.Grant{
		"champion": {roleGrants["champion"]}, "owner": {roleGrants["owner"]}, "auditor": {roleGrants["auditor"]}, "executive": {roleGrants["executive"]}, "ann": nil,
	} {
		b := r.as(who, grants...)
		if a := b.get(route.Door(id)); a.StatusCode != http.StatusNotFound || strings.Contains(a.body, code) {
			t.Errorf("%s sees the door: %d", who, a.StatusCode)
		}
		if a := b.get(route.Training(id)); strings.Contains(a.body, code[:3]+" "+code[3:]) || strings.Contains(a.body, `"`+route.Door(id)+`"`) {
			t.Errorf("%s reads the code, or is led to the door", who)
		}
	}
	r.as("ann").checksIn(id, code)
	kim := r.as("kim")
	req := kim.request("GET", route.Door(id), nil)
	req.Header.Set("HX-Request", "true")
	a := kim.do(req)
	r.want("the part", a, 200, "1 person is in")
	if strings.Contains(a.body, "<html") {
		t.Error("the door asks for the whole page")
	}
	for range 2 {
		r.clock.Advance(time.Minute)
		if next := r.code(id); next == code || !strings.Contains(kim.get(route.Door(id)).body, next[:3]+" "+next[3:]) {
			t.Error("the door does not show another code a minute later")
		}
		code = r.code(id)
	}
}

// TestCheckInListsOpenDoors shows the sessions whose doors are open to the reader.
func TestCheckInListsOpenDoors(t *testing.T) {
	r := newRoom(t, nil)
	r.want("nothing", r.as("ann").get(route.CheckIn), 200, "No door is open now")
	id := r.plans("Cowork 101", nil)
	r.plans("Contracts", func(o *enablement.Outline) { r.forLegal(o); o.Host = enablement.Host{} })
	r.tomorrow(15, 30)
	ann := r.as("ann")
	page := drawn(t, ann.get(route.CheckIn))
	if v, _ := page.Find("input[name=session]").Attr("value"); v != fmt.Sprint(id) || page.Find("input[name=session][type=radio]").Length() != 0 {
		t.Errorf("the one open session is not picked: %q", v)
	}
	page = drawn(t, r.as("cy").get(route.CheckIn))
	if page.Find("input[name=session][type=radio]").Length() != 2 {
		t.Error("somebody of Legal is not asked which session")
	}
	r.want("none chosen", r.as("cy").post(route.CheckIn, url.Values{"code": {"123456"}}), 422, "Choose the session first.")
	for _, bad := range []string{"/check-in?session=%00&code=%ff", "/check-in?session=-1", "/check-in?session=99999999999999999999&code=" + strings.Repeat("9", 4000)} {
		if a := ann.get(bad); a.StatusCode != 200 {
			t.Errorf("%s: %d", bad[:20], a.StatusCode)
		}
	}
}

package delivery

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

var testClock = Clock{Now: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), Zone: time.UTC}

// didOf is what became of a message that 10 people were sent, of whom 2 came back and 4 opened a link.
func didOf(change func(*DidData)) DidProps {
	d := DidData{Members: 8, Links: true}
	d.Title, d.SentAt, d.MailSent, d.MailBack, d.Opened = "Why Cowork", time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), 10, 2, 4
	d.Counts = map[comms.DeliveryState]int{comms.Sent: 10, comms.LeftOut: 1}
	d.Movement = adoption.Movement{State: adoption.MovementJudged, From: day.Of(2026, 11, 24), To: day.Of(2026, 12, 2), SameDepartments: true, Stages: []adoption.Moved{
		{Stage: adoption.StageNone, Got: adoption.Went{People: 4, Further: 1}, Others: adoption.Went{People: 5}},
		{Stage: adoption.StageSignedIn, Got: adoption.Went{}, Others: adoption.Went{People: 3, Further: 3}},
		{Stage: adoption.StageDelegated, Withheld: true},
	}}
	if change != nil {
		change(&d)
	}
	return NewDid(d, testClock)
}

func facts(p DidProps) string {
	var out []string
	for _, f := range p.Facts {
		out = append(out, f.Name+" "+f.Value)
	}
	return strings.Join(out, ", ")
}

func TestWhatAMessageDidInNumbers(t *testing.T) {
	p := didOf(nil)
	if got := facts(p); got != "Sent 10, Came back 2, Delivered 8 (80%), Opened a link 4 (50%), Left out 1" {
		t.Error(got)
	}
	if p.When != "Wed 25 Nov, 10 people" || !p.Scans || p.All != "" {
		t.Errorf("%+v", p)
	}
	if got := facts(didOf(func(d *DidData) { d.Links = false })); strings.Contains(got, "Opened") {
		t.Errorf("without links: %s", got)
	}
	if got := facts(didOf(func(d *DidData) { d.Least = 9 })); !strings.Contains(got, "Opened a link Hidden: ") {
		t.Errorf("for few people: %s", got)
	}
	chats := didOf(func(d *DidData) { d.MailSent, d.MailBack, d.Chats, d.Visits = 0, 0, 2, 7 })
	if got := facts(chats); !strings.HasPrefix(got, "Posted to 2 chats, Opened from chats 7 times") || chats.When != "Wed 25 Nov, 2 chats" || !strings.Contains(chats.Say, "chats only") {
		t.Errorf("%s %s %s", got, chats.When, chats.Say)
	}
}

// TestNothingIsClaimedThatIsNotKnown tells zero, nobody, not yet, withheld and no data apart.
func TestNothingIsClaimedThatIsNotKnown(t *testing.T) {
	p := didOf(nil)
	said := func(v ui.Value) string { return fmt.Sprint(v.Text, " ", v.Unit, " ", v.State) }
	for i, want := range [][2]ui.Value{
		{{Text: "1 of 4", Unit: "(25%)"}, {Text: "0 of 5", Unit: "(0%)"}},
		{{Text: "Nobody"}, {Text: "3 of 3", Unit: "(100%)"}},
		{{State: ui.StateWithheld}, {State: ui.StateWithheld}},
	} {
		if r := p.Moved[i]; said(r.Got) != said(want[0]) || said(r.Others) != said(want[1]) {
			t.Errorf("%s: %+v and %+v", r.Stage, r.Got, r.Others)
		}
	}
	if p.Say != "" || !strings.Contains(p.Basis, "same departments") {
		t.Errorf("%q %q", p.Say, p.Basis)
	}
	notYet := didOf(func(d *DidData) { d.Movement.State = adoption.MovementNotYet })
	if notYet.Say != "Not yet: the 7 days after it are complete from Thu 3 Dec." || notYet.Moved != nil {
		t.Error(notYet.Say)
	}
	if p := didOf(func(d *DidData) { d.Movement.State = adoption.MovementUnknown }); !strings.Contains(p.Say, "no figures") || p.Moved != nil {
		t.Error(p.Say)
	}
	if p := didOf(func(d *DidData) { d.Members = 0 }); !strings.Contains(p.Say, "Nobody of those it reached was a member") || p.Moved != nil {
		t.Error(p.Say)
	}
}

func TestStatesHaveWords(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range append(comms.DeliveryStates(), comms.CameBack) {
		name := StateName(s)
		if seen[name] || stateChip(s).Label != name {
			t.Errorf("%s is called %s", s, name)
		}
		seen[name] = true
	}
	for _, r := range comms.Reasons() {
		if words := reasonWords(comms.LeftOut, string(r)); words == string(r) {
			t.Errorf("%s has no words", r)
		}
	}
	kinds := map[string]bool{}
	for _, k := range Kinds() {
		if kinds[KindName(k)] {
			t.Errorf("%s is called as another kind", k)
		}
		kinds[KindName(k)] = true
	}
}

package enablement

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/day"
)

func TestReminders(t *testing.T) {
	monday := day.Of(2026, time.November, 23)
	seat := 1
	basics := Outline{Name: "Basics", Kind: AllStaff101, Starts: "15:30", Zone: "Europe/Berlin", Minutes: 45, Place: "Room 4", Host: Host{"Kim", "kim@example.com"}, Capacity: &seat}
	plain := basics
	plain.Host = Host{}
	ofLegal := plain
	ofLegal.Name, ofLegal.Kind, ofLegal.Department = "Legal at work", Department, Whose{2, "Legal", "legal"}
	sessions := []Expected{
		{Planned: Planned{ID: 1, Outline: basics, Day: monday - 1, Attended: 3}, NoWork: 2},
		{Planned: Planned{ID: 2, Outline: plain, Day: monday - 1}},
		{Planned: Planned{ID: 3, Outline: basics, Day: monday - 1, Attended: 3, CoveredAt: time.Unix(1, 0)}},
		{Planned: Planned{ID: 4, Outline: basics, Day: monday + 1}, SignUps: []SignUp{{Email: "ann@example.com", Name: "Ann"}, {Email: "bo@example.com"}, {Email: "cy@example.com"}}},
		{Planned: Planned{ID: 5, Outline: basics, Day: monday + 1, CancelledAt: time.Unix(1, 0)}, SignUps: []SignUp{{Email: "di@example.com"}}},
		{Planned: Planned{ID: 6, Outline: ofLegal, Day: monday + 2}, SignUps: []SignUp{{Email: "eve@example.com"}}},
	}
	f := ReminderFacts{Sessions: sessions}
	var got []string
	for _, r := range Reminders(f, monday) {
		got = append(got, string(r.Kind)+" "+r.To.Called()+": "+r.Subject+" / "+strings.Join(r.Lines, " / "))
	}
	want := []string{
		"hosted Kim: Close the list of Basics / Of 2 people it is not written down what they made. / Confirm which features the session covered.",
		"before Ann: Tomorrow: Basics / Tue 24 Nov, 15:30 to 16:15 (Europe/Berlin) / Place: Room 4 / " + allStaff101().About + " / If you cannot come, give your seat back on the session’s page.",
		"before bo@example.com: Tomorrow, if a seat becomes free: Basics / Tue 24 Nov, 15:30 to 16:15 (Europe/Berlin) / Place: Room 4 / You wait for a seat, with 0 people before you. Your place shows on the session’s page.",
		"before cy@example.com: Tomorrow, if a seat becomes free: Basics / Tue 24 Nov, 15:30 to 16:15 (Europe/Berlin) / Place: Room 4 / You wait for a seat, with 1 person before you. Your place shows on the session’s page.",
		"hosting Kim: You host tomorrow: Basics / Tue 24 Nov, 15:30 to 16:15 (Europe/Berlin) / Place: Room 4 / 3 people signed up for 1 seat. / Open the door on the session’s page when you begin: people check in with its code. / Prepare: " + allStaff101().Prepare[0],
	}
	if len(got) != len(want) {
		t.Fatalf("%d letters, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("letter %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
	for _, r := range Reminders(f, monday+1) {
		if r.Kind == AfterHosting || r.To.Email != "eve@example.com" {
			t.Errorf("on a Tuesday: %+v", r)
		}
	}
}

package icalendar

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	goical "github.com/emersion/go-ical"
	"pgregory.net/rapid"

	"groundswell/internal/day"
)

var stamp = time.Date(2026, time.November, 19, 6, 0, 0, 0, time.UTC)

// read parses a file with an independent reader.
func read(t interface {
	Helper()
	Fatalf(string, ...any)
}, file []byte) *goical.Calendar {
	t.Helper()
	cal, err := goical.NewDecoder(bytes.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, file)
	}
	return cal
}

// TestWhatIsReadIsWhatWasWritten for any text, zone and day, by an independent reader.
func TestWhatIsReadIsWhatWasWritten(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a,b;c\\d\ne", "BEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT", strings.Repeat("ü\U0001F600,", 60), "x\rATTENDEE:mailto:a@example.com", "\\n", "\"q\":;"}))
	zones := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"})
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(zones.Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		var c Calendar
		c.Name, c.Refresh, c.Stamp = texts.Draw(t, "name"), 6*time.Hour, stamp
		for i := range rapid.IntRange(0, 4).Draw(t, "events") {
			start := time.Date(2026, time.January, rapid.IntRange(1, 900).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, zone)
			e := Event{UID: fmt.Sprintf("%d@groundswell", i), Sequence: rapid.IntRange(0, 9).Draw(t, "sequence"), Status: rapid.SampledFrom([]Status{Tentative, Confirmed, Cancelled}).Draw(t, "status"),
				Summary: texts.Draw(t, "summary"), Text: texts.Draw(t, "text"), Place: texts.Draw(t, "place"), Start: start, End: start.Add(45 * time.Minute), On: day.None}
			if rapid.Bool().Draw(t, "whole day") {
				e.On = day.FromTime(start)
			}
			c.Events = append(c.Events, e)
		}
		file := c.Write()
		isWellFormed(t, file)
		if len(c.Events) == 0 {
			return
		}
		got := read(t, file).Events()
		if len(got) != len(c.Events) {
			t.Fatalf("%d events, not %d, in\n%s", len(got), len(c.Events), file)
		}
		for i, e := range c.Events {
			compare(t, e, got[i])
		}
	})
}

func compare(t *rapid.T, e Event, got goical.Event) {
	text := func(name string) string {
		s, err := got.Props.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for name, want := range map[string]string{"UID": e.UID, "SUMMARY": clean(e.Summary), "DESCRIPTION": clean(e.Text), "LOCATION": clean(e.Place), "STATUS": string(e.Status)} {
		if text(name) != want {
			t.Fatalf("%s is %q, not %q", name, text(name), want)
		}
	}
	if n, err := got.Props.Get("SEQUENCE").Int(); err != nil || n != e.Sequence {
		t.Fatalf("SEQUENCE is %d, not %d: %v", n, e.Sequence, err)
	}
	start, err := got.DateTimeStart(time.UTC)
	end, bad := got.DateTimeEnd(time.UTC)
	if err != nil || bad != nil {
		t.Fatal(err, bad)
	}
	from, to := e.Start, e.End
	if e.On.Known() {
		from, to = e.On.Time(), (e.On + 1).Time()
	}
	if !start.Equal(from) || !end.Equal(to) {
		t.Fatalf("from %s to %s, not from %s to %s", start, end, from, to)
	}
}

// isWellFormed holds a file to what every line has to be.
func isWellFormed(t *rapid.T, file []byte) {
	lines := strings.Split(string(file), "\r\n")
	for i, line := range lines {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	if n := strings.Count("\r\n"+string(file), "\r\nBEGIN:VEVENT\r\n"); n != strings.Count(string(file), "\r\nEND:VEVENT\r\n") || lines[0] != "BEGIN:VCALENDAR" {
		t.Fatalf("it is not one calendar:\n%s", file)
	}
}

// TestNothingIsInjected: no text becomes a line, a property or an event of its own.
func TestNothingIsInjected(t *testing.T) {
	for _, text := range []string{"x\r\nATTENDEE:mailto:a@example.com", "x\nEND:VEVENT\nBEGIN:VEVENT", "a;b=c:d", "x\rURL:https://evil.example", "a,b", "x\u2028ORGANIZER:y", "\x00\x1b"} {
		file := Calendar{Name: text, Stamp: stamp, Events: []Event{{UID: "1@groundswell", Status: Confirmed, Summary: text, Text: text, Place: text, Start: stamp, End: stamp.Add(time.Hour), On: day.None}}}.Write()
		cal := read(t, file)
		if len(cal.Events()) != 1 {
			t.Errorf("%q makes %d events", text, len(cal.Events()))
		}
		for _, name := range []string{"ATTENDEE", "ORGANIZER", "URL"} {
			if strings.Contains("\r\n"+string(file), "\r\n"+name) {
				t.Errorf("%q makes a line %s", text, name)
			}
		}
	}
}

// TestTimesAreRightAcrossChangesOfTheClocks as moments, whatever the zone of the wall clock.
func TestTimesAreRightAcrossChangesOfTheClocks(t *testing.T) {
	for _, c := range []struct{ zone, wall, want string }{
		{"Europe/Berlin", "2026-03-28 09:00", "20260328T080000Z"},
		{"Europe/Berlin", "2026-03-29 09:00", "20260329T070000Z"}, // an hour was left out in the night
		{"Europe/Berlin", "2026-10-24 09:00", "20261024T070000Z"},
		{"Europe/Berlin", "2026-10-25 09:00", "20261025T080000Z"}, // an hour came twice
		{"America/New_York", "2026-11-01 09:00", "20261101T140000Z"},
		{"Asia/Kolkata", "2026-07-01 09:00", "20260701T033000Z"},
		{"Australia/Lord_Howe", "2026-10-04 09:00", "20261003T220000Z"}, // by half an hour
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.wall, zone)
		if err != nil {
			t.Fatal(err)
		}
		file := string(Calendar{Stamp: stamp, Events: []Event{{UID: "1", Status: Confirmed, Start: at, End: at.Add(time.Minute), On: day.None}}}.Write())
		if !strings.Contains(file, "\r\nDTSTART:"+c.want+"\r\n") {
			t.Errorf("%s in %s is not %s:\n%s", c.wall, c.zone, c.want, file)
		}
	}
}

// FuzzWrite writes any text and reads it back.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"", "a,b;c\\", "x\r\nEND:VCALENDAR", "\xff\xfe", strings.Repeat("é", 80)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := Calendar{Name: text, Stamp: stamp, Events: []Event{{UID: "1", Status: Tentative, Summary: text, Text: text, Start: stamp, End: stamp.Add(time.Hour), On: day.None}}}.Write()
		events := read(t, file).Events()
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		if got, err := events[0].Props.Text("SUMMARY"); err != nil || got != clean(text) {
			t.Errorf("%q, not %q: %v", got, clean(text), err)
		}
	})
}

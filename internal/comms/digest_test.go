package comms

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// weekdays works from Monday to Friday but for some days.
type weekdays []day.Date

func (w weekdays) Works(d day.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !slices.Contains(w, d)
}

func (w weekdays) OnOrBefore(d day.Date) day.Date {
	for !w.Works(d) {
		d--
	}
	return d
}

func (w weekdays) OnOrAfter(d day.Date) day.Date {
	for !w.Works(d) {
		d++
	}
	return d
}

var half = DigestSetting{At: "07:30", Version: 1}

func keysOf(slots []DigestSlot) string {
	var out []string
	for _, s := range slots {
		out = append(out, s.Key)
	}
	return strings.Join(out, " ")
}

func TestWhatIsWrittenOnWhichDay(t *testing.T) {
	monday := day.Of(2026, time.November, 23)
	for name, tc := range map[string]struct {
		on     day.Date
		off    weekdays
		closed day.Date
		set    DigestSetting
		want   string
	}{
		"a Monday": {monday, nil, day.None, half, "tasks/2026-11-23 champion/2026-11-23 reminder/2026-11-23 failures/2026-11-23"},
		"a Tuesday: the note of Monday is caught up with": {monday + 1, nil, day.None, half, "tasks/2026-11-24 champion/2026-11-23 reminder/2026-11-24 failures/2026-11-24"},
		"a Saturday":       {monday + 5, nil, day.None, half, "champion/2026-11-23 reminder/2026-11-28"},
		"a Monday off":     {monday, weekdays{monday}, day.None, half, "reminder/2026-11-23"},
		"the day after it": {monday + 1, weekdays{monday}, day.None, half, "tasks/2026-11-24 champion/2026-11-23 reminder/2026-11-24 failures/2026-11-24"},
		"a week off":       {monday + 2, weekdays{monday, monday + 1, monday + 2, monday + 3, monday + 4}, day.None, half, "reminder/2026-11-25"},
		"a month was closed": {monday + 1, nil, day.Of(2026, time.October, 1), DigestSetting{At: "07:30", Off: []MailingKind{KindTasks, KindChampion, KindReminder, KindFailures}},
			"report/2026-10-01"},
		"it is no news any more": {monday + 1, nil, day.Of(2026, time.August, 1), DigestSetting{At: "07:30", Off: []MailingKind{KindTasks, KindChampion, KindReminder, KindFailures}}, ""},
	} {
		d := DigestDay{Today: tc.on, Zone: "Europe/Berlin", Works: tc.off, Closed: tc.closed}
		if got := keysOf(d.Slots(tc.set)); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// TestTheHourIsThatOfItsZone looks at days on which clocks move, and at a zone a day ahead.
func TestTheHourIsThatOfItsZone(t *testing.T) {
	for _, tc := range []struct{ zone, on, at, want string }{
		{"Europe/Berlin", "2026-11-23", "07:30", "2026-11-23T06:30:00Z"},
		{"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"}, // the hour that is left out: an hour later
		{"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T01:30:00Z"}, // the hour that comes twice: in standard time
		{"America/New_York", "2026-11-01", "01:30", "2026-11-01T06:30:00Z"},
		{"Pacific/Apia", "2026-11-23", "07:30", "2026-11-22T18:30:00Z"},
		{"UTC", "2026-11-23", "00:00", "2026-11-23T00:00:00Z"},
	} {
		on, err := day.Parse(tc.on)
		if err != nil {
			t.Fatal(err)
		}
		d := DigestDay{Today: on, Zone: tc.zone, Works: weekdays{}}
		slots := d.Slots(DigestSetting{At: tc.at})
		i := slices.IndexFunc(slots, func(s DigestSlot) bool { return s.Kind == KindReminder })
		if i < 0 || slots[i].Due.UTC().Format(time.RFC3339) != tc.want {
			t.Errorf("%s %s in %s: %+v, want %s", tc.on, tc.at, tc.zone, slots, tc.want)
		}
	}
}

// TestEveryDayHasEachDigestOnce steps through a year in every zone that moves its clocks
// oddly, a few minutes at a time, and writes what is due: each key once, on its own day.
func TestEveryDayHasEachDigestOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC", "America/St_Johns"}).Draw(t, "zone")
		at := rapid.StringMatching(`(0[0-9]|1[0-3]):[0-5][0-9]`).Draw(t, "at")
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		from := day.Of(2026, 1, 1) + day.Date(rapid.IntRange(0, 364).Draw(t, "from"))
		written := map[string]int{}
		start := from.Time().Add(-14 * time.Hour)
		for now := start; now.Before(start.Add(9 * 24 * time.Hour)); now = now.Add(23 * time.Minute) {
			d := DigestDay{Zone: zone, Works: weekdays{}}
			d.Today = d.Of(now)
			for _, s := range d.Slots(DigestSetting{At: at}) {
				if s.IsDue(now) && written[s.Key] == 0 {
					written[s.Key]++
					if s.Kind == KindTasks && day.Of(now.In(place).Date()) != s.On {
						t.Fatalf("%s is written on %s", s.Key, now.In(place))
					}
				}
			}
		}
		for on := from + 1; on < from+7; on++ {
			if written["reminder/"+on.String()] != 1 {
				t.Fatalf("%s at %s: nothing on %s", zone, at, on)
			}
		}
	})
}

func TestNextIsNeverOneThatWasWritten(t *testing.T) {
	friday := day.Of(2026, time.November, 27)
	d := DigestDay{Today: friday, Zone: "UTC", Works: weekdays{}}
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	now := at("2026-11-27T06:00:00Z")
	for _, tc := range []struct {
		kind    MailingKind
		written string
		set     DigestSetting
		now     time.Time
		want    string
	}{
		{KindTasks, "", half, now, "2026-11-27T07:30:00Z"},
		{KindTasks, "", half, now.Add(3 * time.Hour), "2026-11-27T09:00:00Z"}, // late: at once
		{KindTasks, "tasks/2026-11-27", half, now.Add(3 * time.Hour), "2026-11-30T07:30:00Z"},
		{KindTasks, "", half, now.Add(14 * time.Hour), "2026-11-30T07:30:00Z"}, // too late to be of use
		{KindChampion, "champion/2026-11-23", half, now, "2026-11-30T07:30:00Z"},
		{KindReminder, "reminder/2026-11-27", half, now.Add(2 * time.Hour), "2026-11-28T07:30:00Z"},
		{KindReport, "", half, now, ""},
		{KindTasks, "", DigestSetting{At: "07:30", Off: []MailingKind{KindTasks}}, now, ""},
	} {
		got, ok := d.Next(tc.set, tc.kind, map[string]bool{tc.written: true}, tc.now)
		if text := got.UTC().Format(time.RFC3339); ok && text != tc.want || !ok && tc.want != "" {
			t.Errorf("%s after %s with %q written: %s, want %s", tc.kind, tc.now.Format(time.RFC3339), tc.written, text, tc.want)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, at := range []string{"", "7:30", "24:00", "07:60", "07:30:00", "noon", "07:30 "} {
		if err := (DigestSetting{At: at}).Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q can hold: %v", at, err)
		}
	}
	if err := (DigestSetting{At: "23:59", Off: []MailingKind{KindReport}}).Check(); err != nil {
		t.Error(err)
	}
	if err := (DigestSetting{At: "07:30", Off: []MailingKind{KindSeat}}).Check(); !fault.Is(err, fault.Invalid) {
		t.Error("what goes out at once can be switched off")
	}
}

var ines = Recipient{Email: "ines@example.com", Name: "Ines"}

func TestLettersSayWhatTheyAreAbout(t *testing.T) {
	since := time.Date(2026, 11, 19, 6, 0, 0, 0, time.UTC)
	rate, actives := 0.6249, 1204.0
	for name, tc := range map[string]struct {
		letter  Letter
		subject string
		body    string
	}{
		"tasks": {TaskNote{To: ines, Subject: "Your tasks: 1 overdue", Groups: []TaskGroup{{"Overdue", []TaskLine{{12, "Tue 1 Dec: Map [groups]"}}}}}.Letter(),
			"Your tasks: 1 overdue", "## Overdue\n\n- [Tue 1 Dec\\: Map \\[groups\\]](/plan/tasks/12)\n\n[Open your tasks](/plan?owner=mine)"},
		"the champion’s week": {ChampionNote{To: ines, OnCall: "Kim Lee", Tip: "Ask for a draft", Thanks: []Thanked{{"Dana", "For the hour"}}, Departments: []DepartmentNote{{
			Name: "Claims", Slug: "claims", People: 52, SignedIn: 38, HasApp: 40, Delegated: 21, Active: 17, Sunday: day.Of(2026, 11, 22), NotSignedIn: 14, Quiet: 3,
			Sessions: []SessionLine{{7, "Tue 24 Nov, 15:30: Basics"}},
		}}}.Letter(), "Your week: Claims",
			"## Claims\n\n38 of 52 people signed in, 21 did a real task, 17 were active in the week to Sun 22 Nov\\. 40 have the app\\.\n\nWhom to begin with:\n\n" +
				"- [14 not signed in](/today/people?department=claims&group=sign_in)\n- [3 quiet for two weeks](/today/people?department=claims&group=return)\n\n" +
				"Sessions of this week:\n\n- [Tue 24 Nov, 15:30: Basics](/trainings/7)\n\n[Open your day in Claims](/today?department=claims)\n\n## This week\n\n" +
				"- [Share this week’s tip: “Ask for a draft”](/champions/kit)\n- [On call in the support channel: Kim Lee](/support)\n\nDana thanks you: “For the hour”"},
		"few people": {ChampionNote{To: ines, Departments: []DepartmentNote{{Name: "Legal", Slug: "legal", People: 3, Untold: "Too few.", SignedIn: 2, NotSignedIn: 1}}}.Letter(),
			"Your week: Legal", "## Legal\n\nToo few.\n\n[Open your day in Legal](/today?department=legal)\n\n## This week\n\n- [Nobody is on call in the support channel yet](/support)"},
		"failures": {FailureNote{
			Sources: []Failure{{Name: "Usage", Say: "The key is not accepted.", Since: since}},
			Checks:  []Failure{{Name: "Seats", Say: "12 seats short.", Check: "seats"}, {Name: "Trainings (Wave 1)", Say: "None.", Check: "trainings", Wave: 1}},
			Alarms:  []Failure{{Name: "Wave 1", Say: "Nobody signed in.", Gate: 4}},
		}.Letters([]Recipient{ines})[0], "Needs attention: 1 source, 2 checks, 1 alarm",
			"## Data that cannot be read\n\n- [Usage](/settings/sources): The key is not accepted. Since Thu 19 Nov.\n\n## Checks that do not hold\n\n- [Seats](/readiness/checks/seats): 12 seats short.\n" +
				"- [Trainings (Wave 1)](/readiness/checks/trainings?wave=1): None.\n\n## Alarms\n\n- [Wave 1](/plan/gates/4): Nobody signed in.\n\n" +
				"What was read before stays. While anything fails there is one mail like this on a working day, and one when all is right again."},
		"all right again": {FailureNote{Told: since}.Letters([]Recipient{ines})[0], "All right again",
			"What was told on Thu 19 Nov is over: all data can be read, every check that was told of holds, and no alarm is open.\n\n[Open the sources](/settings/sources)\n\n[Open the checks](/readiness/checks)"},
		"a month": {ReportNote{To: ines, Month: day.Of(2026, 10, 1), Least: 5, Figures: []ReportFigure{
			{Name: "Activation rate", Value: &rate, Ratio: true}, {Name: "Delegation rate", Withheld: true}, {Name: "Weekly actives", Value: &actives}, {Name: "Win rate", Why: "No data yet."},
		}}.Letter(), "The figures of October 2026",
			"The days of October 2026 are all read and are not revised any more. Its figures, for everybody:\n\n- Activation rate: 62.5%\n- Delegation rate: withheld\n- Weekly actives: 1,204\n- Win rate: not known. No data yet.\n\n" +
				"What is withheld could single out fewer than 5 people. The page withholds the same.\n\n[Open the overview of October 2026](/overview?from=2026-10-01&to=2026-10-31)"},
		"a reminder": {ReminderNote{To: ines, Subject: "Tomorrow: Basics", Lines: []string{"Place: Room 4"}, Join: "https://meet.example.com/a b", Session: 7}.Letter(),
			"Tomorrow: Basics", "Place: Room 4\n\n[Join online](https://meet.example.com/a%20b)\n\n[Open the session](/trainings/7)"},
		"a seat": {SeatNote{To: ines, Name: "Basics\r\nBcc: x@example.com", Session: 7, When: []string{"Tue 24 Nov"}, Join: "javascript:alert(1)"}.Letter(),
			"You have a seat: Basics Bcc: x@example.com",
			"A seat became free in “Basics Bcc: x@example.com”, and it is yours.\n\nTue 24 Nov\n\n[Open the session](/trainings/7)\n\nIf you cannot come, give the seat back there: the next person gets it."},
	} {
		if tc.letter.To != ines || tc.letter.Subject != tc.subject {
			t.Errorf("%s: to %+v, %q", name, tc.letter.To, tc.letter.Subject)
		}
		if got := unescaped(tc.letter.Body); got != unescaped(tc.body) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, unescaped(tc.body))
		}
	}
}

// unescaped takes away the backslashes of Markdown.
func unescaped(text string) string { return strings.ReplaceAll(text, `\`, "") }

func TestNothingWrongIsNotWritten(t *testing.T) {
	if got := (FailureNote{}).Letters([]Recipient{ines}); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestTwoRemindersAreOneMail(t *testing.T) {
	l := ReminderNote{To: ines, Subject: "Tomorrow: A", Session: 1}.Letter().And(ReminderNote{To: ines, Subject: "You host tomorrow: B", Session: 2}.Letter())
	if l.Subject != "Tomorrow: A. You host tomorrow: B" || !strings.Contains(l.Body, "/trainings/1") || !strings.Contains(unescaped(l.Body), "## You host tomorrow: B\n\n[Open the session](/trainings/2)") {
		t.Errorf("%s\n%s", l.Subject, l.Body)
	}
}

func TestChoicesConcernRoles(t *testing.T) {
	for role, want := range map[string]string{"": "messages tasks reminder", "lead": "messages tasks reminder failures", "champion": "messages tasks champion reminder", "executive": "messages tasks reminder report"} {
		var got []string
		for _, c := range ChosenOf(map[Choice]bool{ChoiceMessages: false}, rolesOf(role)) {
			got = append(got, string(c.Choice))
			if c.Wanted == (c.Choice == ChoiceMessages) || c.Said != (c.Choice == ChoiceMessages) {
				t.Errorf("%q: %+v", role, c)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", role, got, want)
		}
	}
}

func rolesOf(role string) []identity.Role {
	if role == "" {
		return nil
	}
	return []identity.Role{identity.Role(role)}
}

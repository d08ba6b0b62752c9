package value

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	noon   = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)
	today  = day.FromTime(noon)
	claims = Department{ID: 1, Name: "Claims", Slug: "claims"}
	legal  = Department{ID: 2, Name: "Legal", Slug: "legal"}

	ines  = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	tomas = identity.Actor{Account: 2, Name: "Tomas", Email: "tomas@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	beate = identity.Actor{Account: 3, Name: "Beate", Email: "beate@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"claims"}}
	clara = identity.Actor{Account: 4, Name: "Clara", Email: "clara@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"legal"}}
	priya = identity.Actor{Account: 5, Name: "Priya", Roles: []identity.Role{identity.Auditor}}
	helen = identity.Actor{Account: 6, Name: "Helen", Roles: []identity.Role{identity.Executive}}
	norma = identity.Actor{Account: 7, Name: "Norma"}
)

func aWin() Win {
	return Win{ID: 9, Who: Who{Email: "elif@example.com", Name: "Elif Aydin", Department: claims, Known: true},
		Words: Words{Day: today, Deliverable: "A summary", Before: New}, State: Logged, LoggedBy: tomas.Account, LoggedAt: noon, Version: 1}
}

// model is a win in some state of its life, changed as the store would keep it.
type model struct {
	win Win
	now time.Time
}

// try does one step on a copy and keeps it, one version on, when it changed something.
func (m *model) try(t *rapid.T, by identity.Actor, what string, do func(*Win) error) error {
	was, w := m.win, m.win
	w.events = nil
	err := do(&w)
	changed := len(w.events) > 0
	switch {
	case err != nil && changed:
		t.Fatalf("%s by %s failed and left %d events", what, by.Name, len(w.events))
	case err != nil:
		return err
	case changed && w.Events()[0].Subject != "win/9":
		t.Fatalf("the audit log is told of %q", w.Events()[0].Subject)
	case changed:
		w.Version++
	case w.State != was.State || w.Words != was.Words || w.Consent != was.Consent:
		t.Fatalf("%s by %s changed %+v to %+v and tells nobody", what, by.Name, was, w)
	}
	m.win = w
	return nil
}

// TestEveryLifeOfAWin does anything anybody may try, in any order.
func TestEveryLifeOfAWin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := model{win: aWin(), now: noon}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			by := rapid.SampledFrom([]identity.Actor{ines, tomas, beate, clara, priya, helen, norma}).Draw(t, "by")
			version := m.win.Version - rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind")
			yes := rapid.Bool().Draw(t, "yes")
			was := m.win
			what := rapid.SampledFrom([]string{"edit", "publish", "withdraw", "undo", "wait"}).Draw(t, "what")
			var err error
			switch what {
			case "edit":
				to := Words{Day: today, Deliverable: fmt.Sprint("Version ", rapid.IntRange(0, 3).Draw(t, "text")), Before: Slower}
				err = m.try(t, by, what, func(w *Win) error { return w.edit(by, to, yes, version, today) })
			case "publish":
				err = m.try(t, by, what, func(w *Win) error { return w.publish(by, yes, version, m.now) })
			case "withdraw":
				err = m.try(t, by, what, func(w *Win) error { return w.withdraw(by, "Told twice", version, m.now) })
			case "undo":
				err = m.win.mayUndo(by, m.now)
			case "wait":
				m.now = m.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
				continue
			}
			if want := allowed(was, by, what, yes, version, m.now); (err == nil) != want {
				t.Fatalf("%s by %s of a %s win (agreed %v, version %d of %d): %v, allowed %v", what, by.Name, was.State, was.Consent, version, was.Version, err, want)
			}
			if err != nil && (by.Name == "Clara" || by.Name == "Helen" || by.Name == "Norma") && (what == "edit" || what == "undo") && !fault.Is(err, fault.NotFound) {
				t.Fatalf("%s learns of the win: %v", by.Name, err)
			}
			if m.win.State == Published && !m.win.Consent {
				t.Fatal("a win is published whose person did not agree")
			}
		}
	})
}

// allowed is the table of the rules, said another way.
func allowed(w Win, by identity.Actor, what string, agreed bool, version int, now time.Time) bool {
	lead, logger, current := by.Name == "Ines", by.Name == "Tomas", version == w.Version
	switch what {
	case "edit":
		return current && (lead && (w.State != Published || agreed) || logger && w.State == Logged)
	case "publish":
		return lead && (w.State == Published || current && agreed)
	case "withdraw":
		return lead && (w.State == Withdrawn || current)
	}
	return lead || logger && w.State == Logged && now.Sub(w.LoggedAt) <= 24*time.Hour
}

func TestWordsThatCannotBeKept(t *testing.T) {
	good := Words{Day: today, Deliverable: "A summary", Before: New, Hours: 2, GoesTo: "Calls"}
	for name, c := range map[string]struct {
		change func(*Words)
		field  string
	}{
		"nothing":        {func(*Words) {}, ""},
		"no text":        {func(w *Words) { w.Deliverable = " \n\t\u202e " }, "deliverable"},
		"long text":      {func(w *Words) { w.Deliverable = strings.Repeat("ü", 501) }, "deliverable"},
		"longest text":   {func(w *Words) { w.Deliverable = strings.Repeat("ü", 500) }, ""},
		"long purpose":   {func(w *Words) { w.GoesTo = strings.Repeat("x", 201) }, "goes_to"},
		"unknown before": {func(w *Words) { w.Before = "better" }, "before"},
		"no before":      {func(w *Words) { w.Before = "" }, "before"},
		"four hours":     {func(w *Words) { w.Hours = 4 }, "hours"},
		"negative hours": {func(w *Words) { w.Hours = -1 }, "hours"},
		"hours not said": {func(w *Words) { w.Hours = 0 }, ""},
		"tomorrow":       {func(w *Words) { w.Day = today + 1 }, "day"},
		"60 days ago":    {func(w *Words) { w.Day = today - 60 }, ""},
		"61 days ago":    {func(w *Words) { w.Day = today - 61 }, "day"},
		"no day":         {func(w *Words) { w.Day = day.None }, ""},
		"day of nowhere": {func(w *Words) { w.Day = day.Never }, ""},
	} {
		w := good
		c.change(&w)
		_, wrong := w.written(today)
		if (c.field == "") != (len(wrong) == 0) || c.field != "" && wrong[c.field] == "" {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

func TestTextIsOneCleanLine(t *testing.T) {
	for in, want := range map[string]string{
		"a\u202egnp.exe":           "agnp.exe",
		"\u2066x\u2069 \u200f y":   "x y",
		"one\r\n  two\tthree ":     "one two three",
		"\x00\x07bell":             "bell",
		"\u05e9\u05dc\u05d5\u05dd": "\u05e9\u05dc\u05d5\u05dd",
		"👩‍💻 wrote it":             "👩‍💻 wrote it",
		"broken \xff byte":         "broken byte",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestWhoseWinsMayBeLogged(t *testing.T) {
	elif := Who{Email: "elif@example.com", Name: "Elif Aydin", Department: claims, Known: true}
	gone, other, nobody := elif, elif, Who{}
	gone.Left, other.Department = true, legal
	self := Who{Email: "Tomas@Example.com", Department: legal, Known: true}
	for name, c := range map[string]struct {
		by   identity.Actor
		who  Who
		says string
	}{
		"own department":         {tomas, elif, ""},
		"a champion's own":       {tomas, self, ""},
		"another department":     {tomas, other, "Nobody in your department has this address."},
		"nobody, for a champion": {tomas, nobody, "Nobody in your department has this address."},
		"left":                   {tomas, gone, "Elif Aydin has left. A win is logged for somebody who is here."},
		"anybody, for a lead":    {ines, other, ""},
		"nobody, for a lead":     {ines, nobody, "Nobody has this address: not on the roster, and not in the organization."},
		"left, for a lead":       {ines, gone, "Elif Aydin has left. A win is logged for somebody who is here."},
	} {
		if got := mayLogFor(c.by, c.who); got != c.says {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// A name is told where its person agreed, an address never.
func TestWhatIsTold(t *testing.T) {
	w := aWin()
	if _, ok := w.Told(); ok {
		t.Error("a win is told that nobody published")
	}
	if err := w.publish(ines, true, 1, noon); err != nil {
		t.Fatal(err)
	}
	if told, ok := w.Told(); !ok || told.Name != "Elif Aydin" || told.Department != "Claims" || told.Deliverable != "A summary" {
		t.Errorf("told is %+v, %v", told, ok)
	}
	w.Consent = false
	if told, _ := w.Told(); told.Name != "" {
		t.Errorf("%q is named without having agreed", told.Name)
	}
}

func TestWithdrawingNeedsAReason(t *testing.T) {
	for reason, ok := range map[string]bool{"": false, " \u202e ": false, strings.Repeat("x", 301): false, "Told twice": true} {
		w := aWin()
		err := w.withdraw(ines, reason, 1, noon)
		if (err == nil) != ok {
			t.Errorf("%q: %v", reason, err)
		}
		if ok && w.Events()[0].Detail["reason"] != reason {
			t.Errorf("the audit log has %v", w.Events()[0].Detail)
		}
	}
}

package enablement

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var weekdays = Hours{Zone: time.UTC, Works: func(d day.Date) bool { return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday }}

func TestDeadlinesAreReadFromWords(t *testing.T) {
	friday := time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	for words, want := range map[string]string{
		"4 hours": "2026-11-20 19:30", "within 30 min": "2026-11-20 16:00", "an hour": "2026-11-20 16:30", "2h": "2026-11-20 17:30",
		"same day": "2026-11-21 00:00", "The same day.": "2026-11-21 00:00", "next day": "2026-11-22 00:00", "1 day": "2026-11-22 00:00",
		"next working day": "2026-11-24 00:00", "2 working days": "2026-11-25 00:00", "two business days": "2026-11-25 00:00", "1 week": "2026-11-28 00:00",
	} {
		at, ok := Deadline(words, friday, weekdays)
		if got := at.Format("2006-01-02 15:04"); !ok || got != want {
			t.Errorf("%q is %s %v, want %s", words, got, ok, want)
		}
	}
	for _, words := range []string{"", "soon", "when we can", "hours", "-1 day", "99999 days", "1.5 hours", "4 hours or so", "0x4 h"} {
		if at, ok := Deadline(words, friday, weekdays); ok {
			t.Errorf("%q is read as %s", words, at)
		}
	}
}

func TestDeadlinesAreKeptWhereThePeopleAre(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 11, 19, 23, 30, 0, 0, time.UTC) // Friday there
	at, _ := Deadline("same day", late, Hours{Zone: berlin, Works: weekdays.Works})
	if got := at.UTC().Format("2006-01-02 15:04"); got != "2026-11-20 23:00" {
		t.Errorf("the day ends at %s", got)
	}
	never := Hours{Zone: time.UTC, Works: func(day.Date) bool { return false }}
	if _, ok := Deadline("3 working days", late, never); !ok {
		t.Error("nobody ever works, and that is not read")
	}
}

func actor(role identity.Role, email string, departments ...string) identity.Actor {
	return identity.Actor{Account: identity.AccountID(len(email)), Email: email, Roles: []identity.Role{role}, Departments: departments}
}

func TestChannelsForWhom(t *testing.T) {
	all := []Channel{{Purpose: ForSupport}, {Purpose: AmongChampions}, {Purpose: OfOneDepartment, DepartmentSlug: "claims"}, {Purpose: OfOneDepartment, DepartmentSlug: "legal"}}
	for name, c := range map[string]struct {
		asker Asker
		want  string
	}{
		"a lead":                      {Asker{Actor: actor(identity.Lead, "l@x")}, "support champions department/claims department/legal"},
		"a champion":                  {Asker{Actor: actor(identity.Champion, "c@x", "claims")}, "support champions department/claims"},
		"a champion placed elsewhere": {Asker{Actor: actor(identity.Champion, "c@x", "claims"), Place: "legal"}, "support champions department/claims"},
		"somebody of Legal":           {Asker{Place: "legal"}, "support department/legal"},
		"somebody nobody placed":      {Asker{}, "support"},
		"an executive":                {Asker{Actor: actor(identity.Executive, "e@x")}, "support"},
	} {
		var got []string
		for _, ch := range ChannelsFor(c.asker, all) {
			got = append(got, strings.TrimSuffix(string(ch.Purpose)+"/"+ch.DepartmentSlug, "/"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestChannelsAndPathsAreChecked(t *testing.T) {
	for name, e := range map[string]ChannelEdit{
		"no name": {Purpose: ForSupport}, "not secure": {Purpose: ForSupport, Name: "#a", URL: "http://a.example"},
		"script": {Purpose: ForSupport, Name: "#a", URL: "javascript:alert(1)"}, "no department": {Purpose: OfOneDepartment, Name: "#a"},
		"a department too many": {Purpose: ForSupport, Department: 1, Name: "#a"}, "no purpose": {Name: "#a"},
	} {
		if _, err := e.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if e, err := (ChannelEdit{Purpose: ForSupport, Name: " #a\u202eb ", URL: "https://a.example/c"}).Check(); err != nil || e.Name != "#ab" {
		t.Errorf("%+v %v", e, err)
	}
	if _, err := (EscalationEdit{Topic: "T", GoesTo: "G", Contact: "javascript://x"}).Check(); !fault.Is(err, fault.Invalid) {
		t.Errorf("a contact that acts: %v", err)
	}
	for contact, want := range map[string]string{"https://d.example/x": "https://d.example/x", "desk@example.com": "mailto:desk@example.com", "ext. 4711": "", "<a@b.c>": "", "javascript:alert(1)": ""} {
		if got := (Escalation{Contact: contact}).Link(); got != want {
			t.Errorf("%q leads to %q", contact, got)
		}
	}
}

func TestRotaChangesAgree(t *testing.T) {
	for _, c := range []struct {
		was, is, now string
		write        bool
		conflict     bool
	}{
		{"", "a@x", "", true, false}, {"A@x", "b@x", "a@X", true, false}, {"a@x", "", "a@x", true, false},
		{"", "a@x", "A@x", false, false}, {"", "a@x", "b@x", false, true}, {"a@x", "b@x", "", false, true},
	} {
		write, err := RotaChange{Was: c.was, Is: c.is}.Apply(c.now)
		if write != c.write || fault.Is(err, fault.Conflict) != c.conflict {
			t.Errorf("%+v: %v %v", c, write, err)
		}
	}
}

func TestWhoReportsForWhom(t *testing.T) {
	n := NewIssue{Department: "claims", Title: "T", Body: "B"}
	for name, c := range map[string]struct {
		by   identity.Actor
		kind fault.Kind
	}{
		"their champion":  {actor(identity.Champion, "c@x", "claims"), ""},
		"another's":       {actor(identity.Champion, "c@x", "legal"), fault.Invalid},
		"a lead":          {actor(identity.Lead, "l@x"), ""},
		"an owner":        {actor(identity.Owner, "o@x"), ""},
		"an auditor":      {actor(identity.Auditor, "a@x"), fault.Forbidden},
		"no role":         {identity.Actor{Account: 9}, fault.Forbidden},
		"nothing of both": {actor(identity.Executive, "e@x"), fault.Forbidden},
	} {
		if _, err := n.Check(c.by); (err == nil) != (c.kind == "") || err != nil && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestIssuesStayWithinWhoMay runs random steps by random people: what somebody may
// not know of answers as if it were not there, nobody changes what they may not,
// and the states stay consistent.
func TestIssuesStayWithinWhoMay(t *testing.T) {
	cast := []identity.Actor{
		actor(identity.Lead, "lead@x"), actor(identity.Owner, "owner@example"), actor(identity.Owner, "other.owner@example"), actor(identity.Champion, "champion@exampl", "claims"),
		actor(identity.Champion, "another@x", "legal"), actor(identity.Auditor, "aud@x"), actor(identity.Executive, "ex@x"),
	}
	now := time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		i := Issue{DepartmentSlug: "claims", Title: "T", Body: "B", State: IssueOpen, ReportedBy: cast[3].Account, ReportedAt: now}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			by := rapid.SampledFrom(cast).Draw(t, "by")
			before := i
			var err error
			step := rapid.IntRange(0, 3).Draw(t, "step")
			switch step {
			case 0:
				err = i.Assign(by, Solver{Name: "O", Email: rapid.SampledFrom([]string{"", "owner@example"}).Draw(t, "to")})
			case 1:
				err = i.Tell(by, rapid.SampledFrom([]string{"", "answer"}).Draw(t, "answer"), now)
			case 2:
				err = i.Close(by, now)
			case 3:
				err = i.Reopen(by, "more", "Thu 19 Nov")
			}
			changed := i != before
			switch {
			case changed && err != nil:
				t.Fatalf("%d by %s changed it and says %v", step, by.Email, err)
			case !before.Sees(by) && !fault.Is(err, fault.NotFound):
				t.Fatalf("%s may not know of it, and step %d says %v", by.Email, step, err)
			case changed && (step == 0 && !by.Has(identity.Lead) || by.HasAny(identity.Auditor, identity.Executive) || by.Email == "another@x"):
				t.Fatalf("%s did step %d", by.Email, step)
			case i.State == IssueAnswered && i.Answer == "", (i.State == IssueClosed) != !i.ClosedAt.IsZero():
				t.Fatalf("it is %+v", i)
			}
		}
	})
}

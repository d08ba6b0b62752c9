package enablement

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	annsID = "6f1f0d3a-5b1c-4f6e-9a51-0d5a8f1b2c3d"
	ann    = `{"mbox":"mailto:Ann@example.com","name":"Ann Secret"}`
	course = `{"id":"https://lms.example.com/101","definition":{"name":{"de":"Einführung","en-US":"Cowork  101"}}}`
)

// saying makes a statement of parts; a part that is left out is one that is fine.
func saying(parts map[string]string) string {
	all := map[string]string{
		"id": `"` + annsID + `"`, "actor": ann, "verb": `{"id":"` + verbCompleted + `"}`, "object": course,
		"timestamp": `"2026-03-02T23:30:00-02:00"`, "result": `{"duration":"PT1H30M","response":"secret"}`,
	}
	for name, text := range parts {
		all[name] = text
		if text == "" {
			delete(all, name)
		}
	}
	var list []string
	for name, text := range all {
		list = append(list, `"`+name+`":`+text)
	}
	return "{" + strings.Join(list, ",") + "}"
}

func TestReadStatement(t *testing.T) {
	heard, err := ReadStatements([]byte(saying(nil)), now)
	if err != nil || len(heard) != 1 || heard[0].Kept == nil {
		t.Fatalf("%+v, %v", heard, err)
	}
	got := *heard[0].Kept
	if got.ID != annsID || got.Email != "Ann@example.com" || got.Verb != Completed || got.Course != "Cowork 101" || got.Activity != "https://lms.example.com/101" ||
		!got.At.Equal(time.Date(2026, 3, 3, 1, 30, 0, 0, time.UTC)) || got.Minutes == nil || *got.Minutes != 90 {
		t.Errorf("%+v", got)
	}
}

func TestWhatBecomesOfStatements(t *testing.T) {
	for name, c := range map[string]struct {
		parts map[string]string
		left  Reason
		voids bool
	}{
		"attended":           {map[string]string{"verb": `{"id":"` + verbAttended + `"}`}, "", false},
		"passed":             {map[string]string{"verb": `{"id":"` + verbPassed + `"}`}, "", false},
		"no id":              {map[string]string{"id": ""}, "", false},
		"no time":            {map[string]string{"timestamp": ""}, "", false},
		"capitals":           {map[string]string{"id": `"` + strings.ToUpper(annsID) + `"`, "actor": `{"objectType":"Agent","mbox":"MAILTO:a@b.c"}`}, "", false},
		"another verb":       {map[string]string{"verb": `{"id":"http://adlnet.gov/expapi/verbs/experienced"}`}, OtherVerb, false},
		"account":            {map[string]string{"actor": `{"account":{"homePage":"https://x","name":"ann@example.com"}}`}, NoMailbox, false},
		"digest":             {map[string]string{"actor": `{"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}`}, NoMailbox, false},
		"a group":            {map[string]string{"actor": `{"objectType":"Group","member":[` + ann + `]}`}, GroupOfMany, false},
		"a group with mbox":  {map[string]string{"actor": `{"objectType":"Group","mbox":"mailto:all@example.com"}`}, GroupOfMany, false},
		"about an agent":     {map[string]string{"object": `{"objectType":"Agent","mbox":"mailto:bo@example.com"}`}, NotActivity, false},
		"about a statement":  {map[string]string{"object": `{"objectType":"StatementRef","id":"` + annsID + `"}`}, NotActivity, false},
		"voided":             {map[string]string{"verb": `{"id":"` + verbVoided + `"}`, "object": `{"objectType":"StatementRef","id":"` + annsID + `"}`}, "", true},
		"voided by a system": {map[string]string{"actor": `{"account":{"homePage":"https://x","name":"lms"}}`, "verb": `{"id":"` + verbVoided + `"}`, "object": `{"objectType":"StatementRef","id":"` + annsID + `"}`}, "", true},
	} {
		heard, err := ReadStatements([]byte("["+saying(c.parts)+"]"), now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		h := heard[0]
		if h.Left != c.left || (h.Voids != "") != c.voids || (h.Kept != nil) != (c.left == "" && !c.voids) {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

func TestMalformedStatements(t *testing.T) {
	for why, parts := range map[string]map[string]string{
		"no actor":                  {"actor": ""},
		"is not named":              {"actor": `{"name":"Ann Secret"}`},
		"in more than one way":      {"actor": `{"mbox":"mailto:a@b.c","openid":"https://x"}`},
		"no mailto: address":        {"actor": `{"mbox":"secret@example.com"}`},
		"neither an agent":          {"actor": `{"objectType":"Secret","mbox":"mailto:a@b.c"}`},
		"no verb":                   {"verb": `{"id":"secret"}`},
		"no object":                 {"object": "null"},
		"no IRI":                    {"object": `{"id":"secret"}`},
		"no known type":             {"object": `{"objectType":"Secret"}`},
		"no UUID":                   {"id": `"secret"`},
		"the future":                {"timestamp": `"2026-03-28T09:06:00Z"`},
		"before 2020":               {"timestamp": `"2019-12-31T23:59:59Z"`},
		"with a zone":               {"timestamp": `"2026-03-02T10:00:00"`},
		"no ISO 8601 duration":      {"result": `{"duration":"secret"}`},
		"the wrong type":            {"result": `{"duration":90}`},
		"no reference to a stateme": {"verb": `{"id":"` + verbVoided + `"}`},
	} {
		body := "[" + saying(map[string]string{"id": ""}) + "," + saying(parts) + "]"
		_, err := ReadStatements([]byte(body), now)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "Statement 1, counted from 0") {
			t.Errorf("%s: %v", why, err)
		}
		if strings.Contains(strings.ToLower(fmt.Sprint(err)), "secret") {
			t.Errorf("%s: the message repeats what was sent: %v", why, err)
		}
	}
	for _, body := range []string{"", "null", "7", `"x"`, "[", "[1]", "[null]", "{} {}", "\xff", `{"id":"` + "\xff" + `"}`} {
		if _, err := ReadStatements([]byte(body), now); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", body, err)
		}
	}
	if got, err := ReadStatements([]byte("[]"), now); err != nil || len(got) != 0 {
		t.Errorf("no statement: %v, %v", got, err)
	}
	many := "[" + strings.Repeat("{},", MaxStatements) + "{}]"
	if _, err := ReadStatements([]byte(many), now); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too many: %v", err)
	}
}

func TestTimesAndDurations(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-03-02T10:00:00Z":          time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
		"2026-03-02T10:00:00.123456789": {},
		"2026-03-02T00:30:00+05:30":     time.Date(2026, 3, 1, 19, 0, 0, 0, time.UTC),
		"2026-03-02T10:00:00.5+0200":    time.Date(2026, 3, 2, 8, 0, 0, 5e8, time.UTC),
		"2026-03-02T10:00:00-07":        time.Date(2026, 3, 2, 17, 0, 0, 0, time.UTC),
		"2026-03-28T09:05:00Z":          time.Date(2026, 3, 28, 9, 5, 0, 0, time.UTC),
	} {
		got, why := readTime(&text, now)
		if !got.Equal(want) || (why == "") == want.IsZero() {
			t.Errorf("%s is %v (%s)", text, got, why)
		}
	}
	for text, want := range map[string]int{
		"PT45M": 45, "PT1H30M": 90, "PT29S": 0, "PT30S": 1, "PT0.5H": 30, "P1D": 1440, "PT90S": 2, "P0W": 0,
		"PT25H": -1, "P1Y": -1, "P1M": -1, "P2W": -1, "P99999999999999999999999999999999999999999999D": -1,
		"P": -2, "PT": -2, "P1DT": -2, "1H": -2, "PT1": -2, "": -2, "PT-1H": -2, "P1W1D": -2,
	} {
		got, why := readDuration(&rawResult{Duration: &text})
		switch {
		case (why != "") != (want == -2), (got == nil) != (want < 0), got != nil && *got != want:
			t.Errorf("%s is %v (%s), want %d", text, got, why, want)
		}
	}
}

func TestCourseDecisions(t *testing.T) {
	lead, owner := identity.Actor{Roles: []identity.Role{identity.Lead}}, identity.Actor{Roles: []identity.Role{identity.Owner}}
	for name, c := range map[string]struct {
		by   identity.Actor
		d    Decision
		kind fault.Kind
	}{
		"counts":          {lead, Decision{Name: " Cowork \n 101 ", Kind: AllStaff101, Version: 1}, ""},
		"ignored":         {lead, Decision{Name: "x", Ignored: true, Version: 1}, ""},
		"undecided again": {lead, Decision{Name: "x", Version: 1}, ""},
		"both":            {lead, Decision{Name: "x", Kind: UserGroup, Ignored: true, Version: 1}, fault.Invalid},
		"no kind":         {lead, Decision{Name: "x", Kind: "party", Version: 1}, fault.Invalid},
		"no name":         {lead, Decision{Name: " ", Kind: UserGroup, Version: 1}, fault.Invalid},
		"stale":           {lead, Decision{Name: "x", Kind: UserGroup}, fault.Conflict},
		"an owner":        {owner, Decision{Name: "x", Kind: UserGroup, Version: 1}, fault.Forbidden},
	} {
		made := Course{ID: 1, Activity: "https://x/1", Name: "was", Version: 1}
		err := made.decide(c.by, c.d)
		if c.kind != "" && (!fault.Is(err, c.kind) || made.Name != "was" || made.Version != 1) || c.kind == "" && (err != nil || made.Version != 2) {
			t.Errorf("%s: %v, %+v", name, err, made)
		}
		if name == "counts" && made.Name != "Cowork 101" {
			t.Errorf("the name is kept as %q", made.Name)
		}
	}
}

// FuzzReadStatements looks for bodies that break the reader, and for statements it should not have taken.
func FuzzReadStatements(f *testing.F) {
	for _, body := range []string{saying(nil), "[" + saying(nil) + "]", "[]", "{}", saying(map[string]string{"verb": `{"id":"` + verbVoided + `"}`, "object": `{"objectType":"StatementRef","id":"` + annsID + `"}`})} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		heard, err := ReadStatements(body, now)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatal("taken though it is no JSON")
		}
		for _, h := range heard {
			outcomes := 0
			for _, is := range []bool{h.Kept != nil, h.Voids != "", h.Left != ""} {
				if is {
					outcomes++
				}
			}
			if outcomes != 1 {
				t.Fatalf("%+v has %d outcomes", h, outcomes)
			}
			if s := h.Kept; s != nil {
				checkKept(t, s)
			}
		}
	})
}

func checkKept(t *testing.T, s *Statement) {
	t.Helper()
	switch {
	case s.Verb != Attended && s.Verb != Completed, !strings.Contains(s.Email, "@"), s.Activity == "",
		!s.At.IsZero() && (s.At.Before(since) || s.At.After(now.Add(ahead))), s.Minutes != nil && (*s.Minutes < 0 || *s.Minutes > maxMinutes),
		utf8.RuneCountInString(s.Course) > maxCourse, strings.ContainsAny(s.Email+s.Activity+s.Course, "\x00\n"):
		t.Fatalf("%+v", s)
	}
}

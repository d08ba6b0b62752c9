package rollout

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// messages returns a playbook with one task and these messages; the first begins on line 20.
func messages(all ...string) string {
	var b strings.Builder
	b.WriteString(book(step("a")) + "messages:\n")
	for _, m := range all {
		for i, line := range strings.Split(m, "\n") {
			indent := "    "
			if i == 0 {
				indent = "  - "
			}
			b.WriteString(indent + line + "\n")
		}
	}
	return b.String()
}

// told writes a message of a wave in lines: its key, stage, title, subject, body, role,
// channels, per, and then further ones.
func told(key string, more ...string) string {
	lines := []string{"key: " + key, "stage: pre_launch", "title: T", "subject: S", "body: B", "role: lead", "channels: [mail]", "per: wave"}
	return strings.Join(append(lines, more...), "\n")
}

// instead writes a message with one line replaced.
func instead(old, with string) string { return strings.Replace(told("a"), old, with, 1) }

func TestParsePlaybookReadsMessages(t *testing.T) {
	got, err := ParsePlaybook(strings.NewReader(messages(
		told("first", "offset: -7", `at: "08:30"`, "held_for_go: true", "useful_hours: 48", "task: a"),
		told("second", "after: first", "offset: 3", "every: week", "mandatory: true"))))
	if err != nil {
		t.Fatal(err)
	}
	first, second := got.Messages[0], got.Messages[1]
	if first.Offset != -7 || first.At != "08:30" || !first.HeldForGo || first.UsefulFor.Hours() != 48 || !first.PerWave || first.Task != "a" {
		t.Errorf("%+v", first)
	}
	if second.After != "first" || second.Offset != 3 || second.Every != "week" || !second.Mandatory || second.At != "09:00" {
		t.Errorf("%+v", second)
	}
}

func TestParsePlaybookSaysWhatIsWrongWithMessages(t *testing.T) {
	for name, c := range map[string]struct{ text, say string }{
		"unknown key":          {messages(told("a", "colour: red")), `line 28: a message has no key "colour"`},
		"key twice":            {messages(told("a", "title: again")), `line 28: a message has the key "title" twice`},
		"two of one key":       {messages(told("a"), told("b"), told("a")), `line 36: two messages have the key "a": this one and the one on line 20`},
		"key of another form":  {messages(told("A b")), "line 20: the key of a message is like training-dates"},
		"no key":               {messages(instead("key: a\n", "")), "line 20: the key of a message is like training-dates"},
		"after nothing":        {messages(told("a", "after: b")), `line 28: a comes after "b", which is no message above it`},
		"after itself":         {messages(told("a", "after: a")), `line 28: a comes after "a", which is no message above it`},
		"a circle":             {messages(told("a", "after: b"), told("b", "after: a")), `line 28: a comes after "b", which is no message above it`},
		"before what it is of": {messages(told("a"), told("b", "after: a", "offset: -1")), "line 37: b comes after a: its offset is 0 or more days"},
		"after another kind":   {messages(instead("per: wave", "per: organization"), told("b", "after: a")), "line 36: b comes after a: both are per wave, or neither is"},
		"placeholder of body":  {messages(instead("body: B", `body: "Ask {{champions}}"`)), "line 24: a:"},
		"placeholder meant":    {messages(instead("body: B", `body: "Ask {{champions}}"`)), "{{champion}}"},
		"placeholder of title": {messages(instead("subject: S", `subject: "To {{nam}}"`)), "line 23: a:"},
		"stage":                {messages(instead("pre_launch", "soon")), `line 21: a: stage is one of pre_launch, launch_day, first_week, ongoing, not "soon"`},
		"role":                 {messages(instead("role: lead", "role: boss")), `line 25: a: there is no role "boss"`},
		"no role":              {messages(instead("role: lead\n", "")), `line 20: a: there is no role ""`},
		"approver":             {messages(told("a", "approver: boss")), `line 28: a: there is no role "boss"`},
		"task":                 {messages(told("a", "task: z")), `line 28: a fulfils "z", which is no task`},
		"channel":              {messages(instead("[mail]", "[mail, pigeon]")), `line 26: a: there is no channel "pigeon": use mail or chat`},
		"no channel":           {messages(instead("channels: [mail]\n", "")), "line 20: a: channels is a list of mail and chat"},
		"hour 25":              {messages(told("a", `at: "25:00"`)), `line 28: a: at is a time like "09:00", not "25:00"`},
		"no leading zero":      {messages(told("a", `at: "9:00"`)), "line 28: a: at is a time"},
		"minutes of the day":   {messages(told("a", "at: 09:00:00")), "line 28: a: at is a time"},
		"rhythm":               {messages(told("a", "every: day")), "line 28: a: every is one of week, two_weeks, month, quarter"},
		"offset":               {messages(told("a", "offset: 9999")), "line 28: a: offset lies between"},
		"of no use":            {messages(told("a", "useful_hours: 0")), "line 28: a: useful_hours lies between 1 and"},
		"scope":                {messages(instead("per: wave", "per: department")), "line 27: a: per is organization or wave"},
		"audience":             {messages(told("a", "to: everybody")), "line 28: a: to is people, champions or roles"},
		"stage of people":      {messages(told("a", "stages: [asleep]")), "a: to is people, champions or roles"},
		"held":                 {messages(told("a", "held_for_go: perhaps")), `line 28: held_for_go is true or false, not "perhaps"`},
		"no body":              {messages(instead("body: B\n", "")), "line 20: body of a is missing"},
		"no list":              {book(step("a")) + "messages: none\n", "line 19: messages is a list"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePlaybook(strings.NewReader(c.text))
			var wrong *PlaybookError
			if !errors.As(err, &wrong) {
				t.Fatalf("accepted, or no PlaybookError: %v", err)
			}
			if !slices.ContainsFunc(wrong.Problems, func(p Problem) bool { return strings.Contains(p.String(), c.say) }) {
				t.Errorf("nothing says %q:\n%v", c.say, wrong)
			}
		})
	}
}

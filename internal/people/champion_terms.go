package people

import (
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// The first and the last day that anybody means.
var (
	firstMeant = day.Of(2020, 1, 1)
	lastMeant  = day.Of(2099, 12, 31)
)

// check says what is wrong with t, in place of what was agreed before.
func (t Terms) check(was Terms, today day.Date) error {
	fields := map[string]string{}
	for name, d := range map[string]day.Date{"since": t.Since, "early_access": t.EarlyAccess, "leaves_on": t.LeavesOn} {
		if d != day.None && (d < firstMeant || d > lastMeant) {
			fields[name] = "Give a day between 2020 and 2099."
		}
	}
	if t.Since != day.None && t.Since > today {
		fields["since"] = "Nobody has been one since a day to come."
	}
	if t.LeavesOn != was.LeavesOn && t.LeavesOn != day.None && t.LeavesOn < today {
		fields["leaves_on"] = "A planned last day is today or later. To end it now, end the entry."
	}
	if t.AgreedMinutes < 0 || t.AgreedMinutes > maxAgreedMinutes {
		fields["agreed_minutes"] = "Give minutes a week, up to 2400, or leave it empty."
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Say: "Something here cannot be kept.", Fields: fields}
}

// over returns t with what was agreed before where it says nothing.
func (t Terms) over(was Terms) Terms {
	if t.EarlyAccess == day.None {
		t.EarlyAccess = was.EarlyAccess
	}
	if t.LeavesOn == day.None {
		t.LeavesOn = was.LeavesOn
	}
	if t.AgreedMinutes == 0 {
		t.AgreedMinutes = was.AgreedMinutes
	}
	return t
}

func (t Terms) detail() map[string]string {
	return map[string]string{
		"since": t.Since.String(), "early_access": t.EarlyAccess.String(), "leaves_on": t.LeavesOn.String(),
		"agreed_minutes": strconv.Itoa(t.AgreedMinutes),
	}
}

// words tells of everything that is agreed.
func (t Terms) words() string {
	said := []string{}
	if t.Since != day.None {
		said = append(said, "Since "+longDay(t.Since))
	}
	return strings.Join(append(said, agreedWords(NoTerms(), t)...), "; ")
}

// changedTerms tells what is agreed now and was not before.
func changedTerms(was, to Terms) string { return strings.Join(agreedWords(was, to), "; ") }

func agreedWords(was, to Terms) []string {
	var said []string
	if to.EarlyAccess != was.EarlyAccess {
		said = append(said, orNone("early access", to.EarlyAccess))
	}
	if to.AgreedMinutes != was.AgreedMinutes {
		said = append(said, AgreedTime(to.AgreedMinutes))
	}
	if to.LeavesOn != was.LeavesOn {
		said = append(said, orNone("last day", to.LeavesOn))
	}
	return said
}

func orNone(what string, d day.Date) string {
	if d == day.None {
		return "no " + what
	}
	return what + " " + longDay(d)
}

// AgreedTime says how much time a week is agreed.
func AgreedTime(minutes int) string {
	switch {
	case minutes == 0:
		return "no time agreed"
	case minutes == 1:
		return "1 minute a week"
	case minutes%60 == 0 && minutes > 60:
		return strconv.Itoa(minutes/60) + " hours a week"
	}
	return strconv.Itoa(minutes) + " minutes a week"
}

func longDay(d day.Date) string { return d.Time().Format("Mon 2 Jan 2006") }

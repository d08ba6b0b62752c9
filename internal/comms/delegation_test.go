package comms_test

import (
	"strings"
	"testing"

	"groundswell/internal/comms"
)

// Drafts as people write them, with what each does: what comes back, one task, the
// champion, the app.
func TestDelegation(t *testing.T) {
	for name, c := range map[string]struct {
		subject, body string
		want          string // one letter per criterion: y or n
	}{
		"the whole of it":  {"From 1 December you can hand work to Claude", "From {{wave_date}} you can hand Claude a piece of work and come back to a finished file.\n\nBring **one real task** to a 45-minute session. Your champion is {{champion}}. Install the app first: {{app_link}}", "yyyy"},
		"the mock":         {"Training dates and your champion", "From 1 December you can hand Claude a piece of work and come back to a finished file.\n\nBring one real task to a 45-minute session: describe it, add the folder and tools it needs, say what good looks like. You leave with the deliverable.\n\nYour champion in Underwriting is Rosa Lindgren.", "yyyn"},
		"news only":        {"Cowork is here", "We are excited to announce Cowork. Log in and have a look around. There is so much to discover.", "nnnn"},
		"only chat":        {"Ask Claude", "Cowork is more than chat. Ask it anything you like.", "nnnn"},
		"a result":         {"What Finance got back", "Ana described the month end and got a reconciled spreadsheet. The report was ready after lunch.", "ynnn"},
		"a draft returned": {"Tip", "Describe the meeting, and Claude writes the minutes while you are in the next one.", "ynnn"},
		"a task":           {"Reminder", "Pick one task you would rather not do on Friday. Try it with a colleague.", "nynn"},
		"your own work":    {"Office hours", "Come with a real piece of work.", "nynn"},
		"own task":         {"Office hours", "Thursday at 10: your own task, at your own desk.", "nynn"},
		"a champion":       {"Who helps", "Write to Rosa Lindgren when you are stuck.", "nnyn"},
		"by placeholder":   {"Who helps", "Ask {{ champion }}.", "nnyn"},
		"pushed":           {"Is the app on your laptop?", "The app is already on your laptop: look for it in the start menu.", "nnny"},
		"company portal":   {"Get ready", "Get it from the Company Portal.", "nnny"},
		"installing":       {"Get ready", "Download the desktop app before Tuesday.", "nnny"},
	} {
		known := comms.Known{Champions: []string{"Rosa Lindgren", ""}}
		var got strings.Builder
		for _, criterion := range comms.Delegation(c.subject, c.body, known) {
			if criterion.Says == "" || criterion.Why == "" || criterion.Holds != (criterion.Suggest == "") {
				t.Errorf("%s: %+v explains nothing, or suggests what is there", name, criterion)
			}
			got.WriteString(map[bool]string{true: "y", false: "n"}[criterion.Holds])
		}
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got.String(), c.want)
		}
	}
}

// What the check suggests passes the check.
func TestDelegationSuggestsWhatHolds(t *testing.T) {
	var body strings.Builder
	for _, c := range comms.Delegation("News", "News.", comms.Known{}) {
		body.WriteString(c.Suggest + "\n")
	}
	for _, c := range comms.Delegation("News", body.String(), comms.Known{}) {
		if !c.Holds {
			t.Errorf("%s", c.Says)
		}
	}
	if _, err := comms.Fill(body.String(), comms.Values{}); err != nil {
		t.Error(err)
	}
}

func TestDelegationCountsWhoHasNoApp(t *testing.T) {
	for n, want := range map[int]string{0: "Everybody it reaches has it already.", 1: "1 person does not have it yet.", 1142: "1,142 people do not have it yet."} {
		c := comms.Delegation("", "", comms.Known{Devices: true, WithoutApp: n})[3]
		if !strings.HasPrefix(c.Why, want) {
			t.Errorf("%d: %q", n, c.Why)
		}
	}
	if c := comms.Delegation("", "", comms.Known{WithoutApp: 3})[3]; strings.Contains(c.Why, "3") {
		t.Errorf("without devices: %q", c.Why)
	}
}

func TestDelegationIsForPeople(t *testing.T) {
	for who, want := range map[comms.Who]bool{comms.WhoPeople: true, comms.WhoChampions: false, comms.WhoRoles: false} {
		m := comms.Message{Text: comms.Text{Audience: comms.Audience{Who: who}}}
		if m.Checked() != want {
			t.Errorf("%s: %v", who, m.Checked())
		}
	}
}

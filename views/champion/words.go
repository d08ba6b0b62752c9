package champion

import (
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// stateChip says how far an entry has come.
func stateChip(c people.Champion, today day.Date) ui.ChipProps {
	switch c.State {
	case people.ChampionActive:
		if !c.Counts(today) {
			return ui.ChipProps{Label: "Past the last day", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
		}
		return ui.ChipProps{Label: "Champion", Tone: ui.ToneGood, Icon: ui.IconCheck}
	case people.ChampionInvited:
		return ui.ChipProps{Label: "Invited", Tone: ui.ToneTide, Icon: ui.IconMail}
	case people.ChampionNominated:
		return ui.ChipProps{Label: "Nominated", Icon: ui.IconCircleDashed}
	case people.ChampionDeclined:
		return ui.ChipProps{Label: "Declined", Icon: ui.IconMinus}
	}
	return ui.ChipProps{Label: "Ended", Icon: ui.IconMinus}
}

// dayWords writes a day; "" for none.
func dayWords(d day.Date, now time.Time) string {
	if !d.Known() {
		return ""
	}
	return ui.Date(d.Time(), now)
}

// nominated says by whom somebody was nominated.
func nominated(c people.Champion, who string) string {
	switch c.How {
	case people.BySelf:
		return "By themselves"
	case people.ByManager:
		return "By " + orNobody(who) + ", their manager,"
	}
	return "By " + orNobody(who)
}

func orNobody(who string) string {
	if who == "" {
		return "the command line"
	}
	return who
}

// agreedWords say since when somebody is one and what is agreed, in a line.
func agreedWords(c *people.Champion, now time.Time) string {
	var said []string
	if c.Since.Known() {
		said = append(said, "since "+dayWords(c.Since, now))
	}
	if c.EarlyAccess.Known() {
		said = append(said, "early access "+dayWords(c.EarlyAccess, now))
	}
	if c.AgreedMinutes > 0 {
		said = append(said, people.AgreedTime(c.AgreedMinutes))
	}
	return capital(strings.Join(said, " · "))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// contributed says what somebody did for others lately, and when last.
func contributed(c people.Contribution, now time.Time) string {
	if !c.Last.Known() {
		return "No touchpoint yet"
	}
	return ui.Counted(c.Touchpoints, "touchpoint", "touchpoints") + " in 28 days, the last " + dayWords(c.Last, now)
}

func minutes(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// places are departments to choose from, with what none of them means first.
func places(list []people.Department, none, chosen string) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: none, Chosen: chosen == ""}}
	for _, d := range list {
		value := strconv.Itoa(d.ID)
		out = append(out, ui.Choice{Value: value, Label: d.Name, Chosen: value == chosen})
	}
	return out
}

var toRegister = []ui.Link{{Label: "Champions", URL: route.Champions}}

// download is the link that takes names off the site: shortly after signing in
// only, so that it may ask who one is first.
func download(sheet, back string, fresh bool) (ui.LinkButtonProps, string) {
	p := ui.LinkButtonProps{Label: "CSV", Icon: ui.IconDownload, Small: true}
	if fresh {
		p.URL, p.Download = sheet, true
		return p, ""
	}
	p.URL = route.With(route.SignInOIDC, "again", "1", "return_to", back)
	return p, "Names leave this site only shortly after signing in: CSV asks you to confirm it is you, then brings you back here."
}

package web

import (
	"slices"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// headline counts what is shown by how it stands.
func headline(rows []commsRow) string {
	n := map[comms.Status]int{}
	for _, r := range rows {
		n[r.status]++
	}
	var out []string
	for _, c := range []struct {
		status    comms.Status
		one, many string
	}{
		{comms.StatusSent, " sent", " sent"}, {comms.StatusGoing, " going out", " going out"}, {comms.StatusScheduled, " scheduled", " scheduled"},
		{comms.StatusNeedsApproval, " needs approval", " need approval"}, {comms.StatusHeld, " held until the go decision", " held until the go decision"},
		{comms.StatusDraft, " draft", " drafts"}, {comms.StatusNoOwner, " without an owner", " without an owner"},
		{comms.StatusNoDay, " without a day", " without a day"}, {comms.StatusMissed, " missed", " missed"},
	} {
		switch k := n[c.status]; {
		case k == 1:
			out = append(out, "1"+c.one)
		case k > 1:
			out = append(out, ui.Count(k)+c.many)
		}
	}
	if len(out) == 0 {
		return "Nothing goes out here."
	}
	return strings.Join(out, " · ")
}

// date writes a day as the pages do.
func (v *commsReader) date(d day.Date) string { return ui.Date(d.Time(), v.today.Time()) }

// clock is the time of an occurrence, with its zone where that is not the rollout's.
func (v *commsReader) clock(o comms.Occurrence) string {
	home := "UTC"
	if v.plan != nil {
		home = v.plan.Rollout.TimeZone
	}
	if o.Zone == home || o.Zone == "" {
		return o.At
	}
	return o.At + " in " + zoneName(o.Zone)
}

// zoneName is the last part of a zone's name: "New York".
func zoneName(zone string) string {
	_, place, found := strings.Cut(zone, "/")
	if !found {
		place = zone
	}
	if at := strings.LastIndexByte(place, '/'); at >= 0 {
		place = place[at+1:]
	}
	return strings.ReplaceAll(place, "_", " ")
}

// when says when an occurrence goes out.
func (v *commsReader) when(r commsRow) string {
	if !r.o.Day.Known() {
		if l, ok := v.launches[r.m.Wave]; ok && !l.On.Known() {
			return "No day yet: " + l.Name + " has none"
		}
		return "No day yet"
	}
	return v.date(r.o.Day) + ", " + v.clock(r.o)
}

// audience says whom a message is for.
func (v *commsReader) audience(m *comms.Message) string { return m.Audience.Say(v.names) }

// channels names what a message goes out by.
func (v *commsReader) channels(m *comms.Message) string {
	var out []string
	for _, c := range v.desk.Channels {
		if slices.Contains(m.Channels, c.ID) {
			out = append(out, c.Name)
		}
	}
	if len(out) == 0 {
		return "No channel chosen"
	}
	return listWords(out)
}

// waveName is the wave a message is planned against.
func (v *commsReader) waveName(m *comms.Message) string {
	if m.Wave == 0 {
		return "All"
	}
	return v.names.Waves[m.Wave]
}

// called is a person as pages show them: by name, else by address.
func called(p comms.Person) string {
	if p.Name != "" {
		return p.Name
	}
	return p.Email
}

func shownPerson(p comms.Person) *ui.Person {
	if !p.Named() {
		return nil
	}
	return &ui.Person{Name: called(p)}
}

// chooses is the calendar with a row chosen, where it is shown.
func (v *commsReader) chooses(r commsRow) string {
	at := ""
	if len(r.m.Occurrences) > 1 {
		at = numbered(int64(r.o.ID))
	}
	return v.ask.at("message", numbered(int64(r.m.ID)), "time", at)
}

// notices say what keeps messages from going out.
func (v *commsReader) notices() []ui.BannerProps {
	return sendingNotices(v.desk.Sending, v.server.linkFor(v.actor, route.Deliveries), v.server.linkFor(v.actor, route.Unknowns))
}

func sendingNotices(s comms.Sends, delivery, unknown string) []ui.BannerProps {
	var out []ui.BannerProps
	link := func(label, url string) *ui.Link {
		if url == "" {
			return nil
		}
		return &ui.Link{Label: label, URL: url}
	}
	if !s.GuardedAt.IsZero() {
		out = append(out, ui.BannerProps{Title: "Nothing goes out until a lead confirms", Tone: ui.ToneWarn, Link: link("Confirm or keep waiting", delivery),
			Body: "This database is another one than messages went out from last, as after a restore. "})
	}
	if !s.PausedAt.IsZero() {
		out = append(out, ui.BannerProps{Title: "Sending is paused", Tone: ui.ToneWarn, Link: link("See what waits", delivery), Body: "What is due waits, and is dropped once it is of no use any more. "})
	}
	if s.Unknown > 0 {
		out = append(out, ui.BannerProps{Title: "Of " + ui.Counted(s.Unknown, "copy", "copies") + " nobody knows whether they arrived", Tone: ui.ToneWarn, Link: link("Look at them", unknown),
			Body: "They are never sent again by themselves. "})
	}
	return out
}

// clockDay is the day a clock shows.
func clockDay(now time.Time) day.Date {
	y, m, d := now.Date()
	return day.Of(y, m, d)
}

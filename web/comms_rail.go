package web

import (
	"slices"
	"strings"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/library"
	"groundswell/views/ui"
)

// chosen is the row that the rail shows: the message asked for, else the first that needs somebody.
func (v *commsReader) chosen() (commsRow, bool) {
	if r, ok := v.asked(); ok {
		return r, true
	}
	for _, fits := range []func(commsRow) bool{
		func(r commsRow) bool { return r.status == comms.StatusNeedsApproval || r.status == comms.StatusNoOwner },
		func(r commsRow) bool { return r.status == comms.StatusDraft && r.o.Day.Known() },
		func(r commsRow) bool { return r.status == comms.StatusScheduled || r.status == comms.StatusHeld },
		func(commsRow) bool { return true },
	} {
		ahead := func(r commsRow) bool { return fits(r) && (!r.o.Day.Known() || r.o.Day >= v.today) }
		for _, fits := range []func(commsRow) bool{ahead, fits} {
			if i := slices.IndexFunc(v.rows, fits); i >= 0 {
				return v.rows[i], true
			}
		}
	}
	return commsRow{}, false
}

// asked is the message of the address: at the time asked for, else at the next.
func (v *commsReader) asked() (commsRow, bool) {
	var of []commsRow
	for _, r := range v.rows {
		if r.m.ID == v.ask.message {
			of = append(of, r)
		}
	}
	if len(of) == 0 {
		return commsRow{}, false
	}
	for _, r := range of {
		if r.o.ID == v.ask.time {
			return r, true
		}
	}
	for _, r := range of {
		if r.o.State == comms.Planned && (!r.o.Day.Known() || r.o.Day >= v.today) {
			return r, true
		}
	}
	return of[len(of)-1], true
}

// mayWrite reports whether the reader may change a message.
func (v *commsReader) mayWrite(m *comms.Message) bool { return m.MayWrite(v.actor) }

// rail is a message beside the calendar.
func (v *commsReader) rail(r commsRow) *views.RailProps {
	m := r.m
	p := &views.RailProps{
		Title: m.Title, URL: v.page(m), Look: views.LookOf(r.status), Stage: m.Stage.Name(), When: v.when(r),
		To: v.to(m), Through: v.channels(m), Owner: shownPerson(m.Owner), Approver: shownPerson(m.Approver), Rhythm: v.rhythm(r), Move: v.moves(r),
	}
	p.Why, p.Bad = v.why(r), r.status == comms.StatusMissed
	v.text(m, p)
	if m.Checked() && r.o.State == comms.Planned && m.Body != "" {
		for _, c := range comms.Delegation(m.Subject, m.Body, comms.Known{}) {
			check := views.Check{OK: c.Holds, Say: c.Says}
			if !c.Holds {
				check.Note = c.Why
			}
			p.Checks = append(p.Checks, check)
		}
	}
	for _, c := range v.clashes[r.o.ID] {
		p.Clashes = append(p.Clashes, c.say()+".")
	}
	p.Act, p.Open = v.act(r)
	return p
}

// page is where a message is read whole; "" while there is no such page.
func (v *commsReader) page(m *comms.Message) string {
	return v.server.linkFor(v.actor, route.Message(int64(m.ID)))
}

// to says whom a message reaches as of now.
func (v *commsReader) to(m *comms.Message) string {
	return v.audience(m) + ": " + ui.Counted(v.roll.Size(m.Audience), "person", "people") + " as of now"
}

// everyWords are the rhythms as the rail says them.
var everyWords = map[comms.Every]string{
	comms.EveryWeek: "Every week", comms.EveryTwoWeeks: "Every two weeks", comms.EveryMonth: "Every month", comms.EveryQuarter: "Every quarter",
}

// rhythm says how often a message goes out, and when next after this time.
func (v *commsReader) rhythm(r commsRow) string {
	if r.m.Every == comms.Once {
		return ""
	}
	say := everyWords[r.m.Every]
	for _, o := range r.m.Occurrences {
		if o.State == comms.Planned && o.Day.Known() && o.Day > r.o.Day && o.Day >= v.today {
			return say + ", then on " + v.date(o.Day)
		}
	}
	if r.m.Until.Known() {
		return say + " until " + v.date(r.m.Until)
	}
	return say
}

// why says what a message waits for, or what became of it.
func (v *commsReader) why(r commsRow) string {
	m, wave := r.m, v.names.Waves[r.m.Wave]
	switch r.status {
	case comms.StatusNoOwner:
		return "Nobody owns it: it cannot be finished or approved."
	case comms.StatusDraft:
		if m.Asked > 0 {
			return "It was changed since approval was asked for, so it asks again."
		}
		return "Approval has not been asked for."
	case comms.StatusNeedsApproval:
		return v.awaits(m)
	case comms.StatusHeld:
		return "Approved. It goes out once go for " + wave + " is decided."
	case comms.StatusNoDay:
		return "Approved. It gets its day with that of " + wave + "."
	case comms.StatusMissed, comms.StatusCancelled:
		return r.o.Reason
	case comms.StatusScheduled:
		return v.scheduled(r)
	}
	return ""
}

func (v *commsReader) scheduled(r commsRow) string {
	if r.o.Reason != "" {
		return r.o.Reason
	}
	if n := v.roll.Size(r.m.Audience); !r.m.Approved(n) {
		return "It reaches " + ui.Counted(n, "person", "people") + " by now: without a second approval it does not go out."
	}
	return ""
}

// awaits says whose word a message waits for.
func (v *commsReader) awaits(m *comms.Message) string {
	n := v.roll.Size(m.Audience)
	need, have := comms.Needed(n), m.Approvers()
	switch {
	case need > 1 && have > 0:
		return "One of two approvals is given. It waits for " + v.second(m) + ": more than " + ui.Count(comms.Mass) + " people get it."
	case need > 1:
		return "Two people approve it: more than " + ui.Count(comms.Mass) + " people get it."
	case m.Approver.Named():
		return called(m.Approver) + " has not approved it yet."
	}
	return "Nobody is named to approve it."
}

// second is whose word is missing where one of two is given.
func (v *commsReader) second(m *comms.Message) string {
	if named := m.Approver; named.Named() && !m.ApprovedBy(identity.Actor{Email: named.Email}) {
		return called(named) + " or another lead"
	}
	return "another lead"
}

// excerpt is how many letters of a text the rail shows, at whole paragraphs.
const excerpt = 420

// text shows the beginning of what a message says, with the wave and its day filled in;
// what differs from person to person is named in brackets.
func (v *commsReader) text(m *comms.Message, p *views.RailProps) {
	values := comms.Values{comms.PlaceName: "[name]", comms.PlaceChampion: "[champion]", comms.PlaceDepartment: "[department]", comms.PlaceTrainingDates: "[training dates]",
		comms.PlaceWave: v.names.Waves[m.Wave], comms.PlaceLibraryLink: route.Library, comms.PlaceTrainingsLink: route.Trainings,
		comms.PlaceSupportLink: route.Support, comms.PlaceAppLink: route.Library}
	if on := v.launches[m.Wave].On; on.Known() && m.Wave != 0 {
		values[comms.PlaceWaveDate] = v.date(on)
	}
	p.Subject = withValues(m.Subject, values, comms.FillSubject)
	if body := withValues(m.Body, values, comms.Fill); strings.TrimSpace(body) != "" {
		p.Body = library.Markdown(beginning(body))
	}
}

// withValues writes values into a text; one with a placeholder there is not is shown as it is.
func withValues(text string, values comms.Values, fill func(string, comms.Values) (string, error)) string {
	out, err := fill(text, values)
	if err != nil {
		return text
	}
	return out
}

// beginning returns the first paragraphs of a text, at least one.
func beginning(body string) string {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(body), "\r\n", "\n"), "\n\n")
	out := parts[0]
	for i, part := range parts[1:] {
		if len(out)+len(part) > excerpt {
			return out + "\n\n…"
		}
		out = strings.Join(parts[:i+2], "\n\n")
	}
	return out
}

// act is the one thing to do about a message, and the way to its page.
func (v *commsReader) act(r commsRow) (*ui.LinkButtonProps, ui.LinkButtonProps) {
	page := v.page(r.m)
	open := ui.LinkButtonProps{Label: "Open", URL: page}
	approves := !r.m.ApprovedBy(v.actor) && (v.actor.Has(identity.Lead) || strings.EqualFold(r.m.Approver.Email, v.actor.Email))
	switch {
	case page == "":
	case r.status == comms.StatusNeedsApproval && approves:
		if v.mayWrite(r.m) {
			open.Label, open.URL = "Edit draft", page+partEdit
		}
		return &ui.LinkButtonProps{Label: "Approve", URL: page + "#approval", Kind: ui.KindPrimary}, open
	case r.status == comms.StatusNoOwner && v.actor.Has(identity.Lead):
		return &ui.LinkButtonProps{Label: "Name an owner", URL: page + partEdit, Kind: ui.KindPrimary}, open
	case r.status == comms.StatusDraft && v.mayWrite(r.m):
		return &ui.LinkButtonProps{Label: "Edit draft", URL: page + partEdit, Kind: ui.KindPrimary}, open
	}
	return nil, open
}

// lastOut is what went out last and what became of it.
func (v *commsReader) lastOut() *views.LastProps {
	l := v.desk.Last
	if l == nil {
		return nil
	}
	at := l.At.In(v.now.Location())
	p := &views.LastProps{Title: l.Title, When: v.date(clockDay(at)) + ", " + lastTo(l), URL: v.server.linkFor(v.actor, route.Mailing(int64(l.Mailing)))}
	share := func(n int) string {
		if l.To == 0 {
			return ui.Count(n)
		}
		return ui.Count(n) + " (" + ui.Percent(float64(n)/float64(l.To)) + ")"
	}
	p.Facts = []ui.Pair{{Name: "Sent", Value: share(l.Sent)}, {Name: "Opened our link", Value: share(l.Opened)}}
	for _, f := range []struct {
		name string
		n    int
	}{{"Waiting", l.Waiting}, {"Refused", l.Refused}, {"Unknown", l.Unknown}} {
		if f.n > 0 {
			p.Facts = append(p.Facts, ui.Pair{Name: f.name, Value: ui.Count(f.n)})
		}
	}
	return p
}

// lastTo is how many people a message was for, or into how many chats it went.
func lastTo(l *comms.Last) string {
	if l.People == 0 {
		return ui.Counted(l.To, "chat", "chats")
	}
	return ui.Counted(l.People, "person", "people")
}

// holiday reports whether a day of the week that is worked is off.
func (v *commsReader) holiday(d day.Date) bool {
	return slices.Contains(v.calendar().DaysOff, d)
}

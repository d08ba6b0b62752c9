package delivery

import (
	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// regionID is the part of a page that is drawn again while something goes out.
const regionID = "traffic"

// TrafficProps is the page of the state of sending.
type TrafficProps struct {
	State    string // one sentence
	Steps    bool   // somebody who may pause, go on and confirm
	Paused   bool
	Guard    *ui.BannerProps // it waits for a lead after a restore
	Poll     string          // asked again while something goes out; "" when nothing does
	Channels []ChannelRow
	Going    []MailingRow
	Last     []MailingRow
	Look     []LookRow
}

// ChannelRow is a channel with what it does today.
type ChannelRow struct {
	Name    string
	URL     string
	Health  ui.ChipProps
	Failure string // what it said last, when it failed
	Waiting string
	Sent    string
	Pace    string // "120 a minute"
}

// MailingRow is something that went out.
type MailingRow struct {
	Title, URL string
	Kind       string
	When       string
	Counts     string
	Done, Of   int // of what is going out
	To         string
	Note       string // stopped, or until when it is of use
}

// LookRow is something to look at.
type LookRow struct {
	Label string
	Value string
	URL   string
	Bad   bool
}

// NewTraffic words the state of sending.
func NewTraffic(t comms.Traffic, mayChange bool, c Clock) TrafficProps {
	p := TrafficProps{State: stateOf(t, c), Steps: mayChange, Paused: !t.PausedAt.IsZero()}
	if !t.GuardedAt.IsZero() {
		p.Guard = guard(t, mayChange, c)
	}
	for _, ch := range t.Channels {
		p.Channels = append(p.Channels, channelRow(ch, c))
	}
	for _, m := range t.Going {
		p.Going = append(p.Going, mailingRow(m, c))
	}
	for _, m := range t.Last {
		p.Last = append(p.Last, mailingRow(m, c))
	}
	p.Look = []LookRow{
		{Label: "Unknown", Value: ui.Count(t.Unknown), URL: route.Unknowns, Bad: t.Unknown > 0},
		{Label: "Refused in 28 days", Value: ui.Count(t.Refused), URL: route.With(route.Unknowns, "state", string(comms.Refused)), Bad: t.Refused > 0},
		{Label: "Addresses left out", Value: ui.Count(t.Bounced), URL: route.Bounces},
	}
	if t.Waiting() > 0 && !p.Paused && p.Guard == nil {
		p.Poll = route.Deliveries
	}
	return p
}

// stateOf is the state of sending in one sentence.
func stateOf(t comms.Traffic, c Clock) string {
	waits := ui.Counted(t.Waiting(), "copy waits", "copies wait")
	switch {
	case !t.GuardedAt.IsZero():
		return "Nothing goes out until a rollout lead confirms. " + waits + "."
	case !t.PausedAt.IsZero():
		by := ""
		if t.PausedBy != "" {
			by = " by " + t.PausedBy
		}
		return "Paused" + by + " since " + c.moment(t.PausedAt) + ". " + waits + "."
	case t.Waiting() > 0:
		return "Going out: " + waits + ", " + sentToday(t) + "."
	case sent(t) == 0:
		return "Nothing waits, and nothing went out today."
	}
	return "Nothing waits. " + ui.Counted(sent(t), "copy", "copies") + " went out today."
}

func sent(t comms.Traffic) int {
	n := 0
	for _, c := range t.Channels {
		n += c.Sent
	}
	return n
}

func sentToday(t comms.Traffic) string {
	if sent(t) == 0 {
		return "none has left today"
	}
	return ui.Count(sent(t)) + " left today"
}

func guard(t comms.Traffic, mayChange bool, c Clock) *ui.BannerProps {
	b := &ui.BannerProps{
		Tone: ui.ToneWarn, Title: "Sending stopped itself: this database was restored or copied.",
		Body: "Noticed " + c.moment(t.GuardedAt) + ". What went out after the backup was made is not in this database: it would go out a second time. Look at what waits below, stop what people have already, then confirm. A copy of the site that is only for trying things out is never confirmed.",
	}
	if !mayChange {
		b.Body += " A rollout lead confirms."
	}
	return b
}

func channelRow(l comms.ChannelLoad, c Clock) ChannelRow {
	r := ChannelRow{
		Name: l.Name, URL: route.SendChannel(l.ID), Waiting: ui.Count(l.Waiting + l.Sending), Sent: ui.Count(l.Sent),
		Pace: ui.Count(l.PerMinute) + " a minute",
	}
	switch {
	case !l.RemovedAt.IsZero():
		r.Health = ui.ChipProps{Label: "Removed"}
	case !l.PausedAt.IsZero():
		r.Health = ui.ChipProps{Label: "Paused", Tone: ui.ToneWarn, Icon: ui.IconPause}
	case !l.Healthy():
		r.Health = ui.ChipProps{Label: "Fails", Tone: ui.ToneBad, Icon: ui.IconCircleX}
		r.Failure = failing(l.Channel, c)
	case l.WorkedAt.IsZero():
		r.Health = ui.ChipProps{Label: "Not used yet", Icon: ui.IconCircleDashed}
	default:
		r.Health = ui.ChipProps{Label: "Works", Tone: ui.ToneGood, Icon: ui.IconCheck}
	}
	return r
}

func mailingRow(t comms.Tally, c Clock) MailingRow {
	r := MailingRow{
		Title: t.Title, URL: route.Mailing(int64(t.ID)), Kind: KindName(t.Kind), When: c.moment(t.DueAt), Counts: counts(t),
		Of: t.To(), Done: t.To() - t.Counts[comms.Waiting] - t.Counts[comms.Sending], To: ui.Count(t.To()),
	}
	switch {
	case !t.StoppedAt.IsZero():
		r.Note = "Stopped " + c.moment(t.StoppedAt)
	case t.EndedAt.IsZero():
		r.Note = "Of use until " + c.moment(t.UsefulUntil)
	}
	return r
}

// Answers are the addresses of the forms of the page.
var (
	pauseURL   = route.Deliveries + "/pause"
	resumeURL  = route.Deliveries + "/resume"
	confirmURL = route.Deliveries + "/confirm"
)

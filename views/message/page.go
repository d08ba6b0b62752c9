package message

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// PageData is a message with everything its page is made of.
type PageData struct {
	Actor    identity.Actor
	Sheet    comms.Sheet
	Reach    comms.Reach
	Shifts   []comms.Shift // one for each approval
	Names    comms.Names
	Launch   comms.Launch // of its wave; the zero one for none
	Known    comms.Known
	Task     *ui.Link
	Move     string // where its day is changed; "" for those who may not
	WhoPage  string // where its recipients are listed; likewise
	Site     string
	Zone     *time.Location
	Today    day.Date
	Now      time.Time
	Fresh    bool   // who reads it proved who they are a short while ago
	Confirm  string // where they do
	Key      string // of the form that sends a test
	TestHeld string // why no test can be sent; "" when it can
	Did      templ.Component
	Clashes  map[comms.OccurrenceID][]string
	Refused  string // why what was asked for was not done
	Stale    bool
}

// PageProps is the page of one message.
type PageProps struct {
	Head    ui.PageHeadProps
	Chips   []ui.ChipProps
	Problem *ui.BannerProps
	Edit    string
	Facts   []Fact
	Clashes []string // what else reaches its people on the day it goes out
	Coming  *ComingProps
	Subject string
	Body    templ.Component
	Preview string
	Version ui.Link
	Check   []comms.Criterion
	Misses  string // "1 of 4 is missing"
	Approve ApproveProps
	Acts    ActsProps
	Did     templ.Component
	Done    []DoneRow
	More    string // "12 earlier"
}

// Fact is a line of what is planned.
type Fact struct {
	Name   string
	Lines  []string
	Person *ui.Person
	Warn   bool
	Link   *ui.Link
}

// NewPage decides what the page of a message shows.
func NewPage(d PageData) PageProps {
	m := d.Sheet.Message
	at := route.Message(int64(m.ID))
	p := PageProps{
		Head:  ui.PageHeadProps{Title: m.Title, Sub: d.sub(), Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}}},
		Chips: d.chips(), Facts: d.facts(), Subject: m.Subject, Body: letterText(m.Body, d.Site), Preview: at + "/preview",
		Version: ui.Link{Label: "Version " + strconv.Itoa(m.N), URL: at + "/versions"}, Did: d.Did,
	}
	if m.MayWrite(d.Actor) && m.Open() {
		p.Edit = at + "/edit"
	}
	if d.Refused != "" {
		p.Problem = &ui.BannerProps{Title: "Nothing was changed", Body: d.Refused, Tone: ui.ToneWarn, Alert: true}
	}
	if m.Checked() && m.Open() {
		p.Check = comms.Delegation(m.Subject, m.Body, d.Known)
		p.Misses = misses(p.Check)
	}
	p.Approve, p.Acts, p.Coming = d.approval(), d.acts(), d.coming()
	if o, ok := d.shown(); ok {
		p.Clashes = d.Clashes[o.ID]
	}
	if d.Actor.HasAny(identity.Lead, identity.Auditor, identity.Owner) {
		p.Done = d.done()
	}
	return p
}

func misses(list []comms.Criterion) string {
	n := 0
	for _, c := range list {
		if !c.Holds {
			n++
		}
	}
	if n == 0 {
		return "All four hold"
	}
	return ui.Count(n) + " of " + ui.Count(len(list)) + " missing. It stops nothing."
}

func (d PageData) sub() string {
	m := d.Sheet.Message
	out := m.Stage.Name()
	if d.Launch.Name != "" {
		out += ", " + d.Launch.Name
	}
	if m.Every != comms.Once {
		out += ", " + d.rhythm()
	}
	if !m.ArchivedAt.IsZero() {
		out += ". Archived on " + d.date(day.FromTime(m.ArchivedAt.In(d.Zone)))
	}
	return out
}

// rhythm says how often it goes out, and until when: "every week until Fri 19 Dec".
func (d PageData) rhythm() string {
	m := d.Sheet.Message
	if !m.Until.Known() {
		return everyWord(m.Every)
	}
	return everyWord(m.Every) + " until " + d.date(m.Until)
}

func everyWord(e comms.Every) string {
	return map[comms.Every]string{
		comms.Once: "once", comms.EveryWeek: "every week", comms.EveryTwoWeeks: "every two weeks", comms.EveryMonth: "every month", comms.EveryQuarter: "every quarter",
	}[e]
}

// shown is the occurrence the page speaks of: the next one, else the last.
func (d PageData) shown() (comms.Occurrence, bool) {
	m := d.Sheet.Message
	if i := m.Next(); i >= 0 {
		return m.Occurrences[i], true
	}
	if len(m.Occurrences) == 0 {
		return comms.Occurrence{}, false
	}
	return m.Occurrences[len(m.Occurrences)-1], true
}

// status is how the message stands.
func (d PageData) status() comms.Status {
	o, _ := d.shown()
	return d.Sheet.Message.Status(o, d.Launch)
}

func (d PageData) chips() []ui.ChipProps {
	m := d.Sheet.Message
	out := []ui.ChipProps{chipOf(d.status())}
	if d.short() {
		out = append(out, ui.ChipProps{Label: "Needs a second approval", Icon: ui.IconTriangleAlert, Tone: ui.ToneWarn})
	}
	if m.Mandatory {
		out = append(out, ui.ChipProps{Label: "Mandatory", Icon: ui.IconBell})
	}
	if !m.ArchivedAt.IsZero() {
		out = append(out, ui.ChipProps{Label: "Archived", Icon: ui.IconBan})
	}
	return out
}

// short reports whether more people are reached by now than its approvals cover.
func (d PageData) short() bool {
	s := d.status()
	return (s == comms.StatusScheduled || s == comms.StatusHeld || s == comms.StatusNoDay) && !d.Sheet.Message.Approved(len(d.Reach.To))
}

func (d PageData) facts() []Fact {
	m := d.Sheet.Message
	out := []Fact{d.when(), d.to(), {Name: "Through", Lines: []string{d.through()}}}
	out = append(out, personFact("Owner", m.Owner, true), personFact("Approver", m.Approver, false))
	if m.HeldForGo {
		out = append(out, Fact{Name: "Waits for", Lines: []string{"The go for " + cmp.Or(d.Launch.Name, "its wave")}})
	}
	out = append(out, Fact{Name: "Of use for", Lines: []string{hours(m.UsefulFor) + ", then it is dropped"}})
	if m.Mandatory {
		out = append(out, Fact{Name: "Mandatory", Lines: []string{"Whoever opted out gets it too. It says so."}})
	}
	if d.Task != nil {
		out = append(out, Fact{Name: "Fulfils", Link: d.Task})
	}
	return out
}

func hours(d time.Duration) string {
	if h := int(d / time.Hour); h%24 != 0 || h == 24 {
		return ui.Counted(h, "hour", "hours")
	}
	return ui.Counted(int(d/(24*time.Hour)), "day", "days")
}

func personFact(name string, p comms.Person, must bool) Fact {
	if !p.Named() {
		return Fact{Name: name, Lines: []string{"Nobody yet"}, Warn: must}
	}
	return Fact{Name: name, Person: &ui.Person{Name: cmp.Or(p.Name, p.Email)}}
}

// when says when it goes out, or went.
func (d PageData) when() Fact {
	o, ok := d.shown()
	f := Fact{Name: "Goes out"}
	switch {
	case !ok:
		f.Lines = []string{"Never"}
	case !o.Day.Known():
		f.Lines = []string{"Not yet: " + cmp.Or(d.Launch.Name, "its wave") + " has no day"}
	default:
		f.Lines = []string{d.date(o.Day) + ", " + o.At + d.elsewhere(o.Zone)}
	}
	switch o.State {
	case comms.Gone, comms.Going:
		f.Name = "Went out"
	case comms.Missed:
		f.Name = "Was due"
	}
	if o.Reason != "" {
		f.Lines = append(f.Lines, sentence(o.Reason))
	}
	if d.Move != "" && d.Sheet.Message.Next() >= 0 {
		f.Link = &ui.Link{Label: "Move", URL: d.Move}
	}
	return f
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// elsewhere names a zone that is not the rollout's.
func (d PageData) elsewhere(zone string) string {
	if zone == d.Zone.String() {
		return ""
	}
	return " " + zone
}

func (d PageData) date(on day.Date) string { return ui.Date(on.Time(), d.Today.Time()) }

// moment writes a moment where the rollout happens.
func (d PageData) moment(t time.Time) string {
	local := t.In(d.Zone)
	return ui.Date(local, d.Now.In(d.Zone)) + ", " + ui.Clock(local)
}

// to says whom it reaches now, and who is left out.
func (d PageData) to() Fact {
	m := d.Sheet.Message
	f := Fact{Name: "To", Lines: []string{m.Audience.Say(d.Names)}}
	switch n := len(d.Reach.To); {
	case d.Reach.Unjudged:
		f.Lines, f.Warn = append(f.Lines, "Nobody yet: no day of usage is complete by which that could be told."), true
	case n == 0:
		f.Lines, f.Warn = append(f.Lines, "Nobody as of now."), true
	default:
		f.Lines = append(f.Lines, ui.Counted(n, "person", "people")+" as of now.")
	}
	if say := leftOut(d.Reach); say != "" {
		f.Lines = append(f.Lines, say)
	}
	if d.WhoPage != "" {
		f.Link = &ui.Link{Label: "Who it reaches", URL: d.WhoPage}
	}
	return f
}

// leftOut counts who is left out, with the reasons.
func leftOut(r comms.Reach) string {
	if len(r.Out) == 0 {
		return ""
	}
	by := r.Left()
	var parts []string
	for _, why := range comms.Reasons() {
		if n := by[why]; n > 0 {
			parts = append(parts, ui.Count(n)+" "+why.Say())
		}
	}
	return ui.Count(len(r.Out)) + " left out: " + strings.Join(parts, ", ") + "."
}

func (d PageData) through() string { return ChannelNames(d.Sheet.Channels, d.Sheet.Message.Channels) }

// ChannelNames lists channels by name: "Email and #cowork-news".
func ChannelNames(all []comms.Channel, chosen []int) string {
	var out []string
	for _, id := range chosen {
		name := "a channel that was removed"
		for _, c := range all {
			if c.ID == id {
				name = c.Name
			}
		}
		out = append(out, name)
	}
	switch len(out) {
	case 0:
		return "No channel"
	case 1:
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}

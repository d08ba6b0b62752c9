package message

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Typed is a message's form as it was sent.
type Typed struct {
	Key, Version      string
	Template          string
	Stage, Title      string
	Owner, Approver   string
	Wave, Offset, Day string
	At, Zone          string
	Every, Until      string
	Useful            string
	Subject, Body     string
	Channels          []string
	Held, Mandatory   bool
	Preview           bool
	Errors            map[string]string
}

// TypedOf is the form of a message as it is.
func TypedOf(m comms.Message) Typed {
	t := Typed{
		Version: strconv.Itoa(m.Version), Stage: string(m.Stage), Title: m.Title, Owner: Address(m.Owner), Approver: Address(m.Approver), Template: m.Template,
		Useful: strconv.Itoa(int(m.UsefulFor / time.Hour)), Subject: m.Subject, Body: m.Body, Held: m.HeldForGo, Mandatory: m.Mandatory,
		Every: string(m.Every), Offset: strconv.Itoa(m.Offset), Until: m.Until.String(),
	}
	if m.Wave != 0 {
		t.Wave = strconv.Itoa(m.Wave)
	}
	for _, id := range m.Channels {
		t.Channels = append(t.Channels, strconv.Itoa(id))
	}
	return t
}

// Address writes a person as an address with a name: Dana Whitfield <dana@example.com>.
func Address(p comms.Person) string {
	if p.Name == "" || !p.Named() {
		return p.Email
	}
	return p.Name + " <" + p.Email + ">"
}

// EditData is a form with what can be chosen in it.
type EditData struct {
	Message   *comms.Message // nil for a new one
	Typed     Typed
	Audience  templ.Component
	Launches  []comms.Launch
	Channels  []comms.Channel
	People    []comms.Person
	Zones     []string
	Templates []comms.Template
	Chosen    *comms.Template // that the new message is made from
	Known     comms.Known
	Checked   bool
	Site      string
	Today     time.Time
	Problem   string
	Meanwhile *Meanwhile
}

// EditProps is the page with a message's form.
type EditProps struct {
	Head      ui.PageHeadProps
	Problem   string
	Meanwhile *Meanwhile
	Form      Typed
	New       bool
	Action    string
	Cancel    string
	Save      string
	Draft     string
	Stages    []ui.Choice
	Waves     []ui.Choice
	Rhythms   []ui.Choice
	Channels  []ui.Choice
	People    []string
	Zones     []string
	Audience  templ.Component
	MayHold   bool // it is of a wave
	Templates []TemplateLink
	Connector *ConnectorProps
	Preview   templ.Component
	Check     []comms.Criterion
	Misses    string
	Again     string // what saving does to its approval; "" nothing
	Places    []comms.Placeholder
}

// TemplateLink is a template to begin with.
type TemplateLink struct{ Label, Note, URL string }

// ConnectorProps asks which connector a template is about.
type ConnectorProps struct{ Action, Template, Title string }

// NewEdit decides what the form of a message shows.
func NewEdit(d EditData) EditProps {
	p := EditProps{
		Head:    ui.PageHeadProps{Title: "New message", Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}}},
		Problem: d.Problem, Meanwhile: d.Meanwhile, Form: d.Typed, New: d.Message == nil, Action: route.Messages, Cancel: route.Comms, Save: "Save as a draft",
		Draft: "message-new", People: people(d.People), Zones: d.Zones, Audience: d.Audience, Places: comms.Placeholders(),
		Stages: stages(d.Typed.Stage), Waves: waves(d), Rhythms: rhythms(d.Typed.Every), Channels: channels(d), MayHold: d.Message == nil || d.Message.Wave != 0,
	}
	if m := d.Message; m != nil {
		at := route.Message(int64(m.ID))
		p.Head = ui.PageHeadProps{Title: "Edit “" + m.Title + "”", Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: m.Title, URL: at}}}
		p.Action, p.Cancel, p.Save, p.Draft = at, at, "Save", "message-"+strconv.FormatInt(int64(m.ID), 10)
		if len(m.Approvals) > 0 || m.Asked == m.N {
			p.Again = "Changing subject, text, audience, channels or whether it is mandatory asks for approval again."
		}
	} else {
		p.Templates = templates(d)
		p.Connector = connector(d)
	}
	if d.Typed.Preview {
		p.Preview = letterText(d.Typed.Body, d.Site)
		if d.Checked {
			p.Check = comms.Delegation(d.Typed.Subject, d.Typed.Body, d.Known)
			p.Misses = misses(p.Check)
		}
	}
	return p
}

func people(list []comms.Person) []string {
	var out []string
	for _, p := range list {
		out = append(out, Address(p))
	}
	return out
}

func stages(chosen string) []ui.Choice {
	var out []ui.Choice
	for _, s := range comms.Stages() {
		out = append(out, ui.Choice{Value: string(s), Label: s.Name(), Chosen: string(s) == chosen})
	}
	return out
}

func waves(d EditData) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "None: a day of its own", Chosen: d.Typed.Wave == ""}}
	for _, l := range d.Launches {
		id := strconv.Itoa(l.Wave)
		label := l.Name + ", no day yet"
		if l.On.Known() {
			label = l.Name + ", opens " + ui.Date(l.On.Time(), d.Today)
		}
		out = append(out, ui.Choice{Value: id, Label: label, Chosen: id == d.Typed.Wave})
	}
	return out
}

func rhythms(chosen string) []ui.Choice {
	var out []ui.Choice
	for _, e := range comms.Rhythms() {
		word := everyWord(e)
		out = append(out, ui.Choice{Value: string(e), Label: strings.ToUpper(word[:1]) + word[1:], Chosen: string(e) == chosen})
	}
	return out
}

func channels(d EditData) []ui.Choice {
	var out []ui.Choice
	for _, c := range d.Channels {
		id := strconv.Itoa(c.ID)
		label := c.Name
		if !c.PausedAt.IsZero() {
			label += " (paused)"
		}
		out = append(out, ui.Choice{Value: id, Label: label, Chosen: slices.Contains(d.Typed.Channels, id)})
	}
	return out
}

func templates(d EditData) []TemplateLink {
	var out []TemplateLink
	for _, t := range d.Templates {
		label := strings.ReplaceAll(t.Title, "{{connector}}", "A connector")
		out = append(out, TemplateLink{Label: label, Note: t.Stage.Name(), URL: route.With(route.NewMessage, "template", t.Key)})
	}
	return out
}

// connector asks for the name a template leaves open, while nobody has said it.
func connector(d EditData) *ConnectorProps {
	if d.Chosen == nil || !d.Chosen.NeedsConnector() || !strings.Contains(d.Typed.Subject+d.Typed.Body, "{{connector}}") {
		return nil
	}
	return &ConnectorProps{Action: route.NewMessage, Template: d.Chosen.Key, Title: strings.ReplaceAll(d.Chosen.Title, "{{connector}}", "A connector")}
}

// Meanwhile is what somebody else made of a message while a form was open.
type Meanwhile struct {
	Say   string
	Facts []ui.Pair // what is another now than what was typed: theirs
	Lines []enablement.LineChange
}

// NewMeanwhile tells what a message is now beside what was typed.
func NewMeanwhile(m comms.Message, typed comms.Draft, names comms.Names, all []comms.Channel, when string) *Meanwhile {
	out := &Meanwhile{
		Say:   cmp.Or(m.ByName, "Somebody else") + " changed it meanwhile; its text is of " + when + ". Yours was not saved: it is in the form below. Saving it now replaces theirs, which stays among the versions.",
		Lines: enablement.Lines(typed.Body, m.Body),
	}
	now := comms.DraftOf(m)
	add := func(differs bool, name, theirs string) {
		if differs {
			out.Facts = append(out.Facts, ui.Pair{Name: name, Value: cmp.Or(theirs, "Nobody")})
		}
	}
	add(now.Title != typed.Title, "Title", now.Title)
	add(now.Subject != typed.Subject, "Subject", now.Subject)
	add(!now.Audience.Same(typed.Audience), "To", now.Audience.Say(names))
	add(!slices.Equal(now.Channels, typed.Channels), "Through", ChannelNames(all, now.Channels))
	add(now.Mandatory != typed.Mandatory, "Mandatory", yesNo(now.Mandatory))
	add(now.Stage != typed.Stage, "Stage", now.Stage.Name())
	add(now.Owner != typed.Owner, "Owner", cmp.Or(now.Owner.Name, now.Owner.Email))
	add(now.Approver != typed.Approver, "Approver", cmp.Or(now.Approver.Name, now.Approver.Email))
	add(now.HeldForGo != typed.HeldForGo, "Waits for go", yesNo(now.HeldForGo))
	add(now.UsefulFor != typed.UsefulFor, "Of use for", hours(now.UsefulFor))
	return out
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

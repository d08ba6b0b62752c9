package message

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/views/letter"
	"groundswell/views/ui"
)

// VersionsProps are all versions of a message.
type VersionsProps struct {
	Head ui.PageHeadProps
	Rows []VersionRow
}

// VersionRow is one version, and what it changed.
type VersionRow struct {
	N, When  string
	Current  bool
	Approved string // who approved it; "" nobody
	What     string
	Subject  string // shown where it changed
	To       string
	Through  string
	Lines    []enablement.LineChange
}

// NewVersions decides what is shown of the versions, the latest first.
func NewVersions(s comms.Sheet, names comms.Names, zone *time.Location, now time.Time) VersionsProps {
	m := s.Message
	p := VersionsProps{Head: crumbed(m, "Versions", "What each one changed")}
	for i, v := range s.Versions {
		row := VersionRow{
			N: strconv.Itoa(v.N), Current: i == 0, When: ui.Date(v.At.In(zone), now.In(zone)) + ", " + ui.Clock(v.At.In(zone)) + " by " + cmp.Or(v.ByName, "the program"),
			What: "The first version.",
		}
		var before comms.Text
		if i+1 < len(s.Versions) {
			before = s.Versions[i+1]
			row.What = "Changed: " + strings.Join(v.Differs(before), ", ") + "."
		}
		if v.Subject != before.Subject {
			row.Subject = v.Subject
		}
		if !v.Audience.Same(before.Audience) {
			row.To = v.Audience.Say(names)
		}
		if through := ChannelNames(s.Channels, v.Channels); through != ChannelNames(s.Channels, before.Channels) {
			row.Through = through
		}
		row.Lines = enablement.Lines(before.Body, v.Body)
		p.Rows = append(p.Rows, row)
	}
	if len(m.Approvals) > 0 && len(p.Rows) > 0 {
		p.Rows[0].Approved = approvers(m.Approvals)
	}
	return p
}

func approvers(list []comms.Approval) string {
	var out []string
	for _, a := range list {
		out = append(out, cmp.Or(a.Name, a.Email))
	}
	return "Approved by " + strings.Join(out, " and ")
}

func crumbed(m comms.Message, title, sub string) ui.PageHeadProps {
	return ui.PageHeadProps{Title: title, Sub: sub, Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}, {Label: m.Title, URL: route.Message(int64(m.ID))}}}
}

// PreviewData is what one recipient reads.
type PreviewData struct {
	Message comms.Message
	Letter  letter.Props
	To      comms.Recipient
	Sample  bool // an invented person
	As      string
	Some    []comms.Recipient // to choose from; nil for those who may not read names
	Wrong   string
	Missing []comms.Missing
	Reached int
	Through string
	Chats   bool // a chat gets it too
}

// PreviewProps is the page that shows it.
type PreviewProps struct {
	Head    ui.PageHeadProps
	Action  string
	Choose  bool
	As      string
	Wrong   string
	Some    []string
	To      string
	Subject string
	Body    templ.Component
	Footer  templ.Component
	Plain   string
	Missing []string
	Full    string // that nothing is missing; "" otherwise
	Note    string
}

// NewPreview decides what the preview shows.
func NewPreview(d PreviewData) PreviewProps {
	at := route.Message(int64(d.Message.ID)) + "/preview"
	p := PreviewProps{
		Head: crumbed(d.Message, "Preview", "As "+cmp.Or(d.To.Name, d.To.Email)+" will read it"), Action: at, Choose: d.Some != nil, As: d.As, Wrong: d.Wrong,
		To: to(d.To), Subject: d.Letter.Subject, Body: letter.Text(d.Letter.Body, d.Letter.Site), Footer: letter.Footer(d.Letter), Plain: letter.Plain(d.Letter),
	}
	if d.Sample {
		p.Head.Sub = "As an invented person would read it: names of recipients are for rollout leads and auditors"
	}
	if d.Chats {
		p.Note = "In a chat it is one message for everybody, so placeholders of people read as where they are not known."
	}
	for _, r := range d.Some {
		p.Some = append(p.Some, r.Email)
	}
	for _, m := range d.Missing {
		p.Missing = append(p.Missing, missing(m))
	}
	if len(d.Missing) == 0 && d.Reached > 0 {
		p.Full = "Every value is known of all " + ui.Counted(d.Reached, "recipient", "recipients") + "."
	}
	return p
}

func to(r comms.Recipient) string {
	if r.Name == "" {
		return r.Email
	}
	return r.Name + " <" + r.Email + ">"
}

// missing says of how many people a value is not known, and what they read.
func missing(m comms.Missing) string {
	say := "{{" + m.Name + "}} is not known of " + ui.Counted(m.People, "person", "people")
	if m.Link {
		return say + ": the link is left out."
	}
	return say + ": they read “" + m.Instead + "”."
}

package support

import (
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Addresses below the page of support.
const (
	ChannelPath = route.Support + "/channel"
	PathsPath   = route.Support + "/paths"
	RotaPath    = route.Support + "/rota"
	AttestPath  = route.Support + "/attest"
	ReportPath  = route.Issues + "/new"
)

func number[N ~int | ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// Word is a person's word that support is as the page says: which task asks for
// it, and how long the last one holds.
type Word struct {
	None    string // why no word can be given; "" when it can
	By      string
	At      time.Time // zero: nobody has given one
	HoldsTo day.Date
	Give    bool // the reader may give it
}

// PageData is what the page of support is made from.
type PageData struct {
	Actor   identity.Actor
	Support enablement.Support
	Word    *Word // nil for those who need not know
	Today   day.Date
	Note    string // what was wrong with a word
}

// PageProps is the page of support.
type PageProps struct {
	Channels    []ChannelRow
	Add         []ui.Link // channels that could be added
	OnCall      string
	OnCallNote  string
	OnCallWarn  bool
	Rota        string // where the rota is; "" for those who may not know
	Paths       []PathRow
	AddPath     string
	Issues      string
	Report      string
	Word        *WordProps
	Problem     string
	Recorded    bool // there is something to read
	CanEdit     bool
	SupportName string
}

// ChannelRow is a channel as it is read.
type ChannelRow struct {
	For, Name, URL, Note string
	Edit                 string
}

// PathRow is an escalation path as it is read.
type PathRow struct {
	Topic, GoesTo, Contact, Link, Within string
	Edit, Move                           string
	First, Last                          bool
}

// WordProps is the word on support, and the form that gives a new one.
type WordProps struct {
	Proof ui.Proof
	Say   string
	Why   string // why a new word is wanted
	Give  bool
	Seen  string // when support was last changed as the page shows it
}

// Seen names the moment of the last change, to notice another one.
func Seen(s enablement.Support) string {
	if s.ChangedAt.IsZero() {
		return "0"
	}
	return strconv.FormatInt(s.ChangedAt.UnixMicro(), 10)
}

// NewPage makes the props of the page of support.
func NewPage(d PageData) PageProps {
	lead := d.Actor.Has(identity.Lead)
	p := PageProps{Problem: d.Note, CanEdit: lead, Recorded: len(d.Support.Channels)+len(d.Support.Paths) > 0}
	for _, c := range d.Support.Channels {
		row := ChannelRow{For: purpose(c), Name: c.Name, URL: c.URL, Note: c.Note}
		if lead {
			row.Edit = channelURL(c.Purpose, c.Department)
		}
		p.Channels = append(p.Channels, row)
	}
	p.Paths = pathRows(d.Support.Paths, lead)
	p.OnCall, p.OnCallNote, p.OnCallWarn = onCall(d.Support.OnCall)
	if d.Actor.HasAny(identity.Lead, identity.Auditor) {
		p.Rota = RotaPath
	}
	if d.Actor.HasAny(identity.Lead, identity.Owner, identity.Champion, identity.Auditor) {
		p.Issues = route.Issues
	}
	if enablement.Reports(d.Actor) {
		p.Report = ReportPath
	}
	if lead {
		p.AddPath = PathsPath + "/new"
		p.Add = missing(d.Support)
	}
	if d.Word != nil {
		p.Word = wordProps(*d.Word, d.Support, d.Today)
	}
	return p
}

func purpose(c enablement.Channel) string {
	switch c.Purpose {
	case enablement.ForSupport:
		return "Everybody"
	case enablement.AmongChampions:
		return "Champions"
	}
	return c.DepartmentName
}

func channelURL(p enablement.Purpose, department int) string {
	if department == 0 {
		return route.With(ChannelPath, "for", string(p))
	}
	return route.With(ChannelPath, "for", string(p), "department", number(department))
}

// missing are the channels that nobody has recorded yet.
func missing(s enablement.Support) []ui.Link {
	var out []ui.Link
	if _, ok := s.Channel(enablement.ForSupport); !ok {
		out = append(out, ui.Link{Label: "Record the support channel", URL: channelURL(enablement.ForSupport, 0)})
	}
	if _, ok := s.Channel(enablement.AmongChampions); !ok {
		out = append(out, ui.Link{Label: "Record the champions’ channel", URL: channelURL(enablement.AmongChampions, 0)})
	}
	return append(out, ui.Link{Label: "Record a department’s channel", URL: route.With(ChannelPath, "for", string(enablement.OfOneDepartment))})
}

func pathRows(paths []enablement.Escalation, lead bool) []PathRow {
	var out []PathRow
	for i, e := range paths {
		row := PathRow{Topic: e.Topic, GoesTo: e.GoesTo, Contact: e.Contact, Link: e.Link(), Within: e.Within, First: i == 0, Last: i == len(paths)-1}
		if lead {
			row.Edit, row.Move = PathsPath+"/"+number(e.ID), PathsPath+"/"+number(e.ID)+"/move"
		}
		out = append(out, row)
	}
	return out
}

func onCall(d *enablement.Duty) (name, note string, warn bool) {
	switch {
	case d == nil:
		return "", "Nobody is on call this week.", true
	case !d.Active:
		return d.Name, "No longer a champion: somebody else should take the week.", true
	}
	return d.Name, "Answers in the support channel this week.", false
}

// wordProps says how long a word holds, and whether a new one is wanted.
func wordProps(w Word, s enablement.Support, today day.Date) *WordProps {
	p := &WordProps{Give: w.Give && w.None == "", Seen: Seen(s), Proof: ui.ProofNone}
	on := func(d day.Date) string { return ui.Date(d.Time(), today.Time()) }
	switch {
	case w.None != "":
		p.Say = w.None
		return p
	case w.At.IsZero():
		p.Say = "Nobody has confirmed yet that this page is current. The readiness check “Support channel and escalation path” waits for it."
		return p
	case w.HoldsTo < today:
		p.Proof, p.Say = ui.ProofStale, "Last confirmed on "+on(day.FromTime(w.At))+by(w.By)+". It held to "+on(w.HoldsTo)+"."
		p.Why = "The last confirmation held to " + on(w.HoldsTo) + ". Look through the page, then confirm it again."
		return p
	}
	p.Proof, p.Say = ui.ProofAttested, "Confirmed on "+on(day.FromTime(w.At))+by(w.By)+". It holds to "+on(w.HoldsTo)+"."
	if s.ChangedAt.After(w.At) {
		p.Proof, p.Why = ui.ProofStale, "A channel or a path was changed on "+on(day.FromTime(s.ChangedAt))+". Confirm the page again."
	}
	return p
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}

package library

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

func number(n int) string { return strconv.Itoa(n) }

// GuideProps is the page of one guide.
type GuideProps struct {
	Title, Sub string
	Crumbs     []ui.Link
	Body       string
	Host, Open string // where its link leads, and what takes the form that goes there
	Version    string
	Edit       string // "" for those who may not
	History    string // likewise
	Archive    string // takes it out of the library, or puts it back; "" for those who may not
	Archived   bool
}

// NewGuide makes the props of a guide's page.
func NewGuide(actor identity.Actor, g enablement.Guide, now time.Time) GuideProps {
	p := GuideProps{Title: g.Title, Crumbs: crumbs(g), Body: g.Body, Host: g.Host(), Version: number(g.Version), Archived: g.Archived()}
	p.Sub = "As of " + ui.Date(g.EditedAt, now)
	if g.URL != "" && !g.Archived() {
		p.Open = route.Guide(g.ID) + "/open"
	}
	if actor.HasAny(identity.Lead, identity.Auditor) {
		p.Sub += by(g.EditedBy) + ". " + opened(g)
		p.History = route.Guide(g.ID) + "/history"
	}
	if g.Archived() {
		p.Sub = "Archived on " + ui.Date(g.ArchivedAt, now)
	}
	if actor.Has(identity.Lead) {
		if !g.Archived() {
			p.Edit = editURL(g)
		}
		if g.Slot == "" {
			p.Archive = route.Guide(g.ID) + "/archive"
		}
	}
	return p
}

func editURL(g enablement.Guide) string {
	if g.Slot.InKit() {
		return route.Kit + "/" + string(g.Slot) + "/edit"
	}
	return route.Guide(g.ID) + "/edit"
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}

func opened(g enablement.Guide) string {
	if g.Slot != "" {
		return "Version " + number(g.N)
	}
	if g.Opens == 0 {
		return "Not opened in the last 28 days"
	}
	return "Opened " + ui.Counted(g.Opens, "time", "times") + " in the last 28 days"
}

func crumbs(g enablement.Guide) []ui.Link {
	switch {
	case g.Slot == enablement.SlotTip:
		return []ui.Link{{Label: "Champion kit", URL: route.Kit}, {Label: "Tips", URL: route.Kit + "/tips"}}
	case g.Slot != "":
		return []ui.Link{{Label: "Champion kit", URL: route.Kit}}
	}
	return []ui.Link{{Label: "Library", URL: route.Library}}
}

// Typed is a guide's form as it was sent.
type Typed struct {
	Audience, Title, Body, URL string
	Version, Key               string
	Preview                    bool
	Errors                     map[string]string
}

// TypedOf is the form of a guide as it is.
func TypedOf(g enablement.Guide) Typed {
	return Typed{Audience: string(g.Audience), Title: g.Title, Body: g.Body, URL: g.URL, Version: number(g.Version)}
}

// Meanwhile is what somebody else made of a guide while a form was open.
type Meanwhile struct {
	Say   string
	Now   enablement.GuideText
	Lines []enablement.LineChange // from what was typed to theirs
}

// NewMeanwhile tells what a guide is now beside what was typed.
func NewMeanwhile(g enablement.Guide, t Typed, now time.Time) *Meanwhile {
	who := "Somebody else"
	if g.EditedBy != "" {
		who = g.EditedBy
	}
	return &Meanwhile{
		Say: fmt.Sprintf("%s saved another version on %s at %s UTC. Yours was not saved: it is in the form below. Saving it now replaces theirs, which stays in the history.",
			who, ui.Date(g.EditedAt, now), ui.Clock(g.EditedAt)),
		Now: g.GuideText, Lines: enablement.Lines(t.Body, g.Body),
	}
}

// EditProps is the page with a guide's form.
type EditProps struct {
	Title     string
	Crumbs    []ui.Link
	Action    string
	Cancel    string
	Form      Typed
	Audiences []ui.Choice // nil: it has its place
	Save      string
	Problem   string
	Meanwhile *Meanwhile
}

// NewEdit makes the props of a guide's form; g is nil for a new one.
func NewEdit(g *enablement.Guide, t Typed) EditProps {
	p := EditProps{Title: "Add a guide", Action: route.Library, Cancel: route.Library, Form: t, Save: "Add the guide", Crumbs: []ui.Link{{Label: "Library", URL: route.Library}}}
	if g != nil {
		p.Title, p.Action, p.Cancel, p.Save = "Edit: "+g.Title, route.Guide(g.ID), route.Guide(g.ID), "Save a new version"
		p.Crumbs = crumbs(*g)
	}
	if g != nil && g.Slot.InKit() {
		p.Action = route.Kit + "/" + string(g.Slot)
		p.Cancel = p.Action
	}
	if g == nil || g.Slot == "" {
		for _, a := range enablement.Audiences() {
			p.Audiences = append(p.Audiences, ui.Choice{Value: string(a), Label: a.Name(), Chosen: string(a) == t.Audience})
		}
	}
	return p
}

// HistoryProps is the page with every version of a guide.
type HistoryProps struct {
	Title    string
	Crumbs   []ui.Link
	Versions []Version
	Restore  string // takes the number of a version to restore; "" for those who may not
	Version  string
}

// Version is one version of a guide, and what it changed.
type Version struct {
	N, When, What string
	Title, URL    string // "" where they stayed
	Lines         []enablement.LineChange
	Current       bool
}

// NewHistory makes the props of a guide's history. Versions are newest first.
func NewHistory(actor identity.Actor, g enablement.Guide, versions []enablement.GuideVersion, now time.Time) HistoryProps {
	p := HistoryProps{
		Title: "Versions of “" + g.Title + "”", Version: number(g.Version),
		Crumbs: slices.Concat(crumbs(g), []ui.Link{{Label: g.Title, URL: route.Guide(g.ID)}}),
	}
	if actor.Has(identity.Lead) {
		p.Restore = route.Guide(g.ID) + "/restore"
	}
	for i, v := range versions {
		var before enablement.GuideText
		if i+1 < len(versions) {
			before = versions[i+1].GuideText
		}
		one := newVersion(before, v, now, i+1 == len(versions))
		one.Current = i == 0
		p.Versions = append(p.Versions, one)
	}
	return p
}

func newVersion(before enablement.GuideText, v enablement.GuideVersion, now time.Time, first bool) Version {
	who := v.By
	if who == "" {
		who = "Shipped text"
	}
	out := Version{N: number(v.N), When: ui.Date(v.At, now) + " at " + ui.Clock(v.At) + " UTC, " + who, Lines: enablement.Lines(before.Body, v.Body)}
	changed := before.Differs(v.GuideText)
	if first {
		out.What = "First version"
	} else {
		out.What = "Changed: " + strings.Join(changed, ", ")
	}
	if slices.Contains(changed, "title") {
		out.Title = v.Title
	}
	if slices.Contains(changed, "link") {
		out.URL = v.URL
		if v.URL == "" {
			out.URL = "none"
		}
	}
	return out
}

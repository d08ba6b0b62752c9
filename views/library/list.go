package library

import (
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// ListData is what the library's page is made from.
type ListData struct {
	Actor    identity.Actor
	Guides   []enablement.Guide // those that match, of every audience the actor may read
	Search   string
	Audience enablement.Audience // "": every one
	Archived bool                // the guides that were taken out
	Kit      bool                // the actor may open the champion kit
}

// excerptLength is how many characters of a guide a list shows.
const excerptLength = 140

// ListProps is the library's page.
type ListProps struct {
	Title, Sub string
	Crumbs     []ui.Link
	Search     string
	Audience   string
	Audiences  ui.SegmentedProps
	Groups     []Group
	None       *ui.VoidProps
	Starter    bool // the shipped guides can be taken
	CanEdit    bool
	Archive    *ui.Link
	Kit        bool
	Archived   bool
}

// Group is an audience and its guides.
type Group struct {
	ID, Name, Sub string
	Items         []Item
}

// Item is a guide in a list.
type Item struct {
	Title, Excerpt, Host string
	Open                 string // takes the form that opens it
	Opens                string // "" for those who may not know
	Edit, Move           string // "" for those who may not
	Version              string
	First, Last          bool
}

// NewList makes the props of the library's page.
func NewList(d ListData) ListProps {
	lead := d.Actor.Has(identity.Lead)
	p := ListProps{
		Title: "Library", Search: d.Search, Audience: string(d.Audience), CanEdit: lead && !d.Archived,
		Kit: d.Kit, Archived: d.Archived, Audiences: d.segments(),
	}
	shown := 0
	for _, a := range enablement.Readable(d.Actor) {
		if d.Audience != "" && d.Audience != a {
			continue
		}
		if g := d.group(a, lead); len(g.Items) > 0 {
			p.Groups = append(p.Groups, g)
			shown += len(g.Items)
		}
	}
	p.Sub = ui.Counted(shown, "guide", "guides")
	if d.Archived {
		p.Title, p.Crumbs = "Archived guides", []ui.Link{{Label: "Library", URL: route.Library}}
	} else if d.Actor.HasAny(identity.Lead, identity.Auditor) {
		p.Archive = &ui.Link{Label: "Archived guides", URL: route.With(route.Library, "archived", "1")}
	}
	if shown == 0 {
		p.None, p.Starter = d.none(lead)
	}
	return p
}

// none says why nothing is shown.
func (d ListData) none(lead bool) (none *ui.VoidProps, starter bool) {
	switch {
	case d.Archived && d.Search == "":
		return &ui.VoidProps{Icon: ui.IconBookOpen, Title: "Nothing is archived", Body: "Guides that a lead takes out of the library are kept here with their versions."}, false
	case d.Search != "" || d.Audience != "" && len(d.Guides) > 0:
		return &ui.VoidProps{Icon: ui.IconSearch, Title: "No guide matches", Body: "A guide is found when it holds every word, in its title, text or address.", Action: &ui.Link{Label: "Show all guides", URL: route.Library}}, false
	case lead:
		return &ui.VoidProps{
			Icon: ui.IconBookOpen, Title: "The library is empty",
			Body: "Add links and short guides of your own, or begin with the starter set: " + ui.Counted(len(enablement.StarterGuides()), "short guide", "short guides") + " that you can then edit like any other.",
		}, d.Audience == ""
	}
	return &ui.VoidProps{Icon: ui.IconBookOpen, Title: "The library is empty", Body: "A rollout lead fills it. Until then, ask in the support channel."}, false
}

func (d ListData) segments() ui.SegmentedProps {
	seg := ui.SegmentedProps{Label: "Whom guides are for"}
	at := func(a enablement.Audience) string {
		archived := ""
		if d.Archived {
			archived = "1"
		}
		return route.With(route.Library, "q", d.Search, "for", string(a), "archived", archived)
	}
	seg.Options = append(seg.Options, ui.Option{Label: "All", URL: at(""), Current: d.Audience == ""})
	for _, a := range enablement.Readable(d.Actor) {
		seg.Options = append(seg.Options, ui.Option{Label: shortNames[a], URL: at(a), Current: d.Audience == a})
	}
	return seg
}

var shortNames = map[enablement.Audience]string{
	enablement.ForUsers: "Cowork", enablement.ForGeneral: "AI", enablement.ForAdmins: "Admins", enablement.ForChampions: "Champions",
}

func (d ListData) group(a enablement.Audience, lead bool) Group {
	g := Group{ID: "for-" + string(a), Name: a.Name()}
	for _, one := range d.Guides {
		if one.Audience == a {
			g.Items = append(g.Items, item(one, lead, d.Actor.HasAny(identity.Lead, identity.Auditor)))
		}
	}
	if n := len(g.Items); n > 0 {
		g.Sub = ui.Counted(n, "guide", "guides")
		g.Items[0].First, g.Items[n-1].Last = true, true
		if d.Search != "" || d.Archived {
			for i := range g.Items {
				g.Items[i].Move = "" // places are those of the whole list
			}
		}
	}
	return g
}

func item(g enablement.Guide, lead, counts bool) Item {
	out := Item{Title: g.Title, Excerpt: Excerpt(g.Body, excerptLength), Host: g.Host(), Open: route.Guide(g.ID) + "/open", Version: number(g.Version)}
	if g.Archived() {
		out.Open = ""
		out.Edit = route.Guide(g.ID)
		return out
	}
	if counts && g.Opens > 0 {
		out.Opens = ui.Count(g.Opens) + " opened in 28 days"
	} else if counts {
		out.Opens = "Not opened in 28 days"
	}
	if lead {
		out.Edit, out.Move = route.Guide(g.ID)+"/edit", route.Guide(g.ID)+"/move"
	}
	return out
}

package audience

import (
	"strconv"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// PageSize is how many people stand on a page.
const PageSize = 25

// ExploreProps is the page on which an audience is tried out.
type ExploreProps struct {
	Head   ui.PageHeadProps
	Fields FieldsProps
}

// NewExplore decides what the page shows.
func NewExplore(f FieldsProps) ExploreProps {
	return ExploreProps{
		Head:   ui.PageHeadProps{Title: "Count an audience", Sub: "How many a message would reach now", Crumbs: []ui.Link{{Label: "Comms", URL: route.Comms}}},
		Fields: f,
	}
}

// Named is somebody in a list, with a reason beside their name.
type Named struct{ Name, Why string }

// Shift is what changed since an approval.
type Shift struct {
	ID, Title, Sub       string
	Joined, Gone         []Named
	JoinedMore, GoneMore string
}

// PeopleData is a message with whom it reaches now.
type PeopleData struct {
	Message comms.Message
	Names   comms.Names
	Reach   comms.Reach
	Shifts  []comms.Shift // one for each approval of the message
	Search  string
	Page    int // from 0
	Lead    bool
	Fresh   bool
	Now     time.Time
	Zone    *time.Location
}

// PeopleProps is the page with everybody whom a message reaches now.
type PeopleProps struct {
	Head   ui.PageHeadProps
	Action string
	CSV    string
	Fresh  bool
	Size   string
	Search string
	None   *ui.VoidProps
	Rows   []comms.Recipient
	Pages  ui.PagesProps

	Say, Note       string
	Out             []Named
	OutSub, OutMore string
	Shifts          []Shift
}

// NewPeople decides what the page shows.
func NewPeople(d PeopleData) PeopleProps {
	at := route.MessageAudience(int64(d.Message.ID))
	p := PeopleProps{
		Head: ui.PageHeadProps{Title: "Who it reaches", Sub: d.Message.Title, Crumbs: []ui.Link{
			{Label: "Comms", URL: route.Comms}, {Label: d.Message.Title, URL: route.Message(int64(d.Message.ID))}}},
		Action: at, CSV: at + ".csv", Fresh: d.Fresh, Search: d.Search,
		Size: ui.Counted(len(d.Reach.To), "person", "people") + " as of now",
		Say:  d.Message.Audience.Say(d.Names) + ".", Note: "It is counted again when it goes out: who joined by then gets it, who left does not.",
	}
	if d.Message.Mandatory {
		p.Note = "It is mandatory: whoever opted out gets it too, and it says so. " + p.Note
	}
	p.list(d, at)
	p.out(d.Reach)
	for i, s := range d.Shifts {
		p.Shifts = append(p.Shifts, newShift(d, i, s))
	}
	return p
}

// list cuts the page asked for out of everybody found.
func (p *PeopleProps) list(d PeopleData, at string) {
	found := find(d.Reach.To, d.Search)
	page := min(d.Page, max(0, (len(found)-1)/PageSize))
	from := page * PageSize
	to := min(from+PageSize, len(found))
	p.Rows = found[from:to]
	switch {
	case len(d.Reach.To) == 0:
		p.None = &ui.VoidProps{Title: "Nobody gets it", Body: Nobody(d.Message.Audience, d.Reach)}
	case len(found) == 0:
		p.None = &ui.VoidProps{Title: "Nobody by that name", Body: "No name and no address of those who get it holds it.", Action: &ui.Link{Label: "Show everybody", URL: at}}
	default:
		p.Pages = ui.PagesProps{Label: ui.Count(from+1) + "–" + ui.Count(to) + " of " + ui.Count(len(found))}
		link := func(n int) string { return route.With(at, "q", d.Search, "page", strconv.Itoa(n+1)) }
		if page > 0 {
			p.Pages.Prev = link(page - 1)
		}
		if to < len(found) {
			p.Pages.Next = link(page + 1)
		}
	}
}

// find keeps those whose name or address holds a text.
func find(list []comms.Recipient, text string) []comms.Recipient {
	text = strings.ToLower(text)
	if text == "" {
		return list
	}
	var out []comms.Recipient
	for _, r := range list {
		if strings.Contains(strings.ToLower(r.Name), text) || strings.Contains(strings.ToLower(r.Email), text) {
			out = append(out, r)
		}
	}
	return out
}

func (p *PeopleProps) out(r comms.Reach) {
	p.OutSub = ui.Counted(len(r.Out), "person", "people")
	list := make([]Named, 0, min(len(r.Out), PageSize))
	for _, e := range r.Out[:min(len(r.Out), PageSize)] {
		list = append(list, named(e))
	}
	p.Out, p.OutMore = list, more(len(r.Out)-len(list))
}

func named(e comms.Excluded) Named {
	name := called(e.Recipient)
	if name == "" {
		name = "A member without a name"
	}
	return Named{name, e.Why.Say()}
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return "and " + ui.Count(n) + " more; all of them are in the CSV file."
}

func newShift(d PeopleData, i int, s comms.Shift) Shift {
	a := d.Message.Approvals[i]
	out := Shift{
		ID: "shift-" + strconv.Itoa(i+1), Title: "Since " + who(a) + " approved it",
		Sub: ui.Date(a.At.In(d.Zone), d.Now.In(d.Zone)) + ", " + ui.Clock(a.At.In(d.Zone)) + ", for " + ui.Counted(a.Recipients, "person", "people"),
	}
	for _, r := range s.Joined[:min(len(s.Joined), PageSize)] {
		out.Joined = append(out.Joined, Named{Name: called(r)})
	}
	for _, e := range s.Gone[:min(len(s.Gone), PageSize)] {
		n := named(e)
		if e.Why == "" {
			n.Why = "is in the audience no longer"
		}
		out.Gone = append(out.Gone, n)
	}
	out.JoinedMore, out.GoneMore = more(len(s.Joined)-len(out.Joined)), more(len(s.Gone)-len(out.Gone))
	return out
}

func who(a comms.Approval) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// Sheet is everybody of an audience as rows of a file, its head first.
func Sheet(r comms.Reach) [][]string {
	out := [][]string{{"email", "name", "reached", "left_out_because"}}
	for _, to := range r.To {
		out = append(out, []string{to.Email, to.Name, "yes", ""})
	}
	for _, e := range r.Out {
		out = append(out, []string{e.Email, e.Name, "no", e.Why.Say()})
	}
	return out
}

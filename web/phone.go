package web

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/layout"
	"groundswell/views/ui"
)

// phonePage is what the frame of a phone needs to know of a page.
type phonePage struct {
	Title  string // its h1, and the window's title
	Sub    string // under the h1, such as "Thu 19 Nov"
	Tab    string // the tab it belongs to, as its address in route; "" for none
	Back   string // set, the page is a sheet: Cancel leads there, and there are no tabs
	Status int    // 0 is 200
}

// phone answers with a page in the frame made for a phone. The actor is signed in.
func (s *Server) phone(w http.ResponseWriter, r *http.Request, actor identity.Actor, p phonePage, body templ.Component) error {
	w.Header().Add("Vary", "HX-Request")
	props := s.phoneProps(r, actor, s.frame(w, r, p.Title), p.Tab)
	props.Heading, props.Sub, props.Back = p.Title, p.Sub, p.Back
	return s.html(w, r, p.Status, phoneFrame(props, body))
}

func phoneFrame(props layout.PhoneProps, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return layout.Phone(props).Render(templ.WithChildren(ctx, body), out)
	})
}

// phoneProps adds to a frame who is signed in, the tabs, and the pages of the menu.
func (s *Server) phoneProps(r *http.Request, actor identity.Actor, frame layout.Props, tab string) layout.PhoneProps {
	frame.Me = me(actor)
	frame.Items = s.itemsFor(actor, tab)
	return layout.PhoneProps{Props: frame, Home: route.Home, Tabs: s.tabs(r, actor, tab)}
}

// tabs returns the pages at the foot that there are and that the actor may open.
// A department that was chosen in the address stays chosen.
func (s *Server) tabs(r *http.Request, actor identity.Actor, current string) []layout.Tab {
	all, keep := championTabs, r.URL.Query().Get("department")
	if len(actor.Roles) == 0 {
		all, keep = everyonesTabs, ""
	}
	var out []layout.Tab
	for _, t := range all {
		if a, ok := s.opens[t.URL]; !ok || !a.admits(actor) {
			continue
		}
		t.Current = t.URL == current
		t.URL = route.With(t.URL, "department", keep)
		out = append(out, t)
	}
	return out
}

var championTabs = []layout.Tab{
	{Label: "Today", URL: route.Today, Icon: ui.IconHouse},
	{Label: "People", URL: route.TodayPeople, Icon: ui.IconUsers},
	{Label: "Wins", URL: route.TodayWins, Icon: ui.IconTrophy},
	{Label: "Help", URL: route.TodayHelp, Icon: ui.IconLifeBuoy},
}

var everyonesTabs = []layout.Tab{
	{Label: "Trainings", URL: route.Trainings, Icon: ui.IconGraduationCap},
	{Label: "Library", URL: route.Library, Icon: ui.IconBookOpen},
	{Label: "Support", URL: route.Support, Icon: ui.IconLifeBuoy},
	{Label: "Volunteer", URL: route.Volunteer, Icon: ui.IconHandHeart},
}

// me is the signed-in person as frames show them.
func me(actor identity.Actor) *layout.Me {
	m := &layout.Me{Key: strconv.FormatInt(int64(actor.Account), 10), Name: actor.Name}
	if m.Name == "" {
		m.Name = actor.Email
	}
	if len(actor.Roles) > 0 {
		m.Role = roleNames[actor.Roles[0]]
	}
	return m
}

// Package layout is the frame around every page: the document's head, the
// sidebar with its groups, the foot with freshness and the signed-in person, and
// the plain frame for pages outside the shell. Its Props carry decisions already
// made: what may be opened, what is current, what was just done.
package layout

import (
	"slices"

	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Group is a heading of the sidebar.
type Group string

// The groups, in the order of the sidebar. Settings open from the organization's menu.
const (
	Run      Group = "Run"
	People   Group = "People"
	Measure  Group = "Measure"
	Govern   Group = "Govern"
	Settings Group = "Settings"
)

// Item is a page that this person may open.
type Item struct {
	Group   Group
	Label   string
	URL     string
	Icon    ui.Glyph
	Key     string // pressed after g to come here
	Current bool
	Count   string // only where it calls for action
	Bad     bool   // the count blocks the next launch
}

// Items returns the pages there are, with the one at the address current marked.
// The caller leaves out those that the actor may not open.
func Items(current string) []Item {
	items := []Item{
		{Group: Run, Label: "Today", URL: route.Today, Icon: ui.IconHouse, Key: "y"},
		{Group: Run, Label: "Overview", URL: route.Overview, Icon: ui.IconCompass, Key: "o"},
		{Group: Run, Label: "Plan", URL: route.Plan, Icon: ui.IconListChecks, Key: "l"},
		{Group: Run, Label: "Readiness", URL: route.Readiness, Icon: ui.IconClipboardCheck, Key: "r"},
		{Group: Run, Label: "Comms", URL: route.Comms, Icon: ui.IconMegaphone, Key: "z"},
		{Group: People, Label: "Cohorts", URL: route.Cohorts, Icon: ui.IconUsers, Key: "c"},
		{Group: People, Label: "Champions", URL: route.Champions, Icon: ui.IconHandHelping, Key: "h"},
		{Group: People, Label: "Trainings", URL: route.Trainings, Icon: ui.IconGraduationCap, Key: "i"},
		{Group: People, Label: "Touchpoints", URL: route.Touchpoints, Icon: ui.IconMessageCirclePlus, Key: "k"},
		{Group: People, Label: "Library", URL: route.Library, Icon: ui.IconBookOpen, Key: "b"},
		{Group: People, Label: "Support", URL: route.Support, Icon: ui.IconLifeBuoy, Key: "f"},
		{Group: People, Label: "People", URL: route.People, Icon: ui.IconContact, Key: "e"},
		{Group: Measure, Label: "Activation", URL: route.Activation, Icon: ui.IconActivity, Key: "a"},
		{Group: Measure, Label: "Depth", URL: route.Depth, Icon: ui.IconLayers, Key: "d"},
		{Group: Measure, Label: "Value", URL: route.Value, Icon: ui.IconGem, Key: "v"},
		{Group: Measure, Label: "Wins", URL: route.Wins, Icon: ui.IconTrophy, Key: "w"},
		{Group: Govern, Label: "Access", URL: route.Access, Icon: ui.IconKeyRound, Key: "x"},
		{Group: Govern, Label: "Connectors & plugins", URL: route.Connectors, Icon: ui.IconPlug, Key: "n"},
		{Group: Govern, Label: "Spend", URL: route.Spend, Icon: ui.IconWallet, Key: "p"},
		{Group: Settings, Label: "Targets and definitions", URL: route.Targets, Icon: ui.IconTarget, Key: "t"},
		{Group: Settings, Label: "Sources", URL: route.Sources, Icon: ui.IconDatabase, Key: "s"},
		{Group: Settings, Label: "Channels for messages", URL: route.SendChannels, Icon: ui.IconSend, Key: "j"},
		{Group: Settings, Label: "Telemetry", URL: route.Telemetry, Icon: ui.IconRadio, Key: "m"},
		{Group: Settings, Label: "People with access", URL: route.Roles, Icon: ui.IconShield, Key: "u"},
		{Group: Settings, Label: "Sandbox", URL: route.Sandbox, Icon: ui.IconSparkles},
	}
	for i := range items {
		items[i].Current = items[i].URL == current
	}
	return items
}

// Me is the signed-in person.
type Me struct {
	Key  string // tells people apart who share a device
	Name string
	Role string
}

// Props is a page's frame.
type Props struct {
	Title   string // of the window, without the product's name
	Org     string
	About   string // under the organization's name; "Cowork rollout" when empty
	Theme   string // light, dark, or "" for the system's
	Path    string // of this page with its query, to come back to after a change of theme
	KeysOff bool   // single-key shortcuts are switched off
	Items   []Item
	Fresh   ui.FreshProps
	Me      *Me // nil when nobody is signed in: the page is drawn plain
	Flash   *ui.ToastProps
}

type section struct {
	group Group
	items []Item
}

// sections returns the sidebar's groups that have a page.
func (p Props) sections() []section {
	var out []section
	for _, g := range []Group{Run, People, Measure, Govern} {
		if items := p.in(g); len(items) > 0 {
			out = append(out, section{g, items})
		}
	}
	return out
}

func (p Props) in(g Group) []Item {
	var out []Item
	for _, it := range p.Items {
		if it.Group == g {
			out = append(out, it)
		}
	}
	return out
}

// has reports whether the reader may open the page at an address.
func (p Props) has(url string) bool {
	return slices.ContainsFunc(p.Items, func(it Item) bool { return it.URL == url })
}

func (p Props) settingsCurrent() bool {
	for _, it := range p.in(Settings) {
		if it.Current {
			return true
		}
	}
	return false
}

func (p Props) keys() string {
	if p.KeysOff {
		return "off"
	}
	return "on"
}

// shortcuts lists the keys for the dialog behind "?".
func (p Props) shortcuts() []ui.Pair {
	out := []ui.Pair{{Name: "/", Value: "Search or jump"}}
	for _, it := range p.Items {
		if it.Key != "" {
			out = append(out, ui.Pair{Name: "g " + it.Key, Value: "Go to " + it.Label})
		}
	}
	if p.has(route.Plan) {
		out = append(out, ui.Pair{Name: "j k", Value: "Next and previous task"}, ui.Pair{Name: "x", Value: "Tick or choose a task"}, ui.Pair{Name: "e", Value: "Edit a task"})
	}
	return append(out, ui.Pair{Name: "?", Value: "This list"}, ui.Pair{Name: "Esc", Value: "Close what floats"})
}

type look struct {
	value, label string
	icon         ui.Glyph
	current      bool
}

func (p Props) looks() []look {
	return []look{
		{"light", "Light", ui.IconSun, p.Theme == "light"},
		{"dark", "Dark", ui.IconMoon, p.Theme == "dark"},
		{"system", "System", ui.IconMonitor, p.Theme == ""},
	}
}

func (p Props) title() string {
	if p.Title == "" {
		return "Groundswell"
	}
	return p.Title + " · Groundswell"
}

// freshURL leads to the sources; it is empty for those who may not open them.
func (p Props) freshURL() string {
	if p.Fresh.URL != "" {
		return p.Fresh.URL
	}
	for _, it := range p.Items {
		if it.URL == route.Sources {
			return it.URL
		}
	}
	return ""
}

func pressed(on bool) string {
	if on {
		return "true"
	}
	return "false"
}

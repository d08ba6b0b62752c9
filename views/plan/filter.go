package plan

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// The values of a filter that are no phase, person or state.
const (
	AllPhases = "all"
	Anyone    = "anyone"
	Mine      = "mine"
	Nobody    = "nobody" // the role is not filled
	Late      = "late"   // overdue
	Left      = "left"   // anything not settled
)

const maxText = 200

// Filter says which tasks are shown, and how. Its address is that of the page.
type Filter struct {
	Phase    string // "" is the phase under way; AllPhases is every phase
	Owner    string // Anyone, Mine, Nobody or an address
	State    string // a state as shown, Late, Left, or "" for all
	Wave     string // slug, or "" for all
	Text     string
	Timeline bool
	Choosing bool // rows carry boxes, for changing several at once

	usual string // the owner when none is asked for
}

// NewFilter reads an address. What cannot be meant filters nothing. Whoever does
// not oversee the plan sees what is theirs unless they ask for more.
func NewFilter(q url.Values, oversees bool) Filter {
	f := Filter{
		Phase: q.Get("phase"), Owner: q.Get("owner"), State: q.Get("state"), Wave: q.Get("wave"), Text: strings.TrimSpace(q.Get("q")),
		Timeline: q.Get("view") == "timeline", Choosing: q.Get("choose") == "tasks", usual: Anyone,
	}
	if !oversees {
		f.usual = Mine
	}
	for _, text := range []*string{&f.Phase, &f.Owner, &f.State, &f.Wave, &f.Text} {
		if !utf8.ValidString(*text) || strings.ContainsRune(*text, 0) || utf8.RuneCountInString(*text) > maxText {
			*text = ""
		}
	}
	if f.Phase != AllPhases && !slices.Contains(adoption.Phases(), adoption.Phase(f.Phase)) {
		f.Phase = ""
	}
	if f.Owner == "" {
		f.Owner = f.usual
	}
	return f
}

// Narrowed reports whether tasks are left out for another reason than their phase.
func (f Filter) Narrowed() bool {
	return f.Owner != Anyone || f.State != "" || f.Wave != "" || f.Text != ""
}

// Address is the page at this filter.
func (f Filter) Address() string { return f.at(route.Plan) }

// Sheet is the same tasks as CSV.
func (f Filter) Sheet() string {
	f.Timeline, f.Choosing = false, false
	return f.at(route.Plan + ".csv")
}

func (f Filter) at(path string) string {
	owner, view, choose := f.Owner, "", ""
	if owner == f.usual {
		owner = ""
	}
	if f.Timeline {
		view = "timeline"
	}
	if f.Choosing {
		choose = "tasks"
	}
	return route.With(path, "phase", f.Phase, "owner", owner, "state", f.State, "wave", f.Wave, "q", f.Text, "view", view, "choose", choose)
}

func (f Filter) in(phase string) Filter {
	f.Phase = phase
	return f
}

func (f Filter) drawn(timeline bool) Filter {
	f.Timeline, f.Choosing = timeline, f.Choosing && !timeline
	return f
}

func (f Filter) choosing(on bool) Filter {
	f.Choosing = on
	return f
}

// Wide is the filter that leaves nothing out.
func (f Filter) wide() Filter {
	return Filter{Phase: f.Phase, Owner: Anyone, Timeline: f.Timeline, usual: f.usual}
}

// kept are the parts of the address that the form does not ask for.
func (f Filter) kept() []ui.Pair {
	out := []ui.Pair{}
	if f.Phase != "" {
		out = append(out, ui.Pair{Name: "phase", Value: f.Phase})
	}
	if f.Timeline {
		out = append(out, ui.Pair{Name: "view", Value: "timeline"})
	}
	if f.Choosing {
		out = append(out, ui.Pair{Name: "choose", Value: "tasks"})
	}
	return out
}

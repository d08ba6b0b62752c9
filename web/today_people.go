package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/phone"
	views "groundswell/views/today"
	"groundswell/views/ui"
)

const (
	fewOfGroup  = 5  // of each group, before one is chosen
	groupAPage  = 25 // of one group, or of what was found
	freshlyMet  = 7  // days after a touchpoint during which others come first
	lastOfOrder = 10
)

// startGroups are the groups a champion begins with, in their order.
var startGroups = []struct {
	why         adoption.Start
	title, none string
}{
	{adoption.StartSignIn, "Not signed in", "Everybody here has signed in."},
	{adoption.StartTask, "Signed in, no task yet", "Everybody who signed in has delegated a task."},
	{adoption.StartReturn, "Quiet for two weeks", "Nobody who delegated once has gone quiet."},
}

// todayPeople is whom to begin with: three groups, one of them, or who was looked for.
func (s *Server) todayPeople(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.deskOf(r, actor, r.URL.Query().Get("department"))
	if err != nil {
		return err
	}
	frame := d.frame(route.TodayPeople)
	if d.in.ID == 0 {
		return s.phone(w, r, actor, frame, views.Nowhere(s.nowhere(d, route.TodayPeople)))
	}
	list, err := s.Days.Colleagues(r.Context(), d.asker(), d.in)
	if err != nil {
		return err
	}
	frame.Title, frame.Sub = "People", d.in.Name
	return s.phone(w, r, actor, frame, views.People(s.peopleToday(d, list, r.URL.Query())))
}

func (s *Server) peopleToday(d desk, list []roster.Colleague, q url.Values) views.PeopleProps {
	p := views.PeopleProps{
		Here: route.TodayPeople, Department: d.in.Slug, Departments: d.departments(route.TodayPeople),
		Search: clipped(strings.TrimSpace(q.Get("q")), maxSearch), Footer: d.through(),
	}
	if !d.starts.Known() {
		p.Footer = "No complete day was read yet: who has signed in is not known."
	}
	page, _ := strconv.Atoi(q.Get("page"))
	l := listing{s: s, desk: d, page: max(page, 1), q: url.Values{"department": {d.in.Slug}}}
	if p.Search != "" {
		l.q.Set("q", p.Search)
		p.Groups = []views.Group{l.group("found", "Found", "Nobody here by that name or address.", found(list, p.Search))}
		p.All = d.at(route.TodayPeople)
		return p
	}
	for _, g := range startGroups {
		who := slices.DeleteFunc(d.toStart(list), func(c roster.Colleague) bool { return d.why(c) != g.why })
		switch asked := q.Get("group"); {
		case asked == string(g.why):
			l.q.Set("group", asked)
			p.Groups, p.All = []views.Group{l.group(asked, g.title, g.none, who)}, d.at(route.TodayPeople)
			return p
		default:
			p.Groups = append(p.Groups, l.few(string(g.why), g.title, g.none, who))
		}
	}
	return p
}

// found are the colleagues whose name or address holds a text, by name.
func found(list []roster.Colleague, text string) []roster.Colleague {
	text = strings.ToLower(text)
	var out []roster.Colleague
	for _, c := range list {
		if strings.Contains(strings.ToLower(c.Name), text) || strings.Contains(strings.ToLower(c.Email), text) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, byName)
	return out
}

func byName(a, b roster.Colleague) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.Called()), strings.ToLower(b.Called())), strings.Compare(a.Email, b.Email))
}

// listing draws groups of people.
type listing struct {
	s    *Server
	desk desk
	page int
	q    url.Values // of this page, without which page it is
}

// few is the beginning of a group, which leads to the whole of it.
func (l listing) few(key, title, none string, who []roster.Colleague) views.Group {
	g := views.Group{Key: key, Title: title, None: none, Note: ui.Count(len(who))}
	if len(who) > fewOfGroup {
		g.Note, g.All = "All "+ui.Count(len(who)), route.With(route.TodayPeople, "department", l.desk.in.Slug, "group", key)
		who = who[:fewOfGroup]
	}
	g.Rows = l.rows(who)
	return g
}

// group is one page of a group.
func (l listing) group(key, title, none string, who []roster.Colleague) views.Group {
	g := views.Group{Key: key, Title: title, None: none, Note: ui.Count(len(who))}
	from := min((l.page-1)*groupAPage, len(who))
	to := min(from+groupAPage, len(who))
	if len(who) > groupAPage {
		g.Pages = &ui.PagesProps{Label: ui.Count(from+1) + "–" + ui.Count(to) + " of " + ui.Count(len(who))}
		if l.page > 1 {
			g.Pages.Prev = l.at(l.page - 1)
		}
		if to < len(who) {
			g.Pages.Next = l.at(l.page + 1)
		}
	}
	g.Rows = l.rows(who[from:to])
	return g
}

func (l listing) at(page int) string {
	if page == 1 {
		return route.TodayPeople + "?" + l.q.Encode()
	}
	return route.TodayPeople + "?" + l.q.Encode() + "&page=" + strconv.Itoa(page)
}

func (l listing) rows(who []roster.Colleague) []phone.PersonProps {
	var out []phone.PersonProps
	for _, c := range who {
		out = append(out, l.s.personRow(l.desk, c, l.desk.note(c, !l.q.Has("q")), l.at(l.page)))
	}
	return out
}

// why is the reason to begin with a colleague. Without a complete day nothing is
// known of those who have an account.
func (d desk) why(c roster.Colleague) adoption.Start { return d.starts.Why(c.Member) }

// toStart are the colleagues to begin with: nearest to their first task in front,
// among them those without a touchpoint, whoever was just met behind all others.
func (d desk) toStart(list []roster.Colleague) []roster.Colleague {
	var out []roster.Colleague
	for _, c := range list {
		if d.why(c) != "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b roster.Colleague) int {
		return cmp.Or(cmp.Compare(d.rank(a), d.rank(b)), cmp.Compare(a.Touched, b.Touched), byName(a, b))
	})
	return out
}

// rank is 0 for whoever is nearest to their first task.
func (d desk) rank(c roster.Colleague) int {
	rank := 0
	switch d.why(c) {
	case adoption.StartTask:
		rank = 3
	case adoption.StartReturn:
		rank = 4
	default:
		rank = waitsFor(c)
	}
	if c.Touched.Known() && c.Touched > d.today-freshlyMet {
		rank += lastOfOrder
	}
	return rank
}

// waitsFor ranks those who have not signed in by how little is missing.
func waitsFor(c roster.Colleague) int {
	switch {
	case c.HasApp && c.Trained.Known():
		return 0
	case c.HasApp:
		return 1
	case c.Member >= 0:
		return 2
	case c.State == roster.Invited:
		return 5
	}
	return 6
}

// note says how far somebody is, in words and never in counts. Under a heading
// that says it already, what they know stands in front.
func (d desk) note(c roster.Colleague, headed bool) string {
	trained := "not trained yet"
	if c.Trained.Known() {
		trained = "trained " + ui.DayMonth(c.Trained.Time(), d.today.Time())
	}
	var parts []string
	switch {
	case !headed || d.why(c) == adoption.StartSignIn:
		parts = append(parts, d.standing(c))
		if c.Trained.Known() {
			parts = append(parts, trained)
		}
	default:
		parts = append(parts, strings.ToUpper(trained[:1])+trained[1:])
	}
	if c.Touched.Known() {
		parts = append(parts, "touchpoint "+ui.DayMonth(c.Touched.Time(), d.today.Time()))
	}
	return strings.Join(parts, ", ")
}

func (d desk) standing(c roster.Colleague) string {
	switch d.why(c) {
	case adoption.StartTask:
		return "Signed in, no task yet"
	case adoption.StartReturn:
		return "Delegated before, quiet for two weeks"
	case "":
		if stage := d.starts.Of(c.Member); stage != "" {
			return stageWords[stage]
		}
		return "Has an account"
	}
	switch {
	case c.HasApp:
		return "Has the app"
	case c.Member >= 0:
		return "Has an account"
	case c.State == roster.Invited:
		return "Invited"
	}
	return "Not invited yet"
}

package web

import (
	"math"
	"net/http"
	"strconv"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/access"
	"groundswell/views/ui"
)

// people is the list with its filters.
func (v accessView) people() views.People {
	p := views.People{
		Title: "People", Sub: v.listed(), Action: route.Access, Search: v.filter.Search, Outcomes: v.outcomes(), Causes: v.causeChoices(),
		Waves: placeChoices(v.Roll.Waves, v.filter.Wave, "No wave"), Departments: placeChoices(v.Roll.Departments, v.filter.Department, "No department"),
		Columns: v.columns(), Pages: v.pages(), Empty: v.empty(),
	}
	if v.filter.Sort != orgaccess.ByActivity {
		p.Sort = string(v.filter.Sort)
	}
	p.CSV, p.XLSX = v.download("CSV", ".csv"), v.download("XLSX", ".xlsx")
	if !v.fresh {
		p.Note = "Names leave this site only shortly after signing in: CSV and XLSX ask you to confirm it is you, then bring you back here."
	}
	for _, n := range v.Page.People {
		p.Rows = append(p.Rows, v.row(n))
	}
	return p
}

func (v accessView) download(label, ending string) ui.LinkButtonProps {
	b := ui.LinkButtonProps{Label: label, Icon: ui.IconDownload, Small: true, Download: true, URL: v.at(route.Access + ending)}
	if !v.fresh {
		b.Download, b.URL = false, route.With(route.SignInOIDC, "again", "1", "return_to", v.at(route.Access))
	}
	return b
}

// listed counts the list: by wave while nothing narrows it.
func (v accessView) listed() string {
	if v.at("") != "" || len(v.Run.Waves) == 0 {
		return ui.Counted(v.Page.Total, "person", "people")
	}
	out := ""
	for i, w := range v.Run.Waves {
		name := w.Name
		if w.ID == 0 {
			name = "no wave"
		}
		if i > 0 {
			out += ", "
		}
		out += ui.Count(w.People) + " " + name
	}
	return out
}

func (v accessView) empty() ui.VoidProps {
	switch {
	case !v.Kept:
		return ui.VoidProps{Title: "No longer kept", Body: "What this run found of each person is no longer kept. Run it again."}
	case v.Run.Surprise == 0 && v.at("") == "":
		return ui.VoidProps{Icon: ui.IconCircleCheck, Title: "Nobody is on this list", Body: "Nobody would lose Cowork by surprise.", Action: &ui.Link{Label: "Show everybody", URL: route.With(route.Access, "outcome", outcomeAll)}}
	}
	return ui.VoidProps{Icon: ui.IconSearch, Title: "Nobody matches", Body: "Nobody fits all of what you asked for.", Action: &ui.Link{Label: "Show those who lose it by surprise", URL: route.Access}}
}

func (v accessView) columns() []ui.Column {
	var out []ui.Column
	for _, c := range []struct {
		label, way string
		by         orgaccess.Sort
	}{
		{"Person", "ascending", orgaccess.ByName}, {"Department", "ascending", orgaccess.ByDepartment}, {"Wave", "ascending", orgaccess.ByWave},
		{"Last active", "descending", orgaccess.ByActivity}, {"Cause", "ascending", orgaccess.ByCause},
	} {
		col := ui.Column{Label: c.label}
		if c.by == v.filter.Sort {
			col.Sort = c.way
		}
		word := string(c.by)
		if c.by == orgaccess.ByActivity {
			word = ""
		}
		col.SortURL = v.at(route.Access, "sort", word) + "#people"
		out = append(out, col)
	}
	return out
}

func (v accessView) pages() ui.PagesProps {
	page, p := v.Page, ui.PagesProps{}
	if n := len(page.People); n > 0 {
		p.Label = ui.Count(page.Skip+1) + "–" + ui.Count(page.Skip+n) + " of " + ui.Count(page.Total)
	}
	if page.Prev >= 0 {
		p.Prev = v.at(route.Access, "before", strconv.Itoa(int(page.Prev))) + "#people"
	}
	if page.Next >= 0 {
		p.Next = v.at(route.Access, "after", strconv.Itoa(int(page.Next))) + "#people"
	}
	return p
}

func (v accessView) row(n orgaccess.Named) views.Row {
	r := views.Row{Name: n.Name, Email: n.Email, URL: route.AccessPerson(n.Member), Department: v.Roll.Department(n.Department), Wave: v.Roll.Wave(n.Wave)}
	if n.LastActive.Known() {
		r.Last = ui.Date(n.LastActive.Time(), v.now.UTC())
	}
	r.Cause, r.Why = v.why(n)
	return r
}

// why says in a few words what becomes of somebody, and through which group.
func (v accessView) why(n orgaccess.Named) (title, sub string) {
	group, beside := v.Roll.Group(n.Group), v.Roll.Group(n.Beside)
	switch n.Outcome {
	case orgaccess.Surprise:
		return n.Cause.Title(), causeDetail(n, group, beside, ui.Date(n.AddedAt, v.now.UTC()))
	case orgaccess.Planned:
		if n.Chat {
			return "As planned", "Keeps Chat"
		}
		return "As planned", "Left with nothing"
	case orgaccess.NotKnown:
		return "Not known", "Roles of " + group + " are unavailable"
	}
	if !n.Bound {
		return "Keeps Cowork", "Not bound by roles"
	}
	return "Keeps Cowork", ""
}

func causeDetail(n orgaccess.Named, group, beside, joined string) string {
	switch n.Cause {
	case orgaccess.Nested:
		return beside + " › " + group
	case orgaccess.Unmapped:
		if group == "" {
			return "In no group"
		}
		return "In " + group
	case orgaccess.RoleLacks:
		return "Through " + group
	}
	if n.AddedAt.IsZero() {
		return "Not provisioned"
	}
	return "Joined " + joined + ", not provisioned"
}

// accessFile answers with everybody who matches, not only with the page shown, and
// records that names left the site.
func (s *Server) accessFile(as file) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		f := accessFilter(r.URL.Query())
		f.After, f.Before, f.Limit = -1, -1, math.MaxInt32
		found, err := s.Access.AccessView(r.Context(), actor.PeopleScope(), f)
		if err != nil {
			return err
		}
		v := accessView{View: found, filter: f, now: s.Now()}
		sent := identity.Event{By: actor, Action: "access.exported", Subject: "access_run/" + strconv.FormatInt(found.Run.ID, 10), Detail: map[string]string{"rows": strconv.Itoa(len(found.Page.People))}}
		if err := s.Access.Audit(r.Context(), s.Now(), sent); err != nil {
			return err
		}
		return as.send(w, "access-"+day.FromTime(s.Now()).String()+as.ext, v.table(), v.about())
	}
}

func (v accessView) table() [][]cell {
	table := [][]cell{header("email", "name", "department", "wave", "last_active", "outcome", "cause", "group", "group_with_cowork", "keeps_chat")}
	for _, n := range v.Page.People {
		last := ours("")
		if n.LastActive.Known() {
			last = dayCell(n.LastActive)
		}
		table = append(table, []cell{
			said(n.Email), said(n.Name), said(v.Roll.Department(n.Department)), said(v.Roll.Wave(n.Wave)), last,
			ours(string(n.Outcome)), ours(string(n.Cause)), said(v.Roll.Group(n.Group)), said(v.Roll.Group(n.Beside)), yes(n.Chat),
		})
	}
	return table
}

func (v accessView) about() [][]cell {
	return [][]cell{
		{ours("Dry run of"), ours(v.Run.At.UTC().Format("2006-01-02 15:04 UTC"))},
		{ours("Complete"), yes(v.Run.Complete)},
		{ours("Surprise"), ours("Would lose Cowork although their wave has opened or opens next.")},
		{ours("Planned"), ours("Would lose Cowork before their wave's turn, or has no wave.")},
		{ours("Not known"), ours("The roles of one of their groups are unavailable.")},
	}
}

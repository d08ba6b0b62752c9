package web

import (
	"net/http"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/training"
	"groundswell/views/ui"
)

// formatsPage is what each kind of session is made of.
func (s *Server) formatsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	like := func(path string) func(enablement.Kind) string {
		return func(k enablement.Kind) string {
			if !s.mayOpen(actor, path) {
				return ""
			}
			return route.With(path, "format", string(k))
		}
	}
	p := views.FormatsProps{Tabs: s.trainingTabs(actor, route.Formats), Formats: enablement.Formats(), Session: like(route.NewTraining), Series: like(route.NewSeries)}
	return s.page(w, r, actor, page{Title: "Formats", Section: route.Trainings}, views.Formats(p))
}

// curriculumPage is which features were covered in sessions.
func (s *Server) curriculumPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return err
	}
	c, err := s.Trainings.Book.Curriculum(r.Context(), at.Today, s.Now())
	if err != nil {
		return err
	}
	v := curriculumReader{Curriculum: c, server: s, actor: actor, place: at, byDepartment: r.URL.Query().Get("by") == "department"}
	return s.page(w, r, actor, page{Title: "Curriculum", Section: route.Trainings}, views.Curriculum(v.props()))
}

// curriculumReader words the curriculum.
type curriculumReader struct {
	enablement.Curriculum
	server       *Server
	actor        identity.Actor
	place        place
	byDepartment bool // columns are departments, else kinds
}

// waitingShown is how many sessions are listed that wait for confirmation.
const waitingShown = 10

func (v curriculumReader) props() views.CurriculumProps {
	p := views.CurriculumProps{Tabs: v.server.trainingTabs(v.actor, route.Curriculum), By: []ui.Option{
		{Label: "By kind", URL: route.Curriculum, Current: !v.byDepartment},
		{Label: "By department", URL: route.With(route.Curriculum, "by", "department"), Current: v.byDepartment},
	}}
	covered := 0
	for _, c := range v.Rows {
		if c.Sessions() > 0 {
			covered++
		} else if plan := v.plans(c.Feature); plan != "" {
			p.None = append(p.None, ui.Link{Label: c.Feature.Name(), URL: plan})
		}
		p.Rows = append(p.Rows, v.row(c))
	}
	p.Sub = ui.Count(covered) + " of " + ui.Count(len(v.Rows)) + " features were covered in a session"
	p.Columns = v.columns()
	for i, held := range v.Unconfirmed {
		if i < waitingShown && runs(v.actor, held) {
			p.Waiting = append(p.Waiting, v.waiting(held))
		}
	}
	return p
}

func (v curriculumReader) columns() []ui.Column {
	out := []ui.Column{{Label: "Feature"}}
	if v.byDepartment {
		for _, d := range v.Departments {
			out = append(out, ui.Column{Label: d.Name, Numeric: true, Title: "People of " + d.Name + " who were at a session that covered it"})
		}
	} else {
		for _, k := range enablement.Kinds() {
			out = append(out, ui.Column{Label: k.Name(), Numeric: true, Title: "Sessions held that covered it"})
		}
	}
	return append(out, ui.Column{Label: "People", Numeric: true, Title: "Who were at a session that covered it"}, ui.Column{Label: "Last covered"}, ui.Column{Label: "Next"})
}

func (v curriculumReader) row(c enablement.Covered) views.FeatureRow {
	row := views.FeatureRow{Name: c.Feature.Name(), Says: c.Feature.Says(), Missing: c.Sessions() == 0, Use: v.use(c.Feature)}
	if v.byDepartment {
		for _, d := range v.Departments {
			row.Cells = append(row.Cells, figure(d.Name, c.ByPlaces[d.ID]))
		}
	} else {
		for _, k := range enablement.Kinds() {
			row.Cells = append(row.Cells, figure(k.Name(), c.Held[k]))
		}
	}
	return v.ends(row, c)
}

func figure(label string, n int) views.Cell {
	return views.Cell{Label: label, Text: ui.Count(n), Dim: n == 0}
}

// ends adds what every row ends with: who met it, when it was last covered, when it is next.
func (v curriculumReader) ends(row views.FeatureRow, c enablement.Covered) views.FeatureRow {
	last := views.Cell{Label: "Last covered", Text: "Never", Words: true}
	if c.Last != day.None {
		last.Text = views.Day(c.Last, v.place.Today)
	}
	next := views.Cell{Label: "Next", Text: "Not planned", Words: true, Dim: true}
	switch {
	case c.Next != nil:
		next.Text, next.Dim = views.Day(c.Next.Day, v.place.Today), false
		if url := route.Training(c.Next.ID); v.server.mayOpen(v.actor, url) {
			next.URL = url
		}
	case v.plans(c.Feature) != "":
		next.Text, next.URL, next.Dim = "Plan a session", v.plans(c.Feature), false
	}
	row.Cells = append(row.Cells, figure("People", c.People), last, next)
	return row
}

// plans leads to a new session that covers a feature; "" for those who do not plan.
func (v curriculumReader) plans(f enablement.Feature) string {
	if !v.server.mayOpen(v.actor, route.NewTraining) {
		return ""
	}
	return route.With(route.NewTraining, "format", string(enablement.UserGroup), "features", string(f))
}

// use leads to the figures of a feature, where there are any.
func (v curriculumReader) use(f enablement.Feature) *ui.Link {
	to := map[enablement.Feature]ui.Link{
		enablement.Connectors: {Label: "See the use", URL: route.Connectors},
		enablement.Skills:     {Label: "See the use", URL: route.With(route.Connectors, "kind", "skill")},
		enablement.Plugins:    {Label: "See the use", URL: route.With(route.Connectors, "kind", "plugin")},
		enablement.Dispatch:   {Label: "See the use", URL: route.Depth},
	}
	l, ok := to[f]
	if !ok || !v.server.mayOpen(v.actor, l.URL) {
		return nil
	}
	return &l
}

func (v curriculumReader) waiting(p enablement.Planned) views.WaitingLine {
	says := "No feature was planned"
	if len(p.Features) > 0 {
		says = "Planned: " + strings.Join(eachOf(p.Features, enablement.Feature.Name), ", ")
	}
	return views.WaitingLine{Day: views.Day(p.Day, v.place.Today), Name: p.Name, Planned: says, URL: route.Training(p.ID) + partCovered}
}

package champion

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/views/ui"
)

// CandidatesData is what the page of candidates is made from.
type CandidatesData struct {
	people.Register
	Candidates []people.Candidate
	Stage      func(people.Candidate) string // a word of the funnel; "" for unknown
	Today      day.Date
	Now        time.Time
	Lead       bool
	Volunteer  string // the address where people say that they may be asked
}

// CandidatesProps is the page of who may be asked.
type CandidatesProps struct {
	Head      ui.PageHeadProps
	Rows      []CandidateRow
	Volunteer string
}

// CandidateRow is somebody who may be asked.
type CandidateRow struct {
	Name, Email, Words, Department, DepartmentID, Stage string
	Gap                                                 ui.ChipProps
	Done                                                string // why there is nothing to nominate
	Choose                                              string // where a department is chosen first

	missing int
}

// NewCandidates makes the page: where champions are missing first, then by name.
func NewCandidates(d CandidatesData) CandidatesProps {
	p := CandidatesProps{
		Head:      ui.PageHeadProps{Title: "Candidates", Sub: "People who said that they may be asked to become champions", Crumbs: toRegister},
		Volunteer: d.Volunteer,
	}
	covers := map[int]people.Cover{}
	for _, c := range d.Covers(d.Today) {
		covers[c.Department.ID] = c
	}
	for _, c := range d.Candidates {
		p.Rows = append(p.Rows, d.row(c, covers))
	}
	slices.SortStableFunc(p.Rows, func(a, b CandidateRow) int {
		return cmp.Or(cmp.Compare(b.missing, a.missing), strings.Compare(sheet.Fold(a.Name), sheet.Fold(b.Name)))
	})
	return p
}

func (d CandidatesData) row(c people.Candidate, covers map[int]people.Cover) CandidateRow {
	r := CandidateRow{Name: cmp.Or(c.Name, c.Email), Email: c.Email, Words: c.Words, Stage: cmp.Or(d.Stage(c), "Not known yet"), Done: d.done(c), missing: -1}
	if at := d.Department(c.Department); at.ID != 0 {
		r.Department, r.DepartmentID = at.Name, strconv.Itoa(at.ID)
		cover := covers[at.ID]
		r.Gap, r.missing = gapChip(cover, d.Now), cover.Gap()
	} else if d.Lead && r.Done == "" {
		r.Choose = route.With(route.NewChampion, "email", c.Email)
	}
	if !d.Lead {
		r.DepartmentID = ""
	}
	return r
}

// done says how far somebody already is in the register.
func (d CandidatesData) done(c people.Candidate) string {
	for _, e := range d.Champions {
		if e.State.Current() && sheet.Fold(e.Email) == sheet.Fold(c.Email) && (c.Department == 0 || e.Department == c.Department) {
			return stateChip(e, d.Today).Label
		}
	}
	for _, h := range d.Holders {
		if h.Department == c.Department && sheet.Fold(h.Email) == sheet.Fold(c.Email) {
			return "Holds the role"
		}
	}
	return ""
}

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/views/training"
	"groundswell/views/ui"
)

// listTyped is what was typed on a list and could not be kept as it was.
type listTyped struct {
	rows            map[string]listRow // by folded address
	add, addError   string
	notice, problem string
}

// listRow is a row as it was typed, with what is wrong with it.
type listRow struct {
	said         enablement.Said
	minutes      string
	wrong, their string
}

// listPage shows who signed up and who came, as far as the reader sees them.
func (s *Server) listPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawList(w, r, actor, http.StatusOK, listTyped{})
}

func (s *Server) drawList(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, typed listTyped) error {
	v, err := s.visit(r, actor)
	if err != nil {
		return err
	}
	if !v.Part.SeesList() {
		return fault.New(fault.NotFound, "There is no page at this address, or none that you may know of.")
	}
	p := attendanceList{v: v, now: s.Now(), typed: typed}.page(r.URL.Query().Get("close") == "1")
	return s.sessionFrame(w, r, actor, "List: "+v.Name, status, training.SessionList(p))
}

// saveList merges what was ticked into what stands. Rows that somebody else changed
// in another way come back with both.
func (s *Server) saveList(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	list, typed, err := readList(f)
	if err != nil {
		return err
	}
	if typed.problem != "" {
		return s.drawList(w, r, actor, http.StatusUnprocessableEntity, typed)
	}
	done, err := s.Attendance.Service.Save(r.Context(), actor, id, list, s.Now())
	if err != nil {
		return err
	}
	said := "Saved: " + ui.Counted(done.Changed, "row changed.", "rows changed.")
	if done.Changed == 0 {
		said = "Nothing was changed."
	}
	if len(done.Clashes) == 0 {
		return s.redirect(w, r, route.List(id), said)
	}
	return s.drawList(w, r, actor, http.StatusConflict, clashed(done, said))
}

// clashed is a list with the rows that somebody else changed meanwhile.
func clashed(done enablement.Saved, said string) listTyped {
	typed := listTyped{rows: map[string]listRow{}}
	typed.problem = ui.Counted(len(done.Clashes), "row was changed by somebody else meanwhile.", "rows were changed by somebody else meanwhile.")
	typed.notice = said + " Theirs stands. Yours is still below: save again to put it in its place."
	for _, c := range done.Clashes {
		typed.rows[sheet.Fold(c.Email)] = listRow{said: c.Mine, minutes: minutesText(c.Mine.Minutes), their: "Somebody else wrote: " + saidWords(c.Theirs) + "."}
	}
	return typed
}

// readList reads a posted list. What cannot be used is noted with its row.
func readList(f url.Values) ([]enablement.Entry, listTyped, error) {
	typed := listTyped{rows: map[string]listRow{}}
	n, err := strconv.Atoi(f.Get("rows"))
	if err != nil || n < 0 || n > len(f) {
		return nil, typed, fault.New(fault.Invalid, sayIncomplete)
	}
	var list []enablement.Entry
	for i := range n {
		at := "." + strconv.Itoa(i)
		email := f.Get("email" + at)
		if email == "" {
			continue // a row that is read only
		}
		was, err := readWas(f.Get("was" + at))
		if err != nil {
			return nil, typed, err
		}
		row := listRow{minutes: strings.TrimSpace(f.Get("minutes" + at))}
		row.said = enablement.Said{Status: enablement.Status(f.Get("status" + at)), Deliverable: f.Get("deliverable" + at)}
		if !f.Has("deliverable" + at) {
			row.said.Deliverable = was.Deliverable
		}
		row.said.Minutes, row.wrong = readMinutes(row.minutes)
		if settled, err := row.said.Settled(); err != nil {
			row.wrong = fault.Say(err)
		} else {
			row.said = settled
		}
		if row.wrong != "" {
			typed.problem = "Nothing was saved: look at the marked rows."
		}
		typed.rows[sheet.Fold(email)] = row
		list = append(list, enablement.Entry{Email: email, Was: was, Is: row.said})
	}
	return list, typed, nil
}

func readMinutes(text string) (*int, string) {
	if text == "" {
		return nil, ""
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil, "Type minutes as a whole number, such as 60."
	}
	return &n, ""
}

// writeWas writes what a row says, for [readWas] to read when the list comes back.
func writeWas(s enablement.Said) string {
	return url.Values{"s": {string(s.Status)}, "m": {minutesText(s.Minutes)}, "d": {s.Deliverable}}.Encode()
}

func readWas(text string) (enablement.Said, error) {
	q, err := url.ParseQuery(text)
	minutes, wrong := readMinutes(q.Get("m"))
	if err != nil || wrong != "" {
		return enablement.Said{}, fault.New(fault.Invalid, sayIncomplete)
	}
	return enablement.Said{Status: enablement.Status(q.Get("s")), Minutes: minutes, Deliverable: q.Get("d")}, nil
}

func minutesText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// addToList says of somebody who is not on the list that they came.
func (s *Server) addToList(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	email := strings.TrimSpace(f.Get("email"))
	err = s.Attendance.Service.MarkPresent(r.Context(), actor, id, email, s.Now())
	if fault.Is(err, fault.Invalid) {
		return s.drawList(w, r, actor, http.StatusUnprocessableEntity, listTyped{add: email, addError: fault.Say(err)})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.List(id), "Added as present.")
}

// closeList says of those with a seat and without a tick that they did not come.
func (s *Server) closeList(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := sessionOf(r)
	if err != nil {
		return err
	}
	n, err := s.Attendance.Service.Close(r.Context(), actor, id, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.List(id), "List closed: "+ui.Counted(n, "person did not come.", "people did not come."))
}

// saidWords words what a row says.
func saidWords(s enablement.Said) string {
	out := []string{statusWords(s.Status)}
	if s.Minutes != nil {
		out = append(out, ui.Counted(*s.Minutes, "minute", "minutes"))
	}
	if s.Deliverable != "" {
		out = append(out, "“"+s.Deliverable+"”")
	}
	return strings.Join(out, ", ")
}

func statusWords(s enablement.Status) string {
	switch s {
	case enablement.Attended:
		return "present"
	case enablement.Completed:
		return "completed"
	case enablement.NoShow:
		return "did not come"
	}
	return "not said"
}

// sortRows puts a list in the order of names.
func sortRows(rows []training.SessionRow) {
	slices.SortFunc(rows, func(a, b training.SessionRow) int {
		if c := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.Email, b.Email)
	})
}

package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/value"
	"groundswell/views/ui"
	views "groundswell/views/win"
)

// winForm is a sheet about a win as it was posted, or as it is opened.
type winForm struct {
	key, person, returnTo, department string
	version                           int
	typed                             views.Typed
}

// readWinForm takes over whatever was typed, usable or not.
func readWinForm(f url.Values) winForm {
	version, _ := strconv.Atoi(f.Get("version"))
	return winForm{
		key: f.Get(formKeyField), person: strings.TrimSpace(f.Get("person")), returnTo: f.Get("return_to"), department: f.Get("department"), version: version,
		typed: views.Typed{Deliverable: f.Get("deliverable"), Before: f.Get("before"), Hours: f.Get("hours"), GoesTo: f.Get("goes_to"), Day: f.Get("day"), Consent: f.Get("consent") == "on"},
	}
}

// words reads what was typed; wrong says what no rule could read.
func (f winForm) words() (out value.Words, wrong map[string]string) {
	out = value.Words{Day: day.None, Deliverable: f.typed.Deliverable, Before: value.Before(f.typed.Before), GoesTo: f.typed.GoesTo}
	wrong = map[string]string{}
	if text := f.typed.Hours; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			n = -1 // no rule allows it
		}
		out.Hours = value.Hours(n)
	}
	if text := strings.TrimSpace(f.typed.Day); text != "" {
		d, err := day.Parse(text)
		if err != nil {
			wrong["day"] = "Write the day like 2026-03-28."
		} else {
			out.Day = d
		}
	}
	return out, wrong
}

// back is where the form leads when it is done, or left.
func (f winForm) back(actor identity.Actor) string {
	if f.returnTo == "" && f.department != "" {
		return route.With(winHome(actor), "department", f.department)
	}
	return winReturn(actor, f.returnTo)
}

// carried are the hidden fields of the form of a new win.
func (f winForm) carried() []ui.Pair {
	return []ui.Pair{{Name: formKeyField, Value: f.key}, {Name: "return_to", Value: f.returnTo}, {Name: "department", Value: f.department}}
}

// newWin opens the sheet of a new win, with its person when the address names one.
func (s *Server) newWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	person := q.Get("person")
	if person == "" {
		person = q.Get("email")
	}
	f := winForm{key: newFormKey(), person: strings.TrimSpace(person), returnTo: q.Get("return_to"), department: q.Get("department")}
	return s.drawNewWin(w, r, actor, f, nil)
}

// drawNewWin draws the sheet; err is why what was typed could not be kept.
func (s *Server) drawNewWin(w http.ResponseWriter, r *http.Request, actor identity.Actor, f winForm, err error) error {
	p, status, err := sheetOf(f, err)
	if err != nil {
		return err
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	who, err := s.whose(r.Context(), actor, f.person, today)
	if err != nil {
		return err
	}
	if p.Person = who; f.person != "" && who.Email == "" && p.Errors["person"] == "" {
		p.Errors["person"] = "Nobody here has this address. Choose somebody."
	}
	p.Action, p.Pick, p.Save, p.Hidden = route.Wins, route.NewWin, "Save win", f.carried()
	p.Today, p.First = today.String(), (today - value.DaysBack).String()
	return s.phone(w, r, actor, phonePage{Title: "Log a win", Back: f.back(actor), Status: status}, views.Form(p))
}

// sheetOf makes the sheet of what was typed. Faults that are not about the fields
// are returned as they are.
func sheetOf(f winForm, err error) (p views.FormProps, status int, other error) {
	p = views.FormProps{Typed: f.typed, Errors: map[string]string{}}
	if err == nil {
		return p, http.StatusOK, nil
	}
	var wrong *fault.Error
	if !errors.As(err, &wrong) || wrong.Kind != fault.Invalid || len(wrong.Fields) == 0 {
		return p, 0, err
	}
	for name, say := range wrong.Fields {
		p.Errors[name] = say
	}
	return p, http.StatusUnprocessableEntity, nil
}

// whose is the person of a sheet, as far as the actor may know of them.
func (s *Server) whose(ctx context.Context, actor identity.Actor, person string, today day.Date) (views.PersonProps, error) {
	if person == "" {
		return views.PersonProps{}, nil
	}
	who, err := s.Wins.Book.WinPerson(ctx, actor, person, today)
	if err != nil || !who.Known {
		return views.PersonProps{}, err
	}
	return views.PersonProps{Email: who.Email, Name: who.Label()}, nil
}

// logWin keeps a win and offers to take it back.
func (s *Server) logWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	posted, err := form(r)
	if err != nil {
		return err
	}
	if _, err := formKey(posted); err != nil {
		return err
	}
	f := readWinForm(posted)
	words, wrong := f.words()
	if len(wrong) > 0 {
		return s.drawNewWin(w, r, actor, f, &fault.Error{Kind: fault.Invalid, Fields: wrong})
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	got, err := s.Wins.Service.Log(r.Context(), actor, value.Draft{Person: f.person, Words: words, Key: f.key}, today, s.Now())
	switch {
	case err != nil:
		return s.drawNewWin(w, r, actor, f, err)
	case got.Undone:
		return s.redirect(w, r, f.back(actor), "This win was taken back before. It was not logged again.")
	}
	undone := undo{URL: route.Win(int64(got.Win.ID)) + "/undo", With: []ui.Pair{{Name: "return_to", Value: f.back(actor)}}}
	return s.redirectUndo(w, r, f.back(actor), "Win logged for "+got.Win.Who.Label()+". It waits for a lead.", undone)
}

// winnersAPage is how many people a search shows.
const winnersAPage = 20

// pickWinner is the step in which whose win it is gets chosen: people to choose
// from, or the sheet with the one who was.
func (s *Server) pickWinner(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	posted, err := form(r)
	if err != nil {
		return err
	}
	f := readWinForm(posted)
	if posted.Get("pick") == "" {
		return s.drawNewWin(w, r, actor, f, nil)
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	p := views.PickProps{Action: route.NewWin, Text: clipText(posted.Get("q"), maxSearch), Email: f.person, Sheet: true}
	p.Hidden = append(f.carried(), f.typed.Pairs()...)
	if p.Found, p.More, err = s.findWinners(r.Context(), actor, f.department, p.Text, today); err != nil {
		return err
	}
	if len(p.Found) == 0 {
		p.None = "Nobody fits. Look for part of a name, or of an address."
	}
	return s.phone(w, r, actor, phonePage{Title: "Log a win", Back: f.back(actor)}, views.Pick(p))
}

// findWinners lists people whose win the actor may log.
func (s *Server) findWinners(ctx context.Context, actor identity.Actor, department, text string, today day.Date) ([]views.Found, bool, error) {
	page, err := s.People.Roster.People(ctx, actor.PeopleScope(), roster.Filter{Search: text, Department: department, Limit: winnersAPage}, today)
	if err != nil {
		return nil, false, err
	}
	var out []views.Found
	for _, e := range page.Entries {
		if e.State == roster.Left {
			continue
		}
		f := views.Found{Email: e.Email, Name: e.Name, Sub: e.Title}
		if f.Name == "" {
			f.Name = e.Email
		}
		if actor.PeopleScope().Everyone() {
			f.Sub = e.Department
		}
		out = append(out, f)
	}
	return out, page.Next != "", nil
}

// clipText keeps what fits, and drops what is no text.
func clipText(text string, most int) string {
	all := []rune(strings.ToValidUTF8(strings.TrimSpace(text), ""))
	return string(all[:min(len(all), most)])
}

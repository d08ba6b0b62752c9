package web

import (
	"net/http"
	"strconv"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/value"
	"groundswell/views/ui"
	views "groundswell/views/win"
)

// editWin opens the sheet of a win that is there.
func (s *Server) editWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	win, err := s.editable(r, actor)
	if err != nil {
		return err
	}
	f := winForm{typed: views.TypedOf(win), version: win.Version, returnTo: r.URL.Query().Get("return_to")}
	return s.drawWin(w, r, actor, win, f, nil)
}

// editable reads the win of an address, for whoever may change it.
func (s *Server) editable(r *http.Request, actor identity.Actor) (value.Win, error) {
	id, err := winOf(r)
	if err != nil {
		return value.Win{}, err
	}
	win, err := s.Wins.Book.Win(r.Context(), actor, id)
	if err == nil && !win.MayEdit(actor) {
		err = fault.New(fault.Forbidden, "Only who logged this win changes it, until it is published. A rollout lead can.")
	}
	return win, err
}

// drawWin draws the sheet of a win; err is why what was typed could not be kept.
func (s *Server) drawWin(w http.ResponseWriter, r *http.Request, actor identity.Actor, win value.Win, f winForm, err error) error {
	stale := fault.Is(err, fault.Conflict)
	if stale {
		err = nil
	}
	p, status, err := sheetOf(f, err)
	if err != nil {
		return err
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	version := f.version
	if stale {
		version, status, p.Other = win.Version, http.StatusConflict, &views.Other{Lines: winLines(win)}
	}
	p.Action, p.Save, p.Agree = route.Win(int64(win.ID)), "Save changes", true
	p.Person = views.PersonProps{Email: win.Who.Email, Name: win.Who.Label()}
	p.Hidden = []ui.Pair{{Name: "version", Value: strconv.Itoa(version)}, {Name: "return_to", Value: f.returnTo}}
	p.Today, p.First = today.String(), min(win.Day, today-value.DaysBack).String()
	return s.phone(w, r, actor, phonePage{Title: "Edit the win", Back: winReturn(actor, f.returnTo), Status: status}, views.Form(p))
}

// winLines is a win as it stands, for somebody who typed something else meanwhile.
func winLines(w value.Win) []string {
	out := []string{w.Deliverable, views.BeforeLabel(w.Before)}
	if h := views.HoursLabel(w.Hours); h != "" {
		out[1] += ", " + h
	}
	if w.GoesTo != "" {
		out = append(out, "Time goes to: "+w.GoesTo)
	}
	return out
}

// changeWin keeps what was typed about a win that is there.
func (s *Server) changeWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	win, err := s.editable(r, actor)
	if err != nil {
		return err
	}
	posted, err := form(r)
	if err != nil {
		return err
	}
	f := readWinForm(posted)
	words, wrong := f.words()
	if len(wrong) > 0 {
		return s.drawWin(w, r, actor, win, f, &fault.Error{Kind: fault.Invalid, Fields: wrong})
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	_, err = s.Wins.Service.Edit(r.Context(), actor, win.ID, words, f.typed.Consent, f.version, today, s.Now())
	if fault.Is(err, fault.Conflict) {
		if win, again := s.editable(r, actor); again == nil {
			return s.drawWin(w, r, actor, win, f, err)
		}
		return err
	}
	if err != nil {
		return s.drawWin(w, r, actor, win, f, err)
	}
	return s.redirect(w, r, winReturn(actor, f.returnTo), "The win of "+win.Who.Label()+" was changed.")
}

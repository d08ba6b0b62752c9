package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/value"
	"groundswell/views/ui"
	views "groundswell/views/win"
)

// winPage is one win: to leads to decide on, to auditors to read.
func (s *Server) winPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawOneWin(w, r, actor, nil, nil)
}

// drawOneWin draws a win with what was typed into one of its forms, and why that
// could not be done.
func (s *Server) drawOneWin(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed url.Values, refused error) error {
	id, err := winOf(r)
	if err != nil {
		return err
	}
	win, err := s.Wins.Book.Win(r.Context(), actor, id)
	if err != nil {
		return err
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	p := views.NewOne(win, ui.Link{Label: "Wins", URL: route.Wins}, ui.Date(win.Day.Time(), today.Time()),
		ui.Date(win.LoggedAt, today.Time()), ui.Date(win.DecidedAt, today.Time()))
	if actor.Has(identity.Lead) {
		decideForms(&p, win, typed)
	}
	status := http.StatusOK
	if refused != nil {
		status = statusOf(fault.KindOf(refused))
		showRefused(&p, refused)
	}
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Wins, Status: status}, views.One(p))
}

// decideForms adds what a lead may do with a win.
func decideForms(p *views.OneProps, win value.Win, typed url.Values) {
	at, version := route.Win(int64(win.ID)), strconv.Itoa(win.Version)
	p.Edit = route.With(at+"/edit", "return_to", at)
	if win.State != value.Published {
		p.Publish = &views.PublishProps{Action: at + "/publish", Version: version, Name: win.Who.Label(), Agreed: win.Consent || typed.Get("consent") == "on"}
	}
	if win.State != value.Withdrawn {
		p.Withdraw = &views.WithdrawProps{Action: at + "/withdraw", Version: version, Reason: typed.Get("reason")}
	}
	p.Undo = &ui.Pair{Name: at + "/undo", Value: route.Wins}
}

// showRefused says on the page why a form of it was not done.
func showRefused(p *views.OneProps, err error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return
	}
	if p.Publish != nil {
		p.Publish.Error = f.Fields["consent"]
	}
	if p.Withdraw != nil {
		p.Withdraw.Error = f.Fields["reason"]
	}
	if f.Kind == fault.Conflict {
		p.Stale = f.Say + " What you typed is kept below."
	}
}

// publishWin makes a win count.
func (s *Server) publishWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.decideWin(w, r, actor, "The win is published. It counts on its day.", func(id value.WinID, f url.Values, version int) error {
		_, err := s.Wins.Service.Publish(r.Context(), actor, id, f.Get("consent") == "on", version, s.Now())
		return err
	})
}

// withdrawWin takes a win out of every figure.
func (s *Server) withdrawWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.decideWin(w, r, actor, "The win is withdrawn. It counts nowhere.", func(id value.WinID, f url.Values, version int) error {
		_, err := s.Wins.Service.Withdraw(r.Context(), actor, id, f.Get("reason"), version, s.Now())
		return err
	})
}

// decideWin does what a form of a win's page asks. What is missing, or was changed
// by somebody else, comes back with what was typed.
func (s *Server) decideWin(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(value.WinID, url.Values, int) error) error {
	id, err := winOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	err = do(id, f, version)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return s.drawOneWin(w, r, actor, f, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Win(int64(id)), done)
}

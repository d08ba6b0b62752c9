package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/gate"
)

// Gates changes the gates in front of what cannot be undone, and tells of them.
// seen is the version that was seen; another one is a Conflict. What a rule
// refuses is a fault that says why, and nothing was changed. It is implemented by
// store.Store.
type Gates interface {
	ApproveGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error
	WithdrawGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error
	OpenGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error
	OverrideGate(ctx context.Context, by identity.Actor, id int64, seen int, phrase, reason string, now time.Time) error
	RecordGate(ctx context.Context, by identity.Actor, id int64, seen int, on day.Date, now time.Time) error
	SeeAlarm(ctx context.Context, by identity.Actor, id, alarm int64, now time.Time) error
	GateHistory(ctx context.Context, id int64) (rollout.GateHistory, error)
	GateOverrides(ctx context.Context) (map[int64][]rollout.Override, error)
	GateWatch(ctx context.Context, p *rollout.Plan, g rollout.Gate, x *adoption.Index) (rollout.WatchFacts, error)
}

var (
	gateReaders = people(identity.Lead, identity.Owner, identity.Auditor)
	approvers   = people(identity.Lead, identity.Owner)

	errNoGate = fault.New(fault.NotFound, "There is no such gate.")
)

// gateRoutes are the gates in front of what cannot be undone.
func (s *Server) gateRoutes() []routeEntry {
	if s.Plan == nil || s.Gates == nil {
		return nil
	}
	one := route.Gates + "/{gate}"
	return []routeEntry{
		{"GET", route.Gates, gateReaders, s.gatesPage},
		{"GET", one, gateReaders, s.gatePage},
		{"POST", one + "/approve", approvers, s.approveGate},
		{"POST", one + "/withdraw", approvers, s.withdrawGate},
		{"POST", one + "/open", leads, s.openGate},
		{"POST", one + "/record", approvers, s.recordGate},
		{"POST", one + "/override", leads.afresh(), s.overrideGate},
		{"POST", one + "/alarms/{alarm}/seen", approvers, s.seeAlarm},
	}
}

// gatesPage lists every gate, and every time one was opened without its conditions.
func (s *Server) gatesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	overrides, err := s.Gates.GateOverrides(r.Context())
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Gates", Section: route.Plan}, views.List(views.NewList(p, overrides, s.Now())))
}

func (s *Server) gatePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.gateData(r, actor)
	if err != nil {
		return err
	}
	return s.drawGate(w, r, actor, http.StatusOK, d)
}

// drawGate answers with the page of a gate, to HTMX without the shell.
func (s *Server) drawGate(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, d views.Data) error {
	p := views.NewPage(d)
	if isHTMX(r) {
		return s.fragment(w, r, status, views.Page(p))
	}
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Plan, Status: status}, views.Page(p))
}

// gateNumber reads an id out of an address.
func gateNumber(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || n <= 0 {
		return 0, errNoGate
	}
	return n, nil
}

// gateData reads a gate as of now, with what was done to it and what became of people since.
func (s *Server) gateData(r *http.Request, actor identity.Actor) (views.Data, error) {
	id, err := gateNumber(r, "gate")
	if err != nil {
		return views.Data{}, err
	}
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return views.Data{}, err
	}
	d := views.Data{Actor: actor, Fresh: isFresh(r), Now: s.Now(), Confirm: route.With(route.SignInOIDC, "again", "1", "return_to", route.Gate(id))}
	for _, g := range p.Gates {
		if g.ID == id {
			d.Case = &rollout.GateCase{Plan: p, Gate: g}
		}
	}
	if d.Case == nil {
		return d, errNoGate
	}
	if d.History, err = s.Gates.GateHistory(r.Context(), id); err != nil {
		return d, err
	}
	d.Watch, err = s.gateWatch(r.Context(), d.Case)
	return d, err
}

// gateWatch is what became of people since a gate was passed, nil before and for an architecture.
func (s *Server) gateWatch(ctx context.Context, c *rollout.GateCase) (*rollout.WatchFacts, error) {
	if c.Gate.PassedAt.IsZero() || c.Gate.Kind == rollout.GateArchitecture {
		return nil, nil
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := s.Gates.GateWatch(ctx, c.Plan, c.Gate, x)
	return &facts, err
}

// gateForm is a posted form about a gate.
type gateForm struct {
	gate  int64
	seen  int
	typed views.Typed
	sure  bool // the opening was confirmed
}

func readGateForm(r *http.Request) (gateForm, error) {
	id, err := gateNumber(r, "gate")
	if err != nil {
		return gateForm{}, err
	}
	f, err := form(r)
	if err != nil {
		return gateForm{}, err
	}
	seen, err := strconv.Atoi(f.Get("version"))
	if err != nil || seen < 0 {
		return gateForm{}, fault.New(fault.Invalid, sayIncomplete)
	}
	typed := views.Typed{Phrase: f.Get("phrase"), Reason: f.Get("reason"), On: strings.TrimSpace(f.Get("on"))}
	return gateForm{id, seen, typed, f.Get("go") == "go"}, nil
}

// changeGate does one thing to a gate and goes back to its page with what was
// done. What was refused is said on the page as it is now, with what was typed.
func (s *Server) changeGate(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(gateForm) error) error {
	f, err := readGateForm(r)
	if err != nil {
		return err
	}
	if err = do(f); err == nil {
		return s.redirect(w, r, route.Gate(f.gate), done)
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Kind != fault.Invalid && refused.Kind != fault.Conflict {
		return err
	}
	d, err := s.gateData(r, actor)
	if err != nil {
		return err
	}
	d.Problem, d.Typed = refused.Say, f.typed
	d.Typed.Errors = refused.Fields
	return s.drawGate(w, r, actor, statusOf(refused.Kind), d)
}

func (s *Server) approveGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeGate(w, r, actor, "You approved it.", func(f gateForm) error {
		return s.Gates.ApproveGate(r.Context(), actor, f.gate, f.seen, s.Now())
	})
}

func (s *Server) withdrawGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeGate(w, r, actor, "Your approval is taken back.", func(f gateForm) error {
		return s.Gates.WithdrawGate(r.Context(), actor, f.gate, f.seen, s.Now())
	})
}

// openGate gives the go-ahead, once it was asked whether it should.
func (s *Server) openGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := readGateForm(r)
	if err != nil {
		return err
	}
	if !f.sure {
		return s.confirmGate(w, r, actor)
	}
	return s.changeGate(w, r, actor, "The gate is open for 24 hours.", func(f gateForm) error {
		return s.Gates.OpenGate(r.Context(), actor, f.gate, f.seen, s.Now())
	})
}

// confirmGate asks before a gate is opened. One that cannot be opened says why at once.
func (s *Server) confirmGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.gateData(r, actor)
	if err != nil {
		return err
	}
	p := views.NewPage(d)
	if p.Open == nil || p.Open.Disabled != "" {
		d.Problem = "The gate cannot be opened as it is now."
		return s.drawGate(w, r, actor, http.StatusConflict, d)
	}
	return s.page(w, r, actor, page{Title: p.Open.Dialog.Title, Section: route.Plan}, views.Confirm(p))
}

func (s *Server) recordGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeGate(w, r, actor, "Recorded. It is watched from now on.", func(f gateForm) error {
		on, err := day.Parse(f.typed.On)
		if err != nil {
			return fault.Field("on", "Write the day like 2026-03-28.")
		}
		return s.Gates.RecordGate(r.Context(), actor, f.gate, f.seen, on, s.Now())
	})
}

func (s *Server) overrideGate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeGate(w, r, actor, "The gate is open for 24 hours, without its conditions.", func(f gateForm) error {
		return s.Gates.OverrideGate(r.Context(), actor, f.gate, f.seen, f.typed.Phrase, f.typed.Reason, s.Now())
	})
}

// seeAlarm keeps that somebody took note of an alarm.
func (s *Server) seeAlarm(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := gateNumber(r, "gate")
	if err != nil {
		return err
	}
	alarm, err := gateNumber(r, "alarm")
	if err != nil {
		return err
	}
	if err := s.Gates.SeeAlarm(r.Context(), actor, id, alarm, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Gate(id), "You took note of it.")
}

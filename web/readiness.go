package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/readiness"
)

// Decisions keeps what people decide about a wave. It is implemented by store.Store.
type Decisions interface {
	// UpdateReadiness lends what a wave's launch is decided from to a rule, and keeps
	// what the rule changed, all or nothing, each change with its audit entry. seen is
	// the version that was seen; another one is a Conflict. A wave that does not exist
	// is NotFound.
	UpdateReadiness(ctx context.Context, wave, seen int, now time.Time, fn func(rollout.Question) error) error
}

// deciding are those who read readiness; whether one of them may vote is the rollout's to say.
var deciding = people(identity.Lead, identity.Owner, identity.Executive, identity.Auditor)

// readinessRoutes are the pages on which launches are decided.
func (s *Server) readinessRoutes() []routeEntry {
	if s.Plan == nil || s.Decisions == nil {
		return nil
	}
	one := route.Readiness + "/wave/{wave}"
	return []routeEntry{
		{"GET", route.Readiness, deciding, s.readinessHome},
		{"GET", one, deciding, s.readinessPage},
		{"GET", one + "/decisions/{decision}", deciding, s.decisionPage},
		{"POST", one + "/vote", deciding, s.vote},
		{"POST", one + "/ask", leads, s.askForDecision},
		{"POST", one + "/decide", leads, s.recordDecision},
		{"POST", one + "/deciders", leads, s.setDeciders},
		{"POST", one + "/time", leads, s.setDecisionTime},
	}
}

// readinessHome leads to the wave that is decided next.
func (s *Server) readinessHome(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	next, ok := p.Ahead(p.Today(s.Now()))
	if !p.Started() || !ok {
		reader := s.readinessReader(p, roster.Wave{}, actor)
		return s.page(w, r, actor, page{Title: "Readiness", Section: route.Readiness}, views.Wave(reader.unstarted()))
	}
	http.Redirect(w, r, route.WaveReadiness(next.Slug), http.StatusSeeOther)
	return nil
}

// waveOf finds the wave that an address names in the plan as of now.
func (s *Server) waveOf(r *http.Request) (*rollout.Plan, roster.Wave, error) {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return nil, roster.Wave{}, err
	}
	wave, ok := p.WaveBySlug(chi.URLParam(r, "wave"))
	if !ok || !p.Started() {
		return nil, wave, fault.New(fault.NotFound, "There is no such wave.")
	}
	return p, wave, nil
}

func (s *Server) readinessPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	return s.drawReadiness(w, r, actor, http.StatusOK, s.readinessReader(p, wave, actor).props())
}

func (s *Server) drawReadiness(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p views.Props) error {
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Readiness, Status: status}, views.Wave(p))
}

// decisionPage shows a decision as it was frozen.
func (s *Server) decisionPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(chi.URLParam(r, "decision"), 10, 64)
	d, ok := p.Readiness[wave.ID].Decision(id)
	if !ok {
		return fault.New(fault.NotFound, "There is no such decision.")
	}
	props := s.readinessReader(p, wave, actor).decision(d)
	return s.page(w, r, actor, page{Title: props.Head.Title, Section: route.Readiness}, views.Decision(props))
}

// changeReadiness lends the readiness of the wave in the address to a rule.
func (s *Server) changeReadiness(r *http.Request, wave roster.Wave, seen int, fn func(rollout.Question) error) error {
	return s.Decisions.UpdateReadiness(r.Context(), wave.ID, seen, s.Now(), fn)
}

// seenVersion reads which version a form was made from.
func seenVersion(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, sayIncomplete)
	}
	return n, nil
}

// askForDecision asks the deciders for go or no-go.
func (s *Server) askForDecision(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.decideWith(w, r, "The deciders are asked for go or no-go.", func(q rollout.Question, _ rollout.Choice) error {
		return q.Ask(actor, s.Now())
	})
}

// recordDecision records what the deciders said.
func (s *Server) recordDecision(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.decideWith(w, r, "The decision is recorded.", func(q rollout.Question, c rollout.Choice) error {
		return q.Decide(actor, c, s.Now())
	})
}

// decideWith runs a rule that a form with a version and perhaps a choice asks for.
func (s *Server) decideWith(w http.ResponseWriter, r *http.Request, done string, rule func(rollout.Question, rollout.Choice) error) error {
	_, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	err = s.changeReadiness(r, wave, seen, func(q rollout.Question) error { return rule(q, rollout.Choice(f.Get("choice"))) })
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.WaveReadiness(wave.Slug), done)
}

// vote keeps a decider's word. What cannot be used comes back as it was typed.
func (s *Server) vote(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	_, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	decided := false
	err = s.changeReadiness(r, wave, rollout.AnyVersion, func(q rollout.Question) error {
		err := q.Vote(actor, rollout.Choice(f.Get("choice")), f.Get("reason"), s.Now())
		decided = q.State() == rollout.Decided
		return err
	})
	switch {
	case fault.Is(err, fault.Invalid):
		return s.voteAgain(w, r, actor, views.VoteForm{Choice: f.Get("choice"), Reason: f.Get("reason"), Errors: asFault(err).Fields})
	case err != nil:
		return err
	case decided:
		return s.redirect(w, r, route.WaveReadiness(wave.Slug), "Everybody said go: "+wave.Name+" is decided.")
	}
	return s.redirect(w, r, route.WaveReadiness(wave.Slug), "Your vote is kept. You can change it until it is decided.")
}

func (s *Server) voteAgain(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed views.VoteForm) error {
	p, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	props := s.readinessReader(p, wave, actor).props()
	if props.Vote != nil {
		props.Vote.Choice, props.Vote.Reason, props.Vote.Errors = typed.Choice, typed.Reason, typed.Errors
	}
	return s.drawReadiness(w, r, actor, http.StatusUnprocessableEntity, props)
}

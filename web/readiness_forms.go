package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/readiness"
)

const (
	spareRows     = 2 // empty lines below the deciders there are
	leastDeciders = 3
	mostRows      = 12
)

// typedDeciders reads the lines of the form, in their order, as they were typed.
func typedDeciders(f url.Values) []views.DeciderRow {
	var rows []views.DeciderRow
	for i := range mostRows {
		n := strconv.Itoa(i)
		if !f.Has("email."+n) && !f.Has("name."+n) {
			break
		}
		line := func(field string) string { return strings.Join(strings.Fields(f.Get(field+"."+n)), " ") }
		rows = append(rows, views.DeciderRow{Name: line("name"), Email: line("email"), Title: line("title")})
	}
	return rows
}

// decidersOf leaves out the empty lines. at says which line each came from.
func decidersOf(rows []views.DeciderRow) (list []rollout.Decider, at []int) {
	for i, r := range rows {
		if r != (views.DeciderRow{}) {
			list = append(list, rollout.Decider{Person: rollout.Person{Name: r.Name, Email: r.Email}, Title: r.Title})
			at = append(at, i)
		}
	}
	return list, at
}

// setDeciders names whose word a wave waits for.
func (s *Server) setDeciders(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	rows := typedDeciders(f)
	list, at := decidersOf(rows)
	return s.saveSetup(w, r, actor, f, "The deciders are saved.", func(q rollout.Question) error {
		return q.SetDeciders(actor, list)
	}, func(p *views.Setup, err *fault.Error) {
		p.Rows = rows
		if len(err.Fields) == 0 && err.Kind == fault.Invalid {
			p.DecidersError = err.Say
		}
		for i, line := range at {
			for _, field := range []string{"name.", "email.", "title."} {
				if say := err.Fields[field+strconv.Itoa(i)]; say != "" {
					p.Errors[field+strconv.Itoa(line)] = say
				}
			}
		}
	})
}

// setDecisionTime says when a wave is decided; two empty fields forget it.
func (s *Server) setDecisionTime(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	onDay, clock := strings.TrimSpace(f.Get("day")), strings.TrimSpace(f.Get("time"))
	return s.saveSetup(w, r, actor, f, "The time of the decision is saved.", func(q rollout.Question) error {
		at, err := decisionTime(onDay, clock, q.Zone)
		if err != nil {
			return err
		}
		return q.SetDecideAt(actor, at, s.Now())
	}, func(p *views.Setup, err *fault.Error) {
		p.Day, p.Clock = onDay, clock
		p.Errors = err.Fields
	})
}

// decisionTime reads a day and a time as clocks show it where the rollout is.
func decisionTime(onDay, clock string, zone *time.Location) (time.Time, error) {
	if onDay == "" && clock == "" {
		return time.Time{}, nil
	}
	on, err := day.Parse(onDay)
	if err != nil {
		return time.Time{}, fault.Field("day", "Choose a day, such as 2026-03-28.")
	}
	return rollout.LocalTime(on, clock, zone)
}

// saveSetup runs a rule on who decides and when. What cannot be used, or what
// somebody else changed meanwhile, comes back as it was typed; again puts it there.
func (s *Server) saveSetup(w http.ResponseWriter, r *http.Request, actor identity.Actor, f url.Values, done string,
	rule func(rollout.Question) error, again func(*views.Setup, *fault.Error)) error {
	_, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	err = s.changeReadiness(r, wave, seen, rule)
	if err == nil {
		return s.redirect(w, r, route.WaveReadiness(wave.Slug), done)
	}
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		return err
	}
	return s.setupAgain(w, r, actor, asFault(err), again)
}

func (s *Server) setupAgain(w http.ResponseWriter, r *http.Request, actor identity.Actor, f *fault.Error, again func(*views.Setup, *fault.Error)) error {
	p, wave, err := s.waveOf(r)
	if err != nil {
		return err
	}
	reader := s.readinessReader(p, wave, actor)
	props := reader.props()
	if props.Setup == nil {
		return f
	}
	props.Setup.Open, props.Setup.Errors = true, map[string]string{}
	again(props.Setup, f)
	if props.Setup.Errors == nil {
		props.Setup.Errors = map[string]string{}
	}
	if f.Kind == fault.Conflict {
		props.Setup.Problem = reader.meanwhile()
	}
	return s.drawReadiness(w, r, actor, statusOf(f.Kind), props)
}

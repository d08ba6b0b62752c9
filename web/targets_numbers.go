package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// setPhases sets the day each phase begins on.
func (s *Server) setPhases(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	was, err := writtenPhases(f.Get("was"))
	if err != nil {
		return err
	}
	starts, typed, wrong := phaseForm(f)
	if len(wrong) > 0 {
		return s.phasesAgain(w, r, actor, http.StatusUnprocessableEntity, f.Get("was"), typed, wrong)
	}
	err = s.Targets.SetPhases(r.Context(), actor, was, starts, s.Now())
	if fault.Is(err, fault.Conflict) {
		return s.phasesAgain(w, r, actor, http.StatusConflict, "", typed, nil)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Targets, "Phases saved.")
}

// phasesAgain shows the form as it was typed. Without was, somebody else was
// faster: what they made of it is shown, and counts as seen.
func (s *Server) phasesAgain(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, was string, typed, wrong map[string]string) error {
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	p := settings.NewTargets(d)
	p.Phases = p.Phases.Typed(typed, wrong)
	if status == http.StatusConflict {
		p.Phases.Problem = settings.PhasesMeanwhile(d)
	} else {
		p.Phases.Was = was
	}
	return s.drawTargets(w, r, actor, status, p)
}

// numbersForm is the posted numbers that definitions refer to.
type numbersForm struct {
	was, typed settings.NumbersForm
	before, to adoption.Settings
	wrong      map[string]string
}

func readNumbers(f url.Values) (numbersForm, error) {
	n := numbersForm{was: typedNumbers(f, "was_"), typed: typedNumbers(f, "")}
	var broken map[string]string
	if n.before, broken = numbersOf(n.was); len(broken) > 0 {
		return n, fault.New(fault.Invalid, sayIncomplete)
	}
	n.to, n.wrong = numbersOf(n.typed)
	return n, nil
}

func typedNumbers(f url.Values, prefix string) settings.NumbersForm {
	return settings.NumbersForm{
		TaskMinActions: strings.TrimSpace(f.Get(prefix + "task_min_actions")),
		MinCohortSize:  strings.TrimSpace(f.Get(prefix + "min_cohort_size")),
		HourlyRate:     strings.TrimSpace(f.Get(prefix + "loaded_hourly_rate")),
	}
}

// numbersOf reads numbers as typed and says what is wrong with them.
func numbersOf(t settings.NumbersForm) (adoption.Settings, map[string]string) {
	var set adoption.Settings
	wrong := map[string]string{}
	set.TaskMinActions, _ = strconv.Atoi(t.TaskMinActions)
	set.MinCohortSize, _ = strconv.Atoi(t.MinCohortSize)
	if rate := strings.TrimPrefix(t.HourlyRate, "$"); rate != "" {
		m, err := adoption.ParseUSD(rate)
		if err != nil || !decimalNumber.MatchString(rate) {
			wrong["loaded_hourly_rate"] = "Type an amount of dollars, such as 87.50."
		} else {
			set.HourlyRate = &m
		}
	}
	if err := set.Check(); err != nil {
		for name, say := range asFault(err).Fields {
			wrong[name] = say
		}
	}
	return set, wrong
}

// setNumbers changes the numbers that definitions refer to. A change of what a
// task is has to be confirmed, because it decides every day anew.
func (s *Server) setNumbers(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	n, err := readNumbers(f)
	if err != nil {
		return err
	}
	if len(n.wrong) > 0 {
		return s.numbersAgain(w, r, actor, http.StatusUnprocessableEntity, n)
	}
	if n.to.TaskMinActions != n.before.TaskMinActions && f.Get("confirmed") != "yes" {
		return s.confirmNumbers(w, r, actor, n)
	}
	err = s.Targets.SaveSettings(r.Context(), actor, n.before, n.to, s.Now())
	if fault.Is(err, fault.Conflict) {
		return s.numbersAgain(w, r, actor, http.StatusConflict, n)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Targets, "Definitions saved.")
}

func (s *Server) confirmNumbers(w http.ResponseWriter, r *http.Request, actor identity.Actor, n numbersForm) error {
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	p := settings.NewConfirm(d, n.was, n.typed)
	return s.page(w, r, actor, page{Title: "Decide every day anew?", Section: route.Targets}, settings.ConfirmNumbers(p))
}

func (s *Server) numbersAgain(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, n numbersForm) error {
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	p := settings.NewTargets(d)
	p.Numbers.Typed, p.Numbers.Errors = n.typed, n.wrong
	if status == http.StatusConflict {
		p.Numbers.Problem = settings.NumbersMeanwhile(d)
	} else {
		p.Numbers.Was = n.was
	}
	return s.drawTargets(w, r, actor, status, p)
}

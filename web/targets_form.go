package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// metricOf reads which metric an address is about.
func metricOf(r *http.Request) (adoption.Metric, error) {
	m := adoption.MetricOf(adoption.Key(chi.URLParam(r, "metric")))
	if m.Key == "" {
		return m, fault.New(fault.NotFound, "There is no such metric.")
	}
	return m, nil
}

// phaseOf reads a phase; none is every phase.
func phaseOf(text string) (adoption.Phase, error) {
	p := adoption.Phase(text)
	if p != "" && !p.Valid() {
		return "", fault.New(fault.NotFound, "There is no such phase.")
	}
	return p, nil
}

// targetPage shows the target of one metric in one phase, and the history of all.
func (s *Server) targetPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	m, err := metricOf(r)
	if err != nil {
		return err
	}
	in, err := phaseOf(r.URL.Query().Get("phase"))
	if err != nil {
		return err
	}
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	return s.drawTarget(w, r, actor, http.StatusOK, settings.NewTarget(d, m, in, nil, ""))
}

func (s *Server) drawTarget(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p settings.TargetProps) error {
	return s.page(w, r, actor, page{Title: "Target: " + p.Name, Section: route.Targets, Status: status}, settings.Target(p))
}

// targetForm is a posted form about one target.
type targetForm struct {
	metric adoption.Metric
	seen   int64
	typed  settings.TargetForm
}

func readTargetForm(r *http.Request) (targetForm, error) {
	m, err := metricOf(r)
	if err != nil {
		return targetForm{}, err
	}
	f, err := form(r)
	if err != nil {
		return targetForm{}, err
	}
	in, err := phaseOf(f.Get("phase"))
	if err != nil {
		return targetForm{}, err
	}
	seen, err := strconv.ParseInt(f.Get("seen"), 10, 64)
	if err != nil {
		return targetForm{}, fault.New(fault.Invalid, sayIncomplete)
	}
	typed := settings.TargetForm{
		Phase: in, Seen: f.Get("seen"), Value: f.Get("value"), Owner: f.Get("owner"), Due: f.Get("due"), Errors: map[string]string{},
	}
	return targetForm{m, seen, typed}, nil
}

// setTarget sets a target. What cannot be used comes back as it was typed.
func (s *Server) setTarget(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := readTargetForm(r)
	if err != nil {
		return err
	}
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	now := s.Now()
	target := f.target(was(d.Settings, f.metric.Key, f.typed.Phase), day.FromTime(now))
	if len(f.typed.Errors) > 0 {
		p := settings.NewTarget(d, f.metric, f.typed.Phase, &f.typed, "")
		return s.drawTarget(w, r, actor, http.StatusUnprocessableEntity, p)
	}
	err = s.Targets.SetTarget(r.Context(), actor, target, f.seen, now)
	return s.afterTarget(w, r, actor, f, err, "Target saved: "+f.metric.Name+", "+strings.ToLower(target.Phase.Name())+".")
}

// was is the due day of the target that is set already, None for none.
func was(set adoption.Settings, k adoption.Key, in adoption.Phase) day.Date {
	if t, ok := set.SetTarget(k, in); ok && t.Phase == in {
		return t.Due
	}
	return day.None
}

// target reads what was typed and notes what is wrong with it in f.
func (f *targetForm) target(due, today day.Date) adoption.SetTarget {
	t := adoption.SetTarget{Metric: f.metric.Key, Phase: f.typed.Phase, Owner: strings.Join(strings.Fields(f.typed.Owner), " "), Due: day.None}
	value, notNumber := parseTarget(f.metric, f.typed.Value)
	t.Value = value
	notDay := ""
	if text := strings.TrimSpace(f.typed.Due); text != "" {
		d, err := day.Parse(text)
		if err != nil {
			notDay = "Write the day like 2026-03-28."
		} else {
			t.Due = d
		}
	}
	if err := adoption.CheckTarget(t, due, today); err != nil {
		for name, say := range asFault(err).Fields {
			f.typed.Errors[name] = say
		}
	}
	if notNumber != "" {
		f.typed.Errors["value"] = notNumber
	}
	if notDay != "" {
		f.typed.Errors["due"] = notDay
	}
	return t
}

var decimalNumber = regexp.MustCompile(`^[-−+]?[0-9]{0,12}(\.[0-9]{0,12})?$`)

// parseTarget reads a target as people type it: a share in percent, with or
// without the sign. wrong says why it is no number.
func parseTarget(m adoption.Metric, text string) (v float64, wrong string) {
	text = strings.TrimSpace(text)
	if m.Share() {
		text = strings.TrimSpace(strings.TrimSuffix(text, "%"))
	}
	switch {
	case text == "":
		return 0, "Type a number."
	case strings.Contains(text, ","):
		return 0, "Write decimals with a point, such as 2.5, and thousands without a sign."
	case !decimalNumber.MatchString(text):
		return 0, "This is not a number. Type digits, such as 60."
	}
	v, err := strconv.ParseFloat(strings.Replace(text, "−", "-", 1), 64)
	if err != nil {
		return 0, "This is not a number. Type digits, such as 60."
	}
	if m.Share() {
		v /= 100
	}
	return v, ""
}

// resetTarget takes a target back to what holds without it.
func (s *Server) resetTarget(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := readTargetForm(r)
	if err != nil {
		return err
	}
	err = s.Targets.ResetTarget(r.Context(), actor, f.metric.Key, f.typed.Phase, f.seen, s.Now())
	return s.afterTarget(w, r, actor, f, err, "Target taken back: "+f.metric.Name+", "+strings.ToLower(f.typed.Phase.Name())+".")
}

// afterTarget goes back to the list with what was done. Where somebody else was
// faster, the form comes back as it was typed, beside what they made of it.
func (s *Server) afterTarget(w http.ResponseWriter, r *http.Request, actor identity.Actor, f targetForm, err error, done string) error {
	if err == nil {
		return s.redirect(w, r, route.Targets, done)
	}
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	typed := &f.typed
	if f.typed.Value == "" {
		typed = nil // a reset has nothing that was typed
	}
	p := settings.NewTarget(d, f.metric, f.typed.Phase, typed, settings.ChangedMeanwhile(d, f.metric, f.typed.Phase))
	return s.drawTarget(w, r, actor, http.StatusConflict, p)
}

// phaseForm reads the days typed for the phases and notes what is wrong with them.
func phaseForm(f url.Values) (starts []adoption.PhaseStart, typed, wrong map[string]string) {
	typed, wrong = map[string]string{}, map[string]string{}
	for _, p := range adoption.Phases() {
		name := string(p)
		typed[name] = f.Get(name)
		text := strings.TrimSpace(f.Get(name))
		if text == "" {
			continue
		}
		d, err := day.Parse(text)
		if err != nil {
			wrong[name] = "Write the day like 2026-03-28."
			continue
		}
		starts = append(starts, adoption.PhaseStart{Phase: p, From: d})
	}
	if err := adoption.CheckPhases(starts); err != nil {
		for name, say := range asFault(err).Fields {
			wrong[name] = say
		}
	}
	return starts, typed, wrong
}

// writtenPhases reads what [settings.WrittenPhases] wrote.
func writtenPhases(text string) ([]adoption.PhaseStart, error) {
	var out []adoption.PhaseStart
	for _, word := range strings.Fields(text) {
		name, on, _ := strings.Cut(word, "=")
		d, err := day.Parse(on)
		if err != nil || !adoption.Phase(name).Valid() {
			return nil, fault.New(fault.Invalid, sayIncomplete)
		}
		out = append(out, adoption.PhaseStart{Phase: adoption.Phase(name), From: d})
	}
	return out, nil
}

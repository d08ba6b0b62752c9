package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

// moveLaunches shows what moving launches would do, and does it once it was shown.
func (s *Server) moveLaunches(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, p, version, err := s.setupForm(r)
	if err != nil {
		return err
	}
	rows, launches, places := readWaves(f, p)
	wrong := map[string]string{}
	if err := rollout.CheckLaunches(launches); err != nil {
		wrong = asFault(err).Fields
	}
	spreadWaves(rows, places, wrong)
	if slices.ContainsFunc(rows, func(w views.WaveField) bool { return w.Error != "" }) || len(wrong) > 0 {
		props := s.setupOf(p, actor)
		props.Waves, props.Version = rows, f.Get("version")
		return s.drawSetup(w, r, actor, http.StatusUnprocessableEntity, props)
	}
	if version != p.Rollout.Version {
		return s.launchesMeanwhile(w, r, actor, p, rows)
	}
	if f.Get("action") != "move" {
		return s.drawMove(w, r, actor, p, launches)
	}
	messages, _, err := s.messageMoves(r.Context(), actor, launches, p.Today(s.Now()))
	if err != nil {
		return err
	}
	err = s.Tasks.MoveLaunches(r.Context(), actor, version, launches, s.Now())
	if fault.Is(err, fault.Conflict) {
		if p, err = s.started(r.Context()); err != nil {
			return err
		}
		return s.launchesMeanwhile(w, r, actor, p, rows)
	}
	with := ui.Counted(moving(rollout.Move(p, launches)), "task", "tasks")
	if len(messages) > 0 {
		with += " and " + ui.Counted(len(messages), "message", "messages")
	}
	return s.afterSetup(w, r, err, "Launches moved, and "+with+" with them.")
}

// launchesMeanwhile answers a form that somebody else was faster than.
func (s *Server) launchesMeanwhile(w http.ResponseWriter, r *http.Request, actor identity.Actor, p *rollout.Plan, typed []views.WaveField) error {
	props := s.setupOf(p, actor)
	for i, row := range typed {
		for _, now := range props.Waves {
			if now.ID == row.ID && now.Opens != row.Opens {
				typed[i].Now = "Kept now: " + orNoDay(now.Opens)
			}
		}
	}
	props.Waves, props.Problem = typed, meanwhile()
	return s.drawSetup(w, r, actor, http.StatusConflict, props)
}

func orNoDay(text string) string {
	if text == "" {
		return "no day"
	}
	return text
}

// drawMove answers the preview: which tasks move from when to when, and which stay and why.
func (s *Server) drawMove(w http.ResponseWriter, r *http.Request, actor identity.Actor, p *rollout.Plan, launches []rollout.Launch) error {
	today := p.Today(s.Now())
	shifts := rollout.Move(p, launches)
	n := moving(shifts)
	props := views.MoveProps{
		Sub: moveSub(n, len(shifts)-n), Warnings: append(launchWarnings(launches, today), pastWarning(p, shifts, today)...),
		Version: strconv.Itoa(p.Rollout.Version), Post: route.PlanLaunches, Back: route.PlanSetup, Confirm: "Move the launches",
	}
	if n > 0 {
		props.Confirm = "Move the launches and " + ui.Counted(n, "task", "tasks")
	}
	for i, l := range launches {
		wave, _ := p.Wave(l.Wave)
		from := day.None
		if wave.OpensOn != nil {
			from = *wave.OpensOn
		}
		props.Launches = append(props.Launches, views.WaveMove{
			Index: strconv.Itoa(i), ID: strconv.Itoa(l.Wave), Name: wave.Name, From: dayText(from, today), To: dayText(l.On, today), Opens: l.On.String(),
		})
	}
	for _, shift := range shifts {
		m := taskMove(p, shift, today)
		if shift.Stays == rollout.Moves {
			props.Moves = append(props.Moves, m)
		} else {
			props.Stays = append(props.Stays, m)
		}
	}
	var err error
	if props.Messages, props.MessageStays, err = s.messageMoves(r.Context(), actor, launches, today); err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Move launches", Section: route.Plan}, views.Move(props))
}

func moving(shifts []rollout.Shift) int {
	n := 0
	for _, s := range shifts {
		if s.Stays == rollout.Moves {
			n++
		}
	}
	return n
}

func moveSub(moves, stays int) string {
	say := ui.Counted(moves, "task moves", "tasks move")
	if stays > 0 {
		say += ", " + ui.Counted(stays, "stays", "stay")
	}
	return say + ". Nothing was changed yet."
}

// pastWarning says how many tasks would be due in the past.
func pastWarning(p *rollout.Plan, shifts []rollout.Shift, today day.Date) []string {
	n := 0
	for _, s := range shifts {
		if s.Stays == rollout.Moves && s.To.Known() && s.To < today {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{ui.Counted(n, "task", "tasks") + " would be due before today."}
}

var stayWords = map[rollout.Stay]string{
	rollout.StaysDone: "done", rollout.StaysUnneeded: "not needed", rollout.StaysByHand: "its day was set by hand",
}

func taskMove(p *rollout.Plan, shift rollout.Shift, today day.Date) views.TaskMove {
	title := shift.Task.Title
	if wave, ok := p.Wave(shift.Task.Wave); ok {
		title += " (" + wave.Name + ")"
	}
	return views.TaskMove{
		Title: title, URL: route.Task(int64(shift.Task.ID)), From: dayText(shift.Task.Due, today),
		To: dayText(shift.To, today), Why: stayWords[shift.Stays],
	}
}

// running returns the plan of a rollout that was started, nil while there is none.
func (s *Server) running(ctx context.Context) (*rollout.Plan, error) {
	if s.Plan == nil {
		return nil, nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil || !p.Started() {
		return nil, err
	}
	return p, nil
}

// askToMove shows what moves with a day typed for one wave. A wave that does not exist is NotFound.
func (s *Server) askToMove(w http.ResponseWriter, r *http.Request, actor identity.Actor, p *rollout.Plan, wave int, on *day.Date) error {
	if _, ok := p.Wave(wave); !ok {
		return fault.New(fault.NotFound, "There is no such wave.")
	}
	f := url.Values{}
	for i, w := range p.Waves {
		n, opens := strconv.Itoa(i), w.OpensOn
		if w.ID == wave {
			opens = on
		}
		f.Set("wave."+n, strconv.Itoa(w.ID))
		if opens != nil {
			f.Set("opens."+n, opens.String())
		}
	}
	_, launches, _ := readWaves(f, p)
	return s.drawMove(w, r, actor, p, launches)
}

package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

// playbookPage shows what a newer playbook would change: to leads to take it, to auditors to read.
func (s *Server) playbookPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	if !p.Started() {
		return s.redirect(w, r, route.PlanSetup, "")
	}
	return s.drawDifference(w, r, actor, http.StatusOK, p, nil, "")
}

// drawDifference answers the page; chosen are the steps a form came back with, problem why.
func (s *Server) drawDifference(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p *rollout.Plan, chosen []string, problem string) error {
	book, ok := rollout.PlaybookNamed(p.Rollout.Playbook)
	if !ok {
		return fault.New(fault.NotFound, "This program does not hold the playbook any more.")
	}
	d := rollout.Difference(p, book)
	props := views.BookDifferenceProps{
		Title: differenceTitle(d), Sub: differenceSub(book, d), CanEdit: actor.Has(identity.Lead) && !d.Empty(), Version: strconv.Itoa(p.Rollout.Version),
		To: book.Version, Post: route.PlanPlaybook, Problem: problem,
	}
	for _, step := range d.Steps {
		if d.From == d.To && !step.Takes() {
			continue // only edits: the plan differs on purpose
		}
		shown := stepProps(step, chosen)
		shown.Chosen = shown.Chosen || status == http.StatusOK && onlyNew(step)
		props.Steps = append(props.Steps, shown)
	}
	return s.page(w, r, actor, page{Title: props.Title, Section: route.Plan, Status: status}, views.Difference(props))
}

// onlyNew reports whether a step brings tasks and changes none, as for a wave that joined.
func onlyNew(s rollout.StepDifference) bool { return s.Added > 0 && s.Changed+s.Removed+s.Settled == 0 }

func differenceTitle(d rollout.PlaybookDifference) string {
	if d.From == d.To {
		return "Playbook and plan"
	}
	return "Newer playbook"
}

func differenceSub(book rollout.Playbook, d rollout.PlaybookDifference) string {
	if d.From == d.To {
		return book.Name + " " + d.To + " beside the plan as it is."
	}
	return book.Name + ": the plan was made from " + d.From + ", this program holds " + d.To + "."
}

// stepProps words the difference of a step.
func stepProps(s rollout.StepDifference, chosen []string) views.StepProps {
	out := views.StepProps{Key: s.Key, Title: s.Title, Takes: s.Takes(), Chosen: slices.Contains(chosen, s.Key)}
	var say []string
	for _, part := range []struct {
		n         int
		one, many string
	}{
		{s.Added, "new task", "new tasks"}, {s.Changed, "task changes", "tasks change"},
		{s.Removed, "task is not needed any more", "tasks are not needed any more"}, {s.Settled, "stays because it is settled", "stay because they are settled"},
	} {
		if part.n > 0 {
			say = append(say, ui.Counted(part.n, part.one, part.many))
		}
	}
	out.Say = strings.Join(say, ", ")
	switch {
	case onlyNew(s):
		out.Chip = ui.ChipProps{Label: "New", Tone: ui.ToneGood}
	case s.Removed > 0:
		out.Chip = ui.ChipProps{Label: "Gone", Tone: ui.ToneWarn}
	case !s.Takes():
		out.Chip = ui.ChipProps{Label: "Left as it is"}
	default:
		out.Chip = ui.ChipProps{Label: "Changed", Tone: ui.ToneTide}
	}
	for _, f := range s.Fields {
		field := views.FieldProps{Name: strings.ReplaceAll(f.Name, "_", " "), Old: f.Old, New: f.New}
		if f.Left > 0 {
			field.Left = "Kept as somebody wrote it in " + ui.Counted(f.Left, "task", "tasks") + "."
		}
		out.Fields = append(out.Fields, field)
	}
	return out
}

// takePlaybook takes the chosen steps of the playbook this program holds.
func (s *Server) takePlaybook(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, p, version, err := s.setupForm(r)
	if err != nil {
		return err
	}
	book, ok := rollout.PlaybookNamed(p.Rollout.Playbook)
	chosen := f["take"]
	switch {
	case !ok:
		return fault.New(fault.NotFound, "This program does not hold the playbook any more.")
	case book.Version != f.Get("to"):
		return s.drawDifference(w, r, actor, http.StatusConflict, p, chosen, "This program holds another version by now. Look again at what differs.")
	case len(chosen) == 0:
		return s.drawDifference(w, r, actor, http.StatusUnprocessableEntity, p, nil, "Choose at least one step.")
	}
	err = s.Tasks.TakePlaybook(r.Context(), actor, version, book, chosen, s.Now())
	switch {
	case fault.Is(err, fault.Conflict):
		if p, err = s.started(r.Context()); err != nil {
			return err
		}
		return s.drawDifference(w, r, actor, http.StatusConflict, p, chosen, "Somebody else changed the rollout meanwhile. What you chose is still chosen; look again and take it.")
	case fault.Is(err, fault.Invalid):
		return s.drawDifference(w, r, actor, http.StatusUnprocessableEntity, p, chosen, asFault(err).Say)
	}
	return s.afterSetup(w, r, err, ui.Counted(len(chosen), "step", "steps")+" taken from version "+book.Version+".")
}

package rollout

import (
	"slices"

	"groundswell/internal/adoption"
	"groundswell/internal/people"
)

// positionStep leaves room between the positions of a new plan.
const positionStep = 10

// Build makes the tasks of a plan: every step of the playbook that applies, once
// for the organization, for each wave or for each department, dated from the
// launches. The ids are provisional: -1, -2 and so on, in the order of the plan;
// WaitsFor names them. A step that is left out drops out of what others wait for.
func Build(pb Playbook, a Answers, waves []people.Wave, departments []people.Department) []Task {
	b := builder{
		answers: a, waves: openingOrder(waves, a.Launches), departments: departments,
		dates: newDates(waves, departments, a.Launches, a.Calendar), made: map[string][]int{},
	}
	for _, phase := range pb.Phases {
		b.position = 0
		for _, section := range phase.Sections {
			for _, step := range section.Steps {
				b.add(phase.Key, section.Title, step)
			}
		}
	}
	for i := range b.tasks {
		b.tasks[i].WaitsFor = b.waits(b.tasks[i], b.steps[i].WaitsFor)
	}
	return b.tasks
}

// builder is a plan being made.
type builder struct {
	answers     Answers
	waves       []people.Wave // in the order they open
	departments []people.Department
	dates       dates
	position    int // of the last task of the phase

	tasks []Task
	steps []Step           // of each task
	made  map[string][]int // places in tasks, by key of the step
}

// add makes the tasks of a step.
func (b *builder) add(phase adoption.Phase, section string, s Step) {
	if !s.When.applies(b.answers) {
		return
	}
	t := s.task(phase, section)
	switch s.Scope {
	case PerWave:
		for i, w := range b.waves {
			if s.When.inWave(i == 0) {
				t.Wave = w.ID
				b.put(s, t)
			}
		}
	case PerDepartment:
		for _, d := range b.departments {
			t.Department = d.ID
			b.put(s, t)
		}
	default:
		b.put(s, t)
	}
}

func (b *builder) put(s Step, t Task) {
	b.position += positionStep
	t.ID, t.Position, t.Due = TaskID(-len(b.tasks)-1), b.position, b.dates.due(t)
	t.GateChecks = slices.Clone(t.GateChecks)
	b.made[s.ID] = append(b.made[s.ID], len(b.tasks))
	b.tasks, b.steps = append(b.tasks, t), append(b.steps, s)
}

// applies reports whether a step belongs in a rollout with these answers.
func (w StepWhen) applies(a Answers) bool {
	return (len(w.Architecture) == 0 || slices.Contains(w.Architecture, a.Architecture)) &&
		(w.Install == "" || w.Install == a.Install)
}

// inWave reports whether a step is done for the first wave, or for a later one.
func (w StepWhen) inWave(first bool) bool {
	return w.Waves == "" || (w.Waves == FirstWaves) == first
}

// task returns what all tasks of a step have in common.
func (s Step) task(phase adoption.Phase, section string) Task {
	scope := s.Scope
	if scope == "" {
		scope = PerOrganization
	}
	guidance, _ := guidanceDay(s.Guidance)
	return Task{
		Key: s.ID, Scope: scope, Phase: phase, Section: section, Title: s.Title, Why: s.Why, DoneWhen: s.DoneWhen,
		Role: s.Role, Offset: s.Offset, Days: max(s.Days, 1), State: Open, Gate: s.Gate, GateChecks: s.Checks, NoUndo: s.NoUndo,
		Evidence: s.Evidence.evidence(), Checklist: s.Checklist, Help: Help(s.Help), Guidance: guidance, Version: 1,
	}
}

func (e StepEvidence) evidence() Evidence {
	switch {
	case e.Check != "":
		return Evidence{Kind: ByCheck, Check: e.Check}
	case e.Proof:
		return Evidence{Kind: ByProof}
	case e.Attest != nil:
		return Evidence{Kind: ByAttestation, HoldsDays: *e.Attest}
	}
	return Evidence{Kind: ByAttestation}
}

// waits returns the tasks that t waits for, by the steps its own names.
func (b *builder) waits(t Task, steps []string) []TaskID {
	var out []TaskID
	for _, key := range steps {
		for _, i := range b.meant(t, b.made[key]) {
			out = append(out, b.tasks[i].ID)
		}
	}
	return out
}

// meant picks from the tasks of one step those that t waits for: the one of its
// department, those of its wave, the one of the organization. A step that is done
// for the first wave alone is waited for by later ones too.
func (b *builder) meant(t Task, made []int) []int {
	if len(made) == 0 {
		return nil
	}
	wave := b.dates.wave(t)
	pick := func(fits func(Task) bool) []int {
		var out []int
		for _, i := range made {
			if fits(b.tasks[i]) {
				out = append(out, i)
			}
		}
		return out
	}
	switch scope := b.tasks[made[0]].Scope; {
	case scope == PerOrganization:
		return made
	case scope == PerDepartment && t.Scope == PerDepartment:
		return pick(func(o Task) bool { return o.Department == t.Department })
	case scope == PerDepartment:
		return pick(func(o Task) bool { return b.dates.wave(o) == wave })
	}
	if same := pick(func(o Task) bool { return o.Wave == wave }); len(same) > 0 {
		return same
	}
	return pick(func(o Task) bool { return o.Wave == b.dates.first })
}

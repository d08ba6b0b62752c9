package rollout

import (
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// PlaySection is the section of tasks that came from figures under target.
const PlaySection = "From the figures"

// Play is something to do about a figure that is under target.
type Play struct {
	Metric string // "Activation rate"
	Cohort string // who it is about: "Claims", "Everyone"
	Text   string // what to do
}

// addFromPlay is the rule of [Service.AddFromPlay]. A play that is a task already
// and not settled is not added again; then the id of that task is returned.
func addFromPlay(p *Plan, a acting, play Play) (Change, TaskID, error) {
	if err := leads(a.by); err != nil {
		return Change{}, 0, err
	}
	n := NewTask{
		Edit:  Edit{Title: strings.TrimSuffix(strings.TrimSpace(play.Text), "."), Why: play.why(), Days: 1},
		Phase: p.PhaseOn(p.Today(a.now)), Section: PlaySection, Due: day.None,
	}
	for _, t := range p.Tasks {
		if t.Own() && t.Title == n.Title && t.Why == n.Why && !t.State.Settled() {
			return Change{}, t.ID, nil
		}
	}
	c, err := add(p, a, n)
	return c, provisional, err
}

func (y Play) why() string {
	metric, cohort := strings.TrimSpace(y.Metric), strings.TrimSpace(y.Cohort)
	switch {
	case metric == "":
		return ""
	case cohort == "":
		return metric + " is under target."
	}
	return metric + " is under target: " + cohort + "."
}

// PhaseOn returns the phase that a day lies in: the last one that has begun, setup
// before any has.
func (p *Plan) PhaseOn(on day.Date) adoption.Phase {
	now := adoption.PhaseSetup
	began := day.None
	for _, s := range p.Phases {
		if s.From <= on && s.From >= began {
			now, began = s.Phase, s.From
		}
	}
	return now
}

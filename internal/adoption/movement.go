package adoption

import "groundswell/internal/day"

// MovementDays is how many days after a message people are looked at again.
const MovementDays = 7

// Movement is what was observed of people who got a message, and of others at
// the same stages who did not: how many were further along the funnel some days
// later. It says what followed, never what caused it.
type Movement struct {
	State    MovementState
	From, To day.Date // the day before, and the last of the days after
	Stages   []Moved  // the stages that one can get further from, in order; empty unless judged

	// SameDepartments says that the others are of the departments of those who got
	// it. Where too few of those did not, they are of any.
	SameDepartments bool
}

// MovementState says whether there is a movement to tell of.
type MovementState string

// The states of a movement.
const (
	MovementUnknown MovementState = "unknown" // there are no figures of the day before
	MovementNotYet  MovementState = "not_yet" // the days are not over
	MovementJudged  MovementState = "judged"
)

// Moved is who was at one stage on the day before.
type Moved struct {
	Stage       Stage
	Got, Others Went
	Withheld    bool // one of the two groups is too small for the asker: nothing else is told
}

// Went is a group of people at one stage, and how many of them got further.
type Went struct{ People, Further int }

// Movement tells how the members in got moved from the day before on to as many
// days after it, and how the others did: members who are neither among them nor
// in unsure, of whom nobody knows whether they got it.
//
// Stages are those of the funnel on either day; whoever was not a member on the day
// before is left out. Others are placed as on that day. Groups of fewer than the
// smallest that may be shown are withheld, with the one they are compared with, from
// askers who may not see small groups.
func (x *Index) Movement(got, unsure Bits, on day.Date, days int, seesSmallGroups bool) Movement {
	m := Movement{State: MovementUnknown, From: on - 1, To: on + day.Date(days)}
	switch {
	case !x.Through.Known() || m.From < x.First:
		return m
	case x.Through < m.To:
		m.State = MovementNotYet
		return m
	}
	m.State = MovementJudged
	members := x.membersOn(m.From)
	got = members.And(got)
	others := members.Minus(got).Minus(unsure)
	if same := others.And(x.colleagues(got, m.From)); same.Count() >= x.minCohort() {
		others, m.SameDepartments = same, true
	}
	before, after := x.stages(m.From, members), x.stages(m.To, members)
	m.Stages = []Moved{
		moved(StageNone, members.Minus(before[0]), after[0], got, others),
		moved(StageSignedIn, before[0].Minus(before[1]), after[1], got, others),
		moved(StageDelegated, before[1].Minus(before[2]), after[2], got, others),
	}
	if !seesSmallGroups {
		m.withhold(x.minCohort())
	}
	return m
}

// moved counts who was at a stage, and who of them got further.
func moved(s Stage, at, further, got, others Bits) Moved {
	went := func(who Bits) Went {
		there := at.And(who)
		return Went{People: there.Count(), Further: there.CountAnd(further)}
	}
	return Moved{Stage: s, Got: went(got), Others: went(others)}
}

// colleagues returns everybody placed in a department on a day in which somebody of who is.
func (x *Index) colleagues(who Bits, on day.Date) Bits {
	var out Bits
	cut := x.divide(ByDepartment, on)
	for i, c := range cut.cohorts {
		if c.Slug != unassigned && cut.people[i].Meets(who) {
			out.Add(cut.people[i])
		}
	}
	return out
}

func (m *Movement) withhold(least int) {
	few := func(w Went) bool { return w.People > 0 && w.People < least }
	for i, s := range m.Stages {
		if few(s.Got) || few(s.Others) {
			m.Stages[i] = Moved{Stage: s.Stage, Withheld: true}
		}
	}
}

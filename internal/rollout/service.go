package rollout

import (
	"context"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Keeper keeps the plan.
type Keeper interface {
	// Plan returns the plan as of the latest change, shared and immutable.
	Plan(ctx context.Context) (*Plan, error)
	// ChangePlan lends the plan as it is now to fn and keeps what it decides, all or
	// nothing. One change of the plan happens at a time. It returns the ids that
	// tasks and waves got, by the provisional ones.
	ChangePlan(ctx context.Context, by identity.Actor, now time.Time, fn func(*Plan) (Change, error)) (map[TaskID]TaskID, error)
	// TaskActivity returns what happened to a task, newest first.
	TaskActivity(ctx context.Context, id TaskID) ([]Activity, error)
	// ProofFile returns the bytes of a proof that is a file.
	ProofFile(ctx context.Context, id int64) ([]byte, error)
}

// Service changes the plan. Leads change everything, owners and champions what
// is theirs. What an actor may not know of is NotFound; a change of something
// that is no longer as they saw it is Conflict.
type Service struct {
	Keeper Keeper
}

// Start makes the plan of a rollout: its answers, roles, tasks, the days waves
// open on, and the phases where nobody has set any. There is one rollout: a
// second start is Conflict.
func (s *Service) Start(ctx context.Context, by identity.Actor, answers Answers, now time.Time) error {
	_, err := s.Keeper.ChangePlan(ctx, by, now, func(p *Plan) (Change, error) { return start(p, acting{by, now}, answers) })
	return err
}

// change runs a rule on the plan of a started rollout.
func (s *Service) change(ctx context.Context, by identity.Actor, now time.Time, rule func(*Plan, acting) (Change, error)) (map[TaskID]TaskID, error) {
	return s.Keeper.ChangePlan(ctx, by, now, func(p *Plan) (Change, error) {
		if !p.Started() {
			return Change{}, errNotStarted
		}
		return rule(p, acting{by, now})
	})
}

// SetState turns a task into another state. Done asks for what the task asks for
// as proof, and that nothing it waits for is open; see [NewState].
func (s *Service) SetState(ctx context.Context, by identity.Actor, to NewState, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return setState(p, a, to) })
	return err
}

// Attest keeps a person's word that a task is done, for as long as the task says.
func (s *Service) Attest(ctx context.Context, by identity.Actor, ref TaskRef, words string, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return attest(p, a, ref.ID, words, ref.Version) })
	return err
}

// Assign gives tasks to a person, or to whoever holds a role: all of them or none.
func (s *Service) Assign(ctx context.Context, by identity.Actor, refs []TaskRef, to Assignment, now time.Time) error {
	to.Person = to.Person.tidy()
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return assign(p, a, refs, to) })
	return err
}

// SetDue sets the day a task is due by hand, [day.None] for no date: moving a
// launch leaves it from then on.
func (s *Service) SetDue(ctx context.Context, by identity.Actor, ref TaskRef, due day.Date, now time.Time) error {
	return s.SetDues(ctx, by, []TaskRef{ref}, due, now)
}

// SetDues sets the day of several tasks by hand: all of them or none.
func (s *Service) SetDues(ctx context.Context, by identity.Actor, refs []TaskRef, due day.Date, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return setDues(p, a, refs, due) })
	return err
}

// PlanDue takes the day of a task back to what follows from the launch.
func (s *Service) PlanDue(ctx context.Context, by identity.Actor, ref TaskRef, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return planDue(p, a, ref) })
	return err
}

// Edit changes what a task says and what it waits for. Tasks that would wait for
// each other are refused by name.
func (s *Service) Edit(ctx context.Context, by identity.Actor, ref TaskRef, e Edit, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return edit(p, a, ref, e) })
	return err
}

// Add adds a task of one's own and returns its id.
func (s *Service) Add(ctx context.Context, by identity.Actor, n NewTask, now time.Time) (TaskID, error) {
	n.Owner.Person = n.Owner.Person.tidy()
	ids, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return add(p, a, n) })
	return ids[provisional], err
}

// AddFromPlay makes a task of a play, in the phase of today, for nobody yet, and
// returns its id. A play that is an open task already is not added twice.
func (s *Service) AddFromPlay(ctx context.Context, by identity.Actor, play Play, now time.Time) (TaskID, error) {
	var id TaskID
	ids, err := s.change(ctx, by, now, func(p *Plan, a acting) (c Change, err error) {
		c, id, err = addFromPlay(p, a, play)
		return c, err
	})
	if kept, ok := ids[id]; ok {
		id = kept
	}
	return id, err
}

// Split divides a task into parts with these titles. The task becomes the first;
// what it waits for and what waits for it is carried over to all.
func (s *Service) Split(ctx context.Context, by identity.Actor, ref TaskRef, parts []string, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return split(p, a, ref, parts) })
	return err
}

// Reorder moves a task within its section.
func (s *Service) Reorder(ctx context.Context, by identity.Actor, ref TaskRef, to Place, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return reorder(p, a, ref, to) })
	return err
}

// Remove takes out a task of one's own that nobody has begun.
func (s *Service) Remove(ctx context.Context, by identity.Actor, ref TaskRef, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return remove(p, a, ref) })
	return err
}

// Note adds a note to the activity of a task.
func (s *Service) Note(ctx context.Context, by identity.Actor, id TaskID, text string, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return note(p, a, id, text) })
	return err
}

// AddLink leaves a link as proof. name may be empty.
func (s *Service) AddLink(ctx context.Context, by identity.Actor, id TaskID, name, address string, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return addLink(p, a, id, name, address) })
	return err
}

// AddFile leaves a file of at most [MaxProofBytes] as proof: TooLarge beyond, and
// Invalid when it is not a picture, a PDF, text or an office document.
func (s *Service) AddFile(ctx context.Context, by identity.Actor, id TaskID, name string, body []byte, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return addFile(p, a, id, name, body) })
	return err
}

// RemoveProof takes back a proof. Whoever left it may, and a lead.
func (s *Service) RemoveProof(ctx context.Context, by identity.Actor, id TaskID, proof int64, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return removeProof(p, a, id, proof) })
	return err
}

// MoveLaunches lets waves open on other days and moves what moves with them; see
// [Move]. version is that of the rollout's answers.
func (s *Service) MoveLaunches(ctx context.Context, by identity.Actor, version int, launches []Launch, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return moveLaunches(p, a, launches, version) })
	return err
}

// SetCalendar changes the time zone and the working days, and moves what moves with them.
func (s *Service) SetCalendar(ctx context.Context, by identity.Actor, version int, zone string, c Calendar, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return setCalendar(p, a, zone, c, version) })
	return err
}

// SetHolders says who holds which role; those that holders do not name stay as they are.
func (s *Service) SetHolders(ctx context.Context, by identity.Actor, version int, holders map[string]Person, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return setHolders(p, a, holders, version) })
	return err
}

// TakePlaybook takes what was chosen of a newer playbook: choices are the keys of
// steps in its [Difference] from the plan. Steps that were not chosen are offered
// no more once the plan is of that version.
func (s *Service) TakePlaybook(ctx context.Context, by identity.Actor, version int, newer Playbook, choices []string, now time.Time) error {
	_, err := s.change(ctx, by, now, func(p *Plan, a acting) (Change, error) { return takePlaybook(p, a, newer, choices, version) })
	return err
}

// Grow adds the tasks of waves and departments that came after the start.
func (s *Service) Grow(ctx context.Context, by identity.Actor, now time.Time) error {
	_, err := s.change(ctx, by, now, grow)
	return err
}

// Activity returns what happened to a task that the actor may know of, newest first.
func (s *Service) Activity(ctx context.Context, by identity.Actor, id TaskID) ([]Activity, error) {
	if _, err := s.visible(ctx, by, id); err != nil {
		return nil, err
	}
	return s.Keeper.TaskActivity(ctx, id)
}

// File returns a proof of a task that the actor may know of, with its bytes.
func (s *Service) File(ctx context.Context, by identity.Actor, id TaskID, proof int64) (NewProof, error) {
	p, err := s.visible(ctx, by, id)
	if err != nil {
		return NewProof{}, err
	}
	for _, f := range p.Proofs[id] {
		if f.ID == proof && f.Kind == FileProof {
			body, err := s.Keeper.ProofFile(ctx, proof)
			return NewProof{Proof: f, Body: body}, err
		}
	}
	return NewProof{}, fault.New(fault.NotFound, "There is no such file.")
}

// visible returns the plan when an actor may know of the task with an id.
func (s *Service) visible(ctx context.Context, by identity.Actor, id TaskID) (*Plan, error) {
	p, err := s.Keeper.Plan(ctx)
	if err != nil {
		return nil, err
	}
	t, ok := p.Task(id)
	if !ok || !p.Visible(by, t) {
		return nil, errNoTask
	}
	return p, nil
}

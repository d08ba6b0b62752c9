package rollout

import (
	"slices"
	"strings"

	"groundswell/internal/fault"
)

// Cycle returns tasks that wait for each other in a circle, each for the one after
// it and the last for the first; nil when there is none.
func Cycle(tasks []Task) []Task {
	s := search{tasks: map[TaskID]Task{}, state: map[TaskID]int{}}
	for _, t := range tasks {
		s.tasks[t.ID] = t
	}
	for _, t := range tasks {
		if circle := s.visit(t.ID); circle != nil {
			return circle
		}
	}
	return nil
}

// search walks along what tasks wait for, looking for its own trail.
type search struct {
	tasks map[TaskID]Task
	state map[TaskID]int // entered or left
	trail []TaskID
}

const (
	entered = 1
	left    = 2
)

func (s *search) visit(id TaskID) []Task {
	t, ok := s.tasks[id]
	if !ok || s.state[id] == left {
		return nil
	}
	if s.state[id] == entered {
		return s.circle(id)
	}
	s.state[id] = entered
	s.trail = append(s.trail, id)
	for _, next := range t.WaitsFor {
		if circle := s.visit(next); circle != nil {
			return circle
		}
	}
	s.state[id], s.trail = left, s.trail[:len(s.trail)-1]
	return nil
}

// circle is the part of the trail from id on.
func (s *search) circle(id TaskID) []Task {
	var out []Task
	for _, on := range s.trail[slices.Index(s.trail, id):] {
		out = append(out, s.tasks[on])
	}
	return out
}

// checkCycle refuses tasks that wait for each other, and names them.
func checkCycle(tasks []Task) error {
	circle := Cycle(tasks)
	if circle == nil {
		return nil
	}
	names := make([]string, 0, len(circle)+1)
	for _, t := range append(circle, circle[0]) {
		names = append(names, "“"+t.Title+"”")
	}
	return fault.Field("waits_for", "These tasks would wait for each other: "+strings.Join(names, " waits for ")+".")
}

package comms

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// Conflict is two messages on one day that may reach the same people.
type Conflict struct {
	Day  day.Date
	A, B OccurrenceID // A < B
}

// Conflicts returns what goes out still on one day, by one channel, to audiences that may
// share people: by day, then by occurrence. How many they share is for whoever can count.
func Conflicts(all []Message) []Conflict {
	days := map[day.Date][]telling{}
	for _, m := range all {
		for _, o := range m.Occurrences {
			if o.Day.Known() && (o.State == Planned || o.State == Going) && m.ArchivedAt.IsZero() {
				days[o.Day] = append(days[o.Day], telling{m, o})
			}
		}
	}
	var out []Conflict
	for on, list := range days {
		for i, a := range list {
			for _, b := range list[i+1:] {
				if a.meets(b) {
					out = append(out, Conflict{Day: on, A: min(a.o.ID, b.o.ID), B: max(a.o.ID, b.o.ID)})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return out
}

// telling is one time of a message.
type telling struct {
	m Message
	o Occurrence
}

func (a telling) meets(b telling) bool {
	return a.m.ID != b.m.ID && shares(a.m.Channels, b.m.Channels) && !Apart(a.m.Audience, b.m.Audience)
}

// Apart reports whether nobody can be in both audiences: people who are asked for in waves,
// departments or stages that have nothing in common. Champions and whoever holds a role may be among them, wherever they are.
func Apart(a, b Audience) bool {
	return a.Who == WhoPeople && b.Who == WhoPeople &&
		(disjoint(a.Waves, b.Waves) || disjoint(a.Departments, b.Departments) || disjoint(a.Stages, b.Stages))
}

// disjoint reports whether both lists ask for something and for nothing in common.
func disjoint[T comparable](a, b []T) bool { return len(a) > 0 && len(b) > 0 && !shares(a, b) }

func shares[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(v T) bool { return slices.Contains(b, v) })
}

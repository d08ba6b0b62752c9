package access

import "time"

// Change is what differs from the run before.
type Change struct {
	Since  time.Time     `json:"since"`
	Before int           `json:"before"`          // people who would have lost Cowork by surprise then
	New    map[Cause]int `json:"new,omitempty"`   // lose it by surprise now and did not then, by today's cause
	Over   map[Cause]int `json:"over,omitempty"`  // did then and do not now, by the cause of then
	Other  map[Cause]int `json:"other,omitempty"` // still do, for another cause: today's
}

// Newly returns how many people lose Cowork by surprise who did not before.
func (c Change) Newly() int { return total(c.New) }

// NoLonger returns how many people lost it by surprise before and do not now.
func (c Change) NoLonger() int { return total(c.Over) }

// Moved returns how many still lose it, for another cause than before.
func (c Change) Moved() int { return total(c.Other) }

func total(of map[Cause]int) int {
	n := 0
	for _, more := range of {
		n += more
	}
	return n
}

// Compare says what differs between two runs' fates, both ascending by member.
// Who is a member in one of them only counts as not losing in the other.
func Compare(since time.Time, before, now []Fate) *Change {
	c := &Change{Since: since, New: map[Cause]int{}, Over: map[Cause]int{}, Other: map[Cause]int{}}
	was := make(map[int32]Cause)
	for _, f := range before {
		if f.Outcome == Surprise {
			was[f.Member] = f.Cause
			c.Before++
		}
	}
	for _, f := range now {
		if f.Outcome != Surprise {
			continue
		}
		cause, lost := was[f.Member]
		switch {
		case !lost:
			c.New[f.Cause]++
		case cause != f.Cause:
			c.Other[f.Cause]++
		}
		delete(was, f.Member)
	}
	for _, cause := range was {
		c.Over[cause]++
	}
	return c
}

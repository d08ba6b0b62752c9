package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"groundswell/internal/day"
)

// world is an organization on one day, worked out once and then only read.
type world struct {
	Config
	pilot   day.Date
	revised map[day.Date]uint64

	people  []person
	byEmail []int32 // everyone, by address, those without one last
	listed  []int32 // members, in the order they joined
	byUser  map[string]int32
	groups  []group
	roles   []role
	grouped [][]int32 // groups of a person
	invites []invite

	mu      sync.Mutex
	tally   map[day.Date]*tally
	byGroup groupTallies // of the period asked for last
}

func newWorld(c Config, revised map[day.Date]uint64) *world {
	w := &world{Config: c, pilot: c.PilotOpened(), revised: revised, tally: map[day.Date]*tally{}}
	w.cast()
	w.arrange()
	w.formGroups()
	w.invite()
	return w
}

// arrange puts people in the orders that the listings have.
func (w *world) arrange() {
	w.byUser = make(map[string]int32, len(w.people))
	for i := range w.people {
		p := &w.people[i]
		w.byUser[p.id] = int32(i)
		w.byEmail = append(w.byEmail, int32(i))
		if p.gone == here && p.added <= w.Today {
			w.listed = append(w.listed, int32(i))
		}
	}
	slices.SortFunc(w.byEmail, func(a, b int32) int {
		x, y := w.people[a].email, w.people[b].email
		if (x == "") != (y == "") {
			return strings.Compare(y, x)
		}
		return cmp.Or(strings.Compare(x, y), cmp.Compare(a, b))
	})
	slices.SortFunc(w.listed, func(a, b int32) int {
		return cmp.Or(cmp.Compare(w.people[a].added, w.people[b].added), cmp.Compare(a, b))
	})
}

// seats is how many seats are taken on d: members and pending invites. The pool
// is full, which is why 138 people never arrived.
func (w *world) seats(d day.Date) int {
	members, _ := slices.BinarySearchFunc(w.listed, d+1, func(i int32, d day.Date) int { return cmp.Compare(w.people[i].added, d) })
	return members + w.pending(d)
}

func (w *world) pending(d day.Date) int {
	n := 0
	for _, v := range w.invites {
		if v.invited <= d && (v.status == "pending" || v.settled > d) {
			n++
		}
	}
	return n
}

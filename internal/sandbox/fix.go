package sandbox

import (
	"maps"
	"slices"
	"strings"

	"groundswell/internal/day"
)

// Fix is something that is wrong at Aldermere and can be put right there.
type Fix string

// The fixes. Each ends one of the story's troubles.
const (
	FixSeats    Fix = "seats"     // buys the seats that are missing: everybody in scope arrives
	FixNested   Fix = "nested"    // puts the people of nested groups straight into the mapped ones
	FixUnmapped Fix = "unmapped"  // gives the groups without a role the one of their department
	FixChatOnly Fix = "chat_only" // gives groups that only carry Chat a second role
	FixByHand   Fix = "by_hand"   // lets the identity provider take over who was invited by hand
	FixUnknown  Fix = "unknown"   // makes the roles of a group available that are "temporarily unavailable"
	FixDevices  Fix = "devices"   // brings the desktop app to the machines that lack it
)

// Fixes returns every fix.
func Fixes() []Fix {
	return []Fix{FixSeats, FixNested, FixUnmapped, FixChatOnly, FixByHand, FixUnknown, FixDevices}
}

// Fix puts something right, or, with on false, wrong again. What was published
// about past days stays; members, groups and roles change at once.
func (o *Org) Fix(f Fix, on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.world.Load().Config
	c.Fixed = slices.DeleteFunc(slices.Clone(c.Fixed), func(have Fix) bool { return have == f })
	if on {
		c.Fixed = append(c.Fixed, f)
	}
	o.world.Store(newWorld(c, maps.Clone(o.revised)))
}

// Fixed returns what has been put right.
func (o *Org) Fixed() []Fix { return slices.Clone(o.world.Load().Fixed) }

func (w *world) fixed(f Fix) bool { return slices.Contains(w.Fixed, f) }

// mended reports whether what kept people from Cowork for a reason was put right.
func (w *world) mended(g gap) bool {
	switch g {
	case gapNested:
		return w.fixed(FixNested)
	case gapUnmapped:
		return w.fixed(FixUnmapped)
	case gapChatOnly:
		return w.fixed(FixChatOnly)
	case gapByHand:
		return w.fixed(FixByHand)
	}
	return false
}

// newcomer is somebody in the identity provider's scope for whom there was no seat.
type newcomer struct{ email, name string }

// surplusDept is the department whose people came last and found no seat.
const surplusDept = "Underwriting"

// surplus lists everybody for whom there was no seat.
func (w *world) surplus() []newcomer {
	out := make([]newcomer, w.scale(138))
	taken := map[string]int{}
	for i := range out {
		r := rng(hash(w.Seed, "surplus") + uint64(i))
		first, last := firstNames[r.upTo(len(firstNames))], lastNames[r.upTo(len(lastNames))]
		out[i] = newcomer{strings.Replace(address(first, last, taken), "@", ".s@", 1), first + " " + last}
	}
	return out
}

// seatSurplus makes the surplus members, as of yesterday.
func (w *world) seatSurplus() {
	dept := slices.IndexFunc(departments, func(d department) bool { return d.name == surplusDept })
	for _, n := range w.surplus() {
		p := w.newPerson(dept, map[string]int{})
		p.email, p.name, p.added = n.email, n.name, w.Today-1
		p.signedIn, p.first = day.Never, day.Never
		w.people = append(w.people, p)
	}
}

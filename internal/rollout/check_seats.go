package rollout

import (
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

const noRoster = "There is no roster yet: import the people who are to have Cowork."

type seatsCheck struct{}

func (seatsCheck) Key() CheckKey { return CheckSeats }
func (seatsCheck) Title() string { return "Seats cover everyone the roster will provision" }
func (seatsCheck) PerWave() bool { return true }

// Run compares seats with everybody who holds or needs one: of a wave, with the
// people who must arrive until it opens and the seats that are free for them.
func (c seatsCheck) Run(f Facts, wave people.Wave) Finding {
	r := allOf("Roster, members and seats", f.Read.Members, f.Read.Invites, f.Read.Seats)
	if f.people(0) == 0 {
		return noneYet(r.Name, "No roster", noRoster)
	}
	if none, ok := r.missing(); ok {
		return none
	}
	if f.Seats == nil {
		return undecided(r, "Not reported", "The number of seats is not reported.")
	}
	if wave.ID == 0 {
		return c.everybody(f, r)
	}
	return c.until(f, r, wave)
}

func (seatsCheck) everybody(f Facts, r Reading) Finding {
	scope := f.sum(0, func(c Cell) int { return c.People - c.Left }) + f.Others
	say := several(scope, "person", "people") + " in scope, " + several(*f.Seats, "seat", "seats") + ": "
	if short := scope - *f.Seats; short > 0 {
		return refuted(r, short, amount(short)+" short", say+amount(short)+" short.", f.byDepartment(0, Cell.Absent))
	}
	if spare := *f.Seats - scope; spare > 0 {
		return confirmed(r, amount(spare)+" to spare", say+amount(spare)+" to spare.")
	}
	return confirmed(r, "None to spare", say+"none to spare.")
}

func (seatsCheck) until(f Facts, r Reading, wave people.Wave) Finding {
	need, free := 0, *f.Seats-f.Others-f.sum(0, func(c Cell) int { return c.Members + c.Invited })
	absent := map[string]int{}
	for _, w := range f.Waves {
		n := f.sum(w.ID, Cell.Absent)
		need += n
		absent[w.Name] += n
		if w.ID == wave.ID {
			break
		}
	}
	if need == 0 {
		return confirmed(r, "Seats for all", "Everybody up to "+wave.Name+" has a seat or an invitation.")
	}
	free = max(free, 0)
	say := several(need, "person", "people") + " up to " + wave.Name + " still " + either(need, "needs", "need") + " a seat" + by(wave, f.Now) +
		", and " + amount(free) + " of " + several(*f.Seats, "seat is", "seats are") + " free: "
	if short := need - free; short > 0 {
		return refuted(r, short, amount(short)+" short", say+amount(short)+" short.", largest(absent))
	}
	return confirmed(r, amount(free-need)+" to spare", say+amount(free-need)+" to spare.")
}

// by says until when something must be so: " by Tue 1 Dec".
func by(wave people.Wave, now time.Time) string {
	if wave.OpensOn == nil {
		return ""
	}
	return " by " + dayNear(*wave.OpensOn, now)
}

type arrivalsCheck struct{}

func (arrivalsCheck) Key() CheckKey { return CheckArrivals }
func (arrivalsCheck) Title() string { return "Nobody of the roster silently never arrived" }
func (arrivalsCheck) PerWave() bool { return true }

// Run counts people of the roster who are neither members nor invited, in waves
// whose people must have arrived by now.
func (arrivalsCheck) Run(f Facts, wave people.Wave) Finding {
	r := allOf("Roster, members and invites", f.Read.Members, f.Read.Invites)
	if f.people(wave.ID) == 0 {
		return noneYet(r.Name, "No roster", nobodyIn(wave))
	}
	if none, ok := r.missing(); ok {
		return none
	}
	if wave.ID != 0 && !dueToArrive(wave, f.Today) {
		return undecided(r, "Not due", notDue(wave, f.Now))
	}
	due := func(c Cell) bool { return c.in(wave.ID) && dueToArrive(f.wave(c.Wave), f.Today) }
	expected := f.sum(0, func(c Cell) int { return when(due(c), c.People-c.Left) })
	if expected == 0 {
		return undecided(r, "Not due", "Nobody has to have arrived yet: no wave opens within "+several(seatsNeeded, "day", "days")+".")
	}
	absent := func(c Cell) int { return when(due(c), c.Absent()) }
	n, whole := f.sum(0, absent), several(expected, "person", "people")
	if n == 0 {
		return confirmed(r, "All arrived", "Each of the "+whole+f.of(wave.ID)+" who should have arrived is a member or invited.")
	}
	return refuted(r, n, amount(n)+" never arrived",
		amount(n)+" of "+whole+f.of(wave.ID)+" who should have arrived "+either(n, "is", "are")+" neither "+either(n, "a member", "members")+" nor invited.",
		f.byDepartment(0, absent))
}

// dueToArrive reports whether a wave is so near that its people must have arrived.
func dueToArrive(w people.Wave, today day.Date) bool {
	return w.OpensOn != nil && *w.OpensOn-seatsNeeded <= today
}

func notDue(w people.Wave, now time.Time) string {
	if w.OpensOn == nil {
		return "Nobody has said when " + w.Name + " opens."
	}
	return "Whoever has not arrived counts from " + dayNear(*w.OpensOn-seatsNeeded, now) + ", " + several(seatsNeeded, "day", "days") + " before " + w.Name + " opens."
}

func nobodyIn(wave people.Wave) string {
	if wave.ID == 0 {
		return noRoster
	}
	return "Nobody of the roster is in " + wave.Name + "."
}

// when returns n if a condition holds, and 0 otherwise.
func when(yes bool, n int) int {
	if yes {
		return n
	}
	return 0
}

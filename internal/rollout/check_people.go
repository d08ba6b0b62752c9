package rollout

import (
	"groundswell/internal/day"
	"groundswell/internal/people"
)

type firstTaskCheck struct{}

func (firstTaskCheck) Key() CheckKey { return CheckFirstTask }
func (firstTaskCheck) Title() string { return "One person has completed a real task" }
func (firstTaskCheck) PerWave() bool { return false }

// Run says when, and leaves who to those who may know.
func (firstTaskCheck) Run(f Facts, _ people.Wave) Finding {
	r := allOf("Usage", f.Read.Usage)
	if f.FirstTask != nil {
		found := confirmed(r, "Since "+f.FirstTask.Day.Time().Format("2 Jan"), "The first task was delegated on "+dayName(f.FirstTask.Day)+".")
		found.Member = &f.FirstTask.Member
		return found
	}
	if none, ok := r.missing(); ok {
		return none
	}
	for _, w := range f.Waves {
		if w.OpensOn != nil && *w.OpensOn+firstTaskDays <= f.Today {
			return refuted(r, 1, "No task", "Nobody has delegated a task, although "+w.Name+" opened on "+dayName(*w.OpensOn)+".", nil)
		}
	}
	return undecided(r, "No task yet", "Nobody has delegated a task yet.")
}

type trainingsCheck struct{}

func (trainingsCheck) Key() CheckKey { return CheckTrainings }
func (trainingsCheck) Title() string { return "Training dates are published" }
func (trainingsCheck) PerWave() bool { return true }

// Run fails only once a wave is open: before that, dates that are not there yet are no failure.
func (trainingsCheck) Run(f Facts, wave people.Wave) Finding {
	r := Reading{Name: "Trainings", AsOf: f.Now}
	t := f.Trainings
	was := t.Attended[wave.ID]
	switch {
	case t.Ahead > 0:
		return confirmed(r, several(t.Ahead, "date", "dates"), several(t.Ahead, "session is", "sessions are")+" published, the next on "+dayName(t.Next)+".")
	case was > 0:
		return confirmed(r, amount(was)+" attended", several(was, "person", "people")+f.of(wave.ID)+" went to a session; no further date is published.")
	case opened(wave, f.Today):
		return refuted(r, 1, "No dates", wave.Name+" is open, nobody of it went to a session, and no date is published.", nil)
	}
	return noneYet(r.Name, "No dates", "No session from today on is published"+forWave(wave)+".")
}

func forWave(wave people.Wave) string {
	if wave.ID == 0 {
		return ""
	}
	return " for " + wave.Name
}

// opened reports whether a wave opened before today.
func opened(w people.Wave, today day.Date) bool { return w.OpensOn != nil && *w.OpensOn < today }

type supportCheck struct{}

func (supportCheck) Key() CheckKey { return CheckSupport }
func (supportCheck) Title() string { return "Support channel and escalation path are recorded" }
func (supportCheck) PerWave() bool { return false }

// Run only looks whether a person's word still holds: no signal can say this.
func (supportCheck) Run(f Facts, _ people.Wave) Finding {
	r := Reading{Name: "A person's word", AsOf: f.Now}
	if f.Support == nil {
		return noneYet(r.Name, "Nobody yet", "Nobody has recorded the support channel and the escalation path.")
	}
	given, to := day.FromTime(f.Support.At), min(f.Support.HoldsTo, day.FromTime(f.Support.At)+SupportHolds)
	if to < f.Today {
		return undecided(Reading{Name: r.Name, AsOf: f.Support.At}, "Held to "+to.Time().Format("2 Jan"), "Attested on "+dayName(given)+", and that held to "+dayName(to)+": somebody has to say it again.")
	}
	return confirmed(r, "Holds to "+to.Time().Format("2 Jan"), "Attested on "+dayName(given)+", holds to "+dayName(to)+".")
}

type devicesCheck struct{}

func (devicesCheck) Key() CheckKey { return CheckDevices }
func (devicesCheck) Title() string { return "The desktop app is on 95% of the machines" }
func (devicesCheck) PerWave() bool { return true }

// Run counts people who have arrived: who has not needs no app yet. Of everybody,
// it counts those of waves that are due, if any is.
func (devicesCheck) Run(f Facts, wave people.Wave) Finding {
	r := Reading{Name: "Device inventory", AsOf: f.DevicesAt}
	needs := f.needApp(wave.ID)
	all := f.sum(0, func(c Cell) int { return when(needs(c), c.arrived()) })
	switch {
	case f.people(wave.ID) == 0:
		return noneYet(r.Name, "No roster", nobodyIn(wave))
	case f.DevicesAt.IsZero():
		return noneYet(r.Name, "No inventory", "No inventory of the device manager was imported yet.")
	case all == 0:
		return undecided(r, "Nobody arrived", "Nobody"+f.of(wave.ID)+" has arrived yet.")
	}
	app := f.sum(0, func(c Cell) int { return when(needs(c), c.WithApp) })
	say := amount(app) + " of " + several(all, "person", "people") + f.of(wave.ID) + " " + either(app, "has", "have") + " the app (" + share(app, all) + ")"
	missing := all - app
	if app*100 < all*devicesShare {
		say += ": " + amount(missing) + " missing"
		if none := all - f.sum(0, func(c Cell) int { return when(needs(c), c.WithDevice) }); none > 0 {
			say += ", " + amount(none) + " of them without a machine in the inventory"
		}
		return refuted(r, missing, amount(missing)+" missing", say+".", f.byDepartment(0, func(c Cell) int { return when(needs(c), c.arrived()-c.WithApp) }))
	}
	return confirmed(r, share(app, all)+" have it", say+".")
}

// needApp tells whose people need the app by now: a wave's, or those of every wave that is due.
func (f Facts) needApp(wave int) func(Cell) bool {
	due := f.sum(0, func(c Cell) int { return when(dueToArrive(f.wave(c.Wave), f.Today), c.People) })
	if wave != 0 || due == 0 {
		return func(c Cell) bool { return c.in(wave) }
	}
	return func(c Cell) bool { return dueToArrive(f.wave(c.Wave), f.Today) }
}

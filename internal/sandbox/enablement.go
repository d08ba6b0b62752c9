package sandbox

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// WaveDay is a wave and the day it opens.
type WaveDay struct {
	Name  string
	Opens day.Date
}

// Waves returns the organization's waves: the pilot, wave 1 on the Tuesday four
// weeks after it, the others in the new year.
func (o *Org) Waves() []WaveDay {
	pilot := o.world.Load().pilot
	return []WaveDay{{waveNames[0], pilot}, {waveNames[1], pilot + 29}, {waveNames[2], pilot + 71}}
}

var waveNames = []string{"Pilot", "Wave 1", "Wave 2"}

// Training is a row of an attendance list: who was, or was not, at a session.
type Training struct {
	Email, Session, Kind string
	Day                  day.Date
	Status               string
	Minutes              int
}

// Touchpoint is a row of a champion's log. User is empty for a whole department.
type Touchpoint struct {
	Day                                    day.Date
	Champion, User, Department, Kind, Note string
}

// lagTenths is how many tenths of a day people of a pilot department usually need from
// training to their first task: as with everything else, Claims takes longest.
var lagTenths = map[string]int{"Finance": 29, "Marketing": 31, "Revenue Ops": 36, "People": 50, "Legal": 62, "Claims Operations": 74}

// session is a training that people of some department could go to.
type session struct {
	name, kind string
	day        day.Date
	dept       int // -1: anybody
}

// sessions are the pilot's trainings until today, ascending by day: a 101 for
// everybody twice a week, and one of each department's own.
func (w *world) sessions() []session {
	var out []session
	for _, at := range []day.Date{-11, -6, -4, 1, 3, 8, 10, 15} {
		out = append(out, session{"Cowork 101", "all_staff_101", w.pilot + at, -1})
	}
	for n, d := range departments {
		if d.wave == 0 {
			out = append(out, session{"First tasks in " + d.name, "department", w.pilot - 5 + day.Date(2*(n%3)), n})
		}
	}
	slices.SortFunc(out, func(a, b session) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.dept, b.dept)) })
	return slices.DeleteFunc(out, func(s session) bool { return s.day >= w.Today })
}

// Trainings returns the attendance lists of everything that took place before today.
func (o *Org) Trainings() []Training {
	w := o.world.Load()
	var out []Training
	for i := range w.people {
		p := &w.people[i]
		if p.gone == here && departments[p.dept].wave == 0 {
			out = append(out, w.trained(p)...)
			out = append(out, w.helped(p)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Training) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Session, b.Session), cmp.Compare(a.Email, b.Email))
	})
	return out
}

// trained is the training of one person: the session that lies about as long
// before their first task as people of the department need.
func (w *world) trained(p *person) []Training {
	r := rng(mix(p.key + 11))
	began := p.first < w.Today
	if began && r.chance(140) || !began && r.chance(450) {
		return nil
	}
	want := p.first - day.Date((lagTenths[departments[p.dept].name]*r.between(350, 1650)+5000)/10000)
	if !began {
		want = w.pilot + day.Date(r.upTo(14))
	}
	best, at := session{}, day.Never
	for _, s := range w.sessions() {
		off := s.day - want
		if s.day > p.first || s.dept >= 0 && s.dept != p.dept {
			continue
		}
		if off < 0 {
			off = -off
		}
		if off < at {
			best, at = s, off
		}
	}
	if at == day.Never {
		return nil
	}
	out := []Training{{Email: p.email, Session: best.name, Kind: best.kind, Day: best.day, Status: "attended", Minutes: 60}}
	switch {
	case best.kind == "department":
		out[0].Minutes = 30
	case r.chance(300):
		out[0].Status = "completed"
	}
	if missed := w.pilot - 11; r.chance(80) && best.day > missed { // signed up for an earlier one and did not come
		out = append(out, Training{Email: p.email, Session: "Cowork 101", Kind: "all_staff_101", Day: missed, Status: "no_show"})
	}
	return out
}

// helped are the office hours and user groups one person went to.
func (w *world) helped(p *person) []Training {
	var out []Training
	r := rng(mix(p.key + 13))
	if p.first >= w.Today || !r.chance(190) {
		return nil
	}
	for week := day.Date(0); w.pilot+7*week+2 < w.Today; week++ {
		if r.chance(420) {
			out = append(out, Training{Email: p.email, Session: "Office hours", Kind: "office_hours", Day: w.pilot + 7*week + 2, Status: "attended", Minutes: 20 + 5*r.upTo(5)})
		}
	}
	if at := w.pilot + 10; at < w.Today && r.chance(300) {
		out = append(out, Training{Email: p.email, Session: "Pilot user group", Kind: "user_group", Day: at, Status: "attended", Minutes: 45})
	}
	return out
}

var touchpointKinds = []struct {
	name, note string
	permille   int
}{
	{"first setup", "", 340},
	{"question", "", 310},
	{"follow-up", "", 190},
	{"show-and-tell", "Month-end summary, start to finish", 90},
	{"issue", "Connector asked to sign in again", 70},
}

// champions of a department are those of its people who began first, two or three of them.
func (w *world) champions(dept int) []*person {
	var out []*person
	for i := range w.people {
		if p := &w.people[i]; p.dept == dept && p.gone == here && p.first < w.Today {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *person) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.key, b.key)) })
	most := 2
	if departments[dept].size > 110 {
		most = 3
	}
	return out[:min(most, len(out))]
}

// perWeek is how many in a thousand pilot people a champion helps in each week of the pilot.
var perWeek = []int{130, 240, 290, 290}

// Touchpoints returns what the pilot's champions logged before today.
func (o *Org) Touchpoints() []Touchpoint {
	w := o.world.Load()
	var out []Touchpoint
	for dept, d := range departments {
		if champions := w.champions(dept); d.wave == 0 && len(champions) > 0 {
			out = append(out, w.touched(dept, champions)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Touchpoint) int { return cmp.Compare(a.Day, b.Day) })
	return out
}

func (w *world) touched(dept int, champions []*person) []Touchpoint {
	var out []Touchpoint
	r := rng(hash(w.Seed, "touch"+departments[dept].name))
	for i := range w.people {
		p := &w.people[i]
		if p.dept != dept || p.gone != here {
			continue
		}
		for week, share := range perWeek {
			at := w.pilot + day.Date(7*week+r.upTo(5))
			if !r.chance(share) || at >= w.Today || at < p.added {
				continue
			}
			out = append(out, w.touch(&r, at, champions[r.upTo(len(champions))], p))
		}
	}
	return out
}

func (w *world) touch(r *rng, at day.Date, champion, p *person) Touchpoint {
	t := Touchpoint{Day: at, Champion: champion.email, User: p.email}
	roll := r.upTo(1000)
	for _, k := range touchpointKinds {
		if t.Kind, t.Note = k.name, k.note; roll < k.permille {
			break
		}
		roll -= k.permille
	}
	if t.Kind == "show-and-tell" { // held for everybody there
		t.User, t.Department = "", departments[p.dept].name
	}
	return t
}

// Champion is somebody of a pilot department who helps the others there.
type Champion struct {
	Email, Name, Department string
}

// Champions returns the champions of the pilot's departments, in the order of the departments.
func (o *Org) Champions() []Champion {
	w := o.world.Load()
	var out []Champion
	for dept, d := range departments {
		if d.wave != 0 {
			continue
		}
		for _, p := range w.champions(dept) {
			out = append(out, Champion{p.email, p.name, d.name})
		}
	}
	return out
}

// Delegating returns up to n members of a department who have delegated a task, first ones first.
func (o *Org) Delegating(department string, n int) []DirectoryPerson {
	w := o.world.Load()
	var out []DirectoryPerson
	for i := range w.people {
		p := &w.people[i]
		if d := departments[p.dept]; d.name == department && p.gone == here && p.first < w.Today && len(out) < n {
			out = append(out, DirectoryPerson{p.email, p.name, d.name, waveNames[d.wave], true})
		}
	}
	return out
}

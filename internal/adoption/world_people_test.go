package adoption_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// attended is a row of a training file, whoever it names.
type attended struct {
	day          day.Date
	email        string
	kind, status string
}

// touch is a row of a champion's log: an email, or a department.
type touch struct {
	day         day.Date
	email, dept string
}

// win is a win that was logged, whose it is and whether it was published.
type win struct {
	day       day.Date
	email     string
	published bool
}

// addPeople invents a roster with people who are no members, trainings, wins and a
// champions' log, dated from before the data to after it. Some organizations have none.
func (w *world) addPeople(r *rand.Rand, days int) {
	for i := range r.IntN(4) {
		w.outsiders = append(w.outsiders, fmt.Sprintf("guest%d@example.com", i))
		w.placeEmail(r, w.outsiders[i], days)
	}
	addresses := slices.Clone(w.outsiders)
	for _, u := range w.users {
		addresses = append(addresses, u.emails...)
	}
	if len(addresses) == 0 {
		return
	}
	dated := func() day.Date { return adoption.FirstDay + day.Date(r.IntN(days+15)-10) }
	kinds := []string{"all_staff_101", "department", "office_hours", "user_group"}
	for range r.IntN(3) * len(addresses) {
		w.attended = append(w.attended, attended{
			day: dated(), email: addresses[r.IntN(len(addresses))], kind: kinds[r.IntN(4)],
			status: []string{"attended", "completed", "no_show"}[r.IntN(3)],
		})
	}
	for range r.IntN(3) * len(addresses) {
		t := touch{day: dated(), email: addresses[r.IntN(len(addresses))]}
		if r.IntN(3) == 0 {
			t.email, t.dept = "", []string{"Claims", "Finance & Tax", "R&D"}[r.IntN(3)]
		}
		w.touches = append(w.touches, t)
	}
	for range r.IntN(3) * len(addresses) {
		w.wins = append(w.wins, win{dated(), addresses[r.IntN(len(addresses))], r.IntN(3) > 0})
	}
}

// placeEmail puts a person on the roster.
func (w *world) placeEmail(r *rand.Rand, email string, days int) {
	at := adoption.FirstDay - 5
	for range 1 + r.IntN(3) {
		w.roster = append(w.roster, placed{
			email: email, from: at,
			dept: []string{"", "Claims", "Finance & Tax", "R&D"}[r.IntN(4)],
			wave: []string{"", "Pilot", "Wave 1"}[r.IntN(3)],
		})
		at += day.Date(1 + r.IntN(days))
	}
}

// indexPeople gives people who are no members the ordinals behind the members.
func (w *world) indexPeople(x *adoption.Index, ordinal map[string]int32) {
	of := map[string]int32{}
	for i, u := range w.users {
		for _, email := range u.emails {
			of[email] = int32(i)
		}
		w.indexPlacements(x, int32(i), u.emails)
	}
	for _, email := range w.outsiders {
		of[email] = int32(len(x.Members))
		x.Members = append(x.Members, adoption.Member{Added: day.Never})
		w.indexPlacements(x, of[email], []string{email})
	}
	for _, g := range w.groups {
		var b adoption.Bits
		for id := range g.users {
			b.Set(ordinal[id])
		}
		x.Groups = append(x.Groups, adoption.Group{ID: g.name, Name: g.name, Members: b})
	}
	w.indexHelp(x, of)
}

// indexPlacements takes the roster's rows for the latest address it knows.
func (w *world) indexPlacements(x *adoption.Index, m int32, emails []string) {
	for _, email := range emails {
		n := len(x.Placements)
		for _, p := range w.roster {
			if p.email == email {
				x.Placements = append(x.Placements, adoption.Placement{Member: m, From: p.from, Department: p.dept, Wave: p.wave})
			}
		}
		if len(x.Placements) > n {
			return
		}
	}
}

func (w *world) indexHelp(x *adoption.Index, of map[string]int32) {
	for _, a := range w.attended {
		if a.status != "no_show" {
			x.Attendances = append(x.Attendances, adoption.Attendance{Day: a.day, Member: of[a.email], Kind: adoption.TrainingKind(a.kind)})
		}
	}
	sort.SliceStable(x.Attendances, func(i, j int) bool { return x.Attendances[i].Day < x.Attendances[j].Day })
	for _, t := range w.touches {
		one := adoption.Touchpoint{Day: t.day, Member: -1, Department: t.dept}
		if t.email != "" {
			one.Member = of[t.email]
		}
		x.Touchpoints = append(x.Touchpoints, one)
	}
	for _, v := range w.wins {
		x.Wins = append(x.Wins, adoption.Win{Day: v.day, Member: of[v.email], Published: v.published})
	}
	sort.SliceStable(x.Wins, func(i, j int) bool { return x.Wins[i].Day < x.Wins[j].Day })
	sort.SliceStable(x.Touchpoints, func(i, j int) bool { return x.Touchpoints[i].Day < x.Touchpoints[j].Day })
}

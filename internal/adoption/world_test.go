package adoption_test

import (
	"fmt"
	"math/rand/v2"
	"sort"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// world is a made-up organization as the API would report it: rows of counters
// that may be null, a member list, a roster joined by email. The brute-force
// reading of the contract in brute_test.go looks at nothing else.
type world struct {
	first        day.Date // nothing was read before it
	through      day.Date
	users        []user
	rows         []row // in the order they were landed; a later one replaces an earlier one
	groups       []group
	roster       []placed
	seats        map[day.Date]int
	seatsGranted bool
	costs        []cost
	costThrough  day.Date
	minActions   int

	outsiders []string // people who are no members, by address
	attended  []attended
	touches   []touch
	wins      []win
}

type user struct {
	id     string
	emails []string // the one of today, then earlier ones; none for a deleted account
	listed bool
	added  day.Date
}

// row is one answer of the users source: counters by name, absent ones null.
type row struct {
	day     day.Date
	user    string
	cowork  map[string]int
	unified map[string]int // nil where the organization has no such thing
	chat    int            // a counter of another product
}

type group struct {
	name  string
	users map[string]bool
}

type placed struct {
	email, dept, wave string
	from              day.Date
}

type cost struct {
	day     day.Date
	product string
	cents   string
}

var counters = []string{"sessions", "actions", "messages", "dispatch", "connectors", "skills", "plugins"}

// newWorld makes an organization of n people over some days.
func newWorld(r *rand.Rand, n, days int) *world {
	w := &world{first: adoption.FirstDay, through: adoption.FirstDay + day.Date(days-1), seats: map[day.Date]int{}, minActions: 1 + r.IntN(3)}
	w.seatsGranted = r.IntN(4) > 0
	if r.IntN(4) == 0 {
		w.first += day.Date(r.IntN(days))
	}
	w.costThrough = w.through - day.Date(r.IntN(3))
	for i := range n {
		w.addUser(r, i, days)
	}
	for d := adoption.FirstDay; d <= w.through+2; d++ {
		if r.IntN(3) == 0 {
			w.seats[d] = r.IntN(2*n + 1)
		}
		for _, p := range []string{"cowork", "chat_cowork_unified", "chat"} {
			w.costs = append(w.costs, cost{d, p, fmt.Sprintf("%d.%03d", r.IntN(9000), r.IntN(1000))})
		}
	}
	for i := range r.IntN(4) {
		g := group{name: []string{"Pilot", "R&D", "R D", "Wave 1"}[i], users: map[string]bool{}}
		for _, u := range w.users {
			if r.IntN(2) == 0 {
				g.users[u.id] = true
			}
		}
		w.groups = append(w.groups, g)
	}
	sort.Slice(w.groups, func(i, j int) bool { return w.groups[i].name < w.groups[j].name })
	w.addPeople(r, days)
	return w
}

func (w *world) addUser(r *rand.Rand, i, days int) {
	u := user{id: fmt.Sprintf("user_%03d", i), emails: []string{fmt.Sprintf("p%d@example.com", i)}, listed: r.IntN(6) > 0}
	u.added = adoption.FirstDay + day.Date(r.IntN(days+10)-20)
	switch r.IntN(8) {
	case 0:
		u.emails, u.listed = nil, false
	case 1, 2:
		u.emails = append(u.emails, fmt.Sprintf("before%d@example.com", i))
	}
	w.users = append(w.users, u)
	w.place(r, u, days)
	begins, keen := r.IntN(days+5), r.IntN(5)
	unified := r.IntN(3) == 0
	for k := begins; k < days+3; k++ {
		d := adoption.FirstDay + day.Date(k)
		if r.IntN(5) < keen && d >= w.first {
			w.rows = append(w.rows, randomRow(r, u.id, d, unified))
			if r.IntN(10) == 0 { // revised later
				w.rows = append(w.rows, randomRow(r, u.id, d, unified))
			}
		}
	}
}

// place puts u on the roster, under an earlier address where the roster was not told.
func (w *world) place(r *rand.Rand, u user, days int) {
	if len(u.emails) == 0 || r.IntN(5) == 0 {
		return
	}
	for i, email := range u.emails {
		if i == len(u.emails)-1 || r.IntN(2) == 0 {
			w.placeEmail(r, email, days)
		}
	}
}

func randomRow(r *rand.Rand, id string, d day.Date, unified bool) row {
	out := row{day: d, user: id, cowork: map[string]int{}, chat: r.IntN(3)}
	fill := func(m map[string]int) {
		for _, name := range counters {
			if r.IntN(4) > 0 {
				m[name] = max(0, r.IntN(9)-4)
			}
		}
	}
	fill(out.cowork)
	if unified {
		out.unified = map[string]int{}
		fill(out.unified)
	}
	return out
}

// index lands the world the way the store does.
func (w *world) index() *adoption.Index {
	x := &adoption.Index{
		Generation: 1, First: w.first, Through: w.through, SeatsGranted: w.seatsGranted, CostGranted: true, CostThrough: w.costThrough,
		Settings: adoption.DefaultSettings(),
	}
	ordinal := map[string]int32{}
	for i, u := range w.users {
		ordinal[u.id] = int32(i)
		m := adoption.Member{Listed: u.listed, Added: day.Never}
		if u.listed {
			m.Added = u.added
		}
		x.Members = append(x.Members, m)
	}
	w.indexDays(x, ordinal)
	w.indexPeople(x, ordinal)
	for d := adoption.FirstDay; d <= w.through+2; d++ {
		if n, ok := w.seats[d]; ok {
			x.Seats = append(x.Seats, adoption.Seats{Day: d, Assigned: adoption.Count(n)})
		}
	}
	for _, c := range w.costs {
		amount, err := adoption.ParseCents(c.cents)
		if err != nil {
			panic(err)
		}
		x.Cost = append(x.Cost, adoption.Cost{Day: c.day, Product: c.product, Amount: amount})
	}
	return x
}

func (w *world) indexDays(x *adoption.Index, ordinal map[string]int32) {
	for d := adoption.FirstDay; d <= w.through+2; d++ {
		latest := map[int32]adoption.Activity{}
		for _, r := range w.rows {
			if r.day == d {
				latest[ordinal[r.user]] = r.activity()
			}
		}
		var entries []adoption.Entry
		for m, a := range latest {
			entries = append(entries, adoption.Entry{Member: m, Activity: a})
		}
		if len(entries) > 0 {
			x.Days = append(x.Days, adoption.IndexDay(d, entries, w.minActions))
		}
	}
}

func (r row) activity() adoption.Activity {
	get := func(name string) adoption.Count {
		return countOf(r.cowork, name).Plus(countOf(r.unified, name))
	}
	a := adoption.Activity{
		Sessions: get("sessions"), Actions: get("actions"), Messages: get("messages"), DispatchTurns: get("dispatch"),
		Connectors: get("connectors"), Skills: get("skills"), Plugins: get("plugins"),
	}
	a.SignedIn = r.chat > 0
	for _, m := range []map[string]int{r.cowork, r.unified} {
		for _, n := range m {
			a.SignedIn = a.SignedIn || n > 0
		}
	}
	for _, n := range r.unified {
		a.Unified = a.Unified || n > 0
	}
	return a
}

func countOf(m map[string]int, name string) adoption.Count {
	if n, ok := m[name]; ok {
		return adoption.Count(n)
	}
	return adoption.Unreported
}

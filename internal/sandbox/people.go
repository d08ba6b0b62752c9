package sandbox

import (
	"fmt"
	"slices"
	"strings"

	"groundswell/internal/day"
)

// person is someone who is or was a member, with what decides how they use Claude.
type person struct {
	key      uint64
	id       string
	name     string
	email    string
	oldEmail string // still in the group lists of someone whose address has changed
	role     string
	added    day.Date
	dept     int
	gap      gap
	gone     presence

	signedIn    day.Date // first day with any use; Never
	first       day.Date // first day in Cowork; Never
	stays       bool     // comes back after the first week
	chat        int      // permille of workdays
	cowork      int      // permille of workdays, while using it
	pace        int      // sessions on a day, at most
	unifiedFrom day.Date // Chat and Cowork unified is on from this day; Never
	connects    bool     // uses connectors, and skills, and plugins
	skills      bool
	plugs       bool
	codes       bool
	office      bool
}

type presence int8

const (
	here    presence = iota
	removed          // left; rows keep the address
	deleted          // account deleted; the address is null
)

type gap int8

const (
	noGap gap = iota
	gapNested
	gapUnmapped
	gapChatOnly
	gapByHand
)

// cast makes everybody: the members, department by department, then those who left.
func (w *world) cast() {
	w.people = make([]person, 0, w.members()+w.members()/200+1)
	taken := map[string]int{}
	left := w.members()
	for n, d := range departments {
		size := min(w.scale(d.size), left)
		if n == len(departments)-1 {
			size = left
		}
		left -= size
		w.enlist(n, size, taken)
	}
	w.promote()
	w.nameChampion()
	w.depart(taken)
	if w.fixed(FixSeats) {
		w.seatSurplus()
	}
}

// scale turns a count at Aldermere's own size into one at this size.
func (w *world) scale(n int) int {
	return (n*w.members() + DefaultMembers/2) / DefaultMembers
}

func (w *world) enlist(dept, size int, taken map[string]int) {
	d := departments[dept]
	signed, tasks := min(size, w.scaleWithin(d.signedIn, d.size, size)), w.scaleWithin(d.tasks, d.size, size)
	gaps := w.dealGaps(d, size)
	for i := range size {
		p := w.newPerson(dept, taken)
		p.gap = gaps[i]
		w.begin(&p, d, i, signed, tasks)
		w.people = append(w.people, p)
	}
}

// scaleWithin keeps the share n/of among size people.
func (w *world) scaleWithin(n, of, size int) int { return (n*size + of/2) / of }

// dealGaps hands the department's gaps to people drawn by lot.
func (w *world) dealGaps(d department, size int) []gap {
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	lot := hash(w.Seed, "gap"+d.name)
	slices.SortFunc(order, func(a, b int) int {
		if mix(lot+uint64(a)) < mix(lot+uint64(b)) {
			return -1
		}
		return 1
	})
	out := make([]gap, size)
	next := 0
	deal := func(n int, g gap) {
		for range w.scaleWithin(n, d.size, size) {
			if next < size {
				out[order[next]] = g
				next++
			}
		}
	}
	deal(d.gaps.nested, gapNested)
	deal(d.gaps.unmapped, gapUnmapped)
	deal(d.gaps.chatOnly, gapChatOnly)
	deal(d.gaps.byHand, gapByHand)
	return out
}

func (w *world) newPerson(dept int, taken map[string]int) person {
	n := uint64(len(w.people))
	p := person{key: mix(hash(w.Seed, "person") + n), dept: dept, role: "user", signedIn: day.Never, first: day.Never, unifiedFrom: day.Never}
	r := rng(p.key)
	first, last := firstNames[r.upTo(len(firstNames))], lastNames[r.upTo(len(lastNames))]
	p.id = "user_01" + tag(w.Seed, "user", n)
	p.name = first + " " + last
	p.email = address(first, last, taken)
	p.added = FirstDay - day.Date(r.upTo(280))
	if r.chance(600) {
		p.added = FirstDay + day.Date(r.upTo(max(1, int(w.pilot-10-FirstDay))))
	}
	return p
}

func address(first, last string, taken map[string]int) string {
	local := strings.ToLower(first + "." + last)
	taken[local]++
	if n := taken[local]; n > 1 {
		local = fmt.Sprintf("%s%d", local, n)
	}
	return local + "@aldermere.example"
}

// begin decides when the i-th of the department began, and how they go on.
func (w *world) begin(p *person, d department, i, signed, tasks int) {
	r := rng(mix(p.key))
	if i >= signed {
		return
	}
	p.chat = d.chat/2 + r.upTo(d.chat)
	p.codes = d.name == "IT" && r.chance(450) || d.name == "Product" && r.chance(200)
	p.office = (d.name == "Finance" || d.name == "Actuarial") && r.chance(300)
	switch {
	case d.wave == 0:
		w.beginPilot(p, &r, i, tasks)
	case i < tasks:
		p.first = w.pilot - 56 + day.Date(i*55/tasks)
		p.signedIn = p.first - day.Date(r.upTo(150))
	default:
		p.signedIn = FirstDay + 4 + day.Date(r.upTo(max(1, int(w.pilot+17-FirstDay-4))))
	}
	if p.first != day.Never {
		w.takeToIt(p, d, &r)
	}
	p.signedIn = max(p.signedIn, FirstDay)
	p.added = min(p.added, p.signedIn-1)
}

// beginPilot spreads first tasks over the pilot: 4 % before it, 54 % in its
// first week, 30 % in its second, the rest in its third; those who have only
// signed in by then follow one after the other.
func (w *world) beginPilot(p *person, r *rng, i, tasks int) {
	if i >= tasks {
		p.signedIn = w.pilot + day.Date(r.upTo(8)+r.upTo(10))
		p.first = w.pilot + 17 + day.Date((i-tasks)*30/max(1, tasks))
	} else {
		p.first = w.firstTask(i*1000/tasks, r)
		p.signedIn = p.first - day.Date(r.upTo(4))
		if p.first >= w.pilot {
			p.signedIn = max(p.signedIn, w.pilot)
		}
	}
	if r.chance(220) {
		p.signedIn = FirstDay + 4 + day.Date(r.upTo(max(1, int(w.pilot-FirstDay-4))))
	}
	p.signedIn = min(p.signedIn, p.first)
}

// weekShape is how first tasks spread over a week, cumulated in permille.
var weekShape = [7]int{300, 550, 730, 870, 970, 985, 1000}

func (w *world) firstTask(quantile int, r *rng) day.Date {
	switch {
	case quantile < 40:
		return w.pilot - 14 + day.Date(r.upTo(5)) + day.Date(r.upTo(2)*7)
	case quantile >= 880:
		return w.pilot + 14 + day.Date(r.upTo(3))
	}
	week := w.pilot
	if quantile >= 580 {
		week += 7
	}
	at := r.upTo(1000)
	return week + day.Date(slices.IndexFunc(weekShape[:], func(cum int) bool { return at < cum }))
}

// takeToIt decides how someone who has begun with Cowork uses it.
func (w *world) takeToIt(p *person, d department, r *rng) {
	p.stays = r.chance(d.stay)
	p.cowork = r.between(480, 720)
	p.pace = r.between(2, 4)
	p.connects, p.skills, p.plugs = r.chance(360), r.chance(240), r.chance(80)
	switch roll := r.upTo(1000); {
	case roll < 45:
		p.unifiedFrom = FirstDay
	case roll < 90:
		p.unifiedFrom = w.pilot + 6 + day.Date(r.upTo(7))
	}
}

// promote gives the organization its owners, and the few already under custom roles.
func (w *world) promote() {
	it := slices.IndexFunc(w.people, func(p person) bool { return departments[p.dept].name == "IT" })
	if it < 0 {
		it = 0
	}
	for i, role := range []string{"primary_owner", "owner", "owner", "owner", "membership_admin", "membership_admin", "membership_admin", "membership_admin", "membership_admin"} {
		if it+i < len(w.people) && w.members() >= 60 {
			w.people[it+i].role = role
		}
	}
	for i := range w.scale(30) {
		if n := it + 10 + i; n < len(w.people) {
			w.people[n].role = "managed"
		}
	}
	for i := range min(4, w.members()/200) {
		p := &w.people[(i*131+17)%w.members()]
		p.oldEmail = p.email
		p.email = strings.Replace(p.email, "@", fmt.Sprintf("-%s@", strings.ToLower(lastNames[i*7+1])), 1)
	}
}

// ClaimsChampion is the member of Claims Operations who began first there: a
// champion whose name others can count on.
const ClaimsChampion = "Tomas Lindqvist"

// nameChampion gives that name to whoever it is; a small organization has nobody of it.
func (w *world) nameChampion() {
	dept := slices.IndexFunc(departments, func(d department) bool { return d.name == "Claims Operations" })
	if all := w.champions(dept); len(all) > 0 {
		first, last, _ := strings.Cut(ClaimsChampion, " ")
		all[0].name, all[0].email = ClaimsChampion, address(first, last, map[string]int{})
	}
}

// depart adds those who are no longer members: some left, some had their account deleted.
func (w *world) depart(taken map[string]int) {
	for i := range w.scale(20) {
		dept := i % 6
		p := w.newPerson(dept, taken)
		w.begin(&p, departments[dept], i, 1<<20, 40)
		p.gone = removed
		if i%3 == 0 {
			p.gone, p.email = deleted, ""
		}
		w.people = append(w.people, p)
	}
}

// lastDay is the last day a person who left was active: early in pilot week 2.
func (w *world) lastDay(p *person) day.Date {
	if p.gone == here {
		return day.Never
	}
	return w.pilot + 7 + day.Date(p.key%4)
}

// DirectoryPerson is a person as Aldermere's identity provider lists them,
// whether or not they arrived in Claude.
type DirectoryPerson struct {
	Email, Name, Department, Wave string
	Arrived                       bool // false: invited, or past the last seat
}

// Directory returns everyone in the identity provider's scope: the members, the
// people with a pending invite, and those for whom there was no seat.
func (o *Org) Directory() []DirectoryPerson {
	w := o.world.Load()
	out := make([]DirectoryPerson, 0, len(w.people)+len(w.invites))
	for _, i := range w.listed {
		p := &w.people[i]
		d := departments[p.dept]
		out = append(out, DirectoryPerson{p.email, p.name, d.name, waveNames[d.wave], true})
	}
	for _, v := range w.invites {
		if v.status == "pending" {
			out = append(out, DirectoryPerson{v.email, v.name, "Branch Network", waveNames[2], false})
		}
	}
	if w.fixed(FixSeats) {
		return out
	}
	for _, n := range w.surplus() {
		out = append(out, DirectoryPerson{n.email, n.name, surplusDept, waveNames[1], false})
	}
	return out
}

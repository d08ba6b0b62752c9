package sandbox

import (
	"math/bits"

	"groundswell/internal/day"
)

// tally is what a period adds up to over everybody: who was active in what, and
// how often each connector, skill, plugin and artifact type was used.
type tally struct {
	any, chat, code, cowork, unified, office bitset // by index into people; of a single day only

	connectors []featureUse
	skills     []featureUse
	plugins    []featureUse
	artifacts  [][2]artifactUse // by type, private and shared
	products   [len(products)]int64
	groups     []int64 // cost by group
	ungrouped  int64
}

type featureUse struct {
	last                                   int32 // the person counted last
	people, ownAuth, uses, installs        int
	chat, cowork                           int // conversations and sessions it was used in
	unifiedChat, unifiedSessions           int
	reads, writes, unclassified, listCents int
}

type artifactUse struct {
	last                       int32
	people, created, published int
}

type bitset []uint64

func (s bitset) set(i int32) { s[i>>6] |= 1 << (i & 63) }

// union counts the members of the sets together.
func union(sets []bitset) int {
	n := 0
	for word := range sets[0] {
		var all uint64
		for _, s := range sets {
			all |= s[word]
		}
		n += bits.OnesCount64(all)
	}
	return n
}

// on returns the tally of one day, from memory the second time.
func (w *world) on(d day.Date) *tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.tally[d]; t != nil {
		return t
	}
	t := w.newTally()
	for i := range w.people {
		w.count(int32(i), d, t)
	}
	w.tally[d] = t
	return t
}

// during returns the tally of a period; people are distinct over all of it.
func (w *world) during(period day.Period) *tally {
	if period.From == period.To {
		return w.on(period.From)
	}
	t := w.newTally()
	for i := range w.people {
		for d := max(period.From, w.people[i].signedIn); d <= period.To; d++ {
			w.count(int32(i), d, t)
		}
	}
	return t
}

// groupTallies is what the people of each group did in a period; the last one is
// of people in none.
type groupTallies struct {
	period  day.Period
	tallies []*tally
}

// duringByGroup returns the tally of each group's people over a period, from
// memory while the same period is asked for.
func (w *world) duringByGroup(period day.Period) []*tally {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.byGroup.tallies != nil && w.byGroup.period == period {
		return w.byGroup.tallies
	}
	out := make([]*tally, len(w.groups)+1)
	for n := range out {
		out[n] = w.newTally()
	}
	none := []int32{int32(len(w.groups))}
	var of []*tally
	for i := range w.people {
		in := w.grouped[i]
		if len(in) == 0 {
			in = none
		}
		of = of[:0]
		for _, g := range in {
			of = append(of, out[g])
		}
		for d := max(period.From, w.people[i].signedIn); d <= period.To; d++ {
			w.count(int32(i), d, of...)
		}
	}
	w.byGroup = groupTallies{period, out}
	return out
}

func (w *world) newTally() *tally {
	words := (len(w.people) + 63) / 64
	all := make(bitset, 6*words)
	cut := func(n int) bitset { return all[n*words : (n+1)*words] }
	return &tally{
		any: cut(0), chat: cut(1), code: cut(2), cowork: cut(3), unified: cut(4), office: cut(5),
		connectors: features(len(connectorCatalog)), skills: features(len(skillCatalog)), plugins: features(len(pluginCatalog)),
		artifacts: artifactCube(), groups: make([]int64, len(w.groups)),
	}
}

func features(n int) []featureUse {
	f := make([]featureUse, n)
	for i := range f {
		f[i].last = -1
	}
	return f
}

func artifactCube() [][2]artifactUse {
	c := make([][2]artifactUse, len(artifactTypes))
	for i := range c {
		c[i][0].last, c[i][1].last = -1, -1
	}
	return c
}

// count adds what person i did on d to each of the tallies.
func (w *world) count(i int32, d day.Date, tallies ...*tally) {
	var u usage
	if !w.use(i, d, &u) || u.last == 0 {
		return
	}
	for _, t := range tallies {
		w.add(t, i, d, &u)
	}
}

func (w *world) add(t *tally, i int32, d day.Date, u *usage) {
	t.any.set(i)
	mark := func(s bitset, active bool) {
		if active {
			s.set(i)
		}
	}
	mark(t.chat, u.chat.messages > 0)
	mark(t.code, u.code.sessions > 0)
	mark(t.cowork, u.cowork.sessions > 0)
	mark(t.unified, u.unified.sessions+u.unifiedChat.messages > 0)
	mark(t.office, u.excel.sessions+u.outlook.sessions > 0)
	w.countFeatures(t, i, d, u)
	w.countArtifacts(t, i, d, u)
	w.countCost(t, i, d, u)
}

// countFeatures spreads a person's uses over the catalogues: a fixed favourite,
// and the one after it.
func (w *world) countFeatures(t *tally, i int32, d day.Date, u *usage) {
	key := w.people[i].key
	if n := u.cowork.connectors + u.unified.connectors + u.chat.connectors + u.unifiedChat.connectors; n > 0 {
		kinds := max(u.cowork.connectorKinds, u.unified.connectorKinds, u.chat.connectorKinds, u.unifiedChat.connectorKinds)
		for k := range kinds {
			c := w.favouriteConnector(key, d, k)
			f := &t.connectors[c]
			f.meet(i)
			if f.people > f.ownAuth && connectorCatalog[c].ownAuth {
				f.ownAuth = f.people
			}
			f.spread(u.cowork.connectors, u.unified.connectors, u.chat.connectors, u.unifiedChat.connectors, u)
			f.reads += n * 2 / 3
			f.unclassified += n - n*2/3
		}
	}
	if n := u.cowork.skills + u.unified.skills + u.chat.skillKinds + u.unifiedChat.skillKinds; n > 0 {
		for k := range max(u.cowork.skillKinds, u.unified.skillKinds, 1) {
			f := &t.skills[(favourite(key>>8, len(skillCatalog))+k)%len(skillCatalog)]
			f.meet(i)
			f.uses += n
			f.listCents += 3 * n
			f.spread(u.cowork.skills, u.unified.skills, u.chat.skillKinds, u.unifiedChat.skillKinds, u)
		}
	}
	if n := u.cowork.plugins + u.unified.plugins; n > 0 {
		f := &t.plugins[favourite(key>>16, len(pluginCatalog))]
		f.meet(i)
		f.uses += n
		if d == w.people[i].first || (key+uint64(d))%17 == 0 {
			f.installs++
		}
		f.spread(u.cowork.plugins, u.unified.plugins, 0, 0, u)
	}
}

func (f *featureUse) meet(i int32) {
	if f.last != i {
		f.last = i
		f.people++
	}
}

// spread counts the conversations and sessions of the products it was used in.
func (f *featureUse) spread(cowork, unified, chat, unifiedChat int, u *usage) {
	if cowork > 0 {
		f.cowork += (u.cowork.sessions + 1) / 2
	}
	if unified > 0 {
		f.unifiedSessions += (u.unified.sessions + 1) / 2
	}
	if chat > 0 {
		f.chat++
	}
	if unifiedChat > 0 {
		f.unifiedChat++
	}
}

// favourite leans to the front of a catalogue.
func favourite(key uint64, n int) int {
	a, b := mix(key)%uint64(n), mix(key+9)%uint64(n)
	return int(min(a, b))
}

// favouriteConnector is Microsoft 365 for two people in three, once it is live.
func (w *world) favouriteConnector(key uint64, d day.Date, k int) int {
	rest := len(connectorCatalog) - 1
	if d < w.m365From() {
		return 1 + (favourite(key, rest)+k)%rest
	}
	if k == 0 && key%3 != 0 {
		return 0
	}
	return 1 + (favourite(key, rest)+k)%rest
}

func (w *world) countArtifacts(t *tally, i int32, d day.Date, u *usage) {
	key := w.people[i].key + uint64(d)
	if n := u.cowork.artifacts + u.unified.artifacts + u.code.artifacts; n > 0 {
		t.artifacts[0][key%5/4].add(i, n, key)
	}
	if n := u.chat.artifacts + u.unifiedChat.artifacts; n > 0 {
		t.artifacts[mix(key)%uint64(len(artifactTypes))][key%7/6].add(i, n, key)
	}
}

func (a *artifactUse) add(i int32, n int, key uint64) {
	if a.last != i {
		a.last = i
		a.people++
	}
	a.created += n
	if key%23 == 0 {
		a.published++
	}
}

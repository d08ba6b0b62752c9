package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Cause is why somebody would lose Cowork by surprise.
type Cause string

// The causes. Whoever loses by surprise has exactly one of them.
const (
	Nested    Cause = "nested"     // in a provisioned group without a role, beside one that gives their department Cowork
	Unmapped  Cause = "unmapped"   // in groups, none of which carries a role
	RoleLacks Cause = "role_lacks" // their roles do not give Cowork
	ByHand    Cause = "by_hand"    // in no group of the identity provider, and without a role
)

// Causes returns every cause.
func Causes() []Cause { return []Cause{Nested, Unmapped, RoleLacks, ByHand} }

// Valid reports whether c is a cause.
func (c Cause) Valid() bool { return slices.Contains(Causes(), c) }

// Title names the cause.
func (c Cause) Title() string {
	switch c {
	case Nested:
		return "In a nested group"
	case Unmapped:
		return "In no mapped group"
	case RoleLacks:
		return "Role lacks Cowork"
	case ByHand:
		return "Added by hand"
	}
	return ""
}

// CauseTally is how many people lose Cowork by surprise for one reason.
type CauseTally struct {
	Cause  Cause        `json:"cause"`
	People int          `json:"people"`
	Chat   int          `json:"chat"`             // of them, would keep Chat
	Active int          `json:"active"`           // of them, used Cowork in the last 7 days of data
	Groups []GroupTally `json:"groups,omitempty"` // most people first
}

// GroupTally is how many of them a group explains.
type GroupTally struct {
	Name   string `json:"name"`
	Beside string `json:"beside,omitempty"` // the group that would give Cowork
	People int    `json:"people"`
}

// Say tells in a sentence or two what is wrong, and what happens to Chat.
func (c CauseTally) Say() string {
	switch c.Cause {
	case Nested:
		return "Only direct members of a group arrive. Flatten " + listed(c.beside()) + "." + c.chat()
	case Unmapped:
		return "A seat, but no group that carries a role." + c.most() + c.chat()
	case RoleLacks:
		return listed(c.groups()) + " " + verb(len(c.groups()), "carries", "carry") + " no role with Cowork. Adding a second role is enough: roles add up."
	case ByHand:
		return "In no group of the identity provider, so no group gives a role." + c.chat()
	}
	return ""
}

// Fix says in a few words what to do.
func (c Cause) Fix() string {
	switch c {
	case Nested:
		return "Flatten groups"
	case Unmapped:
		return "Assign group"
	case RoleLacks:
		return "Change role"
	case ByHand:
		return "Provision"
	}
	return ""
}

func (c CauseTally) chat() string {
	switch c.Chat {
	case c.People:
		return " They keep Chat."
	case 0:
		return " Chat goes too."
	}
	return fmt.Sprintf(" %d of them %s Chat.", c.Chat, verb(c.Chat, "keeps", "keep"))
}

// most names the group that explains most of them, when there are several.
func (c CauseTally) most() string {
	if len(c.Groups) == 0 || c.Groups[0].Name == "" {
		return ""
	}
	if g := c.Groups[0]; g.People < c.People {
		return fmt.Sprintf(" %d are in %s.", g.People, g.Name)
	}
	return " They are in " + c.Groups[0].Name + "."
}

func (c CauseTally) groups() []string {
	var out []string
	for _, g := range c.Groups {
		if g.Name != "" && !slices.Contains(out, g.Name) {
			out = append(out, g.Name)
		}
	}
	return out
}

func (c CauseTally) beside() []string {
	var out []string
	for _, g := range c.Groups {
		if g.Beside != "" && !slices.Contains(out, g.Beside) {
			out = append(out, g.Beside)
		}
	}
	return out
}

// atMost is how many names a sentence lists.
const atMost = 3

// listed writes names as prose, at most a few of them.
func listed(names []string) string {
	if more := len(names) - atMost; more > 0 {
		return strings.Join(names[:atMost], ", ") + fmt.Sprintf(" and %d more", more)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func unknownSay(r Run) string {
	var names []string
	for _, t := range r.Unknown {
		names = append(names, t.Name)
	}
	return fmt.Sprintf("The roles of %s are unavailable for the moment, so it is not known what %d %s would keep.",
		listed(names), r.NotKnown, verb(r.NotKnown, "person", "people"))
}

// causes finds out why people lose Cowork.
type causes struct {
	d           *Directory
	size        []int           // of each group, by place
	giving      []Grant         // by place
	provisioned bool            // the identity provider fills groups here
	best        map[int32]int32 // department -> the provisioned group that gives most of its people Cowork
}

func newCauses(d *Directory) *causes {
	c := &causes{d: d, size: make([]int, len(d.Groups)), giving: d.given(), best: map[int32]int32{}}
	type pair struct{ department, group int32 }
	reached := map[pair]int{}
	for _, p := range d.People {
		for _, g := range p.Groups {
			c.size[g]++
			if p.Department != 0 && c.gives(g) {
				reached[pair{p.Department, g}]++
			}
		}
	}
	for at, n := range reached {
		have, ok := c.best[at.department]
		if !ok || n > reached[pair{at.department, have}] || n == reached[pair{at.department, have}] && at.group < have {
			c.best[at.department] = at.group
		}
	}
	c.provisioned = slices.ContainsFunc(d.Groups, Group.FromProvider)
	return c
}

// gives reports whether a group of the identity provider gives Cowork.
func (c *causes) gives(g int32) bool { return c.d.Groups[g].FromProvider() && c.giving[g].Cowork }

// of returns why a person loses Cowork, the group that explains it and the one
// that would give it, -1 where there is none.
func (c *causes) of(p Person) (why Cause, group, beside int32) {
	bare := c.smallest(p.Groups, func(g Group) bool { return g.Bare() && g.FromProvider() })
	mapped := c.smallest(p.Groups, Group.Mapped)
	switch {
	case mapped < 0 && bare < 0 && c.provisioned:
		return ByHand, -1, c.near(p, -1)
	case mapped < 0 && bare < 0:
		return Unmapped, c.smallest(p.Groups, func(Group) bool { return true }), c.near(p, -1)
	case mapped < 0:
		return Unmapped, bare, c.near(p, bare)
	}
	if bare >= 0 {
		if beside := c.near(p, bare); beside >= 0 {
			return Nested, bare, beside
		}
	}
	return RoleLacks, mapped, c.near(p, -1)
}

// smallest returns the group of a person with the fewest people: the one that says most of them.
func (c *causes) smallest(groups []int32, fits func(Group) bool) int32 {
	out := int32(-1)
	for _, g := range groups {
		if fits(c.d.Groups[g]) && (out < 0 || c.size[g] < c.size[out]) {
			out = g
		}
	}
	return out
}

// near returns the provisioned group through which a person's department reaches
// Cowork; for people without a department, one named like their group.
func (c *causes) near(p Person, group int32) int32 {
	if g, ok := c.best[p.Department]; ok && p.Department != 0 {
		return g
	}
	if group < 0 {
		return -1
	}
	out, stem := int32(-1), stem(c.d.Groups[group].Name)
	for i := range c.d.Groups {
		g := int32(i)
		if stem != "" && c.gives(g) && strings.HasPrefix(c.d.Groups[g].Name, stem) && (out < 0 || c.size[g] > c.size[out]) {
			out = g
		}
	}
	return out
}

// stem returns a name without its last part, "" when it would not tell groups
// apart: "AL-Claims-Motor" is of "AL-Claims-".
func stem(name string) string {
	i := strings.LastIndexAny(name, "-_. /")
	if i < 0 || !strings.ContainsAny(name[:i], "-_. /") {
		return ""
	}
	return name[:i+1]
}

// tallies counts fates by what they have in common.
type tallies struct {
	d          *Directory
	cause      map[Cause]*CauseTally
	group      map[Cause]map[[2]int32]int
	department map[int32]int
	wave       map[int32]int
	lost       map[int32]int // of NotKnown, by group
}

func newTallies(d *Directory) *tallies {
	return &tallies{d: d, cause: map[Cause]*CauseTally{}, group: map[Cause]map[[2]int32]int{},
		department: map[int32]int{}, wave: map[int32]int{}, lost: map[int32]int{}}
}

func (t *tallies) count(f Fate) {
	if f.Outcome == NotKnown {
		t.lost[f.Group]++
	}
	if f.Outcome != Surprise {
		return
	}
	t.department[f.Department]++
	t.wave[f.Wave]++
	c := t.cause[f.Cause]
	if c == nil {
		c = &CauseTally{Cause: f.Cause}
		t.cause[f.Cause], t.group[f.Cause] = c, map[[2]int32]int{}
	}
	c.People++
	if f.Chat {
		c.Chat++
	}
	if f.active(t.d.Through) {
		c.Active++
	}
	t.group[f.Cause][[2]int32{f.Group, f.Beside}]++
}

func (t *tallies) causes() []CauseTally {
	var out []CauseTally
	for _, cause := range Causes() {
		c := t.cause[cause]
		if c == nil {
			continue
		}
		for at, n := range t.group[cause] {
			c.Groups = append(c.Groups, GroupTally{t.d.groupName(at[0]), t.d.groupName(at[1]), n})
		}
		slices.SortFunc(c.Groups, func(a, b GroupTally) int {
			return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Beside, b.Beside))
		})
		out = append(out, *c)
	}
	slices.SortStableFunc(out, func(a, b CauseTally) int { return cmp.Compare(b.People, a.People) })
	return out
}

func (t *tallies) departments() []Tally {
	out := tally(t.d.Departments, t.department)
	slices.SortStableFunc(out, func(a, b Tally) int { return cmp.Compare(b.People, a.People) })
	return out
}

func (t *tallies) waves() []Tally { return tally(t.d.Waves, t.wave) }

// tally lists the places that have people, in their order, those of none last.
func tally(places []Place, of map[int32]int) []Tally {
	var out []Tally
	for _, p := range append(slices.Clip(places), Place{}) {
		if n := of[p.ID]; n > 0 {
			out = append(out, Tally{p.ID, p.Name, n})
		}
	}
	return out
}

func (t *tallies) unknown() []Tally {
	var out []Tally
	for g, n := range t.lost {
		out = append(out, Tally{Name: t.d.groupName(g), People: n})
	}
	slices.SortFunc(out, func(a, b Tally) int { return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Name, b.Name)) })
	return out
}

// groupName returns the name of a group, "" for none.
func (d *Directory) groupName(place int32) string {
	if place < 0 {
		return ""
	}
	return d.Groups[place].Name
}

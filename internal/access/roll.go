package access

import (
	"encoding/json"
	"fmt"
	"slices"

	"groundswell/internal/day"
)

// Roll is everybody's fate in a run, with the names that fates point to.
type Roll struct {
	Fates       []Fate   // ascending by member
	Groups      []string // names, by place
	Departments []Place
	Waves       []Place
}

// RollOf returns the roll of a directory's fates.
func RollOf(d *Directory, fates []Fate) Roll {
	r := Roll{Fates: fates, Departments: d.Departments, Waves: d.Waves}
	for _, g := range d.Groups {
		r.Groups = append(r.Groups, g.Name)
	}
	return r
}

// Find returns the fate of a member, false when the run knew nobody by that ordinal.
func (r Roll) Find(member int32) (Fate, bool) {
	i, ok := slices.BinarySearchFunc(r.Fates, member, func(f Fate, m int32) int { return int(f.Member) - int(m) })
	if !ok {
		return Fate{}, false
	}
	return r.Fates[i], true
}

// Group returns the name of a group by its place, "" for none.
func (r Roll) Group(place int32) string {
	if place < 0 || int(place) >= len(r.Groups) {
		return ""
	}
	return r.Groups[place]
}

// Department returns the name of a department, "" for none.
func (r Roll) Department(id int32) string { return nameOf(r.Departments, id) }

// Wave returns the name of a wave, "" for none.
func (r Roll) Wave(id int32) string { return nameOf(r.Waves, id) }

func nameOf(places []Place, id int32) string {
	for _, p := range places {
		if p.ID == id {
			return p.Name
		}
	}
	return ""
}

// columns is a roll as it is kept: a list per field, so that it packs well.
type columns struct {
	Groups      []string `json:"groups"`
	Departments []Place  `json:"departments"`
	Waves       []Place  `json:"waves"`
	Member      []int32  `json:"member"`
	Fate        []uint16 `json:"fate"` // outcome, cause and flags
	Department  []int32  `json:"department"`
	Wave        []int32  `json:"wave"`
	Group       []int32  `json:"group"`
	Beside      []int32  `json:"beside"`
	Last        []int32  `json:"last"`
}

// The bits of a fate as kept: the outcome's place, the cause's place from 1 on, then what they have.
const (
	causeShift = 4
	coworkBit  = 1 << 8
	chatBit    = 1 << 9
	boundBit   = 1 << 10
	low        = 0xf
)

func pack(f Fate) uint16 {
	code := uint16(slices.Index(Outcomes(), f.Outcome) | (slices.Index(Causes(), f.Cause)+1)<<causeShift)
	if f.Cowork {
		code |= coworkBit
	}
	if f.Chat {
		code |= chatBit
	}
	if f.Bound {
		code |= boundBit
	}
	return code
}

func unpack(code uint16) (Fate, error) {
	outcome, cause := int(code&low), int(code>>causeShift&low)
	if outcome >= len(Outcomes()) || cause > len(Causes()) {
		return Fate{}, fmt.Errorf("a fate of %#x means nothing", code)
	}
	f := Fate{
		Outcome: Outcomes()[outcome], Grant: Grant{Cowork: code&coworkBit != 0, Chat: code&chatBit != 0},
		Bound: code&boundBit != 0,
	}
	if cause > 0 {
		f.Cause = Causes()[cause-1]
	}
	return f, nil
}

// MarshalJSON writes the roll by columns.
func (r Roll) MarshalJSON() ([]byte, error) {
	c := columns{Groups: r.Groups, Departments: r.Departments, Waves: r.Waves}
	for _, f := range r.Fates {
		c.Member = append(c.Member, f.Member)
		c.Fate = append(c.Fate, pack(f))
		c.Department = append(c.Department, f.Department)
		c.Wave = append(c.Wave, f.Wave)
		c.Group = append(c.Group, f.Group)
		c.Beside = append(c.Beside, f.Beside)
		c.Last = append(c.Last, int32(f.LastActive))
	}
	return json.Marshal(c)
}

// UnmarshalJSON reads what [Roll.MarshalJSON] wrote.
func (r *Roll) UnmarshalJSON(text []byte) error {
	var c columns
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	n := len(c.Member)
	for _, other := range [][]int32{c.Department, c.Wave, c.Group, c.Beside, c.Last} {
		if len(other) != n || len(c.Fate) != n {
			return fmt.Errorf("a roll of %d people has columns of other lengths", n)
		}
	}
	*r = Roll{Groups: c.Groups, Departments: c.Departments, Waves: c.Waves, Fates: make([]Fate, n)}
	for i := range r.Fates {
		f, err := unpack(c.Fate[i])
		if err != nil {
			return err
		}
		f.Member, f.Department, f.Wave = c.Member[i], c.Department[i], c.Wave[i]
		f.Group, f.Beside, f.LastActive = c.Group[i], c.Beside[i], day.Date(c.Last[i])
		r.Fates[i] = f
	}
	return nil
}

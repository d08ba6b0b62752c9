package comms

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"
	"unicode"

	"groundswell/internal/identity"
)

// NoMember is the ordinal of somebody who never was a member.
const NoMember = -1

// Candidate is somebody an audience may be taken from: a person of the roster, or
// a member who is not on it.
type Candidate struct {
	Recipient
	Key        string // the address, folded
	Other      string // another address they are known by, folded; "" for none
	Usable     bool   // mail can be sent to the address
	Department int    // where they are today; 0: nowhere
	Wave       int    // 0: none
	Member     int32  // their ordinal, or [NoMember]
	Listed     bool   // they are a member today
}

// ChampionOf is somebody who counts as a champion of a department.
type ChampionOf struct {
	Recipient
	Department int
}

// Holder is an active account that holds a role.
type Holder struct {
	Recipient
	Role identity.Role
}

// Roll is everybody a message could reach at one moment, and what keeps it from
// reaching them.
type Roll struct {
	People    []Candidate // see [SortPeople]
	Champions []ChampionOf
	Holders   []Holder

	OptedOut map[string]bool // addresses, folded, that do not want messages of the rollout
	Bounced  map[string]bool // addresses, folded, that mail came back from
	Invited  map[string]bool // addresses, folded, with an invitation that is open

	Stage   func(member int32) PersonStage // of a member; nil before the first complete day
	InGroup func(group string, member int32) bool
}

// SortPeople brings candidates into the order of a [Roll] and keeps one for each
// address: whoever is a member today, else the first. Those without an address all stay.
func SortPeople(list []Candidate) []Candidate {
	slices.SortStableFunc(list, func(a, b Candidate) int {
		if by := strings.Compare(a.Key, b.Key); by != 0 || a.Listed == b.Listed {
			return by
		}
		if a.Listed {
			return -1
		}
		return 1
	})
	return slices.CompactFunc(list, func(a, b Candidate) bool { return a.Key == b.Key && a.Key != "" })
}

// Usable reports whether mail can be sent to an address: it is one, without a name
// beside it, and holds nothing that a header or a reader could take for something else.
func Usable(address string) bool {
	if len(address) > 254 || strings.ContainsFunc(address, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }) {
		return false
	}
	got, err := mail.ParseAddress(address)
	return err == nil && got.Name == "" && got.Address == address
}

// Reach resolves an audience. mandatory reaches those who opted out too.
func (r *Roll) Reach(a Audience, mandatory bool) Reach {
	out := Reach{Unjudged: r.unjudged(a)}
	r.each(a, func(c *Candidate) {
		if why := r.leftOut(c, mandatory); why != "" {
			out.Out = append(out.Out, Excluded{c.Recipient, why})
			return
		}
		out.To = append(out.To, c.Recipient)
	})
	return out
}

// Size counts whom an audience reaches that is not mandatory.
func (r *Roll) Size(a Audience) int {
	n := 0
	r.each(a, func(c *Candidate) {
		if r.leftOut(c, false) == "" {
			n++
		}
	})
	return n
}

// unjudged reports whether an audience cannot be told apart yet.
func (r *Roll) unjudged(a Audience) bool {
	return a.Who == WhoPeople && len(a.Stages) > 0 && r.Stage == nil
}

// each calls fn with everybody of an audience, whether mail may reach them or not.
func (r *Roll) each(a Audience, fn func(*Candidate)) {
	switch a.Who {
	case WhoPeople:
		if r.unjudged(a) {
			return
		}
		in := r.filter(a)
		for i := range r.People {
			if c := &r.People[i]; in(c) {
				fn(c)
			}
		}
	case WhoChampions:
		r.eachOf(r.champions(a), fn)
	case WhoRoles:
		r.eachOf(r.holders(a), fn)
	}
}

// filter says who of the people are in an audience.
func (r *Roll) filter(a Audience) func(*Candidate) bool {
	return func(c *Candidate) bool {
		return within(a.Departments, c.Department) && within(a.Waves, c.Wave) &&
			(len(a.Groups) == 0 || r.inGroup(a.Groups, c)) &&
			(len(a.Stages) == 0 || slices.Contains(a.Stages, r.stage(c)))
	}
}

// within reports whether a list that is not empty names id.
func within(list []int, id int) bool { return len(list) == 0 || slices.Contains(list, id) }

func (r *Roll) inGroup(groups []string, c *Candidate) bool {
	return c.Member >= 0 && slices.ContainsFunc(groups, func(g string) bool { return r.InGroup(g, c.Member) })
}

// stage is how far somebody got. Whoever is no member has no account.
func (r *Roll) stage(c *Candidate) PersonStage {
	if !c.Listed {
		return StageInvited
	}
	return r.Stage(c.Member)
}

// champions returns those of the audience's departments; by wave those whose
// department has people in it.
func (r *Roll) champions(a Audience) []Recipient {
	reached := map[int]bool{}
	for i := range r.People {
		if c := &r.People[i]; slices.Contains(a.Waves, c.Wave) {
			reached[c.Department] = true
		}
	}
	var out []Recipient
	for _, c := range r.Champions {
		if within(a.Departments, c.Department) && (len(a.Waves) == 0 || reached[c.Department]) {
			out = append(out, c.Recipient)
		}
	}
	return out
}

func (r *Roll) holders(a Audience) []Recipient {
	var out []Recipient
	for _, h := range r.Holders {
		if slices.Contains(a.Roles, h.Role) {
			out = append(out, h.Recipient)
		}
	}
	return out
}

// eachOf calls fn with everybody of a list, each address once, as the roster and the
// members know them.
func (r *Roll) eachOf(list []Recipient, fn func(*Candidate)) {
	slices.SortStableFunc(list, func(a, b Recipient) int {
		return cmp.Or(strings.Compare(fold(a.Email), fold(b.Email)), strings.Compare(b.Name, a.Name))
	})
	list = slices.CompactFunc(list, func(a, b Recipient) bool { return fold(a.Email) == fold(b.Email) && a.Email != "" })
	others := r.others(list)
	for _, to := range list {
		c := Candidate{Member: NoMember}
		if at := r.find(fold(to.Email), others); at != nil {
			c = *at
		}
		// The address that the role or the register has is the one that is written to.
		if key := fold(to.Email); c.Key != key {
			c.Key, c.Other = key, c.Key
		}
		c.Recipient, c.Usable = Recipient{to.Email, cmp.Or(to.Name, c.Name)}, Usable(to.Email)
		fn(&c)
	}
}

// others finds those of a list whom the roster has by another address.
func (r *Roll) others(list []Recipient) map[string]*Candidate {
	asked := make(map[string]bool, len(list))
	for _, to := range list {
		asked[fold(to.Email)] = true
	}
	out := map[string]*Candidate{}
	for i := range r.People {
		if c := &r.People[i]; c.Other != "" && asked[c.Other] {
			out[c.Other] = c
		}
	}
	return out
}

// find returns who has an address, nil when nobody has.
func (r *Roll) find(key string, others map[string]*Candidate) *Candidate {
	if key == "" {
		return nil
	}
	i, ok := slices.BinarySearchFunc(r.People, key, func(c Candidate, key string) int { return strings.Compare(c.Key, key) })
	if ok {
		return &r.People[i]
	}
	return others[key]
}

// NameOf returns the name that belongs to an address, "" when nobody has said one.
func (r *Roll) NameOf(key string) string {
	if c := r.find(key, nil); c != nil {
		return c.Name
	}
	return ""
}

// leftOut says why mail does not go to somebody; "" when it does.
func (r *Roll) leftOut(c *Candidate, mandatory bool) Reason {
	switch {
	case !c.Usable:
		return LeftNoAddress
	case c.Member >= 0 && !c.Listed && !r.said(r.Invited, c):
		return LeftGone
	case !mandatory && r.said(r.OptedOut, c):
		return LeftOptedOut
	case r.Bounced[c.Key]:
		return LeftBounced
	}
	return ""
}

// said reports whether a list has somebody by one of their addresses.
func (*Roll) said(list map[string]bool, c *Candidate) bool {
	return len(list) > 0 && (list[c.Key] || c.Other != "" && list[c.Other])
}

package comms

import (
	"slices"
	"strings"

	"groundswell/internal/identity"
)

// Names are what people call the parts of an audience, by id.
type Names struct {
	Waves, Departments map[int]string
	Groups             map[string]string
}

// Valid reports whether a can be resolved: its kind and its words are known, and no
// list narrows what it cannot narrow.
func (a Audience) Valid() bool {
	return a.Who.Valid() && allOf(a.Stages, PersonStage.Valid) && allOf(a.Roles, identity.Role.Valid) &&
		(a.Who == WhoPeople || len(a.Groups)+len(a.Stages) == 0) &&
		(a.Who == WhoRoles) == (len(a.Roles) > 0) &&
		(a.Who != WhoRoles || len(a.Waves)+len(a.Departments) == 0)
}

func allOf[T any](list []T, ok func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !ok(v) })
}

// Valid reports whether w is a kind.
func (w Who) Valid() bool { return w == WhoPeople || w == WhoChampions || w == WhoRoles }

// Valid reports whether s is a stage.
func (s PersonStage) Valid() bool { return slices.Contains(PersonStages(), s) }

// Say is what a stage is called of one person: "has access, has not delegated a task".
func (s PersonStage) Say() string {
	switch s {
	case StageInvited:
		return "has no account"
	case StageNone:
		return "has an account, has not signed in"
	case StageSignedIn:
		return "has access, has not delegated a task"
	case StageDelegated:
		return "has delegated a task, not yet a habit"
	case StageHabitual:
		return "delegates as a habit"
	}
	return "has come to a stage that is not known"
}

// are is what a stage is called of several people.
func (s PersonStage) are() string {
	switch s {
	case StageInvited:
		return "have no account"
	case StageNone:
		return "have an account and have not signed in"
	case StageSignedIn:
		return "have access and have not delegated a task"
	case StageDelegated:
		return "have delegated a task, not yet as a habit"
	case StageHabitual:
		return "delegate as a habit"
	}
	return "have come to a stage that is not known"
}

// Say is why somebody is left out, of any number of people: "opted out".
func (r Reason) Say() string {
	switch r {
	case LeftOptedOut:
		return "opted out of messages"
	case LeftGone:
		return "left the organization"
	case LeftBounced:
		return "mail to the address came back"
	case LeftNoAddress:
		return "no address that mail can be sent to"
	}
	return string(r)
}

// Say describes a in one sentence without its full stop, by the names that n has.
func (a Audience) Say(n Names) string {
	switch a.Who {
	case WhoPeople:
		return a.sayPeople(n)
	case WhoChampions:
		return a.sayChampions(n)
	case WhoRoles:
		return "Everyone who is " + either(each(a.Roles, roleWord))
	}
	return "Nobody: no audience is chosen"
}

func (a Audience) sayPeople(n Names) string {
	out := "Everyone"
	if len(a.Waves)+len(a.Departments)+len(a.Groups) > 0 {
		out += " in " + strings.Join(a.places(n), ", in ")
	}
	if len(a.Stages) > 0 {
		out += ", if they " + theyAre(a.Stages)
	}
	if out == "Everyone" {
		return "Everyone on the roster, and every member"
	}
	return out
}

// reached and short are what it is to have come to a stage, and not to have come to it.
var (
	reached = []string{"", "have an account", "have access", "have delegated a task", "delegate as a habit"}
	short   = []string{"", "have no account", "have not signed in", "have not delegated a task", "do not delegate as a habit"}
)

// theyAre says how far people got. Stages that follow one another are said by where they
// begin and end: "have access and do not delegate as a habit".
func theyAre(stages []PersonStage) string {
	all := PersonStages()
	var at []int
	for i, s := range all {
		if slices.Contains(stages, s) {
			at = append(at, i)
		}
	}
	if len(at) < 2 || at[len(at)-1]-at[0] != len(at)-1 {
		return strings.Join(each(stages, PersonStage.are), ", or ")
	}
	first, after := at[0], at[len(at)-1]+1
	switch {
	case after < len(all) && first > 0:
		return reached[first] + " and " + short[after]
	case after < len(all):
		return short[after]
	case first > 0:
		return reached[first]
	}
	return "are at any stage"
}

// places names every list of an audience that says where people are.
func (a Audience) places(n Names) []string {
	var out []string
	add := func(prefix string, list []string) {
		if len(list) > 0 {
			out = append(out, prefix+either(list))
		}
	}
	add("", each(a.Waves, func(id int) string { return nameOf(n.Waves, id, "a wave that is gone") }))
	add("", each(a.Departments, func(id int) string { return nameOf(n.Departments, id, "a department that is gone") }))
	add("the group ", each(a.Groups, func(id string) string { return nameOf(n.Groups, id, "that is gone") }))
	return out
}

func (a Audience) sayChampions(n Names) string {
	out := "Champions"
	if len(a.Departments) > 0 {
		out += " of " + either(each(a.Departments, func(id int) string { return nameOf(n.Departments, id, "a department that is gone") }))
	}
	if len(a.Waves) > 0 {
		out += " whose department has people in " + either(each(a.Waves, func(id int) string { return nameOf(n.Waves, id, "a wave that is gone") }))
	}
	return out
}

// roleWord is a role as it follows "who is".
func roleWord(r identity.Role) string {
	switch r {
	case identity.Lead:
		return "a rollout lead"
	case identity.Owner:
		return "a task owner"
	case identity.Champion:
		return "a champion here"
	case identity.Executive:
		return "an executive"
	case identity.Auditor:
		return "an auditor"
	}
	return string(r)
}

func nameOf[K comparable](names map[K]string, id K, gone string) string {
	if name := names[id]; name != "" {
		return name
	}
	return gone
}

func each[T, R any](list []T, fn func(T) R) []R {
	out := make([]R, len(list))
	for i, v := range list {
		out[i] = fn(v)
	}
	return out
}

// either joins words: "Finance, Legal or Sales".
func either(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

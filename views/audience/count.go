package audience

import (
	"strings"

	"groundswell/internal/comms"
	"groundswell/views/ui"
)

// sampled is how many people are named beside a count.
const sampled = 5

// CountProps is how many an audience reaches now.
type CountProps struct {
	Say    string // the audience in a sentence
	Size   string // "312 people"
	None   string // why nobody is reached; "" when somebody is
	Left   string // "14 left out: 9 opted out of messages, 5 left the organization"
	Sample string // some of them by name, for those who may read names
	Page   string // where all of them are; "" leaves it out
	Asked  bool   // an audience is chosen
}

// NewCount decides what is said of a reach. named is whether people may be named.
func NewCount(a comms.Audience, names comms.Names, r comms.Reach, named bool) CountProps {
	p := CountProps{Asked: true, Say: a.Say(names) + ".", Size: ui.Counted(len(r.To), "person", "people"), Left: leftOut(r)}
	if len(r.To) == 0 {
		p.None = Nobody(a, r)
	}
	if named {
		p.Sample = sample(r.To)
	}
	return p
}

// Nobody says why an audience reaches nobody.
func Nobody(a comms.Audience, r comms.Reach) string {
	why := "no person is in everything that is chosen."
	switch {
	case r.Unjudged:
		why = "no day of usage is complete yet, so it is not known how far people got."
	case len(r.Out) > 0:
		why = "everybody in it is left out."
	case a.Who == comms.WhoChampions:
		why = "no champion is registered for what is chosen."
	case a.Who == comms.WhoRoles:
		why = "no account holds one of the chosen roles."
	case len(a.Waves)+len(a.Departments)+len(a.Groups)+len(a.Stages) == 0:
		why = "the roster is empty, and no members were read."
	}
	return "Nobody is in this audience: " + why
}

// leftOut counts who is left out, with the reasons.
func leftOut(r comms.Reach) string {
	if len(r.Out) == 0 {
		return ""
	}
	by := r.Left()
	var parts []string
	for _, why := range comms.Reasons() {
		if n := by[why]; n > 0 {
			parts = append(parts, ui.Count(n)+" "+why.Say())
		}
	}
	return ui.Count(len(r.Out)) + " left out: " + strings.Join(parts, ", ") + "."
}

func sample(to []comms.Recipient) string {
	var names []string
	for _, r := range to[:min(sampled, len(to))] {
		names = append(names, called(r))
	}
	out := strings.Join(names, ", ")
	if more := len(to) - len(names); more > 0 {
		out += " and " + ui.Count(more) + " more"
	}
	return out
}

// called is somebody's name, or their address while nobody has said one.
func called(r comms.Recipient) string {
	if r.Name != "" {
		return r.Name
	}
	return r.Email
}

package start

import (
	"time"

	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// Form is what was typed, and what is wrong with it by field.
type Form struct {
	Playbook, Organization, Architecture, Reason, Install string
	Calendar                                              CalendarForm
	Waves                                                 []WaveField
	Holders                                               []HolderField
	InForce                                               []InForceField
	Seen                                                  string // which answers were previewed; "" for none
	Errors                                                map[string]string
}

// CalendarForm is where and on which days people work, as typed.
type CalendarForm struct {
	TimeZone string
	Weekdays map[time.Weekday]bool
	DaysOff  string // a day a line
	Errors   map[string]string
}

// WaveField is the day a wave opens, as typed.
type WaveField struct {
	ID     string // "0" for a wave that does not exist yet
	Name   string
	People string
	Opens  string
	Now    string // what somebody else made of it meanwhile; "" for nothing
	Error  string
}

// New reports whether the wave gets its name here.
func (w WaveField) New() bool { return w.ID == "0" }

// InForceField is since when a step without a way back is in force, as typed.
type InForceField struct {
	Kind, Title string
	Since       string // "" says that it is not
}

// Name is that of its input.
func (f InForceField) Name() string { return "in_force." + f.Kind }

// HolderField is who holds a role, as typed.
type HolderField struct {
	Key, Role, Does string
	Name, Email     string
	Now             string // what somebody else made of it meanwhile; "" for nothing
	Error           string
}

// Architecture is one way to set up the organization, with what follows from it.
type Architecture struct {
	Value rollout.Architecture
	Name  string
	Means string
}

// Architectures returns the ways to set up the organization.
func Architectures() []Architecture {
	return []Architecture{
		{rollout.SingleOrganization, "One organization", "Groups and roles divide it. One identity provider, one set of connectors and one marketplace for everyone. The simplest to run; data is not kept apart between departments."},
		{rollout.ParentAndChildren, "A parent with children", "One identity provider, and data kept apart in each child. A role of one child grants nothing in another. Connectors, limits and telemetry are set up for each, and the key that reads groups must be made for all linked organizations."},
		{rollout.SeveralParents, "Several parents", "Several identity providers. Every step of identity, roles and connectors is done once for each parent, and a person in two of them takes two seats."},
	}
}

// ArchitectureName returns what people call an architecture.
func ArchitectureName(a rollout.Architecture) string {
	for _, k := range Architectures() {
		if k.Value == a {
			return k.Name
		}
	}
	return string(a)
}

// InstallName returns what people call a way to install.
func InstallName(i rollout.Install) string {
	if i == rollout.InstallSelf {
		return "People install it themselves"
	}
	return "The device manager pushes it"
}

// week returns the days of the week as choices, Monday first.
func (c CalendarForm) week() []ui.Choice {
	var out []ui.Choice
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		out = append(out, ui.Choice{Value: ui.Count(int(d)), Label: d.String()[:3], Chosen: c.Weekdays[d]})
	}
	return out
}

// Zones are suggested; any other IANA name is taken too.
func Zones() []string {
	return []string{
		"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago",
		"America/Denver", "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/Toronto",
		"Asia/Bangkok", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai",
		"Asia/Singapore", "Asia/Tokyo", "Australia/Melbourne", "Australia/Sydney", "Europe/Amsterdam", "Europe/Berlin", "Europe/Dublin",
		"Europe/Istanbul", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Rome", "Europe/Stockholm",
		"Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland",
	}
}

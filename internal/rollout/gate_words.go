package rollout

import (
	"strings"
	"time"

	"groundswell/internal/day"
)

// dayIn returns the day that t falls on in a time zone.
func dayIn(z *time.Location, t time.Time) day.Date {
	y, m, d := t.In(z).Date()
	return day.Of(y, m, d)
}

// GateTitle names what a gate stands in front of: "Enforce roles", "Open Wave 1".
func (p *Plan) GateTitle(g Gate) string {
	switch g.Kind {
	case GateArchitecture:
		return "Settle the architecture"
	case GateSSO:
		return "Enforce single sign-on"
	case GateRoles:
		return "Enforce roles"
	}
	if w, ok := p.Wave(g.Wave); ok {
		return "Open " + w.Name
	}
	return "Open a wave"
}

// GatePhrase is what must be typed to open a gate although conditions fail.
func (p *Plan) GatePhrase(g Gate) string {
	return "open without conditions: " + strings.ToLower(p.GateTitle(g))
}

// moment writes a time as people of the rollout read it: "06:14 today", "Thu 19 Nov, 16:40".
func (p *Plan) moment(t, now time.Time) string {
	z := p.Rollout.Zone()
	if dayIn(z, t) == dayIn(z, now) {
		return t.In(z).Format("15:04") + " today"
	}
	return t.In(z).Format("Mon 2 Jan, 15:04")
}

// age writes how old something is, to one unit.
func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return several(max(0, int(d.Minutes())), "minute", "minutes") + " old"
	case d < 48*time.Hour:
		return several(int(d.Hours()), "hour", "hours") + " old"
	}
	return several(int(d.Hours()/24), "day", "days") + " old"
}

// names writes people as a list: "Dana Weiss and Ines Marchetti".
func names(approvals []Approval) string {
	var list []string
	for _, a := range approvals {
		list = append(list, a.Name)
	}
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// checkTitle says what a check looks for.
func checkTitle(key CheckKey) string {
	if c, ok := CheckOf(key); ok {
		return c.Title()
	}
	return string(key)
}

package main

import (
	"fmt"
	"strings"

	"groundswell/internal/enablement"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/sheet"
)

// listing writes a count and, indented below it, what is counted.
func listing[T any](lines []string, what string, l sheet.Listing[T], line func(T) string) []string {
	if l.Count == 0 {
		return lines
	}
	lines = append(lines, fmt.Sprintf("%s: %d", what, l.Count))
	for _, v := range l.Items {
		lines = append(lines, "  "+line(v))
	}
	if l.More() > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", l.More()))
	}
	return lines
}

// opening says how many rows there were and which columns were ignored.
func opening(r sheet.Report) []string {
	lines := []string{fmt.Sprintf("rows: %d", r.Rows)}
	if len(r.Unknown) > 0 {
		lines = append(lines, "unknown columns, ignored: "+strings.Join(r.Unknown, ", "))
	}
	return lines
}

func peopleLines(d people.Difference) []string {
	lines := opening(d.Report)
	lines = listing(lines, "new", d.New, func(a people.Added) string {
		return a.Email + ", " + placeText(a.Place)
	})
	lines = listing(lines, "changed emails", d.Renamed, func(r people.Renamed) string { return r.Old + " -> " + r.Email })
	lines = listing(lines, "changed", d.Changed, func(c people.Changed) string {
		var fields []string
		for _, f := range c.Fields {
			fields = append(fields, fmt.Sprintf("%s %q -> %q", f.Name, f.Old, f.New))
		}
		return c.Email + ": " + strings.Join(fields, ", ")
	})
	lines = listing(lines, "moved", d.Moved, func(m people.Moved) string {
		from := "for all days"
		if m.On != nil {
			from = "from " + m.On.String() + " on"
		}
		return fmt.Sprintf("%s: %s -> %s, %s", m.Email, placeText(m.From), placeText(m.To), from)
	})
	lines = listing(lines, "new departments", d.Departments, nameText)
	lines = listing(lines, "new waves", d.Waves, nameText)
	lines = listing(lines, "neither members nor invited", d.Strangers, func(w people.Who) string { return w.Email })
	return append(lines, fmt.Sprintf("unchanged: %d", d.Unchanged))
}

func nameText(n people.Name) string {
	if n.Like == "" {
		return n.Name
	}
	return fmt.Sprintf("%s (is %s meant?)", n.Name, n.Like)
}

func placeText(p people.Place) string {
	department, wave := p.Department, p.Wave
	if department == "" {
		department = "no department"
	}
	if wave == "" {
		wave = "no wave"
	}
	return department + ", " + wave
}

func trainingLines(d enablement.Difference) []string {
	lines := append(opening(d.Report), fmt.Sprintf("new: %d", d.New))
	lines = listing(lines, "updated", d.Updated, updatedLine)
	lines = listing(lines, "outranked by the door or the list", d.Outranked, updatedLine)
	lines = listing(lines, "new sessions", d.Sessions, func(s enablement.SessionAdded) string {
		return fmt.Sprintf("%s, %s, %s", s.Session.Name, s.Session.Kind, s.Session.Day)
	})
	lines = listing(lines, "neither on the roster nor members", d.Strangers, func(w enablement.Who) string { return w.Email })
	return append(lines, fmt.Sprintf("unchanged: %d", d.Unchanged))
}

func updatedLine(u enablement.Updated) string {
	var fields []string
	for _, f := range u.Fields {
		fields = append(fields, fmt.Sprintf("%s %q -> %q", f.Name, f.Old, f.New))
	}
	return fmt.Sprintf("%s, %s on %s: %s", u.Email, u.Session.Name, u.Session.Day, strings.Join(fields, ", "))
}

func touchpointLines(d people.TouchpointDifference) []string {
	lines := append(opening(d.Report), fmt.Sprintf("new: %d", d.New))
	lines = listing(lines, "notices", d.Notices, sheet.Problem.String)
	lines = listing(lines, "neither on the roster nor members", d.Strangers, func(w people.Who) string { return w.Email })
	return append(lines, fmt.Sprintf("imported before: %d", d.Unchanged))
}

func deviceLines(d rollout.InventoryDifference) []string {
	lines := append(opening(d.Report), fmt.Sprintf("new: %d", d.New))
	lines = listing(lines, "changed", d.Changed, func(c rollout.DeviceChanged) string {
		var fields []string
		for _, f := range c.Fields {
			fields = append(fields, fmt.Sprintf("%s %q -> %q", f.Name, f.Old, f.New))
		}
		return c.Device + ": " + strings.Join(fields, ", ")
	})
	lines = listing(lines, "gone", d.Gone, func(name string) string { return name })
	lines = listing(lines, "left out, of people who are neither on the roster nor members", d.Strangers, func(o rollout.DeviceOwner) string {
		return fmt.Sprintf("line %d: %s, %s", o.Line, o.Device, o.Email)
	})
	return append(lines, fmt.Sprintf("unchanged: %d", d.Unchanged))
}

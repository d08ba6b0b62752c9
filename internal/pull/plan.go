package pull

import (
	"strings"
	"time"

	"groundswell/internal/day"
)

// How long after a day its figures are still revised by the API, in days, and
// how many days one request may span.
const (
	revised     = 8
	revisedCost = 35
	maxRange    = 31
)

// shape is how a source is cut into units.
type shape int

const (
	listing shape = iota // whole, every run
	daily                // a day at a time
	ranged               // up to maxRange days at a time
)

func (s Source) shape() shape {
	switch s {
	case Users, Skills, Connectors, Plugins, Artifacts:
		return daily
	case Summaries, Cost:
		return ranged
	}
	return listing
}

// analytics reports whether s is read from the analytics half of the API, which can be away on its own.
func (s Source) analytics() bool { return s.shape() != listing }

func (s Source) window() day.Date {
	if s == Cost {
		return revisedCost
	}
	return revised
}

// span is the days a run may ask for.
type span struct {
	day.Period
	all bool // whether what is complete and settled is read again too
}

// spanOf turns what was asked for into days: from the first day there is
// through yesterday, unless told otherwise.
func spanOf(a Asked, now time.Time) span {
	sp := span{Period: day.Period{From: FirstDay, To: day.FromTime(now) - 1}}
	if a.From != nil {
		sp.From, sp.all = max(*a.From, FirstDay), true
	}
	if a.To != nil {
		sp.To = *a.To
	}
	return sp
}

// listUnits returns the units of a listing that are known beforehand.
func listUnits(s Source) []Unit {
	switch s {
	case Spend:
		return []Unit{{Source: s, Key: "limits"}, {Source: s, Key: "effective"}}
	case Catalog:
		return []Unit{{Source: s, Key: "plugins"}, {Source: s, Key: "marketplaces"}}
	}
	return []Unit{{Source: s, Key: listKey}}
}

const listKey = "list"

// hasChildren reports whether each thing a listing names is a unit of its own.
func (s Source) hasChildren() bool { return s == Groups || s == Roles }

// dueDays returns the days of sp to read, ascending: those never landed, and
// those whose last reading lay within the window in which they are revised.
func dueDays(s Source, landed []Landed, sp span) []day.Date {
	read := map[day.Date]day.Date{} // day -> the day it was read last
	for _, l := range landed {
		at := day.FromTime(l.At)
		for d := max(l.From, sp.From); d <= min(l.To, sp.To); d++ {
			read[d] = max(read[d], at)
		}
	}
	var due []day.Date
	for d := sp.From; d <= sp.To; d++ {
		at, ok := read[d]
		if sp.all || !ok || at-d <= s.window() {
			due = append(due, d)
		}
	}
	return due
}

// dayUnits makes a unit of each day.
func dayUnits(s Source, days []day.Date) []Unit {
	units := make([]Unit, len(days))
	for i, d := range days {
		units[i] = Unit{Source: s, Key: d.String(), From: d, To: d}
	}
	return units
}

// rangeUnits makes one unit of each calendar month that has a day due: from the
// month's first day in sp through its last day due. A month that is still
// growing is read whole each time, so that its unit replaces the shorter one.
func rangeUnits(s Source, prefix string, days []day.Date, sp span) []Unit {
	var units []Unit
	for i := 0; i < len(days); {
		first := day.Of(days[i].Time().Year(), days[i].Time().Month(), 1)
		j := i + 1
		for j < len(days) && days[j] < first+maxRange && sameMonth(days[i], days[j]) {
			j++
		}
		units = append(units, rangeUnit(s, prefix, max(first, sp.From), days[j-1]))
		i = j
	}
	return units
}

func rangeUnit(s Source, prefix string, from, to day.Date) Unit {
	return Unit{Source: s, Key: prefix + from.String() + ".." + to.String(), From: from, To: to}
}

func sameMonth(a, b day.Date) bool {
	x, y := a.Time(), b.Time()
	return x.Year() == y.Year() && x.Month() == y.Month()
}

// The two halves of the cost report, as prefixes of their units' keys. Units of
// features by group begin like the latter.
const (
	byProduct = "product:"
	byGroup   = "group:"
)

// groupWindow is over how many days features are read by group.
const groupWindow = 28

// Grouped reports whether u is what a group's people used over a window of days:
// it says nothing about which days are complete.
func (u Unit) Grouped() bool { return u.Source.grouped() && strings.HasPrefix(u.Key, byGroup) }

// grouped reports whether the API counts the people of a group who used a
// feature over a range of days. It does so for artifacts on single days only.
func (s Source) grouped() bool { return s == Skills || s == Connectors || s == Plugins }

// fresh drops the units that this very run has published before it was cut off.
func fresh(units []Unit, landed []Landed, run int) []Unit {
	done := map[string]bool{}
	for _, l := range landed {
		if l.Run == run {
			done[l.Key] = true
		}
	}
	var left []Unit
	for _, u := range units {
		if !done[u.Key] {
			left = append(left, u)
		}
	}
	return left
}

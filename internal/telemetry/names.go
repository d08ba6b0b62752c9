package telemetry

import (
	"context"

	"groundswell/internal/day"
)

// names bounds how many names a day has: whoever has the token could else fill
// the tables with invented ones. Only the one commit that runs uses it.
type names struct {
	days map[day.Date]map[Facet]map[string]bool
}

// bound replaces by [Other] every name that comes after [MaxValues] of its facet and day.
func (n *names) bound(ctx context.Context, keep Keeper, events []Event) error {
	for i := range events {
		e := &events[i]
		known, err := n.of(ctx, keep, day.FromTime(e.At))
		if err != nil {
			return err
		}
		for _, name := range e.named() {
			*name.at = admit(known, name.facet, *name.at)
		}
	}
	return nil
}

// named is where an event holds a name.
type named struct {
	facet Facet
	at    *string
}

func (e *Event) named() [7]named {
	return [7]named{
		{FacetAll, &e.Name}, {FacetVersion, &e.Version}, {FacetModel, &e.Model}, {FacetServer, &e.Server},
		{FacetTool, &e.Tool}, {FacetPlugin, &e.Plugin}, {FacetSkill, &e.Skill},
	}
}

func admit(known map[Facet]map[string]bool, f Facet, name string) string {
	if name == "" || known[f][name] {
		return name
	}
	if len(known[f]) >= MaxValues {
		return Other
	}
	if known[f] == nil {
		known[f] = map[string]bool{}
	}
	known[f][name] = true
	return name
}

// keptDays is how many days' names are remembered: events come for nine, at most.
const keptDays = 16

// of returns the names of a day, from the database when it is new here.
func (n *names) of(ctx context.Context, keep Keeper, d day.Date) (map[Facet]map[string]bool, error) {
	if known, ok := n.days[d]; ok {
		return known, nil
	}
	have, err := keep.TelemetryNames(ctx, d)
	if err != nil {
		return nil, err
	}
	if n.days == nil || len(n.days) >= keptDays {
		n.days = map[day.Date]map[Facet]map[string]bool{}
	}
	known := map[Facet]map[string]bool{}
	for f, list := range have {
		for _, name := range list {
			admit(known, f, name)
		}
	}
	n.days[d] = known
	return known, nil
}

package web

import (
	"encoding/json"

	"groundswell/internal/comms"
	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// clash is another message to some of the same people on the same day.
type clash struct {
	other commsRow
	same  int
}

// say is the clash in a sentence.
func (c clash) say() string { return sayClash(c.same, "“"+c.other.m.Title+"”") }

func sayClash(same int, other string) string {
	return "Also that day, to " + ui.Count(same) + " of the same people: " + other
}

// findClashes says of every occurrence shown what else reaches its people that day.
// Whom nobody shares is no clash.
func (v *commsReader) findClashes() map[comms.OccurrenceID][]clash {
	return v.clashesAmong(v.desk.Messages)
}

func (v *commsReader) clashesAmong(all []comms.Message) map[comms.OccurrenceID][]clash {
	rows := map[comms.OccurrenceID]commsRow{}
	for i := range all {
		for _, o := range all[i].Occurrences {
			rows[o.ID] = commsRow{m: &all[i], o: o}
		}
	}
	out := map[comms.OccurrenceID][]clash{}
	counted := map[[2]string]int{}
	for _, c := range comms.Conflicts(all) {
		a, b := rows[c.A], rows[c.B]
		key := [2]string{audienceKey(a.m.Audience), audienceKey(b.m.Audience)}
		n, known := counted[key]
		if !known {
			n = v.roll.Shared(a.m.Audience, b.m.Audience)
			counted[key] = n
		}
		if n > 0 {
			out[c.A], out[c.B] = append(out[c.A], clash{b, n}), append(out[c.B], clash{a, n})
		}
	}
	return out
}

// audienceKey tells audiences apart.
func audienceKey(a comms.Audience) string {
	b, _ := json.Marshal(a) // of plain lists: it cannot fail
	return string(b)
}

// calendar says on which days people work: Monday to Friday before the rollout is started.
func (v *commsReader) calendar() rollout.Calendar {
	if v.plan == nil {
		return rollout.Calendar{}
	}
	return v.plan.Rollout.Calendar
}

package store

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/rollout"
)

// failedSince is what does not hold any more although go was decided, by wave.
func failedSince(p *rollout.Plan, now time.Time) map[int]map[rollout.TaskID]rollout.ChecklistItem {
	out := map[int]map[rollout.TaskID]rollout.ChecklistItem{}
	for wave := range p.Readiness {
		out[wave] = map[rollout.TaskID]rollout.ChecklistItem{}
		for _, i := range p.FailedSince(wave, now) {
			out[wave][i.ID] = i
		}
	}
	return out
}

// queueFailedSince tells, in the history of each wave's gate, what does not hold
// any more although go was decided, and did before.
func queueFailedSince(b *pgx.Batch, p *rollout.Plan, before map[int]map[rollout.TaskID]rollout.ChecklistItem, now time.Time) {
	for wave, failed := range failedSince(p, now) {
		g, ok := p.WaveGate(wave)
		if !ok {
			continue
		}
		for id, i := range failed {
			if _, known := before[wave][id]; known {
				continue
			}
			b.Queue(turnActivitySQL, pgx.StrictNamedArgs{
				"task": int64(g.Task), "at": now, "actor": rollout.Signal, "kind": "gate",
				"say": cleanText(fmt.Sprintf("Does not hold any more since go was decided: %s. %s", i.Title, i.Say)),
			})
		}
	}
}

package plan

import (
	"strconv"
	"strings"

	"groundswell/internal/rollout"
)

// Sheet is the tasks that a filter shows, a row each under a head.
func Sheet(r Reader, f Filter) [][]string {
	table := [][]string{{
		"task", "phase", "section", "title", "for", "state", "reason", "owner", "email", "part", "from", "due", "done_at", "done_by",
		"evidence", "proof", "waits_for", "gate", "no_undo", "why", "done_when",
	}}
	for _, t := range r.Tasks(f) {
		table = append(table, r.sheetRow(t))
	}
	return table
}

func (r Reader) sheetRow(t rollout.Task) []string {
	o, e := r.Plan.Owner(t), r.Plan.Evidence(t, r.Now)
	waits := []string{}
	for _, id := range t.WaitsFor {
		waits = append(waits, ID(id))
	}
	done := ""
	if t.State == rollout.Done {
		done = t.DoneAt.UTC().Format("2006-01-02T15:04:05Z")
	}
	return []string{
		ID(t.ID), string(t.Phase), t.Section, t.Title, r.part(t), string(r.Plan.Shown(t)), t.Reason, o.Name, o.Email, r.role(t.Role),
		r.Plan.Starts(t).String(), t.Due.String(), done, t.DoneBy, string(e.Standing), e.Short, strings.Join(waits, " "), string(t.Gate),
		strconv.FormatBool(t.NoUndo), t.Why, t.DoneWhen,
	}
}

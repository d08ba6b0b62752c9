package plan

import (
	"strconv"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// NewHistory makes page number at of what happened to tasks. past holds one entry
// more than a page when there is another.
func NewHistory(r Reader, past []rollout.TaskActivity, at, size int) HistoryProps {
	p := HistoryProps{Pages: ui.PagesProps{Label: "Page " + strconv.Itoa(at)}}
	if len(past) > size {
		past = past[:size]
		p.Pages.Next = route.With(route.PlanHistory, "page", strconv.Itoa(at+1))
	}
	if at > 1 {
		p.Pages.Prev = route.With(route.PlanHistory, "page", strconv.Itoa(at-1))
	}
	p.Lines = r.lines(past)
	return p
}

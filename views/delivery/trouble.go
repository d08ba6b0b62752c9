package delivery

import (
	"slices"
	"strings"

	"groundswell/internal/comms"
)

// failing says by what a channel fails, and since when nothing has left by it.
func failing(c comms.Channel, k Clock) string {
	since := "It has never worked"
	if !c.WorkedAt.IsZero() {
		since = "Last worked " + k.moment(c.WorkedAt)
	}
	return strings.TrimSuffix(c.Failure, ".") + ". " + since + ", last tried " + k.moment(c.FailedAt) + "."
}

// heldUp says why copies that are listed wait; "" when nothing keeps them.
func heldUp(list []comms.SentDelivery, channels []comms.Channel, k Clock) string {
	var out []string
	for _, c := range channels {
		waits := slices.ContainsFunc(list, func(d comms.SentDelivery) bool { return d.State == comms.Waiting && d.Channel == c.ID })
		switch {
		case !waits:
		case !c.PausedAt.IsZero():
			out = append(out, c.Name+" is paused since "+k.moment(c.PausedAt)+".")
		case !c.Healthy():
			out = append(out, c.Name+" fails: "+failing(c, k))
		}
	}
	return strings.Join(out, " ")
}

package settings

import (
	"net"
	"strings"

	"groundswell/internal/telemetry"
	"groundswell/views/ui"
)

// SuspectProps is what to look at when nothing arrives, the likeliest first.
type SuspectProps struct {
	Title, Say string
	Rows       []SuspectRow
}

// SuspectRow is one thing that can be wrong, and what the receiver has seen of it.
type SuspectRow struct {
	What, Seen, Do string
	Chip           ui.ChipProps
}

// A reason's words: what happened, and what to do about it.
var leftWords = []struct {
	why      telemetry.Reason
	what, do string
}{
	{telemetry.BadToken, "Token missing, wrong or revoked", "Paste a token that is in use into the headers of the Claude console."},
	{telemetry.WrongPath, "Another path than /v1/logs", "Set the endpoint without a path; the exporter adds /v1/logs. Traces and metrics are not taken."},
	{telemetry.WrongMethod, "Another method than POST", "A browser or a probe asked. Nothing to do."},
	{telemetry.WrongType, "Neither protobuf nor JSON", "Set the protocol to http/protobuf or http/json; grpc is not taken."},
	{telemetry.Malformed, "Requests that cannot be read", "A proxy in between may change bodies. Let it pass them as they are."},
	{telemetry.TooLarge, "Requests that are too large", "Set the exporter to smaller batches."},
	{telemetry.Busy, "Sent away to come back later", "Exporters send these again. If it goes on, the database is too slow."},
	{telemetry.Foreign, "Records of other programs", "Another exporter uses this address. Give it its own collector."},
	{telemetry.Nameless, "Records that name no event", "A newer desktop app may name events in another way."},
	{telemetry.Skewed, "Filed by arrival", "The clock of some desktops is wrong, or they were away for more than 7 days. The events are kept."},
	{telemetry.Duplicate, "Sent more than once", "Nothing to do: each record is kept once."},
}

// leftRows lists what was not kept as it was sent, in the last days.
func leftRows(d TelemetryData) []LeftRow {
	var out []LeftRow
	for _, w := range leftWords {
		if t := d.Report.Intaken(w.why); t.Times > 0 {
			out = append(out, LeftRow{What: w.what, Times: ui.Count(t.Times), Last: ui.Ago(d.Now.Sub(t.Last)), Do: w.do})
		}
	}
	return out
}

// newSuspect narrows down why nothing arrives by what the receiver has seen.
func newSuspect(d TelemetryData) SuspectProps {
	p := SuspectProps{Title: "If nothing arrives", Say: "What usually keeps events away, and what this server has seen of it in 7 days."}
	if !d.Report.Pulse.Arrives(d.Now) {
		p.Title = "Nothing arrives"
		p.Say = verdictOf(d)
	}
	p.Rows = append(p.Rows, egress(d), addressRow(d))
	for _, s := range []struct {
		what string
		why  telemetry.Reason
	}{
		{"The token", telemetry.BadToken}, {"The path", telemetry.WrongPath}, {"The protocol", telemetry.WrongType},
		{"The body", telemetry.Malformed}, {"The sender", telemetry.Foreign},
	} {
		p.Rows = append(p.Rows, seenRow(d, s.what, s.why))
	}
	p.Rows = append(p.Rows, SuspectRow{
		What: "The desktop app", Seen: "Only newer versions export, and only while the app runs.",
		Do: "Restart the app after the setting was changed, update it, and start a task.", Chip: ui.ChipProps{Label: "Check there", Icon: ui.IconMonitor},
	})
	return p
}

// knocked is how many requests and records were turned away, as far as some came
// after the last event: they show that the way here is open still.
func knocked(r telemetry.Report) int {
	n := 0
	for _, why := range []telemetry.Reason{telemetry.BadToken, telemetry.WrongPath, telemetry.WrongType, telemetry.Malformed, telemetry.TooLarge, telemetry.Foreign, telemetry.Nameless} {
		if t := r.Intaken(why); t.Last.After(r.Pulse.Last) {
			n += t.Times
		}
	}
	return n
}

func verdictOf(d TelemetryData) string {
	host := d.PublicURL.Hostname()
	if n := knocked(d.Report); n > 0 {
		return "Desktop apps do reach this server: " + ui.Counted(n, "request or record was", "requests and records were") + " turned away in 7 days. The marked rows say why."
	}
	if !d.Report.Pulse.Never() {
		return "Events came and stopped " + ui.Ago(d.Now.Sub(d.Report.Pulse.Last)) + ", and nothing has been turned away since. The usual reason: " + host + " is no longer on the allowlist of network egress, or the setting was removed from the Claude console."
	}
	return "No request has reached this server in 7 days. The usual reason: network egress is restricted and " + host + " is not on the allowlist. The exporter’s traffic is then dropped without a word."
}

// egress is the commonest reason: traffic that never leaves the desktop.
func egress(d TelemetryData) SuspectRow {
	row := SuspectRow{What: "The egress allowlist", Do: "In the Claude console, add " + d.PublicURL.Hostname() + " to the allowed hosts of network egress."}
	switch {
	case d.Report.Pulse.Arrives(d.Now) || knocked(d.Report) > 0:
		row.Seen, row.Chip = "Requests come in, so the way is open for some desktops at least.", ui.ChipProps{Label: "Open", Tone: ui.ToneGood, Icon: ui.IconCheck}
	case d.Report.Pulse.Never():
		row.Seen, row.Chip = "No request of any kind has come in.", ui.ChipProps{Label: "Likely", Tone: ui.ToneBad, Icon: ui.IconTriangleAlert}
	default:
		row.Seen, row.Chip = "Requests came in before and stopped.", ui.ChipProps{Label: "Likely", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	}
	return row
}

// addressRow is what can be wrong with the address itself.
func addressRow(d TelemetryData) SuspectRow {
	row := SuspectRow{What: "The address", Do: "Paste " + d.PublicURL.Scheme + "://" + d.PublicURL.Host + " as it is: scheme, host and port, no path."}
	switch host := d.PublicURL.Hostname(); {
	case host == "localhost" || loopbackIP(host):
		row.Seen = host + " is this machine only; no desktop elsewhere reaches it."
		row.Do = "Set GROUNDSWELL_PUBLIC_URL to the address that desktops can reach."
		row.Chip = ui.ChipProps{Label: "Look here", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	case d.PublicURL.Scheme != "https":
		row.Seen = "The address is http. Proxies may refuse it, and the token travels unsealed."
		row.Chip = ui.ChipProps{Label: "Look here", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	default:
		row.Seen = "https with a certificate that desktops trust; http is not redirected for exporters."
		row.Chip = ui.ChipProps{Label: "Check there", Icon: ui.IconLink}
	}
	return row
}

func loopbackIP(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// seenRow says whether the receiver has turned requests away for one reason.
func seenRow(d TelemetryData, what string, why telemetry.Reason) SuspectRow {
	row := SuspectRow{What: what, Seen: "None turned away for it.", Chip: ui.ChipProps{Label: "Not seen", Icon: ui.IconCircleDashed}}
	for _, w := range leftWords {
		if w.why == why {
			row.Do = w.do
		}
	}
	if t := d.Report.Intaken(why); t.Times > 0 {
		row.Seen = ui.Counted(t.Times, "time", "times") + ", last " + ui.Ago(d.Now.Sub(t.Last)) + "."
		row.Chip = ui.ChipProps{Label: "Seen", Tone: ui.ToneBad, Icon: ui.IconCircleX}
	}
	return row
}

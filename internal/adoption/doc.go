// Package adoption says what usage means: the facts read from the API, the index
// of per-day member sets made of them, the metrics of the three columns with
// their targets and status, and the diagnosis that points left. It is pure: it
// knows no SQL, no HTTP and no clock. Definitions are those of docs/metrics.md.
package adoption

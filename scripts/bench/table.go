package main

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// figures are what was measured for one size.
type figures struct {
	members int

	endToEnd, decoding, sdk, landing, raw rate
	everything                            time.Duration
	peak                                  int64
	rewritten, rereadRows                 int

	placed         int           // people of the roster
	placing        time.Duration // how long their import took
	panels         panelTimes
	loads          []load
	ready          time.Duration // from start to the first page of somebody signed in
	calm, pulling  time.Duration // p95 of the overview, without a pull and during one
	idle, resident int64
}

// table prints aligned columns.
type table struct{ w *tabwriter.Writer }

func newTable(head ...string) *table {
	t := &table{tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)}
	t.row(head...)
	return t
}

func (t *table) row(cells ...string) { fmt.Fprintln(t.w, strings.Join(cells, "\t")+"\t") }
func (t *table) print()              { t.w.Flush() }

// judge writes a ratio, its bar and whether it is met.
func judge(value float64, unit, bar string, met bool) []string {
	word := "met"
	if !met {
		word = "MISSED"
	}
	return []string{fmt.Sprintf("%.2f%s", value, unit), bar, word}
}

func atLeast(value, bar float64, unit string) []string {
	return judge(value, unit, fmt.Sprintf("≥ %.2g%s", bar, unit), value >= bar)
}

func atMost(value, bar float64, unit string) []string {
	return judge(value, unit, fmt.Sprintf("≤ %.3g%s", bar, unit), value <= bar)
}

func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// judged is the smallest organization whose landing is held to the bars: in
// smaller ones a day is a handful of rows, and two commits are most of its time.
const judged = 4000

func (f *figures) printLanding(o options) {
	t := newTable("landing", "rows/s", "beside", "rows/s", "ratio", "bar", "")
	line := func(name string, a rate, beside string, b rate, verdict []string) {
		if f.members < judged {
			verdict = append(verdict[:1:1], "", "")
		}
		t.row(append([]string{name, thousands(int(a.perSecond())), beside, thousands(int(b.perSecond()))}, verdict...)...)
	}
	line("decoding", f.decoding, "the SDK's types", f.sdk, atLeast(over(f.decoding.perSecond(), f.sdk.perSecond()), 4, "×"))
	line(fmt.Sprintf("sync of %d days over HTTP", o.days), f.endToEnd, "decoding alone", f.decoding,
		atLeast(over(f.endToEnd.perSecond(), f.decoding.perSecond()), 0.7, "×"))
	line("landing alone", f.landing, "raw COPY", f.raw, atLeast(over(f.landing.perSecond(), f.raw.perSecond()), 0.45, "×"))
	t.print()
	t = newTable("", "", "", "bar", "")
	t.row(append([]string{"peak memory of the backfill", ""}, atMost(float64(f.peak)/(1<<20), 128, " MiB")...)...)
	t.row(append([]string{"rows rewritten by reading a day again", fmt.Sprintf("of %s", thousands(f.rereadRows))}, atMost(float64(f.rewritten), 0, "")...)...)
	t.print()
	fmt.Printf("%s rows of people's days in %s; every source in %s.\n",
		thousands(f.endToEnd.rows), f.endToEnd.took.Round(100*time.Millisecond), f.everything.Round(100*time.Millisecond))
}

// thousands writes 1,234,567.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

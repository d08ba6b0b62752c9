package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// cell is a cell of an exported table. Text may come from anywhere; numbers and days are ours.
type cell struct {
	text string
	ours bool
	look look // of a number
}

func said(s string) cell { return cell{text: s} }

func ours(s string) cell { return cell{text: s, ours: true} }

func whole[T int | int64](n *T) cell {
	if n == nil {
		return ours("")
	}
	return ours(strconv.FormatInt(int64(*n), 10))
}

func number(v *float64) cell {
	if v == nil {
		return ours("")
	}
	return ours(strconv.FormatFloat(*v, 'g', -1, 64))
}

func yes(b bool) cell { return ours(strconv.FormatBool(b)) }

func maybeDay(d *day.Date) cell {
	if d == nil {
		return ours("")
	}
	return ours(d.String())
}

func optional(s *string) cell {
	if s == nil {
		return ours("")
	}
	return said(*s)
}

func header(names ...string) []cell {
	out := make([]cell, len(names))
	for i, n := range names {
		out[i] = ours(n)
	}
	return out
}

// formula holds what makes a spreadsheet run a cell instead of showing it.
const formula = "=+-@\t\r\n＝＋－＠"

// write returns the cell's text. Text that a spreadsheet would run gets a leading apostrophe.
func (c cell) write() string {
	if c.ours || c.text == "" {
		return c.text
	}
	first := strings.TrimLeft(c.text, " ")
	if first != "" && strings.ContainsRune(formula, []rune(first)[0]) {
		return "'" + c.text
	}
	return c.text
}

// writeCSV writes RFC 4180: a comma between cells, CRLF after rows, quotes where needed.
func writeCSV(table [][]cell) ([]byte, error) {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.UseCRLF = true
	for _, row := range table {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = c.write()
		}
		if err := w.Write(line); err != nil {
			return nil, fmt.Errorf("write CSV: %w", err)
		}
	}
	w.Flush()
	return buf.Bytes(), w.Error()
}

// The states of a row: a number (zero too), none yet or none at all, and numbers
// that are kept from this role.
const (
	stateValue    = "value"
	stateNoValue  = "no_value"
	stateWithheld = "withheld"
	statePartly   = "partly_withheld"
)

func state(known, withheld bool) cell {
	switch {
	case withheld:
		return ours(stateWithheld)
	case known:
		return ours(stateValue)
	}
	return ours(stateNoValue)
}

// coveredBy is the days that the figures are about: two cells, empty when there are none.
func coveredBy(p day.Period) []cell {
	if p.Days() == 0 || !p.From.Known() {
		return header("", "")
	}
	return []cell{ours(p.From.String()), ours(p.To.String())}
}

// metricsTable has a row for every figure and, below it, one for each of its parts.
func metricsTable(a adoption.Answer) [][]cell {
	out := [][]cell{header("from", "to", "data_through", "clipped", "by", "cohort", "name", "metric", "part",
		"value", "numerator", "denominator", "unit", "status", "target", "previous", "reason", "state", "covered_from", "covered_to")}
	of := adoption.Everyone()
	if a.Cohort != nil {
		of = *a.Cohort
	}
	out = append(out, figureRows(a, of, a.Figures, a.Unified)...)
	for _, r := range a.Breakdown {
		out = append(out, figureRows(a, r.Cohort, r.Figures, r.Unified)...)
	}
	return out
}

func figureRows(a adoption.Answer, c adoption.Cohort, fs []adoption.Figure, u adoption.UnifiedShare) [][]cell {
	lead := []cell{
		ours(a.Period.From.String()), ours(a.Period.To.String()), ours(a.Through.String()), yes(a.Clipped),
		ours(string(c.By)), said(c.Slug), said(c.Name),
	}
	var out [][]cell
	add := func(metric, part string, cells ...cell) {
		row := append(lead[:len(lead):len(lead)], ours(metric), ours(part))
		out = append(out, slices.Concat(row, cells, coveredBy(a.Covered)))
	}
	for _, f := range fs {
		j := figureOf(f)
		add(string(f.Key), "", number(j.Value), whole(j.Numerator), whole(j.Denominator), ours(string(j.Unit)), ours(string(j.Status)),
			number(j.Target), number(j.Previous), optional(j.Reason), state(f.Known(), f.Withheld))
		for _, p := range f.Parts {
			blank := header("", "", "", "", "", "", "")
			add(string(f.Key), p.Name, slices.Concat([]cell{partCell(p)}, blank, []cell{state(p.Value != nil || p.Money != nil, f.Withheld)})...)
		}
	}
	j := unifiedOf(u, fs)
	add("unified", "", number(j.Value), whole(j.Numerator), whole(j.Denominator), ours(string(adoption.UnitRatio)), ours(""), ours(""), ours(""),
		optional(j.Reason), state(j.Value != nil, j.Withheld))
	return out
}

func partCell(p adoption.Part) cell {
	if p.Money != nil {
		return ours(p.Money.USD())
	}
	return number(p.Value)
}

// tableOf writes a header and rows; where there are none for a reason, one that says it.
func tableOf(head []string, rows [][]cell, covered day.Period, reason *string) [][]cell {
	all := append(slices.Clone(head), "state", "reason", "covered_from", "covered_to")
	out := [][]cell{header(all...)}
	for _, row := range rows {
		out = append(out, slices.Concat(row, header(""), coveredBy(covered)))
	}
	if len(rows) == 0 && reason != nil {
		why := stateNoValue
		if *reason == adoption.WithheldReason {
			why = stateWithheld
		}
		out = append(out, slices.Concat(header(make([]string, len(head))...), []cell{ours(why), said(*reason)}, coveredBy(covered)))
	}
	return out
}

func weeklyTable(s jsonWeekly, covered day.Period) [][]cell {
	var rows [][]cell
	for _, w := range s.Weeks {
		for _, c := range w.Cohorts {
			is := state(true, c.Withheld)
			if c.PartlyWithheld {
				is = ours(statePartly)
			}
			rows = append(rows, []cell{
				ours(w.Week), ours(w.StartsOn.String()), yes(w.Complete), said(c.Slug), said(c.Name),
				whole(c.Active), whole(c.Delegating), whole(c.Sessions), whole(c.Licensed), whole(c.Unified), is,
			})
		}
	}
	return tableOf([]string{"week", "starts_on", "complete", "slug", "name", "active", "delegating", "sessions", "licensed", "unified"}, rows, covered, s.Reason)
}

func funnelTable(f jsonFunnel, at day.Date) [][]cell {
	var rows [][]cell
	for _, r := range f.Cohorts {
		rows = append(rows, []cell{
			ours(f.To.String()), maybeDay(f.DataThrough), yes(f.Clipped), said(r.Slug), said(r.Name),
			whole(r.Licensed), whole(r.SignedIn), whole(r.Delegated), whole(r.Habitual), state(true, r.Withheld),
		})
	}
	covered := day.Period{From: at, To: at}
	if f.Rounded != nil {
		covered = day.Period{From: f.Rounded.From, To: f.Rounded.To}
	}
	return tableOf([]string{"to", "data_through", "clipped", "slug", "name", "licensed", "signed_in", "delegated", "habitual"}, rows, covered, f.Reason)
}

func retentionTable(t jsonRetention, covered day.Period) [][]cell {
	head := []string{"week", "starts_on", "size"}
	for k := range adoption.RetentionWeeks + 1 {
		head = append(head, "week_"+strconv.Itoa(k))
	}
	var rows [][]cell
	for _, r := range t.Cohorts {
		row := []cell{ours(r.Week), ours(r.StartsOn.String()), whole(r.Size)}
		for _, s := range r.Shares {
			row = append(row, number(s))
		}
		rows = append(rows, append(row, state(true, r.Withheld)))
	}
	return tableOf(head, rows, covered, t.Reason)
}

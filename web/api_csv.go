package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
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

// metricsTable has a row for every figure and, below it, one for each of its parts.
func metricsTable(a adoption.Answer) [][]cell {
	out := [][]cell{header("from", "to", "data_through", "clipped", "by", "cohort", "name", "metric", "part",
		"value", "numerator", "denominator", "unit", "status", "target", "previous", "reason")}
	of := adoption.Everyone()
	if a.Cohort != nil {
		of = *a.Cohort
	}
	out = append(out, figureRows(a, of, a.Figures)...)
	for _, r := range a.Breakdown {
		out = append(out, figureRows(a, r.Cohort, r.Figures)...)
	}
	return out
}

func figureRows(a adoption.Answer, c adoption.Cohort, fs []adoption.Figure) [][]cell {
	lead := []cell{
		ours(a.Period.From.String()), ours(a.Period.To.String()), ours(a.Through.String()), yes(a.Clipped),
		ours(string(c.By)), said(c.Slug), said(c.Name),
	}
	var out [][]cell
	for _, f := range fs {
		j := figureOf(f)
		row := append(lead[:len(lead):len(lead)], ours(string(f.Key)), ours(""), number(j.Value), whole(j.Numerator), whole(j.Denominator),
			ours(string(j.Unit)), ours(string(j.Status)), number(j.Target), number(j.Previous), optional(j.Reason))
		out = append(out, row)
		for _, p := range f.Parts {
			row := append(lead[:len(lead):len(lead)], ours(string(f.Key)), ours(p.Name), partCell(p))
			out = append(out, append(row, header("", "", "", "", "", "", "")...))
		}
	}
	return out
}

func partCell(p adoption.Part) cell {
	if p.Money != nil {
		return ours(p.Money.USD())
	}
	return number(p.Value)
}

func weeklyTable(s jsonWeekly) [][]cell {
	out := [][]cell{header("week", "starts_on", "complete", "slug", "name", "active", "delegating", "sessions", "licensed")}
	for _, w := range s.Weeks {
		for _, c := range w.Cohorts {
			out = append(out, []cell{
				ours(w.Week), ours(w.StartsOn.String()), yes(w.Complete), said(c.Slug), said(c.Name),
				whole(c.Active), whole(c.Delegating), whole(c.Sessions), whole(c.Licensed),
			})
		}
	}
	return out
}

func funnelTable(f jsonFunnel) [][]cell {
	out := [][]cell{header("to", "data_through", "clipped", "slug", "name", "licensed", "signed_in", "delegated", "habitual")}
	for _, r := range f.Cohorts {
		out = append(out, []cell{
			ours(f.To.String()), maybeDay(f.DataThrough), yes(f.Clipped), said(r.Slug), said(r.Name),
			whole(r.Licensed), whole(r.SignedIn), whole(r.Delegated), whole(r.Habitual),
		})
	}
	return out
}

func retentionTable(t jsonRetention) [][]cell {
	head := header("week", "starts_on", "size")
	for k := range adoption.RetentionWeeks + 1 {
		head = append(head, ours("week_"+strconv.Itoa(k)))
	}
	out := [][]cell{head}
	for _, r := range t.Cohorts {
		row := []cell{ours(r.Week), ours(r.StartsOn.String()), whole(r.Size)}
		for _, s := range r.Shares {
			row = append(row, number(s))
		}
		out = append(out, row)
	}
	return out
}

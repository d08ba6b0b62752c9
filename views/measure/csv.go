package measure

import (
	"strconv"

	"groundswell/internal/adoption"
)

// CSV is what a page shows as rows, the head first: the cohorts of its column,
// or every metric where there is no breakdown. Numbers have full precision; what
// is not known is empty.
func CSV(c adoption.Column, f Filters, fig Figures, r Reader) [][]string {
	p := pageData{f, fig, r}
	cols := columnsOf(c)
	if len(cols) == 0 || len(p.Breakdown) == 0 {
		return p.metricRows(c)
	}
	one, _ := byWord(p.By)
	head := []string{one}
	for _, c := range cols {
		head = append(head, c.key)
	}
	key, down := p.sorting(cols, defaultSort(c))
	out := [][]string{head}
	for _, row := range p.sorted(cols, key, down) {
		line := []string{row.Name}
		for _, c := range row.Cells {
			line = append(line, number(c.raw))
		}
		out = append(out, line)
	}
	return out
}

// metricRows lists the metrics of one column, or of all when c is empty.
func (p pageData) metricRows(c adoption.Column) [][]string {
	out := [][]string{{"column", "metric", "value", "numerator", "denominator", "unit", "target", "status", "previous", "reason", "from", "to"}}
	for _, f := range p.Answer.Figures {
		m := adoption.MetricOf(f.Key)
		if c != "" && m.Column != c {
			continue
		}
		value, num, den := f.Value, f.Numerator, f.Denominator
		if f.Withheld {
			value, num, den = nil, nil, nil
		}
		out = append(out, []string{
			string(m.Column), string(f.Key), number(value), whole(num), whole(den), string(f.Unit), number(f.Target),
			string(f.Status), number(f.Previous), f.Reason, p.covered().From.String(), p.covered().To.String(),
		})
	}
	return out
}

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

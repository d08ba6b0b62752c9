package sandbox

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
)

// query is a request's parameters, read the way the API reads them.
type query struct {
	url.Values
	path string
	id   string // the {id} of the path
}

const (
	rangeDays = 366
	pageMax   = 1000
)

// limit reads the page size.
func (q *query) limit(normal, most int) (int, *problem) {
	s := q.Get("limit")
	if s == "" {
		return normal, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, invalid(fmt.Sprintf("limit: must be between 1 and %d", most))
	}
	return n, nil
}

// days reads date, or starting_date and ending_date (exclusive).
func (q *query) days(w *world) (day.Period, *problem) {
	single, from := q.Get("date"), q.Get("starting_date")
	switch {
	case single != "" && from != "":
		return day.Period{}, invalid("date: use either `date` or `starting_date`, not both")
	case single != "":
		d, p := w.queryable("date", single)
		return day.Period{From: d, To: d}, p
	case from != "":
		return q.dayRange(w)
	}
	return day.Period{}, invalid("date: Field required")
}

// dayRange reads starting_date and ending_date.
func (q *query) dayRange(w *world) (day.Period, *problem) {
	from, p := w.queryable("starting_date", q.Get("starting_date"))
	if p != nil {
		return day.Period{}, p
	}
	end := w.Today
	if s := q.Get("ending_date"); s != "" {
		d, err := day.Parse(s)
		if err != nil {
			return day.Period{}, invalid("ending_date: must be a date in YYYY-MM-DD format")
		}
		end = d
	}
	switch {
	case end > w.Today:
		return day.Period{}, w.tooRecent(end - 1)
	case end <= from:
		return day.Period{}, invalid("ending_date: must be after `starting_date`")
	case int(end-from) > rangeDays:
		return day.Period{}, invalid("ending_date: the range may span at most 366 days")
	}
	return day.Period{From: from, To: end - 1}, nil
}

// queryable parses a day and refuses what has no data, or none yet.
func (w *world) queryable(field, s string) (day.Date, *problem) {
	d, err := day.Parse(s)
	if err != nil {
		return 0, invalid(field + ": must be a date in YYYY-MM-DD format")
	}
	if d < FirstDay {
		return 0, invalid(field + ": must be no earlier than " + FirstDay.String())
	}
	if d >= w.Today {
		return 0, w.tooRecent(d)
	}
	return d, nil
}

func (w *world) tooRecent(d day.Date) *problem {
	return invalid(fmt.Sprintf("Data for %s is not available yet. The latest available day is %s.", d, w.Today-1))
}

// cursor makes the opaque token of a page that begins at offset. It is bound
// to the parameters it was made for; skip marks the page after an empty one.
func (q *query) cursor(offset int, skip bool) string {
	raw := fmt.Sprintf("%d|%t|%x", offset, skip, q.fingerprint())
	return "page_" + base64.RawURLEncoding.EncodeToString([]byte(raw))
}

// at reads the page parameter.
func (q *query) at() (offset int, skip bool, p *problem) {
	token := q.Get("page")
	if token == "" {
		return 0, false, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "page_"))
	if err != nil {
		return 0, false, invalid("page: invalid cursor")
	}
	var made uint64
	if _, err := fmt.Sscanf(strings.ReplaceAll(string(raw), "|", " "), "%d %t %x", &offset, &skip, &made); err != nil {
		return 0, false, invalid("page: invalid cursor")
	}
	if made != q.fingerprint() || offset < 0 {
		return 0, false, invalid("page: this cursor belongs to a request with other parameters")
	}
	return offset, skip, nil
}

// fingerprint covers every parameter but the cursor and the page size.
func (q *query) fingerprint() uint64 {
	h := hash(1, q.path+q.id)
	for _, k := range []string{"date", "starting_date", "ending_date", "starting_at", "ending_at", "bucket_width", "group_by[]", "group_by"} {
		for _, v := range q.Values[k] {
			h = hash(h, k+"="+v)
		}
	}
	return h
}

// moment reads an RFC 3339 time that must be a UTC midnight.
func (q *query) moment(field string) (day.Date, bool, *problem) {
	s := q.Get(field)
	if s == "" {
		return 0, false, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, false, invalid(field + ": must be an RFC 3339 datetime with a time zone")
	}
	return day.FromTime(t), true, nil
}

// closePage ends a cursor listing: next is "" at the end.
func closePage(b []byte, next string) []byte {
	if next == "" {
		return append(b, `],"next_page":null}`...)
	}
	b = appendString(append(b, `],"next_page":`...), next)
	return append(b, '}')
}

// paged writes rows from the request's cursor on. The page after the first one
// is empty when holes is set, with a cursor, as the real listings sometimes are.
func (q *query) paged(b []byte, total, normal int, holes bool, row func(b []byte, i int) []byte) ([]byte, *problem) {
	limit, p := q.limit(normal, pageMax)
	if p != nil {
		return b, p
	}
	from, skip, p := q.at()
	if p != nil {
		return b, p
	}
	b = append(b, `{"data":[`...)
	if holes && from == limit && !skip && from < total {
		return closePage(b, q.cursor(from, true)), nil
	}
	to := min(from+limit, total)
	for i := from; i < to; i++ {
		if i > from {
			b = append(b, ',')
		}
		b = row(b, i)
	}
	if to < total {
		return closePage(b, q.cursor(to, false)), nil
	}
	return closePage(b, ""), nil
}

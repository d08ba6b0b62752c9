package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/day"
)

// products are the ones that cost anything, as the cost report names them.
var products = [...]string{"chat", "chat_cowork_unified", "claude_code", "cowork", "office_agent"}

const (
	costDays   = 31
	costTop    = 100 // groups a bucket reports at most
	costAged   = 30  // days until a day's cost no longer moves
	costWindow = 365
)

// costOf prices what a person did, in ten-thousandths of a cent by product.
func costOf(u *usage) [len(products)]int64 {
	price := func(s *sessionUse) int64 { return int64(s.actions)*41_337 + int64(s.messages)*23_911 }
	chat := func(c *chatUse) int64 {
		return int64(c.messages)*9_703 + int64(c.thinking)*12_129 + int64(c.files)*3_411
	}
	return [len(products)]int64{
		chat(&u.chat) + int64(u.searches)*10_000,
		price(&u.unified) + chat(&u.unifiedChat),
		int64(u.code.sessions)*190_007 + int64(u.code.edits)*31_859,
		price(&u.cowork),
		int64(u.excel.messages+u.outlook.messages) * 14_201,
	}
}

func (w *world) countCost(t *tally, i int32, d day.Date, u *usage) {
	var all int64
	for n, v := range costOf(u) {
		v = w.aged(v, d)
		t.products[n] += v
		all += v
	}
	if len(w.grouped[i]) == 0 {
		t.ungrouped += all
	}
	for _, g := range w.grouped[i] {
		t.groups[g] += all
	}
}

// aged takes off what has not been billed yet: at most 3 %, less every day.
func (w *world) aged(v int64, d day.Date) int64 {
	missing := max(0, costAged-int64(w.Today-d))
	return v - v*missing/1000
}

// cents writes ten-thousandths of a cent as a decimal string of cents.
func cents(v int64) string {
	s := strconv.FormatInt(v/10_000, 10)
	if rest := v % 10_000; rest != 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%04d", rest), "0")
	}
	return s
}

// costReport writes /analytics/cost_report in days, in total, by product or by group.
func (w *world) costReport(q *query, b []byte) ([]byte, *problem) {
	period, p := q.costDays(w)
	if p != nil {
		return b, p
	}
	group, p := q.costGroup()
	if p != nil {
		return b, p
	}
	limit, p := q.limit(7, costDays)
	if p != nil {
		return b, p
	}
	from, _, p := q.at()
	if p != nil {
		return b, p
	}
	b = append(b, `{"data":[`...)
	to := min(from+limit, period.Days())
	for n := from; n < to; n++ {
		if n > from {
			b = append(b, ',')
		}
		b = w.bucket(b, period.From+day.Date(n), group)
	}
	b = append(b, `],"has_more":`...)
	if to < period.Days() {
		return append(str(append(b, "true"...), "next_page", q.cursor(to, false)), '}'), nil
	}
	return append(b, `false,"next_page":null}`...), nil
}

// costDays reads starting_at and ending_at (exclusive). The current day is
// still running: its bucket is empty.
func (q *query) costDays(w *world) (day.Period, *problem) {
	if width := q.Get("bucket_width"); width != "" && width != "1d" {
		return day.Period{}, invalid("bucket_width: only 1d is doubled")
	}
	from, given, p := q.moment("starting_at")
	if p != nil {
		return day.Period{}, p
	}
	if !given {
		return day.Period{}, invalid("starting_at: Field required")
	}
	if from < FirstDay || from < w.Today-costWindow {
		return day.Period{}, invalid("starting_at: must be within the last 365 days and no earlier than 2026-01-01T00:00:00Z")
	}
	end, given, p := q.moment("ending_at")
	if p != nil {
		return day.Period{}, p
	}
	if !given {
		end = min(w.Today+1, from+costDays)
	}
	switch {
	case end > w.Today+1:
		return day.Period{}, w.tooRecent(end - 1)
	case end <= from:
		return day.Period{}, invalid("ending_at: must be after `starting_at`")
	case int(end-from) > costDays:
		return day.Period{}, invalid("ending_at: the range may span at most 31 days")
	}
	return day.Period{From: from, To: end - 1}, nil
}

func (q *query) costGroup() (string, *problem) {
	by := slices.Concat(q.Values["group_by[]"], q.Values["group_by"])
	switch {
	case len(by) == 0:
		return "", nil
	case len(by) == 1 && (by[0] == "product" || by[0] == "rbac_group_id"):
		return by[0], nil
	}
	return "", invalid("group_by: only one of product, rbac_group_id is doubled")
}

func (w *world) bucket(b []byte, d day.Date, group string) []byte {
	b = append(b, '{')
	mark := len(b)
	b = at(b, "starting_at", d, 0)
	b = append(b[:mark], b[mark+1:]...)
	b = at(b, "ending_at", d+1, 0)
	b = append(b, `,"results":[`...)
	first := true
	row := func(product, group string, amount int64) {
		if amount == 0 {
			return
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = costRow(b, product, group, amount)
	}
	if d < w.Today {
		w.costRows(w.on(d), group, row)
	}
	return append(b, ']', '}')
}

func (w *world) costRows(t *tally, group string, row func(product, group string, amount int64)) {
	switch group {
	case "product":
		for n, v := range t.products {
			row(products[n], "", v)
		}
	case "rbac_group_id":
		row("", "", t.ungrouped)
		for n, v := range t.groups[:min(len(t.groups), costTop-1)] {
			row("", w.groups[n].id, v)
		}
	default:
		var all int64
		for _, v := range t.products {
			all += v
		}
		row("", "", all)
	}
}

func costRow(b []byte, product, group string, amount int64) []byte {
	return object(b, func(b []byte) []byte {
		b = str(b, "amount", cents(amount))
		b = str(b, "list_amount", cents(amount*25/23))
		b = str(b, "currency", "USD")
		b = strOrNull(b, "product", product)
		b = strOrNull(b, "rbac_group_id", group)
		b = num(b, "requests", int(amount/60_000)+1)
		for _, none := range []string{"claude_tag_category", "claude_tag_user_id", "context_window", "cost_type", "inference_geo", "model", "slack_channel_id", "speed", "token_type"} {
			b = raw(b, none, "null")
		}
		return b
	})
}

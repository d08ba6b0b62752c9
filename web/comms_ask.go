package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/route"
)

// The values of the calendar's address.
const (
	commsList  = "list" // of view; the month is the default
	commsAll   = "all"  // of when
	commsPast  = "past"
	commsUnset = "undated"
)

// commsAsk is what an address asks of the calendar.
type commsAsk struct {
	list      bool
	month     day.Date // its first day; day.None: that of the chosen message, else of today
	waves     []string // slugs of those whom messages shown are for
	lanes     string   // slug of the wave whose stages are drawn
	message   comms.MessageID
	time      comms.OccurrenceID // which of its times; 0: the next
	trainings bool
	when      string
	status    comms.Status
	stage     comms.Stage
	sort      string
	page      int
}

// readCommsAsk reads an address. What cannot be meant asks for nothing.
func readCommsAsk(q url.Values) commsAsk {
	a := commsAsk{
		list: q.Get("view") == commsList, month: day.None, waves: q["wave"], lanes: q.Get("lanes"), trainings: q.Get("trainings") == "1",
		when: q.Get("when"), status: comms.Status(q.Get("status")), stage: comms.Stage(q.Get("stage")), sort: q.Get("sort"), page: pageNumber(q.Get("page")),
	}
	if t, err := time.Parse("2006-01", q.Get("month")); err == nil && t.Year() > 1970 && t.Year() < 9999 {
		a.month = day.FromTime(t)
	}
	id, _ := strconv.ParseInt(q.Get("message"), 10, 64)
	at, _ := strconv.ParseInt(q.Get("time"), 10, 64)
	a.message, a.time = comms.MessageID(max(id, 0)), comms.OccurrenceID(max(at, 0))
	if !slices.Contains(comms.Statuses(), a.status) {
		a.status = ""
	}
	if !a.stage.Valid() {
		a.stage = ""
	}
	if !slices.Contains([]string{commsAll, commsPast, commsUnset}, a.when) {
		a.when = ""
	}
	if _, ok := commsOrders[trimDash(a.sort)]; !ok {
		a.sort = ""
	}
	return a
}

// query is the address as values.
func (a commsAsk) query() url.Values {
	q := url.Values{}
	set := func(name, v string) {
		if v != "" {
			q.Set(name, v)
		}
	}
	if a.list {
		set("view", commsList)
	}
	if a.month.Known() {
		set("month", yearMonth(a.month))
	}
	for _, w := range a.waves {
		q.Add("wave", w)
	}
	set("lanes", a.lanes)
	if a.trainings {
		set("trainings", "1")
	}
	set("when", a.when)
	set("status", string(a.status))
	set("stage", string(a.stage))
	set("sort", a.sort)
	if a.page > 1 {
		set("page", strconv.Itoa(a.page))
	}
	set("message", numbered(int64(a.message)))
	set("time", numbered(int64(a.time)))
	return q
}

// at is the address with some of it changed.
func (a commsAsk) at(change ...string) string { return route.Change(route.Comms, a.query(), change...) }

// numbered writes an id, and "" for none.
func numbered(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func yearMonth(d day.Date) string { return d.Time().Format("2006-01") }

func trimDash(sort string) string {
	if len(sort) > 0 && sort[0] == '-' {
		return sort[1:]
	}
	return sort
}

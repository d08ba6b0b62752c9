package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/store"
)

// panelTimes are what the panels of a page cost in a process of their own, one
// by one and with nothing else going on: by name, in nanoseconds.
type panelTimes struct {
	Load    int64 // reading the index from the database
	Days    map[int]map[string]int64
	FactSQL int64 // the funnel of an intersection by SQL over people's days
	Bytes   int64 // resident, with the index loaded
}

// asks is how often a panel is asked for, each time about another period.
const (
	asks    = 60
	factAsk = 5
)

// histories are the lengths of history that panels are timed over.
var histories = []int{30, 120, 366}

// crossed is the panel that is asked of the facts too.
const crossed = "funnel of an intersection"

// panel is one question to the index.
type panel struct {
	name string
	ask  func(*adoption.Index, adoption.Query) error
}

func panels(narrow adoption.Within) []panel {
	answer := func(x *adoption.Index, q adoption.Query) error { _, err := x.Answer(q); return err }
	by := func(ask func(*adoption.Index, adoption.Query) error) func(*adoption.Index, adoption.Query) error {
		return func(x *adoption.Index, q adoption.Query) error { q.By = adoption.ByDepartment; return ask(x, q) }
	}
	return []panel{
		{"every metric", answer},
		{"by department", by(answer)},
		{"every metric of an intersection", func(x *adoption.Index, q adoption.Query) error { q.Within = narrow; return answer(x, q) }},
		{crossed, func(x *adoption.Index, q adoption.Query) error { q.Within = narrow; _, err := x.Funnel(q); return err }},
		{"weekly, by department", by(func(x *adoption.Index, q adoption.Query) error { _, err := x.Weekly(q); return err })},
		{"funnel, by department", by(func(x *adoption.Index, q adoption.Query) error { _, err := x.Funnel(q); return err })},
		{"retention", func(x *adoption.Index, q adoption.Query) error { _, err := x.Retention(q); return err }},
	}
}

// childPanels times every panel over histories of several lengths.
func childPanels(args []string) error {
	f := flag.NewFlagSet("child-panels", flag.ExitOnError)
	db := f.String("db", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	ctx := context.Background()
	st, err := store.Open(ctx, *db, nil)
	if err != nil {
		return err
	}
	defer st.Close()
	began := time.Now()
	x, err := st.Index(ctx)
	if err != nil {
		return err
	}
	out := panelTimes{Load: int64(time.Since(began)), Days: map[int]map[string]int64{}}
	if out.Bytes, err = statusBytes("self", "VmRSS:"); err != nil {
		return err
	}
	narrow := someIntersection(x)
	for _, n := range histories {
		if out.Days[n], err = timePanels(shortened(x, n), narrow); err != nil {
			return err
		}
	}
	if out.FactSQL, err = timeFacts(ctx, st, x, narrow); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// someIntersection narrows to a department and a wave that have people in common.
func someIntersection(x *adoption.Index) adoption.Within {
	for _, p := range x.Placements {
		if p.Department != "" && p.Wave != "" {
			return adoption.NewWithin(map[adoption.By][]string{
				adoption.ByDepartment: {adoption.Slug(p.Department)}, adoption.ByWave: {adoption.Slug(p.Wave)},
			})
		}
	}
	return ""
}

// shortened is x with its last n days only, and nothing kept from earlier questions.
func shortened(x *adoption.Index, n int) *adoption.Index {
	days := x.Days[max(0, len(x.Days)-n):]
	out := &adoption.Index{
		Generation: x.Generation, First: x.First, Through: x.Through, Days: days, Members: x.Members, Groups: x.Groups,
		Placements: x.Placements, Attendances: x.Attendances, Touchpoints: x.Touchpoints, Seats: x.Seats,
		SeatsGranted: x.SeatsGranted, Cost: x.Cost, CostGranted: x.CostGranted, CostThrough: x.CostThrough, Settings: x.Settings,
	}
	if len(days) > 0 {
		out.First = days[0].Day
	}
	out.Warm()
	return out
}

// timePanels returns the 95th percentile of each panel over 28-day periods, no two alike.
func timePanels(x *adoption.Index, narrow adoption.Within) (map[string]int64, error) {
	out := map[string]int64{}
	for _, p := range panels(narrow) {
		var took []time.Duration
		for back := range day.Date(asks) {
			to := x.Through - back%25
			q := adoption.Query{Period: day.Period{From: to - 27 - back/25, To: to}, SeesSmallGroups: true}
			began := time.Now()
			if err := p.ask(x, q); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		out[p.name] = int64(took[len(took)*95/100])
	}
	return out, nil
}

// factsSQL is the funnel of a department and a wave, from people's days.
const factsSQL = `
with who as (
    select m.ord
    from member m
    join member_person mp on mp.member = m.ord
    join placement pl on pl.person = mp.person
    join department d on d.id = pl.department
    join wave w on w.id = pl.wave
    where m.listed and m.added_at < @to::date + 1 and d.name = @department and w.name = @wave
), did as (
    select u.member, true as signed_in, bool_or(u.sessions >= 1 and u.actions >= 1) as tasked,
           count(distinct date_trunc('week', u.day)) filter (where u.day between @monday and @sunday
               and (u.sessions > 0 or u.actions > 0 or u.messages > 0 or u.dispatch_turns > 0)) as weeks
    from usage_day u join who on who.ord = u.member
    where u.day <= @to
    group by u.member
)
select (select count(*) from who), count(*) filter (where signed_in), count(*) filter (where tasked), count(*) filter (where tasked and weeks >= 3)
from did`

func timeFacts(ctx context.Context, st *store.Store, x *adoption.Index, narrow adoption.Within) (int64, error) {
	args := pgx.NamedArgs{}
	for _, p := range x.Placements {
		if adoption.NewWithin(map[adoption.By][]string{adoption.ByDepartment: {adoption.Slug(p.Department)}, adoption.ByWave: {adoption.Slug(p.Wave)}}) == narrow {
			args["department"], args["wave"] = p.Department, p.Wave
			break
		}
	}
	if _, err := st.Pool().Exec(ctx, "analyze"); err != nil { // a fair plan
		return 0, err
	}
	var took []time.Duration
	for back := range day.Date(factAsk) {
		to := x.Through - back
		sunday := (to + 1).Monday() - 1
		args["to"], args["sunday"], args["monday"] = to.Time(), sunday.Time(), (sunday - 27).Time()
		began := time.Now()
		var stages [4]int
		if err := st.Pool().QueryRow(ctx, factsSQL, args).Scan(&stages[0], &stages[1], &stages[2], &stages[3]); err != nil {
			return 0, fmt.Errorf("the funnel over facts: %w", err)
		}
		took = append(took, time.Since(began))
		if err := sameFunnel(x, narrow, to, stages); err != nil {
			return 0, err
		}
	}
	slices.Sort(took)
	return int64(took[len(took)/2]), nil
}

// sameFunnel makes sure that both ways lead to the same figures.
func sameFunnel(x *adoption.Index, narrow adoption.Within, to day.Date, want [4]int) error {
	f, err := x.Funnel(adoption.Query{Period: day.Period{From: to, To: to}, Within: narrow, SeesSmallGroups: true})
	if err != nil {
		return err
	}
	r := f.Rows[0]
	if got := [4]int{*r.Licensed.Count, r.SignedIn, r.Delegated, r.Habitual}; got != want {
		return fmt.Errorf("the funnel of %s on %s is %v by the index and %v by the facts", narrow, to, got, want)
	}
	return nil
}

func (b *bed) timePanels(ctx context.Context, f *figures) (err error) {
	f.panels, err = spawn[panelTimes](ctx, "child-panels", "-db", b.target)
	return err
}

func duration(nanos int64) string { return ms(time.Duration(nanos)) }

func (f *figures) printPanels() {
	head := []string{"panels, p95 over any 4 weeks"}
	for _, n := range histories {
		head = append(head, fmt.Sprintf("%d days", n))
	}
	t := newTable(head...)
	for _, p := range panels("") {
		row := []string{p.name}
		for _, n := range histories {
			row = append(row, duration(f.panels.Days[n][p.name]))
		}
		t.row(row...)
	}
	t.print()
	t = newTable("", "", "ratio", "bar", "")
	share := over(float64(f.panels.Days[histories[2]]["intersection"]), float64(f.panels.FactSQL))
	verdict := atMost(share, 1.0/50, "×")
	if f.members < judged {
		verdict = append(verdict[:1:1], "", "")
	}
	t.row(append([]string{crossed + ", to the same by SQL over facts", duration(f.panels.FactSQL)}, verdict...)...)
	t.print()
	fmt.Printf("A roster of %s people is imported in %s.\n", thousands(f.placed), f.placing.Round(10*time.Millisecond))
	fmt.Printf("The index is read in %s; the process that holds it takes %d MiB.\n", duration(f.panels.Load), f.panels.Bytes>>20)
}

// printPanelGrowth compares the panels of several sizes: the cost as the work grows.
func printPanelGrowth(all []*figures) {
	small, large := all[0], all[len(all)-1]
	head := []string{"panels, p95, 366 days behind them"}
	for _, f := range all {
		head = append(head, thousands(f.members))
	}
	t := newTable(append(head, "of the first", "bar", "")...)
	last := histories[len(histories)-1]
	for _, p := range panels("") {
		row := []string{p.name}
		for _, f := range all {
			row = append(row, duration(f.panels.Days[last][p.name]))
		}
		ratio := over(float64(large.panels.Days[last][p.name]), float64(small.panels.Days[last][p.name]))
		t.row(append(row, fmt.Sprintf("%.1f×", ratio), "", "")...)
	}
	t.print()
}

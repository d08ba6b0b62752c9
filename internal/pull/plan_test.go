package pull

import (
	"testing"
	"time"

	"groundswell/internal/day"
)

func date(s string) day.Date {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func landedOn(key, from, to, at string) Landed {
	return Landed{Key: key, From: date(from), To: date(to), At: date(at).Time().Add(3 * time.Hour)}
}

func TestSpan(t *testing.T) {
	now := date("2026-03-20").Time().Add(time.Hour)
	from, to := date("2026-03-02"), date("2026-03-05")
	early := date("2025-06-01")
	for _, c := range []struct {
		name     string
		asked    Asked
		from, to day.Date
		all      bool
	}{
		{"nothing said", Asked{}, FirstDay, date("2026-03-19"), false},
		{"both", Asked{From: &from, To: &to}, from, to, true},
		{"only to", Asked{To: &to}, FirstDay, to, false},
		{"before there was anything", Asked{From: &early}, FirstDay, date("2026-03-19"), true},
	} {
		if got := spanOf(c.asked, now); got.From != c.from || got.To != c.to || got.all != c.all {
			t.Errorf("%s: %v, want %s..%s all %v", c.name, got, c.from, c.to, c.all)
		}
	}
}

func TestDueDays(t *testing.T) {
	sp := span{Period: day.Period{From: date("2026-03-01"), To: date("2026-03-19")}}
	landed := []Landed{
		landedOn("a", "2026-03-01", "2026-03-01", "2026-03-10"), // read nine days later: settled
		landedOn("b", "2026-03-02", "2026-03-02", "2026-03-10"), // eight: still being revised
		landedOn("c", "2026-03-04", "2026-03-04", "2026-03-05"), // once, long ago
		landedOn("d", "2026-03-05", "2026-03-17", "2026-04-30"),
	}
	due := dueDays(Users, landed, sp)
	want := []day.Date{date("2026-03-02"), date("2026-03-03"), date("2026-03-04"), date("2026-03-18"), date("2026-03-19")}
	if len(due) != len(want) {
		t.Fatalf("due %v, want %v", due, want)
	}
	for i := range want {
		if due[i] != want[i] {
			t.Errorf("due %v, want %v", due, want)
		}
	}
	if all := dueDays(Users, landed, span{Period: sp.Period, all: true}); len(all) != 19 {
		t.Errorf("%d days when all are asked for, want 19", len(all))
	}
	if cost := dueDays(Cost, landed, sp); len(cost) != 6 {
		t.Errorf("%d days of cost are due, want 6: its window is wider", len(cost))
	}
}

func TestRangesStayWithinTheirMonth(t *testing.T) {
	sp := span{Period: day.Period{From: date("2026-01-10"), To: date("2026-03-19")}}
	units := rangeUnits(Cost, byProduct, dueDays(Cost, nil, sp), sp)
	want := []string{"product:2026-01-10..2026-01-31", "product:2026-02-01..2026-02-28", "product:2026-03-01..2026-03-19"}
	if len(units) != len(want) {
		t.Fatalf("%d units: %v", len(units), units)
	}
	for i, u := range units {
		if u.Key != want[i] {
			t.Errorf("unit %d is %s, want %s", i, u.Key, want[i])
		}
		if days := int(u.To-u.From) + 1; days > maxRange {
			t.Errorf("%s spans %d days", u.Key, days)
		}
	}
	late := rangeUnits(Summaries, "", []day.Date{date("2026-02-27"), date("2026-03-01"), date("2026-03-04")}, span{Period: day.Period{From: FirstDay, To: date("2026-03-04")}})
	if len(late) != 2 || late[0].Key != "2026-02-01..2026-02-27" || late[1].Key != "2026-03-01..2026-03-04" {
		t.Errorf("a month that grows: %v", late)
	}
}

func TestShrank(t *testing.T) {
	for _, c := range []struct {
		source      Source
		before, now int
		want        bool
	}{
		{Users, 100, 97, false}, {Users, 100, 76, false}, {Users, 100, 75, true}, {Users, 100, 0, true},
		{Members, 100, 60, false}, {Members, 100, 50, true},
	} {
		if got := shrank(Unit{Source: c.source}, c.before, c.now); got != c.want {
			t.Errorf("%s from %d to %d rows: %v", c.source, c.before, c.now, got)
		}
	}
}

func TestTrailRefusesCircles(t *testing.T) {
	follow := func(pages ...Page) error {
		tr := trail{seen: map[string]bool{"": true}}
		for _, p := range pages {
			if err := tr.step(Unit{Source: Users}, p); err != nil {
				return err
			}
		}
		return nil
	}
	row := Facts{Rows: 1}
	if err := follow(Page{Next: "a", Facts: row}, Page{Next: "b"}, Page{Next: "c"}, Page{Facts: row}); err != nil {
		t.Errorf("empty pages that lead on: %v", err)
	}
	if err := follow(Page{Next: "a", Facts: row}, Page{Next: "b", Facts: row}, Page{Next: "a", Facts: row}); err == nil {
		t.Error("a circle was followed")
	}
	endless := make([]Page, maxBarren)
	for i := range endless {
		endless[i].Next = string(rune('a' + i))
	}
	if err := follow(endless...); err == nil {
		t.Error("pages without rows were followed for ever")
	}
}

package web

import (
	"math/rand/v2"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// The organization of these tests: an insurer with 120 members and 140 seats,
// sixteen days into its pilot. Claims lags, Legal is small, four people make up
// the board.
var (
	pilotToday   = day.Of(2026, 11, 19)
	pilotThrough = day.Of(2026, 11, 18)
	pilotOpens   = day.Of(2026, 11, 2)
)

var pilotGroups = []struct {
	name string
	size int
	keen float64 // the chance that one of them works with Claude on a weekday
}{
	{"Board <office>", 4, .5}, {"Claims Operations", 30, .08}, {"Finance", 40, .6}, {"Legal", 12, .3}, {"Marketing", 34, .5},
}

// pilotIndex makes the organization, the same every time.
func pilotIndex() *adoption.Index { return pilotSince(pilotOpens - 14) }

// monthIndex is the pilot with the whole of October in the data, for those who
// get whole months.
func monthIndex() *adoption.Index { return pilotSince(day.Of(2026, 10, 1)) }

// pilotSince makes the organization with data from a day on.
func pilotSince(first day.Date) *adoption.Index {
	rnd := rand.New(rand.NewPCG(7, 11))
	x := &adoption.Index{
		Generation: 1, First: first, Through: pilotThrough, CostGranted: true, CostThrough: pilotThrough,
		SeatsGranted: true, Seats: []adoption.Seats{{Day: first, Assigned: 140}}, Settings: adoption.DefaultSettings(),
	}
	keen := []float64{}
	for _, g := range pilotGroups {
		group := adoption.Group{ID: "rbac_" + g.name, Name: g.name}
		for range g.size {
			group.Members.Set(int32(len(keen)))
			keen = append(keen, g.keen)
			x.Members = append(x.Members, adoption.Member{Listed: true, Added: first})
		}
		x.Groups = append(x.Groups, group)
	}
	for d := x.First; d <= x.Through; d++ {
		x.Days = append(x.Days, pilotDay(d, keen, rnd))
		amount, _ := adoption.ParseCents("12345.6")
		x.Cost = append(x.Cost, adoption.Cost{Day: d, Product: "chat", Amount: amount}, adoption.Cost{Day: d, Product: "cowork", Amount: amount})
	}
	return x
}

func pilotDay(d day.Date, keen []float64, rnd *rand.Rand) adoption.DayIndex {
	out := adoption.DayIndex{Day: d, Sessions: make([]adoption.Bits, 2)}
	weekend := d.Weekday() == 0 || d.Weekday() == 6
	for m, chance := range keen {
		if d < pilotOpens {
			chance /= 20
		}
		if weekend {
			chance /= 10
		}
		if rnd.Float64() > chance {
			continue
		}
		i := int32(m)
		out.SignedIn.Set(i)
		out.Active.Set(i)
		out.SessionsKnown.Set(i)
		out.Sessions[0].Set(i)
		if m%3 > 0 {
			out.Sessions[1].Set(i)
			out.Tasked.Set(i)
		}
		out.ConnectorsKnown.Set(i)
		out.SkillsKnown.Set(i)
		if m%2 == 0 {
			out.Connectors.Set(i)
		}
		if m%5 == 0 {
			out.Skills.Set(i)
		}
	}
	return out
}

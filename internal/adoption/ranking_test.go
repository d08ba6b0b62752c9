package adoption

import (
	"testing"

	"groundswell/internal/day"
)

func TestCostByProduct(t *testing.T) {
	cents := func(s string) Money {
		m, err := ParseCents(s)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	x := &Index{Cost: []Cost{
		{Day: 10, Product: "chat", Amount: cents("250.5")},
		{Day: 10, Product: "cowork", Amount: cents("100")},
		{Day: 11, Product: "cowork", Amount: cents("200")},
		{Day: 11, Product: "code", Amount: cents("0")},
		{Day: 12, Product: "cowork", Amount: cents("9999")},
	}}
	got := x.CostByProduct(day.Period{From: 10, To: 11})
	if len(got) != 2 || got[0].Product != "cowork" || got[0].Amount.Cents() != "300" || got[1].Amount.Cents() != "250.5" {
		t.Errorf("got %+v", got)
	}
	if x.CostByProduct(day.Period{From: 5, To: 4}) != nil {
		t.Error("an empty period cost something")
	}
}

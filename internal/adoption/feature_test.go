package adoption

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/day"
)

var (
	october  = day.Of(2026, time.October, 1).Month()
	november = day.Of(2026, time.November, 1).Month()
)

func month(p day.Period, sessions, users, own Count) FeatureSpan {
	return FeatureSpan{From: p.From, Sessions: sessions, Users: users, OwnAuth: own}
}

func TestGuardedFeaturesAreOfEnoughPeople(t *testing.T) {
	both := day.Period{From: october.From, To: november.To}
	for name, tt := range map[string]struct {
		in   FeatureRecord
		want *FeatureSpan // nil: hidden
	}{
		"enough in every month":     {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(october, 10, 5, Unreported), month(november, 20, 9, Unreported)}}, &FeatureSpan{From: october.From, Sessions: 30, Users: 9, OwnAuth: Unreported}},
		"a month of few is no part": {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(october, 10, 4, 2), month(november, 20, 9, 9)}}, &FeatureSpan{From: october.From, Sessions: 20, Users: 9, OwnAuth: 9}},
		"few in every month":        {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(october, 10, 4, 2), month(november, 20, 1, 1)}}, nil},
		"never many":                {FeatureRecord{Most: 4, Last: october.From - 60}, nil},
		"unreported people":         {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(november, 20, Unreported, 7)}}, nil},
		"not used, once by many":    {FeatureRecord{Most: 9, Last: october.From - 60}, &FeatureSpan{From: october.From, Sessions: Unreported, Users: Unreported, OwnAuth: Unreported}},
		"few on their own consent":  {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(november, 20, 9, 3)}}, &FeatureSpan{From: october.From, Sessions: 20, Users: 9, OwnAuth: Unreported}},
		"all but few on their own":  {FeatureRecord{Most: 9, Last: november.From, Spans: []FeatureSpan{month(november, 20, 9, 7)}}, &FeatureSpan{From: october.From, Sessions: 20, Users: 9, OwnAuth: Unreported}},
	} {
		tt.in.First, tt.in.OwnAuth, tt.in.OwnAuthOn = october.From-60, 1, november.From
		shown, hidden := GuardFeatures([]FeatureRecord{tt.in}, 5, both, november.To)
		if (tt.want == nil) != (hidden == 1) || len(shown)+hidden != 1 {
			t.Errorf("%s: %d shown, %d hidden", name, len(shown), hidden)
			continue
		}
		if tt.want != nil {
			if d := cmp.Diff(*tt.want, shown[0].Sum); d != "" || shown[0].OwnAuth.Reported() {
				t.Errorf("%s (-want +got):\n%s", name, d)
			}
		}
	}
}

// A month that is not over would tell of its days as it grows.
func TestGuardedFeaturesAreOfMonthsThatAreOver(t *testing.T) {
	r := FeatureRecord{Most: 9, First: october.From, Last: november.From, Spans: []FeatureSpan{month(october, 10, 5, Unreported), month(november, 20, 9, Unreported)}}
	both := day.Period{From: october.From, To: november.To}
	shown, _ := GuardFeatures([]FeatureRecord{r}, 5, both, november.To-1)
	if len(shown) != 1 || len(shown[0].Spans) != 1 || shown[0].Sum.Sessions != 10 {
		t.Errorf("shown %+v", shown)
	}
	r.First = november.From
	if _, hidden := GuardFeatures([]FeatureRecord{r}, 5, both, november.To-1); hidden != 1 {
		t.Error("what was first seen in a month that is not over is shown")
	}
}

func TestFeaturesComeAndGo(t *testing.T) {
	r := FeatureRecord{First: november.From, Last: november.From + 2}
	if !r.New(november, FirstDay) || r.New(november, november.From) || r.New(october, FirstDay) {
		t.Error("new is what was first seen in the period, and not on the first day that was read")
	}
	if r.Dropped(november.From+29) || !r.Dropped(november.From+30) || (FeatureRecord{First: day.None, Last: day.None}).Dropped(november.To) {
		t.Error("no longer used is what was used, and not in the last 28 days")
	}
	for _, tt := range []struct {
		g    GroupUse
		want *float64
	}{{GroupUse{Members: 4, Users: 1}, ptrTo(0.25)}, {GroupUse{Members: 4, Users: 0}, ptrTo(0.0)}, {GroupUse{Users: 1}, nil}, {GroupUse{Members: 4, Users: 5}, nil}, {GroupUse{Members: 4, Users: Unreported}, nil}} {
		if d := cmp.Diff(tt.want, tt.g.Share()); d != "" {
			t.Errorf("%+v: %s", tt.g, d)
		}
	}
}

func ptrTo(v float64) *float64 { return &v }

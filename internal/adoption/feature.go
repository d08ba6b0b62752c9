package adoption

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// unusedAfter is after how many days of data without use a feature counts as no longer used.
const unusedAfter = 28

// FeatureQuery asks for the use of one kind of feature, or of one feature.
type FeatureQuery struct {
	Kind   FeatureKind
	Key    string     // one feature; "" is all of the kind
	Period day.Period // what is summed
	Long   day.Period // what is cut into weeks or months
	Months bool       // calendar months in place of weeks
}

// FeatureReport answers a [FeatureQuery].
type FeatureReport struct {
	First   day.Date        // first day of the kind that was read; None before it
	Records []FeatureRecord // most used first
	Days    []Feature       // of the one feature asked for: the days of Long that report it, ascending
	Groups  []GroupUse      // of the one feature asked for: every group, most people first
	Window  *day.Period     // what Groups covers; nil when use by group was never read
}

// FeatureSpan is what a feature's days in a stretch of time add up to.
type FeatureSpan struct {
	From     day.Date
	Sessions Count // Cowork sessions that used it, summed
	Users    Count // people on the busiest day: people of several days cannot be added up
	OwnAuth  Count // connectors: people who used it on their own consent, on the busiest such day
}

// FeatureRecord is all there is to say of one feature.
type FeatureRecord struct {
	Kind        FeatureKind
	Key, Name   string
	First, Last day.Date      // of any use in any product; None without one
	Most        Count         // people on its busiest day ever
	Sum         FeatureSpan   // over the period
	PeakOn      day.Date      // the period's busiest day; None without one
	OwnAuth     Count         // the period's latest reading of people on their own consent
	OwnAuthOn   day.Date      // the day of it; None without one
	Spans       []FeatureSpan // weeks or months, ascending; those without a row are missing
}

// GroupUse is the use of a feature by the people of one group.
type GroupUse struct {
	ID, Name string
	Members  int   // in the group now
	Users    Count // distinct people over the window
	Sessions Count
}

// Share returns the part of the group's members who used the feature; nil where
// that is not known, and where more people used it than are in the group now.
func (g GroupUse) Share() *float64 {
	if !g.Users.Reported() || g.Members == 0 || int(g.Users) > g.Members {
		return nil
	}
	v := float64(g.Users) / float64(g.Members)
	return &v
}

// Used reports whether anything is known to have been used in the period.
func (r FeatureRecord) Used() bool { return r.Sum.Users > 0 || r.Sum.Sessions > 0 }

// New reports whether the feature was first seen in p, and not merely on the
// first day that was ever read.
func (r FeatureRecord) New(p day.Period, first day.Date) bool {
	return r.First.Known() && p.Contains(r.First) && r.First > first
}

// Dropped reports whether the feature was used once, but not in the last 28 days
// of data up to through.
func (r FeatureRecord) Dropped(through day.Date) bool {
	return r.Last.Known() && through.Known() && r.Last <= through-unusedAfter
}

// RankFeatures sorts by sessions, then by people, greatest first; what is not
// reported comes last.
func RankFeatures(list []FeatureRecord) {
	slices.SortStableFunc(list, func(a, b FeatureRecord) int {
		return cmp.Or(cmp.Compare(b.Sum.Sessions, a.Sum.Sessions), cmp.Compare(b.Sum.Users, a.Sum.Users),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Key, b.Key))
	})
}

// GuardFeatures leaves of each feature the months, over by through, in which at
// least least people used it on one day, or nobody did, and makes its sum of these
// alone: nothing that is shown contains what is not. Features without such a month,
// and those first seen in a month that is not over, are taken out and counted. Spans must be months, and the period whole ones.
func GuardFeatures(list []FeatureRecord, least int, p day.Period, through day.Date) (shown []FeatureRecord, hidden int) {
	for _, r := range list {
		if int(r.Most) < least || r.First.Month().To > through {
			hidden++
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(r.Spans), func(s FeatureSpan) bool { return !s.guarded(least) || s.From.Month().To > through })
		few := p.Contains(r.Last) && !slices.ContainsFunc(kept, func(s FeatureSpan) bool { return p.Contains(s.From) && s.Users > 0 })
		if few {
			hidden++
			continue
		}
		r.Spans = kept
		r.Sum, r.PeakOn, r.OwnAuth, r.OwnAuthOn = r.sumOf(p, least), day.None, Unreported, day.None
		shown = append(shown, r)
	}
	return shown, hidden
}

// guarded reports whether a month may be shown: enough people, or nobody.
func (s FeatureSpan) guarded(least int) bool {
	return int(s.Users) >= least || s.Users == 0 && s.Sessions <= 0
}

// sumOf adds up the spans that begin in p.
func (r FeatureRecord) sumOf(p day.Period, least int) FeatureSpan {
	sum := FeatureSpan{From: p.From, Sessions: Unreported, Users: Unreported, OwnAuth: Unreported}
	for _, s := range r.Spans {
		if p.Contains(s.From) {
			sum.Sessions = sum.Sessions.Plus(s.Sessions)
			sum.Users = max(sum.Users, s.Users)
			sum.OwnAuth = max(sum.OwnAuth, s.OwnAuth)
		}
	}
	if a, b := sum.OwnAuth, sum.Users-sum.OwnAuth; a > 0 && int(a) < least || b > 0 && int(b) < least {
		sum.OwnAuth = Unreported
	}
	return sum
}

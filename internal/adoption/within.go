package adoption

import (
	"net/url"
	"slices"
)

// Within narrows a question to the people who are, in every dimension it names, in
// one of the cohorts it names there: an intersection of unions. It is comparable
// and always written the same way; make one with [NewWithin].
type Within string

// NewWithin names the cohorts of each dimension, by slug. Dimensions without
// cohorts, slugs said twice and their order make no difference.
func NewWithin(picks map[By][]string) Within {
	q := url.Values{}
	for by, slugs := range picks {
		slugs = slices.Clone(slugs)
		slices.Sort(slugs)
		for _, s := range slices.Compact(slugs) {
			q.Add(string(by), s)
		}
	}
	return Within(q.Encode())
}

// Of returns the slugs named for a dimension, sorted.
func (w Within) Of(by By) []string {
	q, _ := url.ParseQuery(string(w)) // written by NewWithin
	return q[string(by)]
}

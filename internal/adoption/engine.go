package adoption

import "groundswell/internal/day"

// Answer computes every metric for q. It faults with Invalid for a query that
// makes no sense and NotFound for a cohort that does not exist.
func (x *Index) Answer(q Query) (Answer, error) { return Answer{}, q.check() }

// Weekly computes the weekly series for q, by cohort when q.By is set.
func (x *Index) Weekly(q Query) (Weekly, error) { return Weekly{}, q.check() }

// Funnel computes the funnel at q.Period.To; the rest of the period plays no part.
func (x *Index) Funnel(q Query) (Funnel, error) { return Funnel{}, q.check() }

// Retention computes the triangle for q, of everyone or of one cohort.
func (x *Index) Retention(q Query) (Retention, error) { return Retention{}, q.check() }

// Trends computes every metric over the last n complete weeks that end by q.Period.To.
func (x *Index) Trends(q Query, n int) ([]Trend, error) { return nil, q.check() }

// Cohorts returns the cohorts of a dimension that somebody is in on day d, in the order answers use.
func (x *Index) Cohorts(by By, d day.Date) []Cohort { return nil }

package web

import (
	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

type jsonWeekly struct {
	Weeks       []jsonWeek   `json:"weeks"`
	From        day.Date     `json:"from"`
	To          day.Date     `json:"to"`
	DataThrough *day.Date    `json:"data_through"`
	Clipped     bool         `json:"clipped"`
	Rounded     *jsonPeriod  `json:"rounded,omitempty"`
	Reason      *string      `json:"reason"`
	Within      []jsonCohort `json:"within,omitempty"`
}

type jsonWeek struct {
	Week     string           `json:"week"`
	StartsOn day.Date         `json:"starts_on"`
	Complete bool             `json:"complete"`
	Cohorts  []jsonWeekCohort `json:"cohorts"`
}

// jsonWeekCohort holds nulls where the week is withheld.
type jsonWeekCohort struct {
	Slug       string `json:"slug"`
	Name       string `json:"name"`
	Active     *int   `json:"active"`
	Delegating *int   `json:"delegating"`
	Sessions   *int   `json:"sessions"`
	Licensed   *int   `json:"licensed"`
	Unified    *int   `json:"unified"`
	Withheld   bool   `json:"withheld,omitempty"`

	// PartlyWithheld is that too few were active to tell of more than how many.
	PartlyWithheld bool `json:"partly_withheld,omitempty"`
}

func apiWeekly(x *adoption.Index, q adoption.Query) (apiAnswer, error) {
	s, err := x.Weekly(q)
	if err != nil {
		return apiAnswer{}, err
	}
	out := jsonWeekly{
		Weeks: []jsonWeek{}, From: s.Period.From, To: s.Period.To,
		DataThrough: dayOrNull(s.Through), Clipped: s.Clipped, Rounded: roundedTo(s.Rounded, s.Covered), Reason: text(s.Missing), Within: cohortsOf(x.Named(q.Within)),
	}
	for _, w := range s.Weeks {
		week := jsonWeek{w.StartsOn.Week(), w.StartsOn, w.Complete, []jsonWeekCohort{}}
		for _, c := range w.Cohorts {
			week.Cohorts = append(week.Cohorts, weekCohortOf(c))
		}
		out.Weeks = append(out.Weeks, week)
	}
	return apiAnswer{out, weeklyTable(out, s.Covered)}, nil
}

func weekCohortOf(c adoption.WeekCohort) jsonWeekCohort {
	out := jsonWeekCohort{Slug: c.Cohort.Slug, Name: c.Cohort.Name, Withheld: c.Withheld}
	if !c.Withheld {
		out.Active, out.Delegating, out.Licensed = &c.Active, &c.Delegating, c.Licensed
	}
	if out.PartlyWithheld = c.FewActive; !c.Withheld && !c.FewActive {
		out.Sessions, out.Unified = &c.Sessions, &c.Unified
	}
	return out
}

type jsonFunnel struct {
	To          day.Date        `json:"to"`
	Cohorts     []jsonFunnelRow `json:"cohorts"`
	DataThrough *day.Date       `json:"data_through"`
	Clipped     bool            `json:"clipped"`
	Rounded     *jsonPeriod     `json:"rounded,omitempty"`
	Reason      *string         `json:"reason"`
	Within      []jsonCohort    `json:"within,omitempty"`
}

// jsonFunnelRow holds nulls where the row is withheld.
type jsonFunnelRow struct {
	Slug      string  `json:"slug"`
	Name      string  `json:"name"`
	Licensed  *int    `json:"licensed"`
	SignedIn  *int    `json:"signed_in"`
	Delegated *int    `json:"delegated"`
	Habitual  *int    `json:"habitual"`
	Note      *string `json:"note,omitempty"`
	Withheld  bool    `json:"withheld,omitempty"`
}

func apiFunnel(x *adoption.Index, q adoption.Query) (apiAnswer, error) {
	f, err := x.Funnel(q)
	if err != nil {
		return apiAnswer{}, err
	}
	out := jsonFunnel{To: f.To, Cohorts: []jsonFunnelRow{}, DataThrough: dayOrNull(f.Through), Clipped: f.Clipped, Rounded: roundedTo(f.Rounded, f.At.Month()), Reason: text(f.Missing), Within: cohortsOf(x.Named(q.Within))}
	for _, r := range f.Rows {
		row := jsonFunnelRow{Slug: r.Cohort.Slug, Name: r.Cohort.Name, Licensed: r.Licensed.Count, Note: text(r.Licensed.Note), Withheld: r.Withheld}
		if !r.Withheld {
			row.SignedIn, row.Delegated, row.Habitual = &r.SignedIn, &r.Delegated, &r.Habitual
		}
		out.Cohorts = append(out.Cohorts, row)
	}
	return apiAnswer{out, funnelTable(out, f.At)}, nil
}

type jsonRetention struct {
	Cohorts     []jsonRetentionRow `json:"cohorts"`
	From        day.Date           `json:"from"`
	To          day.Date           `json:"to"`
	DataThrough *day.Date          `json:"data_through"`
	Clipped     bool               `json:"clipped"`
	Rounded     *jsonPeriod        `json:"rounded,omitempty"`
	Cohort      *jsonCohort        `json:"cohort"`
	Reason      *string            `json:"reason"`
	Within      []jsonCohort       `json:"within,omitempty"`
}

// jsonRetentionRow holds nulls where the row is withheld or weeks are not over.
type jsonRetentionRow struct {
	Week     string                                `json:"week"`
	Size     *int                                  `json:"size"`
	Shares   [adoption.RetentionWeeks + 1]*float64 `json:"shares"`
	StartsOn day.Date                              `json:"starts_on"`
	Withheld bool                                  `json:"withheld,omitempty"`
}

func apiRetention(x *adoption.Index, q adoption.Query) (apiAnswer, error) {
	t, err := x.Retention(q)
	if err != nil {
		return apiAnswer{}, err
	}
	out := jsonRetention{
		Cohorts: []jsonRetentionRow{}, From: t.Period.From, To: t.Period.To, DataThrough: dayOrNull(t.Through),
		Clipped: t.Clipped, Rounded: roundedTo(t.Rounded, t.Covered), Cohort: cohortOrNull(t.Cohort), Reason: text(t.Missing), Within: cohortsOf(x.Named(q.Within)),
	}
	for _, r := range t.Rows {
		row := jsonRetentionRow{Week: r.StartsOn.Week(), StartsOn: r.StartsOn, Withheld: r.Withheld}
		if !r.Withheld {
			row.Size = &r.Size
		}
		for k := range row.Shares {
			row.Shares[k] = r.Share(k)
		}
		out.Cohorts = append(out.Cohorts, row)
	}
	return apiAnswer{out, retentionTable(out, t.Covered)}, nil
}

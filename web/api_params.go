package web

import (
	"net/url"
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// apiParam is a parameter of the API, for its document.
type apiParam struct {
	name, about string
	schema      schema
}

var apiParams = []apiParam{
	{"from", "The first day, inclusive. Left out: 28 days up to the last one.", schema{"type": "string", "format": "date"}},
	{"to", "The last day, inclusive. Left out: the last complete day. A day past the data is clipped to it, and the answer says so.", schema{"type": "string", "format": "date"}},
	{"by", "What to break down by.", schema{"type": "string", "enum": []string{"department", "wave", "group"}}},
	{"cohort", "The slug of one cohort of by.", schema{"type": "string"}},
	{"department", withinSays("departments"), schema{"type": "string"}},
	{"wave", withinSays("waves"), schema{"type": "string"}},
	{"group", withinSays("groups"), schema{"type": "string"}},
}

func withinSays(cohorts string) string {
	return "Only people in one of these " + cohorts + ": slugs, separated by commas. Several of department, wave and group narrow to people who are in all of them. A role that sees no small groups cannot narrow: it gets 400."
}

// apiDimensions are the parameters that narrow an answer.
var apiDimensions = []adoption.By{adoption.ByDepartment, adoption.ByWave, adoption.ByGroup}

// apiAsked is a question before it meets the data.
type apiAsked struct {
	from, to *day.Date
	by       adoption.By
	cohort   string
	within   adoption.Within
}

// decode reads the parameters. It faults with Invalid on one that the endpoint
// does not know, that is there twice or that cannot be read.
func (e apiEndpoint) decode(raw string) (apiAsked, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return apiAsked{}, fault.Wrap(fault.Invalid, "The query string cannot be read.", err)
	}
	if err := e.checkNames(values); err != nil {
		return apiAsked{}, err
	}
	asked := apiAsked{by: adoption.By(values.Get("by")), cohort: values.Get("cohort")}
	if asked.from, err = apiDay(values, "from"); err != nil {
		return asked, err
	}
	if asked.to, err = apiDay(values, "to"); err != nil {
		return asked, err
	}
	asked.within, err = apiWithin(values)
	return asked, err
}

// apiWithin reads the cohorts that an answer is narrowed to.
func apiWithin(values url.Values) (adoption.Within, error) {
	picks := map[adoption.By][]string{}
	for _, by := range apiDimensions {
		if !values.Has(string(by)) {
			continue
		}
		picks[by] = strings.Split(values.Get(string(by)), ",")
		if slices.Contains(picks[by], "") {
			return "", fault.Field(string(by), "Name cohorts by their slugs, separated by commas: finance,legal.")
		}
	}
	return adoption.NewWithin(picks), nil
}

func (e apiEndpoint) checkNames(values url.Values) error {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch {
		case !slices.Contains(e.params, name):
			return fault.Field(name, "There is no such parameter here. Known ones: "+strings.Join(e.params, ", ")+".")
		case len(values[name]) > 1:
			return fault.Field(name, "This parameter is there more than once.")
		}
	}
	return nil
}

func apiDay(values url.Values, name string) (*day.Date, error) {
	if !values.Has(name) {
		return nil, nil
	}
	d, err := day.Parse(values.Get(name))
	if err != nil {
		return nil, fault.Field(name, "Write a day as 2026-03-28.")
	}
	return &d, nil
}

// query completes the question with the default period.
func (a apiAsked) query(x *adoption.Index, today day.Date, seesSmall bool) (adoption.Query, error) {
	p, err := x.PeriodOf(a.from, a.to, today)
	return adoption.Query{Period: p, By: a.by, Cohort: a.cohort, Within: a.within, SeesSmallGroups: seesSmall}, err
}

func (s *Server) today() day.Date { return day.FromTime(s.Now()) }

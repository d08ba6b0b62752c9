package web

import (
	"bytes"
	"encoding/json"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// The API's answers, field by field in the order of the contract. What a reader
// may rely on beyond it stands behind it.

type jsonMetrics struct {
	From        day.Date       `json:"from"`
	To          day.Date       `json:"to"`
	DataThrough *day.Date      `json:"data_through"`
	Clipped     bool           `json:"clipped"`
	Rounded     *jsonPeriod    `json:"rounded,omitempty"`
	Cohort      *jsonCohort    `json:"cohort"`
	Metrics     jsonFigures    `json:"metrics"`
	Columns     jsonColumns    `json:"columns"`
	Diagnosis   *jsonDiagnosis `json:"diagnosis"`
	Breakdown   *[]jsonRow     `json:"breakdown,omitempty"`
	Licensed    jsonLicensed   `json:"licensed"`
	Unified     jsonUnified    `json:"unified"`
	Within      []jsonCohort   `json:"within,omitempty"`
}

// jsonPeriod is the days covered in place of those asked for.
type jsonPeriod struct {
	From day.Date `json:"from"`
	To   day.Date `json:"to"`
}

// roundedTo is what a question was rounded to, nil when it was not.
func roundedTo(rounded bool, p day.Period) *jsonPeriod {
	if !rounded {
		return nil
	}
	return &jsonPeriod{p.From, p.To}
}

type jsonCohort struct {
	By   adoption.By `json:"by"`
	Slug string      `json:"slug"`
	Name string      `json:"name"`
}

type jsonRow struct {
	Cohort   jsonCohort   `json:"cohort"`
	Metrics  jsonFigures  `json:"metrics"`
	Licensed jsonLicensed `json:"licensed"`
	Unified  jsonUnified  `json:"unified"`
}

// jsonUnified is the share of the people active in the period who were on Chat and
// Cowork unified.
type jsonUnified struct {
	Value       *float64 `json:"value"`
	Numerator   *int     `json:"numerator"`
	Denominator *int     `json:"denominator"`
	Reason      *string  `json:"reason"`
	Withheld    bool     `json:"withheld,omitempty"`
}

// unifiedOf is the share beside figures about the same people.
func unifiedOf(u adoption.UnifiedShare, fs []adoption.Figure) jsonUnified {
	out := jsonUnified{Value: u.Value(), Withheld: u.Withheld}
	if out.Value == nil {
		out.Reason = text(sessionsOf(fs).Reason)
		return out
	}
	out.Numerator, out.Denominator = &u.On, &u.Active
	return out
}

func sessionsOf(fs []adoption.Figure) adoption.Figure {
	for _, f := range fs {
		if f.Key == adoption.SessionsPerActiveUser {
			return f
		}
	}
	return adoption.Figure{}
}

type jsonLicensed struct {
	Count  *int           `json:"count"`
	Basis  adoption.Basis `json:"basis"`
	Reason *string        `json:"reason"`
	Note   *string        `json:"note"`
}

type jsonFigure struct {
	Value       *float64        `json:"value"`
	Numerator   *int64          `json:"numerator"`
	Denominator *int64          `json:"denominator"`
	Unit        adoption.Unit   `json:"unit"`
	Status      adoption.Status `json:"status"`
	Target      *float64        `json:"target"`
	Previous    *float64        `json:"previous"`
	Reason      *string         `json:"reason"`
	Parts       jsonParts       `json:"parts"`
	Improving   *bool           `json:"improving"`
	Note        *string         `json:"note,omitempty"`
	Withheld    bool            `json:"withheld,omitempty"`
}

type jsonDiagnosis struct {
	LookFirst adoption.Column `json:"look_first"`
	Metric    adoption.Key    `json:"metric"`
	Because   string          `json:"because"`
	Plays     []string        `json:"plays"`
	Cohorts   []jsonCohort    `json:"cohorts"`
}

// object writes an object whose keys keep their order.
type object struct{ bytes.Buffer }

func (o *object) field(key string, v any) error {
	name, err := json.Marshal(key)
	if err != nil {
		return err
	}
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if o.Len() > 0 {
		o.WriteByte(',')
	}
	o.Write(name)
	o.WriteByte(':')
	o.Write(value)
	return nil
}

func (o *object) close() []byte { return append(append([]byte{'{'}, o.Bytes()...), '}') }

// jsonFigures are metrics by key, in catalogue order.
type jsonFigures []adoption.Figure

// MarshalJSON writes the metrics by key.
func (fs jsonFigures) MarshalJSON() ([]byte, error) {
	var o object
	for _, f := range fs {
		if err := o.field(string(f.Key), figureOf(f)); err != nil {
			return nil, err
		}
	}
	return o.close(), nil
}

// jsonParts are a figure's parts by name: numbers, money as text, or null.
type jsonParts []adoption.Part

// MarshalJSON writes the parts by name.
func (ps jsonParts) MarshalJSON() ([]byte, error) {
	var o object
	for _, p := range ps {
		var v any = p.Value
		if p.Money != nil {
			v = p.Money.USD()
		}
		if err := o.field(p.Name, v); err != nil {
			return nil, err
		}
	}
	return o.close(), nil
}

// jsonColumns are the columns' statuses, left to right.
type jsonColumns map[adoption.Column]adoption.Status

// MarshalJSON writes the columns from left to right.
func (cs jsonColumns) MarshalJSON() ([]byte, error) {
	var o object
	for _, c := range adoption.Columns() {
		if err := o.field(string(c), map[string]adoption.Status{"status": cs[c]}); err != nil {
			return nil, err
		}
	}
	return o.close(), nil
}

func figureOf(f adoption.Figure) jsonFigure {
	out := jsonFigure{
		Value: f.Value, Unit: f.Unit, Status: f.Status, Target: f.Target, Previous: f.Previous,
		Reason: text(f.Reason), Parts: f.Parts, Improving: f.Improving, Note: text(f.Note), Withheld: f.Withheld,
	}
	if f.Unit == adoption.UnitRatio {
		out.Numerator, out.Denominator = f.Numerator, f.Denominator
	}
	return out
}

// text is s, null when there is none.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// dayOrNull is d, null when it is no day.
func dayOrNull(d day.Date) *day.Date {
	if !d.Known() {
		return nil
	}
	return &d
}

func cohortOf(c adoption.Cohort) jsonCohort { return jsonCohort{c.By, c.Slug, c.Name} }

func cohortsOf(cs []adoption.Cohort) []jsonCohort {
	var out []jsonCohort
	for _, c := range cs {
		out = append(out, cohortOf(c))
	}
	return out
}

func cohortOrNull(c *adoption.Cohort) *jsonCohort {
	if c == nil {
		return nil
	}
	out := cohortOf(*c)
	return &out
}

func licensedOf(l adoption.Licensed) jsonLicensed {
	return jsonLicensed{l.Count, l.Basis, text(l.Reason), text(l.Note)}
}

func apiMetrics(x *adoption.Index, q adoption.Query) (apiAnswer, error) {
	a, err := x.Answer(q)
	if err != nil {
		return apiAnswer{}, err
	}
	out := jsonMetrics{
		From: a.Period.From, To: a.Period.To, DataThrough: dayOrNull(a.Through), Clipped: a.Clipped, Rounded: roundedTo(a.Rounded, a.Covered),
		Cohort: cohortOrNull(a.Cohort), Metrics: a.Figures, Columns: a.Columns,
		Diagnosis: diagnosisOf(a.Diagnosis), Licensed: licensedOf(a.Licensed), Unified: unifiedOf(a.Unified, a.Figures), Within: cohortsOf(a.Within),
	}
	if q.By != adoption.ByNone && q.Cohort == "" {
		rows := make([]jsonRow, 0, len(a.Breakdown))
		for _, r := range a.Breakdown {
			rows = append(rows, jsonRow{cohortOf(r.Cohort), r.Figures, licensedOf(r.Licensed), unifiedOf(r.Unified, r.Figures)})
		}
		out.Breakdown = &rows
	}
	return apiAnswer{out, metricsTable(a)}, nil
}

func diagnosisOf(d *adoption.Diagnosis) *jsonDiagnosis {
	if d == nil {
		return nil
	}
	out := &jsonDiagnosis{LookFirst: d.LookFirst, Metric: d.Metric, Because: d.Because, Plays: d.Plays, Cohorts: []jsonCohort{}}
	for _, c := range d.Cohorts {
		out.Cohorts = append(out.Cohorts, cohortOf(c.Cohort))
	}
	return out
}

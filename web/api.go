package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// apiEndpoint is one question of the API: what may be asked, how it is answered
// and what the answer looks like. The routes, the checks of parameters and the
// OpenAPI document are made from the same list.
type apiEndpoint struct {
	path    string
	id      string // in the OpenAPI document
	summary string
	params  []string
	answer  func(*adoption.Index, adoption.Query) (apiAnswer, error)
	schema  schema
}

// apiAnswer is an answer in both its forms.
type apiAnswer struct {
	json  any
	table [][]cell // the header row first
}

var apiEndpoints = []apiEndpoint{
	{
		path: route.APIMetrics, id: "metrics", params: []string{"from", "to", "by", "cohort", "department", "wave", "group"},
		summary: "Every metric of a period, for everyone or one cohort; with by and without cohort, a breakdown too.",
		answer:  apiMetrics, schema: metricsSchema,
	},
	{
		path: route.APIWeekly, id: "weekly", params: []string{"from", "to", "by", "department", "wave", "group"},
		summary: "The weekly series of a period, by cohort where by is given.",
		answer:  apiWeekly, schema: weeklySchema,
	},
	{
		path: route.APIFunnel, id: "funnel", params: []string{"to", "by", "cohort", "department", "wave", "group"},
		summary: "Licensed, signed in, delegated, habitual: the stages people have reached by a day.",
		answer:  apiFunnel, schema: funnelSchema,
	},
	{
		path: route.APIRetain, id: "retention", params: []string{"from", "to", "by", "cohort", "department", "wave", "group"},
		summary: "Of the people who began in each week: the share active 0 to 12 weeks later. by needs a cohort.",
		answer:  apiRetention, schema: retentionSchema,
	},
}

// apiRoutes are the rows of the route table that the API answers.
func (s *Server) apiRoutes() []routeEntry {
	out := []routeEntry{{"GET", route.OpenAPI, public, s.openAPI}}
	for _, e := range apiEndpoints {
		out = append(out,
			routeEntry{"GET", e.path, anyToken, s.apiJSON(e)},
			routeEntry{"GET", e.path + ".csv", anyToken, s.apiCSV(e)})
	}
	return out
}

func (s *Server) apiJSON(e apiEndpoint) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		a, err := s.ask(e, r, actor)
		if err != nil {
			return err
		}
		body, err := json.Marshal(a.json)
		if err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
		return sendFresh(w, r, "application/json", append(body, '\n'))
	}
}

func (s *Server) apiCSV(e apiEndpoint) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		a, err := s.ask(e, r, actor)
		if err != nil {
			return err
		}
		body, err := writeCSV(a.table)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", `attachment; filename="`+e.id+`.csv"`)
		return sendFresh(w, r, "text/csv; charset=utf-8; header=present", body)
	}
}

// ask decodes the question and has it answered out of the index.
func (s *Server) ask(e apiEndpoint, r *http.Request, actor identity.Actor) (apiAnswer, error) {
	asked, err := e.decode(r.URL.RawQuery)
	if err != nil {
		return apiAnswer{}, err
	}
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return apiAnswer{}, err
	}
	q, err := asked.query(x, s.today(), actor.SeesSmallGroups())
	if err != nil {
		return apiAnswer{}, err
	}
	return e.answer(x, q)
}

// sendFresh answers with a validator, so that asking again costs nothing while
// nothing has changed. The tag is taken from the bytes: whatever they depend on,
// a new pull, a setting, another role or another release, it is never out of date.
func sendFresh(w http.ResponseWriter, r *http.Request, kind string, body []byte) error {
	sum := sha256.Sum256(body)
	tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Authorization")
	if matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return send(w, http.StatusOK, kind, body)
}

// matches reports whether a reader already has what is tagged.
func matches(had []string, tag string) bool {
	for _, list := range had {
		for t := range strings.SplitSeq(list, ",") {
			t = strings.TrimSpace(t)
			if t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}

// apiFault is an error as the API words it.
type apiFault struct {
	Code      string            `json:"code"`
	Field     *string           `json:"field"`
	Message   string            `json:"message"`
	Fields    map[string]string `json:"fields,omitempty"`
	RequestID string            `json:"request_id,omitempty"`
}

// apiError words a fault for the API: what cannot be used is a bad request, and
// says in which parameter.
func apiError(status int, f *fault.Error, id string) (int, apiFault) {
	out := apiFault{Code: string(f.Kind), Message: f.Say, RequestID: id}
	if f.Kind != fault.Invalid {
		return status, out
	}
	out.Code = "bad_request"
	if len(f.Fields) > 1 {
		out.Fields = f.Fields
	}
	for name := range f.Fields {
		if out.Field == nil || name < *out.Field {
			out.Field = &name
		}
	}
	return http.StatusBadRequest, out
}

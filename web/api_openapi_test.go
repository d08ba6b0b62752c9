package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// The document is public, and says of every route what is apiQuestions and answered.
func TestOpenAPINamesEveryRoute(t *testing.T) {
	s := apiSite(t, apiOrg())
	a := s.browser().get(route.OpenAPI)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", a.StatusCode, err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	seen := map[string]bool{}
	for _, e := range s.srv.routes() {
		if !strings.HasPrefix(e.Pattern, "/api/") || e.Pattern == route.OpenAPI {
			continue
		}
		op, ok := doc.Paths[e.Pattern][strings.ToLower(e.Method)]
		if !ok || op.OperationID == "" || seen[op.OperationID] {
			t.Errorf("%s %s: %+v", e.Method, e.Pattern, op)
		}
		seen[op.OperationID] = true
	}
	if len(seen) != 2*len(apiEndpoints) {
		t.Errorf("%d operations, want %d", len(seen), 2*len(apiEndpoints))
	}
}

// Real answers, full and withheld and empty, are held to the schemas.
func TestAnswersFitTheirSchemas(t *testing.T) {
	full, months, empty := apiSite(t, apiOrg()), apiSite(t, apiMonths()), newSite(t, nil)
	schemas := map[string]schema{}
	for _, e := range apiEndpoints {
		schemas[e.path] = decoded(t, e.schema)
	}
	for name, path := range apiQuestions {
		of, _, _ := strings.Cut(path, "?")
		answers := map[string]any{
			"lead":  full.as(identity.Lead).json(path),
			"empty": empty.as(identity.Lead).json(of),
		}
		if !strings.HasSuffix(name, "-within") { // an executive cannot narrow
			answers["executive"] = months.as(identity.Executive).json(path)
			answers["executive without a whole month"] = full.as(identity.Executive).json(path)
		}
		for who, answer := range answers {
			if err := fits(schemas[of], answer, name); err != nil {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	bad := full.as(identity.Lead).ask(route.APIMetrics + "?x=1")
	var answer any
	if err := json.Unmarshal([]byte(bad.body), &answer); err != nil {
		t.Fatal(err)
	}
	if err := fits(decoded(t, errorSchema), answer, "error"); err != nil {
		t.Error(err)
	}
}

func TestSchemasCanFail(t *testing.T) {
	s := decoded(t, objectOf(must("n", nullable("integer")), may("s", oneOf("a"))))
	for _, bad := range []any{nil, map[string]any{}, map[string]any{"n": 1.5}, map[string]any{"n": nil, "x": 1.0}, map[string]any{"n": 1.0, "s": "b"}} {
		if fits(s, bad, "") == nil {
			t.Errorf("%v fits", bad)
		}
	}
	if err := fits(s, map[string]any{"n": nil, "s": "a"}, ""); err != nil {
		t.Error(err)
	}
}

// decoded is a schema as a reader gets it.
func decoded(t *testing.T, s schema) schema {
	t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out schema
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// fits checks a value against the part of JSON Schema that the document uses.
func fits(s map[string]any, v any, at string) error {
	if err := kindFits(s["type"], v, at); err != nil {
		return err
	}
	if options, ok := s["enum"].([]any); ok && !slices.Contains(options, v) {
		return fmt.Errorf("%s: %v is not one of %v", at, v, options)
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			if err := fits(s["items"].(map[string]any), item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		return objectFits(s, v, at)
	}
	return nil
}

func objectFits(s map[string]any, v map[string]any, at string) error {
	props, _ := s["properties"].(map[string]any)
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Errorf("%s: %s is missing", at, name)
		}
	}
	for name, item := range v {
		p, ok := props[name].(map[string]any)
		if !ok && s["additionalProperties"] == false {
			return fmt.Errorf("%s: %s is not in the document", at, name)
		}
		if ok {
			if err := fits(p, item, at+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func kindFits(kinds, v any, at string) error {
	all, ok := kinds.([]any)
	if !ok {
		all = []any{kinds}
	}
	is := "object"
	switch n := v.(type) {
	case nil:
		is = "null"
	case bool:
		is = "boolean"
	case string:
		is = "string"
	case []any:
		is = "array"
	case float64:
		is = "number"
		if n == float64(int64(n)) && slices.Contains(all, "integer") {
			is = "integer"
		}
	}
	if !slices.Contains(all, any(is)) {
		return fmt.Errorf("%s: %v is %s, want %v", at, v, is, all)
	}
	return nil
}

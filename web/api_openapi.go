package web

import (
	"net/http"
	"slices"

	"groundswell/internal/adoption"
	"groundswell/internal/identity"
)

// schema is a JSON Schema, as far as the API's answers need it.
type schema map[string]any

func nullable(kind string) schema { return schema{"type": []string{kind, "null"}} }

func typed(kind string) schema { return schema{"type": kind} }

func list(of schema) schema { return schema{"type": "array", "items": of} }

func oneOf[T ~string](values ...T) schema { return schema{"type": "string", "enum": values} }

func dayOf() schema { return schema{"type": "string", "format": "date"} }

func dayOrNone() schema { return schema{"type": []string{"string", "null"}, "format": "date"} }

// prop is a property of an object; optional ones may be missing.
type prop struct {
	name     string
	schema   schema
	optional bool
}

func objectOf(props ...prop) schema {
	all, required := schema{}, []string{}
	for _, p := range props {
		all[p.name] = p.schema
		if !p.optional {
			required = append(required, p.name)
		}
	}
	return schema{"type": "object", "properties": all, "required": required, "additionalProperties": false}
}

func must(name string, s schema) prop { return prop{name, s, false} }

func may(name string, s schema) prop { return prop{name, s, true} }

// orNull lets an object be null.
func orNull(s schema) schema {
	out := schema{}
	for k, v := range s {
		out[k] = v
	}
	out["type"] = []string{"object", "null"}
	return out
}

var (
	cohortSchema = objectOf(
		must("by", oneOf(adoption.ByDepartment, adoption.ByWave, adoption.ByGroup)),
		must("slug", typed("string")), must("name", typed("string")))

	periodSchema = objectOf(must("from", dayOf()), must("to", dayOf()))

	licensedSchema = objectOf(
		must("count", nullable("integer")), must("basis", oneOf(adoption.BasisSeats, adoption.BasisMembers)),
		must("reason", nullable("string")), must("note", nullable("string")))

	unifiedSchema = objectOf(
		must("value", nullable("number")), must("numerator", nullable("integer")), must("denominator", nullable("integer")),
		must("reason", nullable("string")), may("withheld", typed("boolean")))

	withinSchema = may("within", list(cohortSchema))

	statusSchema = oneOf(adoption.OnTrack, adoption.Watch, adoption.Behind, adoption.NoData)

	metricsSchema = objectOf(
		must("from", dayOf()), must("to", dayOf()), must("data_through", dayOrNone()), must("clipped", typed("boolean")), may("rounded", periodSchema),
		must("cohort", orNull(cohortSchema)), must("metrics", figuresSchema()), must("columns", columnsSchema()),
		must("diagnosis", orNull(objectOf(
			must("look_first", oneOf(adoption.Columns()...)), must("metric", oneOf(metricKeys()...)),
			must("because", typed("string")), must("plays", list(typed("string"))), must("cohorts", list(cohortSchema))))),
		may("breakdown", list(objectOf(
			must("cohort", cohortSchema), must("metrics", figuresSchema()), must("licensed", licensedSchema), must("unified", unifiedSchema)))),
		must("licensed", licensedSchema), must("unified", unifiedSchema), withinSchema)

	weeklySchema = objectOf(
		must("weeks", list(objectOf(
			must("week", typed("string")), must("starts_on", dayOf()), must("complete", typed("boolean")),
			must("cohorts", list(objectOf(
				must("slug", typed("string")), must("name", typed("string")), must("active", nullable("integer")),
				must("delegating", nullable("integer")), must("sessions", nullable("integer")),
				must("licensed", nullable("integer")), must("unified", nullable("integer")),
				may("withheld", typed("boolean")), may("partly_withheld", typed("boolean")))))))),
		must("from", dayOf()), must("to", dayOf()), must("data_through", dayOrNone()),
		must("clipped", typed("boolean")), may("rounded", periodSchema), must("reason", nullable("string")), withinSchema)

	funnelSchema = objectOf(
		must("to", dayOf()),
		must("cohorts", list(objectOf(
			must("slug", typed("string")), must("name", typed("string")), must("licensed", nullable("integer")),
			must("signed_in", nullable("integer")), must("delegated", nullable("integer")), must("habitual", nullable("integer")),
			may("note", typed("string")), may("withheld", typed("boolean"))))),
		must("data_through", dayOrNone()), must("clipped", typed("boolean")), may("rounded", periodSchema), must("reason", nullable("string")), withinSchema)

	retentionSchema = objectOf(
		must("cohorts", list(objectOf(
			must("week", typed("string")), must("size", nullable("integer")), must("shares", list(nullable("number"))),
			must("starts_on", dayOf()), may("withheld", typed("boolean"))))),
		must("from", dayOf()), must("to", dayOf()), must("data_through", dayOrNone()), must("clipped", typed("boolean")), may("rounded", periodSchema),
		must("cohort", orNull(cohortSchema)), must("reason", nullable("string")), withinSchema)

	errorSchema = objectOf(must("error", objectOf(
		must("code", typed("string")), must("field", nullable("string")), must("message", typed("string")),
		may("fields", typed("object")), may("request_id", typed("string")))))
)

func metricKeys() []adoption.Key {
	var out []adoption.Key
	for _, m := range adoption.Catalogue() {
		out = append(out, m.Key)
	}
	return out
}

func figuresSchema() schema {
	var props []prop
	for _, m := range adoption.Catalogue() {
		props = append(props, must(string(m.Key), figureSchema(m)))
	}
	return objectOf(props...)
}

func figureSchema(m adoption.Metric) schema {
	var parts []prop
	for _, name := range m.Parts {
		parts = append(parts, must(name, schema{"type": []string{"number", "string", "null"}}))
	}
	out := objectOf(
		must("value", nullable("number")), must("numerator", nullable("integer")), must("denominator", nullable("integer")),
		must("unit", oneOf(m.Unit)), must("status", statusSchema), must("target", nullable("number")),
		must("previous", nullable("number")), must("reason", nullable("string")), must("parts", objectOf(parts...)),
		must("improving", nullable("boolean")), may("note", typed("string")), may("withheld", typed("boolean")))
	out["description"] = m.Definition
	return out
}

func columnsSchema() schema {
	var props []prop
	for _, c := range adoption.Columns() {
		props = append(props, must(string(c), objectOf(must("status", statusSchema))))
	}
	return objectOf(props...)
}

// openAPI answers with the API's own description.
func (s *Server) openAPI(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
	return s.json(w, http.StatusOK, openAPIDocument())
}

func openAPIDocument() schema {
	paths := schema{}
	for _, e := range apiEndpoints {
		paths[e.path] = schema{"get": e.operation("", "application/json", e.schema)}
		paths[e.path+".csv"] = schema{"get": e.operation("_csv", "text/csv", typed("string"))}
	}
	return schema{
		"openapi": "3.1.0",
		"info": schema{
			"title": "Groundswell", "version": "1",
			"description": "The figures of a rollout, as the pages show them. Ratios are numbers with full precision; money is text in decimal USD; what cannot be computed is null with a reason.",
		},
		"security":   []schema{{"token": []string{}}},
		"paths":      paths,
		"components": schema{"securitySchemes": schema{"token": schema{"type": "http", "scheme": "bearer"}}},
	}
}

func (e apiEndpoint) operation(suffix, kind string, answer schema) schema {
	return schema{
		"operationId": e.id + suffix, "summary": e.summary, "parameters": e.parameters(),
		"responses": schema{
			"200": content("The answer.", kind, answer),
			"304": schema{"description": "Nothing has changed since the tag in If-None-Match."},
			"400": content("A parameter is unknown or cannot be used; field says which.", "application/json", errorSchema),
			"401": content("No usable token.", "application/json", errorSchema),
			"403": content("The token's role does not cover this.", "application/json", errorSchema),
			"404": content("There is no such cohort.", "application/json", errorSchema),
			"503": content("The data is away for a moment.", "application/json", errorSchema),
		},
	}
}

func content(about, kind string, s schema) schema {
	return schema{"description": about, "content": schema{kind: schema{"schema": s}}}
}

func (e apiEndpoint) parameters() []schema {
	out := []schema{}
	for _, p := range apiParams {
		if slices.Contains(e.params, p.name) {
			out = append(out, schema{"name": p.name, "in": "query", "required": false, "description": p.about, "schema": p.schema})
		}
	}
	return out
}

package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/telemetry"
	"groundswell/views/settings"
)

// TelemetryBook tells what has arrived, and keeps the tokens it comes with. It
// is implemented by store.Store.
type TelemetryBook interface {
	TelemetryReport(ctx context.Context, now time.Time) (telemetry.Report, error)
	TelemetryPulse(ctx context.Context) (telemetry.Pulse, error)
	CreateTelemetryToken(ctx context.Context, by identity.Actor, name string, now time.Time) (telemetry.Token, string, error)
	RevokeTelemetryToken(ctx context.Context, by identity.Actor, id int64, now time.Time) error
}

// Telemetry is what the receiver and its page need. Without Intake neither exists.
type Telemetry struct {
	Intake  *telemetry.Intake
	Book    TelemetryBook
	FromEnv bool // GROUNDSWELL_OTLP_TOKEN is set and accepted
}

// telemetryRoutes are the receiver of events and its settings.
func (s *Server) telemetryRoutes() []routeEntry {
	if s.Telemetry.Intake == nil {
		return nil
	}
	return []routeEntry{
		{"POST", route.OTLPLogs, exporters, s.receiveLogs},
		{"GET", route.Telemetry, overseers, s.telemetryPage},
		{"POST", route.TelemetryTokens, leads.afresh(), s.createTelemetryToken},
		{"POST", route.TelemetryTokens + "/{token}/revoke", leads, s.revokeTelemetryToken},
	}
}

// telemetryPage shows what arrives, and what to look at when nothing does.
func (s *Server) telemetryPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawTelemetry(w, r, actor, http.StatusOK, settings.TelemetryForm{})
}

// drawTelemetry answers the page with what a form came back with.
func (s *Server) drawTelemetry(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, f settings.TelemetryForm) error {
	if err := s.Telemetry.Intake.Flush(r.Context()); err != nil {
		return err
	}
	now := s.Now()
	report, err := s.Telemetry.Book.TelemetryReport(r.Context(), now)
	if err != nil {
		return err
	}
	d := settings.TelemetryData{
		Report: report, PublicURL: s.PublicURL, FromEnv: s.Telemetry.FromEnv, Lead: actor.Has(identity.Lead), Form: f, Now: now,
	}
	if !isFresh(r) {
		d.Confirm = route.With(route.SignInOIDC, "again", "1", "return_to", route.Telemetry)
	}
	return s.page(w, r, actor, page{Title: "Telemetry", Section: route.Telemetry, Status: status}, settings.Telemetry(settings.NewTelemetry(d)))
}

// createTelemetryToken makes a token and shows it on the page that answers: it
// is kept nowhere, so there is no other page that could.
func (s *Server) createTelemetryToken(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	t, text, err := s.Telemetry.Book.CreateTelemetryToken(r.Context(), actor, f.Get("name"), s.Now())
	if fault.Is(err, fault.Invalid) {
		back := settings.TelemetryForm{Name: f.Get("name"), Error: fault.Say(err)}
		return s.drawTelemetry(w, r, actor, http.StatusUnprocessableEntity, back)
	}
	if err != nil {
		return err
	}
	return s.drawTelemetry(w, r, actor, http.StatusOK, settings.TelemetryForm{Made: t.Name, Secret: text})
}

// revokeTelemetryToken makes a token useless within a second.
func (s *Server) revokeTelemetryToken(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "token"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "There is no such token.")
	}
	if err := s.Telemetry.Book.RevokeTelemetryToken(r.Context(), actor, id, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Telemetry, "The token was revoked. Whoever still sends with it is refused.")
}

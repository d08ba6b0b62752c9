package web

import (
	"context"
	"net/http"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// Trouble is something wrong at the demo's invented organization.
type Trouble = settings.Trouble

// Sandbox is the demo's invented organization: what is wrong there, and a way to
// put it right without leaving the product.
type Sandbox interface {
	// Troubles lists what is wrong at the organization, and what has been put right since.
	Troubles() []Trouble
	// Mend puts a trouble right, or wrong again, and reads the organization anew.
	// The fault is NotFound when there is no such trouble.
	Mend(ctx context.Context, key string, right bool) error
}

// sandboxRoutes are the demo's controls. Outside the demo they do not exist.
func (s *Server) sandboxRoutes() []routeEntry {
	if !s.Demo || s.Sandbox == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Sandbox, leads, s.sandboxPage},
		{"POST", route.Sandbox, leads, s.mendSandbox},
	}
}

func (s *Server) sandboxPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.page(w, r, actor, page{Title: "Sandbox", Section: route.Sandbox}, settings.Sandbox(s.Org, s.Sandbox.Troubles()))
}

// mendSandbox changes the invented organization and reads it again, so that the
// next page shows what became of it.
func (s *Server) mendSandbox(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	right := f.Get("to") == "right"
	if !right && f.Get("to") != "wrong" {
		return fault.Field("to", "Choose whether to put it right or wrong.")
	}
	if err := s.Sandbox.Mend(r.Context(), f.Get("trouble"), right); err != nil {
		return err
	}
	said := "Put right in the sandbox, and read again."
	if !right {
		said = "Put wrong again in the sandbox, and read again."
	}
	return s.redirect(w, r, route.Sandbox, said)
}

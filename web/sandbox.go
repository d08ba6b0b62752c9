package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// Trouble is something wrong at the demo's invented organization.
type Trouble = settings.Trouble

// Outgoing is a mail or a post that the demo kept from going out.
type Outgoing = settings.Outgoing

// Sandbox is the demo's invented organization: what is wrong there, and a way to
// put it right without leaving the product.
type Sandbox interface {
	// Troubles lists what is wrong at the organization, and what has been put right since.
	Troubles() []Trouble
	// Mend puts a trouble right, or wrong again, and reads the organization anew.
	// The fault is NotFound when there is no such trouble.
	Mend(ctx context.Context, key string, right bool) error
	// Outgoing lists what was kept from going out, the latest first; ok is false when it goes out.
	Outgoing() (kept []Outgoing, ok bool)
	// OutgoingOne returns one of them; false when it is not kept any more.
	OutgoingOne(no int) (Outgoing, bool)
}

// sandboxRoutes are the demo's controls. Outside the demo they do not exist.
func (s *Server) sandboxRoutes() []routeEntry {
	if !s.Demo || s.Sandbox == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Sandbox, leads, s.sandboxPage},
		{"POST", route.Sandbox, leads, s.mendSandbox},
		{"GET", route.Sandbox + "/out/{no}", leads, s.outgoingPage},
	}
}

func (s *Server) sandboxPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	kept, ok := s.Sandbox.Outgoing()
	return s.page(w, r, actor, page{Title: "Sandbox", Section: route.Sandbox}, settings.Sandbox(s.Org, s.Sandbox.Troubles(), kept, ok))
}

// outgoingPage shows one mail or post as it would have been read. Its HTML is shown as text: nothing in it runs here.
func (s *Server) outgoingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	no, err := strconv.Atoi(chi.URLParam(r, "no"))
	o, ok := s.Sandbox.OutgoingOne(no)
	if err != nil || !ok {
		return fault.New(fault.NotFound, "This is not kept any more: the last 200 are.")
	}
	return s.page(w, r, actor, page{Title: o.Subject, Section: route.Sandbox}, settings.OutgoingPage(o))
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

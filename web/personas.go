package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// DemoIssuer marks the accounts of personas. Outside the demo they open nothing.
const DemoIssuer = "urn:groundswell:demo"

// Persona is a made-up person to sign in as.
type Persona struct {
	ID, Name, Email, Does string
	Grants                []identity.Grant
}

// Personas returns the cast of the demo organization.
func Personas() []Persona {
	grant := func(r identity.Role, department string) []identity.Grant {
		return []identity.Grant{{Role: r, Department: department, Origin: identity.FromPerson}}
	}
	return []Persona{
		{"ines", "Ines Marchetti", "ines.marchetti@aldermere.example", "Rollout lead: sees and runs everything", grant(identity.Lead, "")},
		{"dana", "Dana Weiss", "dana.weiss@aldermere.example", "Owner of the identity provider’s tasks", grant(identity.Owner, "")},
		{"tomas", "Tomas Lindqvist", "tomas.lindqvist@aldermere.example", "Champion of Claims Operations", grant(identity.Champion, "claims-operations")},
		{"helen", "Helen Achterberg", "helen.achterberg@aldermere.example", "Finance executive: figures, never names", grant(identity.Executive, "")},
		{"priya", "Priya Raman", "priya.raman@aldermere.example", "Auditor: reads everything but secrets", grant(identity.Auditor, "")},
	}
}

// NewDemo makes the site of the demo: personas stand in for the identity
// provider. It refuses any address but this machine's. Only the demo command
// may call it; the site made by [New] has no way to sign in as somebody.
func NewDemo(c Config, personas []Persona) (*Server, error) {
	if c.PublicURL == nil || !loopback(c.PublicURL.Hostname()) {
		return nil, errors.New("the demo runs on an address of this machine only")
	}
	if c.Provider != nil || len(personas) == 0 {
		return nil, errors.New("the demo signs personas in, not people")
	}
	s, err := build(c, personas)
	if err != nil {
		return nil, err
	}
	s.handler = onlyLocalNames(s.handler)
	return s, nil
}

// onlyLocalNames refuses requests that reach this machine under another name.
// Anybody may sign in to the demo, so no foreign site may lead a browser into it
// by pointing its own name here.
func onlyLocalNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := (&url.URL{Host: r.Host}).Hostname(); !loopback(host) {
			http.Error(w, "The demo answers on this machine only. Open it at the address it printed.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Introduce makes sure that a persona has an account, and returns them as they
// act. Only the demo may call it.
func Introduce(ctx context.Context, to *identity.Service, p Persona, now time.Time) (identity.Actor, error) {
	acc, err := to.Introduce(ctx, p.claim(now), p.Grants, now)
	if err != nil {
		return identity.Actor{}, err
	}
	return acc.Actor(), nil
}

// signInAs signs a persona in.
func (s *Server) signInAs(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	for _, p := range s.personas {
		if p.ID == f.Get("persona") {
			return s.becomePersona(w, r, p, localPath(f.Get("return_to")))
		}
	}
	return fault.Field("persona", "Choose one of the people on the sign-in page.")
}

// becomePersona signs a persona in, after introducing the whole cast, so that a lead finds everybody with access.
func (s *Server) becomePersona(w http.ResponseWriter, r *http.Request, p Persona, back string) error {
	now := s.Now()
	for _, one := range s.personas {
		if _, err := Introduce(r.Context(), s.Identity, one, now); err != nil {
			return err
		}
	}
	cookie, err := s.Identity.SignInAs(r.Context(), p.claim(now), s.sessions.raw(r), now)
	if err != nil {
		return err
	}
	if err := s.sessions.begin(w, r, cookie); err != nil {
		return err
	}
	return s.redirect(w, r, back, "")
}

func (p Persona) claim(now time.Time) identity.Claim {
	return identity.Claim{Issuer: DemoIssuer, Subject: p.ID, Email: p.Email, Name: p.Name, AuthenticatedAt: now}
}

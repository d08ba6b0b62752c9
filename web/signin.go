package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/session"
)

// signInTakes is how long a browser may stay at the provider.
const signInTakes = 10 * time.Minute

// attempt is a sign-in under way, kept in a signed cookie of the browser that began it.
type attempt struct {
	State, Nonce, Verifier, ReturnTo string
	Again                            bool
	Began                            int64
}

// signInPage offers the provider, or the personas of the demo.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	back := localPath(r.URL.Query().Get("return_to"))
	if who, err := s.sessions.current(r); err == nil && s.welcome(who.account) {
		return s.redirect(w, r, back, "")
	}
	props := session.SignInProps{Org: s.Org, Start: route.With(route.SignInOIDC, "return_to", back), Configured: s.Provider != nil}
	if s.Demo {
		props.As, props.ReturnTo = route.SignInAs, back
		for _, p := range s.personas {
			props.Personas = append(props.Personas, session.Persona{ID: p.ID, Name: p.Name, Does: p.Does})
		}
	}
	return s.page(w, r, identity.Actor{}, page{Title: "Sign in"}, session.SignIn(props))
}

// welcome reports whether an account may be signed in on this kind of site.
func (s *Server) welcome(a identity.Account) bool {
	return a.Active() && (s.Demo || a.Issuer != DemoIssuer)
}

// signInBegin sends the browser to the provider.
func (s *Server) signInBegin(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	if s.knocks.OnLimit(w, r, address(r)) {
		return errTooMany
	}
	if s.Provider == nil {
		return s.redirect(w, r, route.With(route.SignIn, "return_to", localPath(r.URL.Query().Get("return_to"))), "")
	}
	a := attempt{
		State: randomValue(), Nonce: randomValue(), Verifier: randomValue(),
		ReturnTo: localPath(r.URL.Query().Get("return_to")), Again: r.URL.Query().Get("again") == "1", Began: s.Now().Unix(),
	}
	to, err := s.Provider.Begin(r.Context(), a.State, a.Nonce, a.Verifier, a.Again)
	if err != nil {
		return s.signInFailed(w, r, a, err)
	}
	value, err := s.cookies[0].Encode(s.cookie("sign-in"), a)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.newCookie("sign-in", value, int(signInTakes/time.Second)))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// signInFinish takes the browser back from the provider and starts its session.
func (s *Server) signInFinish(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	if s.knocks.OnLimit(w, r, address(r)) {
		return errTooMany
	}
	var a attempt
	if s.Provider == nil || !s.readCookie(r, "sign-in", &a) || !s.answers(a, r.URL.Query().Get("state")) {
		return s.signInFailed(w, r, a, errNotBegunHere)
	}
	http.SetCookie(w, s.newCookie("sign-in", "", -1))
	if r.URL.Query().Get("error") != "" {
		return s.signInFailed(w, r, a, errDeclined)
	}
	claim, err := s.Provider.Finish(r.Context(), r.URL.Query().Get("code"), a.Nonce, a.Verifier)
	if err != nil {
		return s.signInFailed(w, r, a, err)
	}
	if a.Again && claim.AuthenticatedAt.Before(time.Unix(a.Began, 0).Add(-clockSkew)) {
		return s.signInFailed(w, r, a, errNotAgain)
	}
	cookie, err := s.Identity.SignIn(r.Context(), claim, deviceLabel(r.UserAgent()), s.sessions.raw(r), s.Now())
	if err != nil {
		return s.signInFailed(w, r, a, err)
	}
	if err := s.sessions.begin(w, r, cookie); err != nil {
		return err
	}
	return s.redirect(w, r, localPath(a.ReturnTo), "")
}

const clockSkew = 2 * time.Minute

var (
	errNotBegunHere = fault.New(fault.Forbidden, "This sign-in was not begun in this browser, or more than ten minutes ago. Begin again.")
	errDeclined     = fault.New(fault.Forbidden, "Your identity provider did not let you in. Begin again, or ask its administrators whether you may use Groundswell.")
	errNotAgain     = fault.New(fault.Forbidden, "Your identity provider did not ask you again who you are. Sign out there, then try once more.")
)

// answers reports whether state is that of the attempt, and the attempt not too old.
func (s *Server) answers(a attempt, state string) bool {
	age := s.Now().Sub(time.Unix(a.Began, 0))
	return a.State != "" && age < signInTakes && subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) == 1
}

// signInFailed says why a sign-in did not work and offers to begin again.
func (s *Server) signInFailed(w http.ResponseWriter, r *http.Request, a attempt, err error) error {
	f := asFault(err)
	status := statusOf(f.Kind)
	s.Log.WarnContext(r.Context(), "sign-in failed", "id", requestID(r.Context()), "error", err)
	if f.Kind == fault.Internal {
		return err
	}
	if f.Kind == fault.Unavailable {
		w.Header().Set("Retry-After", "60")
	}
	props := session.FailedProps{Say: f.Say, Away: f.Kind == fault.Unavailable, Again: route.With(route.SignInOIDC, "return_to", a.ReturnTo), RequestID: requestID(r.Context())}
	return s.page(w, r, identity.Actor{}, page{Title: "Not signed in", Status: status}, session.Failed(props))
}

// signOut ends this browser's session. Being signed out already is no error.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	if err := s.Identity.SignOut(r.Context(), s.sessions.raw(r), s.Now()); err != nil {
		return err
	}
	if err := s.sessions.end(w, r); err != nil {
		return err
	}
	return s.redirect(w, r, route.SignIn, "You are signed out.")
}

// signOutEverywhere ends every session of the person who asks, this one included.
func (s *Server) signOutEverywhere(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if _, err := s.Identity.SignOutEverywhere(r.Context(), actor, actor.Account, s.Now()); err != nil {
		return err
	}
	if err := s.sessions.end(w, r); err != nil {
		return err
	}
	return s.redirect(w, r, route.SignIn, "You are signed out in every browser.")
}

func randomValue() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

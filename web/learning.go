package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/learning"
)

// learningRoutes are learning systems: statements they send, tokens, courses.
func (s *Server) learningRoutes() []routeEntry {
	if s.Learning == nil {
		return nil
	}
	return append([]routeEntry{
		{"GET", route.XAPI + "/about", public, s.aboutXAPI},
		{"GET", route.XAPI + "/statements", learners, s.keepStatements},
		{"POST", route.XAPI + "/statements", learners, s.receiveStatements},
		{"PUT", route.XAPI + "/statements", learners, s.putStatement},
		{"GET", route.Learning, overseers, s.learningPage},
		{"POST", route.LearningTokens, leads.afresh(), s.createLearningToken},
		{"POST", route.LearningTokens + "/{token}/revoke", leads, s.revokeLearningToken},
		{"POST", route.Courses + "/{course}", leads, s.decideCourse},
	}, s.completionRoutes()...)
}

// learningPage shows what learning systems sent, and what their courses count as.
func (s *Server) learningPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawLearning(w, r, actor, http.StatusOK, views.Returned{})
}

// drawLearning answers the page with what a form came back with.
func (s *Server) drawLearning(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, back views.Returned) error {
	d := views.Data{
		Filter: courseFilter(r.URL.Query()), PublicURL: s.PublicURL, Lead: actor.Has(identity.Lead), Back: back, Now: s.Now(),
		Tabs: s.trainingTabs(actor, route.Learning),
	}
	var err error
	if d.Report, err = s.Learning.Report(r.Context(), d.Filter, d.Now); err != nil {
		return err
	}
	if !isFresh(r) {
		d.Confirm = route.With(route.SignInOIDC, "again", "1", "return_to", route.Learning)
	}
	return s.page(w, r, actor, page{Title: "Learning systems", Section: route.Trainings, Status: status}, views.Page(views.New(d)))
}

// courseFilter reads the address. What cannot be meant filters nothing.
func courseFilter(q url.Values) enablement.CourseFilter {
	f := enablement.CourseFilter{Search: strings.TrimSpace(q.Get("q"))}
	if !utf8.ValidString(f.Search) || strings.ContainsRune(f.Search, 0) || utf8.RuneCountInString(f.Search) > maxSearch {
		f.Search = ""
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 1 && n <= lastPage {
		f.Page = n - 1
	}
	return f
}

// createLearningToken makes a token and shows it on the page that answers: it
// is kept nowhere, so there is no other page that could.
func (s *Server) createLearningToken(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	t, text, err := s.Learning.CreateToken(r.Context(), actor, f.Get("name"), s.Now())
	if fault.Is(err, fault.Invalid) {
		return s.drawLearning(w, r, actor, http.StatusUnprocessableEntity, views.Returned{TokenName: f.Get("name"), TokenError: fault.Say(err)})
	}
	if err != nil {
		return err
	}
	return s.drawLearning(w, r, actor, http.StatusOK, views.Returned{Made: t.Name, Secret: text})
}

// revokeLearningToken makes a token useless at once.
func (s *Server) revokeLearningToken(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "token"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "There is no such token.")
	}
	if err := s.Learning.RevokeToken(r.Context(), actor, id, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Learning, "The token was revoked. Whoever still sends with it is refused.")
}

// decideCourse keeps what a lead says a course counts as. Where somebody else was
// faster, or a word is missing, the form comes back as it was typed.
func (s *Server) decideCourse(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	d, err := decisionOf(r, f)
	if err != nil {
		return err
	}
	err = s.Learning.Decide(r.Context(), actor, d, s.Now())
	switch {
	case err == nil:
		return s.redirect(w, r, route.Learning, views.Decided(d))
	case fault.Is(err, fault.Conflict):
		return s.courseAgain(w, r, actor, http.StatusConflict, d, err)
	case fault.Is(err, fault.Invalid):
		return s.courseAgain(w, r, actor, http.StatusUnprocessableEntity, d, err)
	}
	return err
}

// courseAgain draws the page with the form of one course as it was typed.
func (s *Server) courseAgain(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, d enablement.Decision, why error) error {
	c, err := s.Learning.Course(r.Context(), d.Course)
	if err != nil {
		return err
	}
	return s.drawLearning(w, r, actor, status, views.Returned{Course: &c, Typed: d, Fault: asFault(why)})
}

func decisionOf(r *http.Request, f url.Values) (enablement.Decision, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "course"), 10, 32)
	if err != nil {
		return enablement.Decision{}, fault.New(fault.NotFound, "There is no such course.")
	}
	d := enablement.Decision{Course: int(id), Name: f.Get("name")}
	if d.Version, err = strconv.Atoi(f.Get("version")); err != nil {
		return d, fault.New(fault.Invalid, sayIncomplete)
	}
	switch counts := f.Get("counts"); counts {
	case views.Undecided:
	case views.Ignored:
		d.Ignored = true
	default:
		d.Kind = enablement.Kind(counts)
	}
	return d, nil
}

package web

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// learners are learning systems: they bring a token of their own kind and no role.
var learners = access{kind: forLearners}

// The versions of xAPI that are understood, as answers name them.
const (
	xapiHeader = "X-Experience-API-Version"
	xapi1      = "1.0.3"
	xapi2      = "2.0.0"
)

var (
	errXAPIVersion  = fault.New(fault.Invalid, "Nothing of this request was kept. Send "+xapiHeader+" with 1.0 or 2.0, such as 1.0.3.")
	errXAPIType     = fault.New(fault.Invalid, "Nothing of this request was kept. Statements come as application/json, without attachments.")
	errStatementIDs = fault.New(fault.Invalid, "Nothing of this request was kept. Give one statementId in the address, and no other parameter.")
)

// xapi reports whether a path is one that learning systems send to.
func xapi(path string) bool { return path == route.XAPI || hasPrefix(path, route.XAPI+"/") }

// xapiVersion is the version to answer a request in, "" for one that is not understood.
func xapiVersion(r *http.Request) string {
	switch v := r.Header.Get(xapiHeader); {
	case v == "1.0" || strings.HasPrefix(v, "1.0."):
		return xapi1
	case v == "2.0" || strings.HasPrefix(v, "2.0."):
		return xapi2
	}
	return ""
}

// learningToken is the token that a request brings: as a bearer token, or as the
// password of a user of any name, which is all that many learning systems offer.
func learningToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	return bearerText(r)
}

// admitLearner lets in who brings a token of a learning system, at a pace that can be served.
func (s *Server) admitLearner(w http.ResponseWriter, r *http.Request) (identity.Actor, error) {
	t, err := s.Learning.Admit(r.Context(), learningToken(r), s.Now())
	switch {
	case fault.Is(err, fault.Unauthenticated) && s.knocks.OnLimit(w, r, address(r)):
		return identity.Actor{}, errTooMany
	case err != nil:
		return identity.Actor{}, err
	case s.changes.OnLimit(w, r, learningActor(t).Subject()):
		return identity.Actor{}, errTooMany
	}
	return learningActor(t), nil
}

// learningActor is a learning system as the one who asks: without a role, it may do nothing else.
func learningActor(t enablement.LearningToken) identity.Actor {
	return identity.Actor{Token: t.ID, Name: t.Name}
}

// aboutXAPI tells which versions are understood.
func (s *Server) aboutXAPI(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
	w.Header().Set(xapiHeader, xapi2)
	return s.json(w, http.StatusOK, map[string][]string{"version": {xapi1, xapi2}})
}

// receiveStatements takes in one statement or an array of them, all or none.
func (s *Server) receiveStatements(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	body, err := readStatements(w, r)
	if err != nil {
		return err
	}
	ids, err := s.Learning.Receive(r.Context(), enablement.LearningToken{ID: actor.Token}, body, s.Now())
	if err != nil {
		return err
	}
	return s.json(w, http.StatusOK, ids)
}

// putStatement takes in one statement under the id in the address.
func (s *Server) putStatement(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	body, err := readStatements(w, r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	if len(q) != 1 || len(q["statementId"]) != 1 {
		return errStatementIDs
	}
	if err := s.Learning.Put(r.Context(), enablement.LearningToken{ID: actor.Token}, q.Get("statementId"), body, s.Now()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// readStatements reads the body of a request in a version and a form that are understood.
func readStatements(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	version := xapiVersion(r)
	if version == "" {
		return nil, errXAPIVersion
	}
	w.Header().Set(xapiHeader, version)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, errXAPIType
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, readFailed(err)
	}
	return body, nil
}

// keepStatements says that statements are not given back: a token of a learning
// system reads nothing, not even what it sent.
func (s *Server) keepStatements(w http.ResponseWriter, _ *http.Request, _ identity.Actor) error {
	w.Header().Set(xapiHeader, xapi2)
	f := jsonFault{Kind: "not_implemented", Message: "Statements are taken here and never given out."}
	return s.json(w, http.StatusNotImplemented, map[string]jsonFault{"error": f})
}

// failXAPI answers a learning system's error, and counts what was refused for the page.
func (s *Server) failXAPI(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	why := statementRefusals[status]
	switch {
	case f == errXAPIVersion:
		status, why = http.StatusBadRequest, enablement.WrongVersion
	case f == errXAPIType:
		status, why = http.StatusUnsupportedMediaType, enablement.WrongType
	case f.Kind == fault.Invalid:
		status, why = http.StatusBadRequest, enablement.Malformed
	}
	if why != "" && s.Learning != nil {
		s.noteRefusal(r, why)
	}
	if w.Header().Get(xapiHeader) == "" {
		w.Header().Set(xapiHeader, xapi2)
	}
	_ = s.json(w, status, map[string]jsonFault{"error": {f.Kind, f.Say, f.Fields, requestID(r.Context())}})
}

// noteRefusal counts a refused request. That it cannot be counted changes no answer.
func (s *Server) noteRefusal(r *http.Request, why enablement.Reason) {
	if err := s.Learning.Refused(r.Context(), why, s.Now().Truncate(time.Second)); err != nil {
		s.Log.WarnContext(r.Context(), "a refused statement cannot be counted", "id", requestID(r.Context()), "error", err)
	}
}

// statementRefusals are the statuses that the page of learning systems counts.
// What comes too fast is not among them: counting would cost what the limit saves.
var statementRefusals = map[int]enablement.Reason{
	http.StatusUnauthorized:          enablement.BadToken,
	http.StatusConflict:              enablement.Contradicts,
	http.StatusRequestEntityTooLarge: enablement.TooLarge,
}

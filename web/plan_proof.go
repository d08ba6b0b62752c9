package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// addLink leaves a link as proof.
func (s *Server) addLink(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.readTask(r, actor, "link")
	if err != nil {
		return err
	}
	err = s.Tasks.AddLink(r.Context(), actor, p.ref.ID, p.form.Get("name"), p.form.Get("url"), s.Now())
	return s.afterTask(w, r, actor, p, err, "Link added.")
}

// maxProof is the most that a request with a proof may bring.
const maxProof = rollout.MaxProofBytes + maxBody

// provesByFile reports whether a request brings a file as proof of a task.
func provesByFile(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, route.Tasks+"/") && strings.HasSuffix(r.URL.Path, "/files")
}

// addFile leaves a file as proof.
func (s *Server) addFile(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	reader, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	p := posted{r: reader, task: t, typed: typedOf("file", url.Values{"file": nil})}
	u, err := readUpload(w, r)
	switch {
	case tooLarge(err):
		err = &fault.Error{Kind: fault.TooLarge, Say: sayTooLargeProof, Fields: map[string]string{"file": sayTooLargeProof}}
	case err == nil && len(u.body) == 0:
		err = fault.Field("file", "Choose a file.")
	case err == nil:
		err = s.Tasks.AddFile(r.Context(), actor, t.ID, u.name, u.body, s.Now())
	}
	return s.afterTask(w, r, actor, p, err, "File added: "+u.name+".")
}

const sayTooLargeProof = "A file may have 5 MB at most. Leave a link to it instead. Nothing was kept."

func proofID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "proof"), 10, 64)
	if err != nil {
		return 0, errNoProof
	}
	return id, nil
}

var errNoProof = fault.New(fault.NotFound, "There is no such file here: it was removed, or it was never kept.")

// sendProof sends the file of a proof, to be kept rather than shown: it is
// somebody's, and this site vouches for none of it.
func (s *Server) sendProof(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	_, t, err := s.taskOf(r, actor)
	if err != nil {
		return err
	}
	id, err := proofID(r)
	if err != nil {
		return err
	}
	f, err := s.Tasks.File(r.Context(), actor, t.ID, id)
	if err != nil {
		return err
	}
	return sendFile(w, f.Name, "application/octet-stream", f.Body)
}

// removeProof takes a proof away.
func (s *Server) removeProof(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.readTask(r, actor, "proof")
	if err != nil {
		return err
	}
	id, err := proofID(r)
	if err != nil {
		return err
	}
	err = s.Tasks.RemoveProof(r.Context(), actor, p.ref.ID, id, s.Now())
	return s.afterTask(w, r, actor, p, err, "Proof removed.")
}

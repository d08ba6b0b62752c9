package web

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

var errNoSnapshot = fault.New(fault.NotFound, "There is no such snapshot.")

// takeSnapshot keeps a copy of members, groups, roles and limits.
func (s *Server) takeSnapshot(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.Access.TakeSnapshot(r.Context(), actor, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Access, "The snapshot is kept: "+ui.Counted(c.Members, "member", "members")+", "+ui.Counted(c.Groups, "group", "groups")+", "+ui.Counted(c.Roles, "role", "roles")+".")
}

// sendSnapshot answers with a copy as a file, and records that names left the site.
func (s *Server) sendSnapshot(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "snapshot"), 10, 64)
	if err != nil {
		return errNoSnapshot
	}
	c, body, err := s.Access.Snapshot(r.Context(), id)
	if err != nil {
		return err
	}
	sent := identity.Event{By: actor, Action: "access.snapshot_sent", Subject: "access_snapshot/" + strconv.FormatInt(id, 10), Detail: map[string]string{"sha256": hex.EncodeToString(c.Digest[:])}}
	if err := s.Access.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendFile(w, "access-snapshot-"+day.FromTime(c.At).String()+"-"+strconv.FormatInt(id, 10)+".json", "application/json", body)
}

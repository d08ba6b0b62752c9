package web

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/audience"
)

// Audiences resolves whom messages reach. It is implemented by store.Store.
type Audiences interface {
	// Reach returns whom an audience reaches now, and who is left out.
	Reach(ctx context.Context, a comms.Audience, mandatory bool, now time.Time) (comms.Reach, error)
	// ReachSince does that, and says what changed since each approval, in their order.
	ReachSince(ctx context.Context, a comms.Audience, mandatory bool, approvals []comms.Approval, now time.Time) (comms.Reach, []comms.Shift, error)
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// counters may try out an audience; who is in it by name, fewer may read.
var counters = people(identity.Lead, identity.Owner, identity.Auditor)

// audienceRoutes are counting an audience, and the people whom a message reaches.
func (s *Server) audienceRoutes() []routeEntry {
	if s.Comms.Board == nil || s.Comms.Audiences == nil || s.Plan == nil {
		return nil
	}
	one := route.Messages + "/{message}/audience"
	return []routeEntry{
		{"GET", route.Audience, counters, s.audiencePage},
		{"GET", one, overseers, s.messageAudience},
		{"GET", one + ".csv", overseers.afresh(), s.messageAudienceCSV},
	}
}

// audiencePage counts the audience its address describes. HTMX gets the count alone.
func (s *Server) audiencePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	a, err := audienceOf(q)
	var wrong map[string]string
	if err != nil {
		a = comms.Audience{Who: a.Who}
		if len(q) > 0 {
			wrong = asFault(err).Fields
		}
	}
	count, err := s.audienceCount(r.Context(), actor, a, q.Get("mandatory") != "")
	if err != nil {
		return err
	}
	if isHTMX(r) {
		return s.fragment(w, r, http.StatusOK, views.Count(count))
	}
	d, err := s.audienceOptions(r.Context())
	if err != nil {
		return err
	}
	d.Chosen, d.Errors, d.Count = a, wrong, count
	return s.page(w, r, actor, page{Title: "Count an audience", Section: route.Comms}, views.Explore(views.NewExplore(views.NewFields(d))))
}

// reachedBy reads the message an address is about, with whom it reaches now.
func (s *Server) reachedBy(r *http.Request) (views.PeopleData, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "message"), 10, 64)
	if err != nil || id <= 0 {
		return views.PeopleData{}, fault.New(fault.NotFound, "There is no such message.")
	}
	d := views.PeopleData{Search: lookedFor(r.URL.Query().Get("q")), Now: s.Now(), Fresh: isFresh(r)}
	if d.Message, err = s.Comms.Board.Message(r.Context(), comms.MessageID(id)); err != nil {
		return d, err
	}
	m := &d.Message
	if d.Reach, d.Shifts, err = s.Comms.Audiences.ReachSince(r.Context(), m.Audience, m.Mandatory, m.Approvals, d.Now); err != nil {
		return d, err
	}
	d.Names, err = s.audienceNames(r.Context())
	return d, err
}

// messageAudience shows everybody whom a message reaches now, who is left out, and
// what changed since it was approved.
func (s *Server) messageAudience(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.reachedBy(r)
	if err != nil {
		return err
	}
	plan, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	d.Zone = plan.Rollout.Zone()
	n, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("page"), "1"))
	if err == nil && n > 1 {
		d.Page = n - 1
	}
	return s.page(w, r, actor, page{Title: "Who gets “" + d.Message.Title + "”", Section: route.Comms}, views.People(views.NewPeople(d)))
}

// messageAudienceCSV answers with everybody of the audience, and records that names left the site.
func (s *Server) messageAudienceCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.reachedBy(r)
	if err != nil {
		return err
	}
	table := views.Sheet(d.Reach)
	sent := identity.Event{By: actor, Action: "message.audience_exported", Subject: "message/" + strconv.FormatInt(int64(d.Message.ID), 10),
		Detail: map[string]string{"rows": strconv.Itoa(len(table) - 1)}}
	if err := s.Comms.Audiences.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "audience-"+strconv.FormatInt(int64(d.Message.ID), 10)+".csv", table)
}

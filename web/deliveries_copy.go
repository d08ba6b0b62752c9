package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/delivery"
	"groundswell/views/ui"
)

// copiesAtOnce is how many copies a file reads at a time.
const copiesAtOnce = 5000

var errNoCopy = fault.New(fault.NotFound, "There is no such copy.")

// copyNumber reads which copy an id names.
func copyNumber(text string) (comms.DeliveryID, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoCopy
	}
	return comms.DeliveryID(id), nil
}

func (s *Server) copyPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	id, err := copyNumber(chi.URLParam(r, "delivery"))
	if err != nil {
		return err
	}
	d, err := s.Comms.Mailroom.Delivery(r.Context(), id)
	if err != nil {
		return err
	}
	p := views.NewCopy(d, actor.Has(identity.Lead), c)
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Comms}, views.Copy(p))
}

// resendCopy sends one copy again.
func (s *Server) resendCopy(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	id, err := copyNumber(f.Get("delivery"))
	if err != nil {
		return err
	}
	n, err := s.Comms.Mailroom.Resend(r.Context(), actor, []comms.DeliveryID{id}, s.Now())
	if err != nil {
		return err
	}
	back := localPath(f.Get("return_to"))
	if back == route.Home {
		back = route.Deliveries
	}
	return s.redirect(w, r, back, resent(n))
}

// resendMailing sends again every copy of a mailing that is unknown, or that was refused.
func (s *Server) resendMailing(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := mailingOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	state := comms.DeliveryState(f.Get("state"))
	if state != comms.Unknown && state != comms.Refused {
		return fault.New(fault.Invalid, "Nothing was sent. Only what is unknown or was refused is sent again.")
	}
	if _, _, err := s.Comms.Mailroom.Mailing(r.Context(), comms.DeliveryFilter{Mailing: id, Limit: 1}); err != nil {
		return err
	}
	ids, err := s.Comms.Mailroom.DeliveryIDs(r.Context(), id, state)
	if err != nil {
		return err
	}
	n, err := s.Comms.Mailroom.Resend(r.Context(), actor, ids, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Mailing(int64(id)), resent(n))
}

// resent says what sending again did.
func resent(n int) string {
	if n == 0 {
		return "Nothing was sent: it was settled meanwhile, or what it said is not kept any more."
	}
	return ui.Counted(n, "copy goes", "copies go") + " out again."
}

// noteBounce keeps that a copy came back, as a person says it.
func (s *Server) noteBounce(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := copyNumber(chi.URLParam(r, "delivery"))
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	reason := comms.BounceReason(f.Get("reason"))
	if !reason.Valid() {
		return fault.New(fault.Invalid, "Say why it came back. Nothing was changed.")
	}
	d, err := s.Comms.Mailroom.Delivery(r.Context(), id)
	if err != nil {
		return err
	}
	n, err := s.Comms.Mailroom.NoteBounces(r.Context(), actor, []comms.Bounce{{Delivery: d.ID, Reason: reason}}, s.Now())
	switch {
	case err != nil:
		return err
	case n == 0:
		return fault.New(fault.Conflict, "Only mail that was sent can come back. Nothing was changed.")
	case reason.Lasts():
		return s.redirect(w, r, route.Delivery(int64(id)), "Noted. Nothing more is sent to the address.")
	}
	return s.redirect(w, r, route.Delivery(int64(id)), "Noted. It does not count as delivered.")
}

// mailingCSV answers with every copy of a mailing that fits, and records that names left the site.
func (s *Server) mailingCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f := copyFilter(r.URL.Query())
	id, err := mailingOf(r)
	if err != nil {
		return err
	}
	f.Mailing, f.Limit, f.Page = id, copiesAtOnce, 1
	if _, _, err := s.Comms.Mailroom.Mailing(r.Context(), comms.DeliveryFilter{Mailing: id, Limit: 1}); err != nil {
		return err
	}
	table := [][]string{{"delivery", "channel", "name", "email", "state", "reason", "code", "tries", "settled_at", "sent_again", "sent_again_by", "came_back_at", "came_back_reason"}}
	for after := comms.DeliveryID(0); ; {
		list, err := s.Comms.Mailroom.DeliveriesAfter(r.Context(), f, after)
		if err != nil {
			return err
		}
		for _, d := range list {
			table = append(table, copyCells(d))
			after = d.ID
		}
		if len(list) < copiesAtOnce {
			break
		}
	}
	sent := identity.Event{By: actor, Action: "mailing.exported", Subject: "mailing/" + chi.URLParam(r, "mailing"), Detail: map[string]string{"rows": strconv.Itoa(len(table) - 1)}}
	if err := s.Comms.Mailroom.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "mailing-"+strconv.FormatInt(int64(id), 10)+".csv", table)
}

func copyCells(d comms.SentDelivery) []string {
	return []string{
		strconv.FormatInt(int64(d.ID), 10), d.Via, d.Name, d.Email, string(d.State), d.Reason, someCode(d.Code), strconv.Itoa(d.Attempts),
		stamp(d.SettledAt), strconv.Itoa(d.Resent), d.ResentBy, stamp(d.BouncedAt), string(d.Bounce),
	}
}

func someCode(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// stamp writes a moment in UTC, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

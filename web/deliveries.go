package web

import (
	"context"
	"net/http"
	"net/url"
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

// Mailroom is what went out, and what can be done about it; each change has its
// audit entry. What is not there is NotFound. It is implemented by store.Store.
type Mailroom interface {
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error

	// Traffic returns the state of sending; midnight is when today began.
	Traffic(ctx context.Context, midnight, now time.Time) (comms.Traffic, error)
	Mailings(ctx context.Context, f comms.MailingFilter) (comms.Mailings, error)
	Mailing(ctx context.Context, f comms.DeliveryFilter) (comms.Tally, comms.Deliveries, error)
	Deliveries(ctx context.Context, f comms.DeliveryFilter) (comms.Deliveries, error)
	// DeliveriesAfter pages through everything that fits, by id.
	DeliveriesAfter(ctx context.Context, f comms.DeliveryFilter, after comms.DeliveryID) ([]comms.SentDelivery, error)
	Delivery(ctx context.Context, id comms.DeliveryID) (comms.SentDelivery, error)
	// DeliveryIDs returns every copy of a mailing in one state.
	DeliveryIDs(ctx context.Context, id comms.MailingID, state comms.DeliveryState) ([]comms.DeliveryID, error)
	// Outcomes returns what became of the latest mailing of a message, of any for 0; false for none.
	Outcomes(ctx context.Context, id comms.MessageID) (comms.Outcomes, bool, error)

	PauseAll(ctx context.Context, by identity.Actor, now time.Time) error
	ResumeAll(ctx context.Context, by identity.Actor, now time.Time) error
	ConfirmInstance(ctx context.Context, by identity.Actor, now time.Time) error
	StopMailing(ctx context.Context, by identity.Actor, id comms.MailingID, now time.Time) error
	// Resend sends copies again whose fate is unknown, or that were refused; others are skipped.
	Resend(ctx context.Context, by identity.Actor, ids []comms.DeliveryID, now time.Time) (int, error)

	// NoteBounces keeps that mail came back and returns how many of a list were matched.
	NoteBounces(ctx context.Context, by identity.Actor, list []comms.Bounce, now time.Time) (int, error)
	Bounced(ctx context.Context) ([]comms.Bounced, error)
	TakeBackAddress(ctx context.Context, by identity.Actor, email string, now time.Time) error
	// Click keeps that a link of a delivery was opened.
	Click(ctx context.Context, d comms.DeliveryID, path string, at time.Time) error
}

// deliveryRoutes are what went out: every recipient, bounces, opened links.
func (s *Server) deliveryRoutes() []routeEntry {
	if s.Comms.Mailroom == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Deliveries, overseers, s.trafficPage},
		{"POST", route.Deliveries + "/pause", leads, s.pauseSending},
		{"POST", route.Deliveries + "/resume", leads, s.resumeSending},
		{"POST", route.Deliveries + "/confirm", leads, s.confirmSending},
		{"POST", route.Deliveries + "/resend", leads, s.resendCopy},
		{"GET", route.Unknowns, overseers, s.openCopiesPage},
		{"GET", route.Deliveries + "/{delivery}", overseers, s.copyPage},
		{"POST", route.Deliveries + "/{delivery}/bounce", leads, s.noteBounce},
		{"GET", route.Mailings, overseers, s.mailingsPage},
		{"GET", route.Mailings + "/{mailing}", overseers, s.mailingPage},
		{"GET", route.Mailings + "/{mailing}.csv", overseers.afresh(), s.mailingCSV},
		{"POST", route.Mailings + "/{mailing}/stop", leads, s.stopMailing},
		{"POST", route.Mailings + "/{mailing}/resend", leads, s.resendMailing},
		{"GET", route.Bounces, overseers, s.bouncesPage},
		{"POST", route.Bounces, leads, s.readNotices},
		{"POST", route.Bounces + "/take-back", leads, s.takeBackAddress},
		{"GET", route.Links + "/{token}", public, s.followLink},
	}
}

// clock is how pages of what went out show times.
func (s *Server) clock(ctx context.Context) (views.Clock, error) {
	h, err := s.hours(ctx)
	return views.Clock{Now: s.Now(), Zone: h.Zone}, err
}

func (s *Server) trafficPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	y, m, d := c.Now.In(c.Zone).Date()
	t, err := s.Comms.Mailroom.Traffic(r.Context(), time.Date(y, m, d, 0, 0, 0, 0, c.Zone), c.Now)
	if err != nil {
		return err
	}
	body := views.Traffic(views.NewTraffic(t, actor.Has(identity.Lead), c))
	return s.page(w, r, actor, page{Title: "Delivery", Section: route.Comms}, body)
}

func (s *Server) pauseSending(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Comms.Mailroom.PauseAll(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Deliveries, "Everything is paused. What is being handed over at this moment still goes out.")
}

func (s *Server) resumeSending(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Comms.Mailroom.ResumeAll(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Deliveries, "Sending goes on.")
}

func (s *Server) confirmSending(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Comms.Mailroom.ConfirmInstance(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Deliveries, "Confirmed. Messages go out from this database.")
}

// pageAsked is the number of the page that an address asks for, from 1.
func pageAsked(q url.Values) int {
	if n, err := strconv.Atoi(q.Get("page")); err == nil && n > 0 && n < 1<<20 {
		return n
	}
	return 1
}

func (s *Server) mailingsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	f := comms.MailingFilter{Page: pageAsked(r.URL.Query()), Limit: views.PageSize}
	for _, k := range views.Kinds() {
		if string(k) == r.URL.Query().Get("kind") {
			f.Kind = k
		}
	}
	list, err := s.Comms.Mailroom.Mailings(r.Context(), f)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Mailings", Section: route.Comms}, views.Mailings(views.NewMailings(list, f, c)))
}

var errNoMailing = fault.New(fault.NotFound, "There is no such mailing.")

// mailingOf reads which mailing an address is about.
func mailingOf(r *http.Request) (comms.MailingID, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "mailing"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoMailing
	}
	return comms.MailingID(id), nil
}

// copyFilter reads how a list of copies is narrowed. What cannot be meant filters nothing.
func copyFilter(q url.Values) comms.DeliveryFilter {
	f := comms.DeliveryFilter{State: comms.DeliveryState(q.Get("state")), Search: searched(q), Page: pageAsked(q), Limit: views.PageSize}
	if !isText(q) {
		f.Search = ""
	}
	if !f.State.Valid() && f.State != comms.CameBack {
		f.State = ""
	}
	if n, err := strconv.Atoi(q.Get("channel")); err == nil && n > 0 && n < 1<<31 {
		f.Channel = n
	}
	return f
}

func (s *Server) mailingPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	f := copyFilter(r.URL.Query())
	if f.Mailing, err = mailingOf(r); err != nil {
		return err
	}
	t, list, err := s.Comms.Mailroom.Mailing(r.Context(), f)
	if err != nil {
		return err
	}
	channels, err := s.Comms.Board.SendChannels(r.Context())
	if err != nil {
		return err
	}
	p := views.NewMailing(t, list, f, channels, actor.Has(identity.Lead), c)
	p.Copies.CSV, p.Copies.Note = copiesFile(p.Copies.Back, t.ID, f, isFresh(r))
	return s.page(w, r, actor, page{Title: t.Title, Section: route.Comms}, views.Mailing(p))
}

// copiesFile is the way to all recipients as a file, which asks who one is first.
func copiesFile(back string, id comms.MailingID, f comms.DeliveryFilter, fresh bool) (*ui.LinkButtonProps, string) {
	b := &ui.LinkButtonProps{Label: "CSV", Icon: ui.IconDownload, Small: true}
	if fresh {
		b.URL, b.Download = route.With(route.Mailing(int64(id))+".csv", "state", string(f.State), "channel", someCode(f.Channel), "q", f.Search), true
		return b, ""
	}
	b.URL = route.With(route.SignInOIDC, "again", "1", "return_to", back)
	return b, "Names leave this site only shortly after signing in: CSV asks you to confirm it is you, then brings you back here."
}

func (s *Server) stopMailing(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := mailingOf(r)
	if err != nil {
		return err
	}
	if err := s.Comms.Mailroom.StopMailing(r.Context(), actor, id, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Mailing(int64(id)), "Stopped. What waited will not go out.")
}

// openCopiesPage lists the copies of all mailings that somebody should look at.
func (s *Server) openCopiesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	f := copyFilter(r.URL.Query())
	if f.State != comms.Refused && f.State != comms.CameBack {
		f.State = comms.Unknown
	}
	f.Channel = 0
	list, err := s.Comms.Mailroom.Deliveries(r.Context(), f)
	if err != nil {
		return err
	}
	p := views.NewOpen(list, f, actor.Has(identity.Lead), c)
	return s.page(w, r, actor, page{Title: "To look at", Section: route.Comms}, views.Open(p))
}

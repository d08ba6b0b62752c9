package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/delivery"
	views "groundswell/views/message"
	"groundswell/views/ui"
)

// MessageBook reads one message with what stands around it. It is implemented by store.Store.
type MessageBook interface {
	// MessageSheet returns one message with everything its page tells; absent is NotFound.
	MessageSheet(ctx context.Context, id comms.MessageID) (comms.Sheet, error)
	// MessageChannels returns one message and what messages go out by; absent is NotFound.
	MessageChannels(ctx context.Context, id comms.MessageID) (comms.Message, []comms.Channel, error)
	// MessageChoices returns what messages go out by, and whom they can be given to, by name.
	MessageChoices(ctx context.Context) ([]comms.Channel, []comms.Person, error)
	// MessageColleagues returns whom messages can be given to, by name.
	MessageColleagues(ctx context.Context) ([]comms.Person, error)
	// WithoutApp counts which of some folded addresses have no machine with the app; known is
	// false where nobody has told which machines there are.
	WithoutApp(ctx context.Context, addresses []string) (n int, known bool, err error)
	// MessageValues returns what the placeholders of a message mean to recipients, by folded address.
	MessageValues(ctx context.Context, m comms.MessageID, to []comms.Recipient, now time.Time) (map[string]comms.Values, error)
	// TestMessage mails a message to whoever asks, and to nobody else.
	TestMessage(ctx context.Context, by identity.Actor, t comms.Testing, now time.Time) error
}

// writers write messages: which of them, the message says.
var writers = people(identity.Lead, identity.Owner)

// messageRoutes are messages: writing, approving, testing. Whoever is named to approve a
// message opens it, whatever their role: who may read it is the message's to say.
func (s *Server) messageRoutes() []routeEntry {
	if s.Comms.Board == nil || s.Comms.Book == nil || s.Comms.Audiences == nil || s.Comms.Desks == nil || s.Plan == nil {
		return nil
	}
	one := route.Messages + "/{message}"
	return []routeEntry{
		{"GET", route.NewMessage, writers, s.newMessage},
		{"POST", route.Messages, writers, s.addMessage},
		{"GET", one, signedIn, s.messagePage},
		{"GET", one + "/edit", writers, s.editMessage},
		{"POST", one, writers, s.saveMessage},
		{"GET", one + "/versions", signedIn, s.messageVersions},
		{"GET", one + "/preview", signedIn, s.messagePreview},
		{"POST", one + "/ask", writers, s.askApproval},
		{"POST", one + "/approve", signedIn, s.approveMessage},
		{"POST", one + "/take-back", signedIn, s.takeBackApproval},
		{"POST", one + "/send-now", leads.afresh(), s.sendMessageNow},
		{"POST", one + "/cancel", writers, s.cancelMessage},
		{"POST", one + "/end", writers, s.endMessage},
		{"POST", one + "/archive", writers, s.archiveMessage},
		{"POST", one + "/test", writers, s.testMessage},
	}
}

var errNoMessage = fault.New(fault.NotFound, "There is no such message, or none that you may know of.")

// messageOf reads which message an address is about.
func messageOf(r *http.Request) (comms.MessageID, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "message"), 10, 64)
	if err != nil || id <= 0 {
		return 0, errNoMessage
	}
	return comms.MessageID(id), nil
}

// sheetFor reads the message of an address, for whoever may know of it.
func (s *Server) sheetFor(r *http.Request, actor identity.Actor) (comms.Sheet, error) {
	id, err := messageOf(r)
	if err != nil {
		return comms.Sheet{}, err
	}
	sheet, err := s.Comms.Book.MessageSheet(r.Context(), id)
	if err == nil && !sheet.Message.MayRead(actor) {
		err = errNoMessage
	}
	return sheet, err
}

// writable reads the message of an address, for whoever may change it.
func (s *Server) writable(r *http.Request, actor identity.Actor) (comms.Sheet, error) {
	sheet, err := s.sheetFor(r, actor)
	if err == nil && !sheet.Message.MayWrite(actor) {
		err = fault.New(fault.Forbidden, "Only a rollout lead, or who owns this message, changes it.")
	}
	return sheet, err
}

// messagePage is one message.
func (s *Server) messagePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sheet, err := s.sheetFor(r, actor)
	if err != nil {
		return err
	}
	return s.drawMessage(w, r, actor, sheet, nil)
}

// drawMessage draws the page of a message; refused is why what was asked for was not done.
func (s *Server) drawMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor, sheet comms.Sheet, refused error) error {
	d, err := s.messageData(r, actor, sheet)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if refused != nil {
		status, d.Refused = statusOf(fault.KindOf(refused)), asFault(refused).Say
	}
	return s.page(w, r, actor, page{Title: sheet.Message.Title, Section: route.Comms, Status: status}, views.Page(views.NewPage(d)))
}

// messageData gathers what the page of a message is made of.
func (s *Server) messageData(r *http.Request, actor identity.Actor, sheet comms.Sheet) (views.PageData, error) {
	ctx, m := r.Context(), sheet.Message
	at := route.Message(int64(m.ID))
	d := views.PageData{
		Actor: actor, Sheet: sheet, Site: s.PublicURL.String(), Now: s.Now(), Fresh: isFresh(r), Key: newFormKey(),
		WhoPage: s.linkFor(actor, route.MessageAudience(int64(m.ID))),
		Confirm: route.With(route.SignInOIDC, "again", "1", "return_to", at), TestHeld: mailTrouble(sheet.Channels),
	}
	if next := m.Next(); next >= 0 && m.MayWrite(actor) {
		d.Move = s.linkFor(actor, route.MoveMessage(int64(m.ID), int64(m.Occurrences[next].ID)))
	}
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return d, err
	}
	d.Zone, d.Today, d.Task = plan.Rollout.Zone(), plan.Today(d.Now), s.fulfils(actor, plan, m)
	if d.Launch, err = s.launchOf(ctx, m.Wave); err != nil {
		return d, err
	}
	if d.Names, err = s.audienceNames(ctx); err != nil {
		return d, err
	}
	if err := s.reachNow(ctx, &d); err != nil {
		return d, err
	}
	d.Known.Champions = sheet.Champions
	if m.Begun() {
		d.Did, err = s.didCard(ctx, actor, m)
		return d, err
	}
	if m.Checked() && m.Open() {
		d.Known.WithoutApp, d.Known.Devices, err = s.Comms.Book.WithoutApp(ctx, d.Reach.Addresses())
	}
	return d, err
}

// didCard is what a message did that went out; nil while there is nothing to tell.
func (s *Server) didCard(ctx context.Context, actor identity.Actor, m comms.Message) (templ.Component, error) {
	did, err := s.didMessage(ctx, actor, m)
	if did == nil || err != nil {
		return nil, err
	}
	return delivery.Did(*did), nil
}

// reachNow counts whom the message reaches, at most a minute old, and what changed since each approval.
func (s *Server) reachNow(ctx context.Context, d *views.PageData) error {
	roll, err := s.Comms.Desks.Reachable(ctx, d.Now)
	if err != nil {
		return err
	}
	m := d.Sheet.Message
	d.Reach, d.Clashes = roll.Reach(m.Audience, m.Mandatory), clashesOf(d.Actor, d.Sheet, roll)
	for _, a := range m.Approvals {
		shift := d.Reach.Since(a)
		for i := range shift.Gone {
			if shift.Gone[i].Name == "" {
				shift.Gone[i].Name = roll.NameOf(shift.Gone[i].Email)
			}
		}
		d.Shifts = append(d.Shifts, shift)
	}
	return nil
}

// clashesOf says of each time of a message what else reaches its people that day. What
// the other is called is for those who may read it.
func clashesOf(actor identity.Actor, sheet comms.Sheet, roll *comms.Roll) map[comms.OccurrenceID][]string {
	out := map[comms.OccurrenceID][]string{}
	for id, list := range sheet.Clashes() {
		for _, other := range list {
			name := "another message"
			if actor.HasAny(calendarReaders.roles...) {
				name = "“" + other.Title + "”"
			}
			if n := roll.Shared(sheet.Message.Audience, other.Audience); n > 0 {
				out[id] = append(out[id], sayClash(n, name)+".")
			}
		}
	}
	return out
}

// launchOf is the launch of a wave, the zero one for none.
func (s *Server) launchOf(ctx context.Context, wave int) (comms.Launch, error) {
	all, err := s.Comms.Board.Launches(ctx, s.Now())
	if err != nil || wave == 0 {
		return comms.Launch{}, err
	}
	if i := slices.IndexFunc(all, func(l comms.Launch) bool { return l.Wave == wave }); i >= 0 {
		return all[i], nil
	}
	return comms.Launch{}, nil
}

// fulfils links the task a message fulfils, for those who may know of it.
func (s *Server) fulfils(actor identity.Actor, plan *rollout.Plan, m comms.Message) *ui.Link {
	i := slices.IndexFunc(plan.Tasks, func(t rollout.Task) bool { return int64(t.ID) == m.Task })
	if m.Task == 0 || i < 0 || !plan.Visible(actor, plan.Tasks[i]) {
		return nil
	}
	return &ui.Link{Label: plan.Tasks[i].Title, URL: route.Task(m.Task)}
}

// mailTrouble says why mail does not leave at the moment; "" when nothing speaks against it.
func mailTrouble(all []comms.Channel) string {
	i := slices.IndexFunc(all, func(c comms.Channel) bool { return c.Kind == comms.Mail })
	switch {
	case i < 0:
		return ""
	case !all[i].PausedAt.IsZero():
		return "Mail is paused. A test waits until it goes on."
	case !all[i].Healthy():
		return "Mail did not work the last time. A test waits until it does."
	}
	return ""
}

// messageVersions are all versions of a message.
func (s *Server) messageVersions(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sheet, err := s.sheetFor(r, actor)
	if err != nil {
		return err
	}
	plan, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	names, err := s.audienceNames(r.Context())
	if err != nil {
		return err
	}
	p := views.NewVersions(sheet, names, plan.Rollout.Zone(), s.Now())
	return s.page(w, r, actor, page{Title: "Versions of “" + sheet.Message.Title + "”", Section: route.Comms}, views.Versions(p))
}

// changeMessage does what a form on the page of a message asks. What is refused comes
// back on the page as it is now.
func (s *Server) changeMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor, done string, do func(m comms.Message, f url.Values, version int) error) error {
	sheet, err := s.sheetFor(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	version, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	err = do(sheet.Message, f, version)
	if formMends(err) {
		if sheet, again := s.sheetFor(r, actor); again == nil {
			return s.drawMessage(w, r, actor, sheet, err)
		}
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Message(int64(sheet.Message.ID)), done)
}

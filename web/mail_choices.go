package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/mailchoice"
)

// MailBook keeps what each person gets and tells what goes out by itself. It is
// implemented by store.Store.
type MailBook interface {
	// MailChoices returns what somebody chose; what they said nothing about is not in it.
	MailChoices(ctx context.Context, email string) (map[comms.Choice]bool, error)
	// ChooseMail keeps what an address is to get. by is the zero Actor where a link in a mail did it.
	ChooseMail(ctx context.Context, by identity.Actor, email string, choices map[comms.Choice]bool, now time.Time) error
	// DigestTimes returns what goes out by itself without whom it would reach.
	DigestTimes(ctx context.Context, now time.Time) (comms.DigestBoard, error)
	// DigestBoard returns what goes out by itself, as of now.
	DigestBoard(ctx context.Context, now time.Time) (comms.DigestBoard, error)
}

// mailChoiceRoutes are what each person gets, and how they end it.
func (s *Server) mailChoiceRoutes() []routeEntry {
	if s.Comms.Mail == nil {
		return nil
	}
	return append([]routeEntry{
		{"GET", route.MailChoices, signedIn, s.mailChoicesPage},
		{"POST", route.MailChoices, signedIn, s.chooseMail},
		{"GET", route.MailChoices + "/{kind}", signedIn, s.mailChoicePage},
		{"GET", route.Unsubscribe + "/{token}", public, s.unsubscribePage},
		{"POST", route.Unsubscribe + "/{token}", public, s.unsubscribe},
	}, s.digestRoutes()...)
}

// mailChoicesPage shows what the signed-in person gets and lets them choose.
func (s *Server) mailChoicesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	said, err := s.Comms.Mail.MailChoices(r.Context(), actor.Email)
	if err != nil {
		return err
	}
	set, err := s.Comms.Digests.Keeper.DigestSetting(r.Context())
	if err != nil {
		return err
	}
	p := views.ChoicesProps{Email: actor.Email}
	for _, c := range comms.ChosenOf(said, actor.Roles) {
		p.Rows = append(p.Rows, choiceRow(c, set))
	}
	return s.page(w, r, actor, page{Title: "Your mail", Section: route.Account}, views.Choices(p))
}

func choiceRow(c comms.Chosen, set comms.DigestSetting) views.Row {
	row := views.Row{Kind: string(c.Choice), Name: c.Choice.Name(), About: c.Choice.About(), Wanted: c.Wanted}
	switch kind := comms.MailingKind(c.Choice); {
	case !set.On(kind):
		row.Note = "Switched off for everybody at the moment."
	case c.Said && c.Wanted:
		row.Note = "You chose to get it."
	case c.Said:
		row.Note = "You ended it."
	case c.Wanted:
		row.Note = "It comes unless you end it."
	default:
		row.Note = "It comes only to whoever asks for it."
	}
	if slices.Contains(comms.DigestKinds(), comms.MailingKind(c.Choice)) {
		row.Preview = route.MailChoice(string(c.Choice))
	}
	return row
}

// chooseMail keeps what the form says of every kind that it showed.
func (s *Server) chooseMail(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	if actor.Email == "" {
		return fault.New(fault.Conflict, "Your account has no address, so no mail is sent to you.")
	}
	choices := map[comms.Choice]bool{}
	for _, kind := range f["shown"] {
		c := comms.Choice(kind)
		if !c.Valid() || !c.Concerns(actor.Roles) {
			return fault.New(fault.Invalid, sayIncomplete)
		}
		choices[c] = slices.Contains(f["wanted"], kind)
	}
	said, err := s.Comms.Mail.MailChoices(r.Context(), actor.Email)
	if err != nil {
		return err
	}
	for _, c := range comms.ChosenOf(said, actor.Roles) {
		if choices[c.Choice] == c.Wanted {
			delete(choices, c.Choice) // what did not change stays what the kind says by itself
		}
	}
	if err := s.Comms.Mail.ChooseMail(r.Context(), actor, actor.Email, choices, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.MailChoices, "Saved. It holds from the next mail on.")
}

// mailChoicePage shows what the signed-in person would be written of a kind if it were written now.
func (s *Server) mailChoicePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	kind := comms.MailingKind(chi.URLParam(r, "kind"))
	c := comms.Choice(kind)
	if !slices.Contains(comms.DigestKinds(), kind) || !c.Concerns(actor.Roles) {
		return fault.New(fault.NotFound, "There is no such kind of mail, or none that you get.")
	}
	l, ok, err := s.Comms.Digests.Preview(r.Context(), kind, actor.Email, s.Now())
	if err != nil {
		return err
	}
	p := views.PreviewProps{Name: c.Name(), About: c.About()}
	if ok {
		p.Subject, p.Body = l.Subject, l.Body
	}
	return s.page(w, r, actor, page{Title: c.Name(), Section: route.Account}, views.Preview(p))
}

// unsubscribes reports whether a path is where links in mails end a kind of mail. Mail
// programs send there without a browser, so no cookie counts and no origin is asked for:
// the token alone says what may be changed.
func unsubscribes(path string) bool { return hasPrefix(path, route.Unsubscribe+"/") }

// withoutCookies returns r as if it had come without any.
func withoutCookies(r *http.Request) *http.Request {
	out := r.Clone(r.Context())
	out.Header.Del("Cookie")
	return out
}

var errNoUnsubscribe = fault.New(fault.NotFound, "This link ends no mail here. It may have been cut when it was copied: open it again from the mail. Whoever signs in can choose what they get under their account.")

// ended reads what a link ends. Whoever tries many is slowed down.
func (s *Server) ended(w http.ResponseWriter, r *http.Request) (email string, c comms.Choice, err error) {
	if s.knocks.OnLimit(w, r, address(r)) {
		return "", "", errTooMany
	}
	email, c, ok := s.Comms.Unsubscriber.Open(chi.URLParam(r, "token"))
	if !ok {
		return "", "", errNoUnsubscribe
	}
	return email, c, nil
}

// unsubscribePage shows what a link ends, or that it is ended. It changes nothing:
// programs that look at mail open links too.
func (s *Server) unsubscribePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	email, c, err := s.ended(w, r)
	if err != nil {
		return err
	}
	said, err := s.Comms.Mail.MailChoices(r.Context(), email)
	if err != nil {
		return err
	}
	wanted, known := said[c]
	p := views.EndProps{Name: c.Name(), About: c.About(), Address: comms.MaskAddress(email), Wanted: wanted || !known && c.Default()}
	return s.page(w, r, actor, page{Title: "Mail from Groundswell"}, views.End(p))
}

// oneClick is what a mail program sends instead of opening the page, as RFC 8058 says.
const oneClick = "List-Unsubscribe"

// unsubscribe ends a kind of mail for the address of a link, or takes that back.
func (s *Server) unsubscribe(w http.ResponseWriter, r *http.Request, _ identity.Actor) error {
	email, c, err := s.ended(w, r)
	if err != nil {
		return err
	}
	f, err := endForm(r)
	if err != nil {
		return err
	}
	click := strings.EqualFold(f.Get(oneClick), "One-Click")
	wanted := f.Get("wanted") == "yes"
	if !click && !wanted && f.Get("wanted") != "no" {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	if err := s.Comms.Mail.ChooseMail(r.Context(), identity.Actor{}, email, map[comms.Choice]bool{c: wanted && !click}, s.Now()); err != nil {
		return err
	}
	if click {
		return send(w, http.StatusOK, "text/plain; charset=utf-8", []byte("Ended: "+c.Name()+".\n"))
	}
	return s.redirect(w, r, route.UnsubscribeLink(chi.URLParam(r, "token")), "")
}

// endForm reads the form, which mail programs may send in parts too.
func endForm(r *http.Request) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		if err := r.ParseMultipartForm(endFormBytes); err != nil {
			return nil, fault.Wrap(fault.Invalid, sayUnreadable, err)
		}
	}
	return form(r)
}

// endFormBytes is how much of a form in parts is kept in memory; it has one word.
const endFormBytes = 4 << 10

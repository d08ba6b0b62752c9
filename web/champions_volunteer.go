package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/champion"
)

// volunteerPage is where anybody who is signed in may offer themselves.
func (s *Server) volunteerPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawVolunteer(w, r, actor, http.StatusOK, nil)
}

func (s *Server) drawVolunteer(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, typed *views.VolunteerForm) error {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	v, err := s.Champions.Book.Volunteer(r.Context(), actor, today)
	if err != nil {
		return err
	}
	if typed != nil && typed.Words == "" {
		typed.Words = v.Words
	}
	d := views.VolunteerData{Volunteer: v, Today: today, Now: s.Now().UTC(), Typed: typed}
	return s.page(w, r, actor, page{Title: "Volunteer", Section: route.Volunteer, Status: status}, views.Volunteer(views.NewVolunteer(d)))
}

// volunteering runs what somebody asked for on that page. What cannot be kept
// comes back as typed; field names are those of the form, by their fault's.
func (s *Server) volunteering(w http.ResponseWriter, r *http.Request, actor identity.Actor, typed views.VolunteerForm, rename map[string]string, err error, done string) error {
	if fault.Is(err, fault.Invalid) {
		typed.Errors = map[string]string{}
		for name, say := range asFault(err).Fields {
			if to, ok := rename[name]; ok {
				name = to
			}
			typed.Errors[name] = say
		}
		if len(typed.Errors) == 0 {
			typed.Problem = fault.Say(err)
		}
		return s.drawVolunteer(w, r, actor, http.StatusUnprocessableEntity, &typed)
	}
	if fault.Is(err, fault.Conflict) {
		typed.Problem = fault.Say(err)
		return s.drawVolunteer(w, r, actor, http.StatusConflict, &typed)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Volunteer, done)
}

// offerMyself names the actor.
func (s *Server) offerMyself(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := views.VolunteerForm{Department: f.Get("department"), Because: f.Get("because")}
	department, err := s.offeredFor(r, actor, f)
	if err == nil {
		_, err = s.Champions.Service.Offer(r.Context(), actor, department, typed.Because, s.Now())
	}
	return s.volunteering(w, r, actor, typed, nil, err, "Thank you. A rollout lead decides and tells you.")
}

// offeredFor is the department of an offer: the roster's, which nobody chooses
// against; 0 for that. Who is in none there has chosen one.
func (s *Server) offeredFor(r *http.Request, actor identity.Actor, f url.Values) (int, error) {
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return 0, err
	}
	v, err := s.Champions.Book.Volunteer(r.Context(), actor, today)
	if err != nil || v.Department.ID != 0 {
		return 0, err
	}
	id, err := strconv.ParseInt(f.Get("department"), 10, 32)
	if err != nil || id <= 0 {
		return 0, fault.Field("department", "Choose a department.")
	}
	return int(id), nil
}

// mayBeAsked keeps, or forgets, that the actor may be asked.
func (s *Server) mayBeAsked(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := views.VolunteerForm{Words: f.Get("words")}
	done := "You may be asked. Take it back here at any time."
	switch f.Get("may") {
	case "yes":
		err = s.Champions.Service.Interest(r.Context(), actor, typed.Words, s.Now())
	case "no":
		err, done = s.Champions.Service.TakeBackInterest(r.Context(), actor, s.Now()), "Taken back. Nobody sees it any more."
	default:
		err = fault.New(fault.Invalid, sayIncomplete)
	}
	return s.volunteering(w, r, actor, typed, nil, err, done)
}

// nominateManaged names somebody whom the actor manages. Whether anybody else
// exists is told to nobody.
func (s *Server) nominateManaged(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := views.VolunteerForm{Email: f.Get("email"), Why: f.Get("because")}
	c, err := s.Champions.Service.Propose(r.Context(), actor, typed.Email, typed.Why, s.Now())
	if fault.Is(err, fault.NotFound) {
		err = fault.Field("email", fault.Say(err))
	}
	return s.volunteering(w, r, actor, typed, map[string]string{"because": "why", "department": "email"}, err, c.Label()+" is nominated. A rollout lead decides.")
}

// invitationPage shows what is asked of somebody. A link that this account cannot
// answer says the same whatever the reason.
func (s *Server) invitationPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	secret := chi.URLParam(r, "secret")
	c, at, err := s.invitation(r, actor, secret)
	if fault.Is(err, fault.NotFound) {
		return s.noInvitation(w, r, actor)
	}
	if err != nil {
		return err
	}
	p := views.NewInvitation(c, at, route.Invitation(secret), s.Now().UTC())
	return s.page(w, r, actor, page{Title: "Become a champion", Section: route.Volunteer}, views.Invitation(p))
}

func (s *Server) invitation(r *http.Request, actor identity.Actor, secret string) (roster.Champion, roster.Department, error) {
	hash, err := roster.InvitationHash(secret)
	if err != nil {
		return roster.Champion{}, roster.Department{}, err
	}
	c, at, err := s.Champions.Book.Invitation(r.Context(), hash)
	if err != nil {
		return c, at, err
	}
	return c, at, c.Invites(actor, s.Now())
}

func (s *Server) noInvitation(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.page(w, r, actor, page{Title: "This invitation cannot be answered", Status: http.StatusNotFound}, views.NoInvitation(actor.Email))
}

// answerInvitation accepts or declines. Who accepts holds the role at once and
// starts where champions do.
func (s *Server) answerInvitation(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	secret := chi.URLParam(r, "secret")
	to, done := route.Home, "You are a champion now. Thank you."
	switch f.Get("answer") {
	case "accept":
		_, err = s.Champions.Service.Accept(r.Context(), actor, secret, s.Now())
	case "decline":
		to, done = route.Volunteer, "You declined. Nothing more is asked of you."
		_, err = s.Champions.Service.Decline(r.Context(), actor, secret, s.Now())
	default:
		return fault.New(fault.Invalid, sayIncomplete)
	}
	if fault.Is(err, fault.NotFound) {
		return s.noInvitation(w, r, actor)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, to, done)
}

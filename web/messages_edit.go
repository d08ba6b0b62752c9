package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/message"
	"groundswell/views/start"
	"groundswell/views/ui"
)

// newMessage opens the form of a new message, empty or from a template.
func (s *Server) newMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	plan, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	q := r.URL.Query()
	m := comms.Message{Stage: comms.Ongoing, UsefulFor: 24 * time.Hour, Until: day.None, Text: comms.Text{Audience: comms.Audience{Who: comms.WhoPeople}}}
	at := "09:00"
	chosen := templateNamed(plan, q.Get("template"))
	if chosen != nil {
		m = comms.FromTemplate(*chosen, cmp.Or(clipText(q.Get("connector"), 60), "{{"+comms.Connector+"}}"))
		at = cmp.Or(chosen.At, at)
	}
	if actor.Email != "" {
		m.Owner = comms.Person{Name: actor.Name, Email: actor.Email}
	}
	t := views.TypedOf(m)
	t.Key, t.Version, t.At, t.Zone = newFormKey(), "", at, plan.Rollout.Zone().String()
	t.Wave = q.Get("wave")
	if t.Wave == "" {
		t.Offset = ""
	}
	if d, err := day.Parse(q.Get("day")); err == nil {
		t.Day = d.String()
	}
	return s.drawMessageForm(w, r, actor, nil, messageForm{typed: t, draft: comms.DraftOf(m)}, nil)
}

// templateNamed finds a template of the playbook in use; nil for none.
func templateNamed(plan *rollout.Plan, key string) *comms.Template {
	all := templatesOf(plan)
	i := slices.IndexFunc(all, func(t comms.Template) bool { return t.Key == key })
	if i < 0 || key == "" {
		return nil
	}
	return &all[i]
}

// templatesOf are the messages of the playbook in use; none before a rollout is started.
func templatesOf(plan *rollout.Plan) []comms.Template {
	book, ok := rollout.PlaybookNamed(plan.Rollout.Playbook)
	if !ok {
		return nil
	}
	return book.Messages
}

// addMessage keeps a new message as a draft. The same form sent twice keeps one.
func (s *Server) addMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	plan, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	launches, err := s.Comms.Board.Launches(r.Context(), s.Now())
	if err != nil {
		return err
	}
	typed := readMessageForm(f)
	typed.plan(launches, plan.Rollout.Calendar)
	typed.checkSlot(s.Now())
	if err := s.checkMessage(r, &typed); err != nil || typed.typed.Preview {
		return s.drawMessageForm(w, r, actor, nil, typed, err)
	}
	m := comms.Message{Template: typed.typed.Template, Offset: typed.days}
	if err := m.Apply(actor, typed.draft, s.Now()); err != nil {
		return s.drawMessageForm(w, r, actor, nil, typed, err)
	}
	m.Schedule(typed.slot, plan.Today(s.Now()), plan.Rollout.Calendar)
	for i := range m.Occurrences {
		m.Occurrences[i].DaySet = typed.typed.Day != ""
	}
	id, err := s.Comms.Service.Create(r.Context(), actor, key, m, s.Now())
	switch {
	case formMends(err):
		return s.drawMessageForm(w, r, actor, nil, typed, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Message(int64(id)), "The message is saved as a draft.")
}

// checkMessage says what is wrong with a form: Invalid, or nil.
func (s *Server) checkMessage(r *http.Request, m *messageForm) error {
	channels, err := s.Comms.Board.SendChannels(r.Context())
	if err != nil {
		return err
	}
	if err := s.reaches(r.Context(), m, channels); err != nil {
		return err
	}
	return m.settle()
}

// editMessage opens the form of a message that is there.
func (s *Server) editMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sheet, err := s.writable(r, actor)
	if err != nil {
		return err
	}
	m := sheet.Message
	if !m.Open() {
		return s.redirect(w, r, route.Message(int64(m.ID)), "It is not to go out any more, so it is not changed either.")
	}
	return s.drawMessageForm(w, r, actor, &sheet, messageForm{typed: views.TypedOf(m), draft: comms.DraftOf(m)}, nil)
}

// saveMessage keeps what was changed. What cannot be used, and what somebody else changed
// meanwhile, comes back with what was typed.
func (s *Server) saveMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sheet, err := s.writable(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	typed := readMessageForm(f)
	m := sheet.Message
	typed.draft.Wave, typed.draft.Every, typed.draft.Until = m.Wave, m.Every, m.Until
	if err := s.checkMessage(r, &typed); err != nil || typed.typed.Preview {
		return s.drawMessageForm(w, r, actor, &sheet, typed, err)
	}
	_, err = s.Comms.Service.Edit(r.Context(), actor, m.ID, typed.draft, seen, s.Now())
	if formMends(err) {
		if sheet, again := s.writable(r, actor); again == nil {
			return s.drawMessageForm(w, r, actor, &sheet, typed, err)
		}
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Message(int64(m.ID)), "The message is saved.")
}

// drawMessageForm answers the form of a message, nil for a new one, with what went wrong.
func (s *Server) drawMessageForm(w http.ResponseWriter, r *http.Request, actor identity.Actor, sheet *comms.Sheet, f messageForm, wrong error) error {
	status := http.StatusOK
	d, err := s.messageFormData(r, actor, sheet, f)
	if err != nil {
		return err
	}
	if wrong != nil {
		found := asFault(wrong)
		if found.Kind != fault.Invalid && found.Kind != fault.Conflict {
			return wrong
		}
		status, d.Typed.Errors = statusOf(found.Kind), found.Fields
		if len(found.Fields) == 0 {
			d.Problem = found.Say
		}
		if found.Kind == fault.Conflict && sheet != nil {
			if err := s.meanwhile(r, &d, *sheet, f); err != nil {
				return err
			}
		}
	}
	if d.Audience, err = s.audienceFields(r.Context(), actor, f.draft.Audience, d.Typed.Errors["audience"]); err != nil {
		return err
	}
	p := views.NewEdit(d)
	return s.page(w, r, actor, page{Title: p.Head.Title, Section: route.Comms, Status: status}, views.Edit(p))
}

// messageFormData gathers what can be chosen in the form of a message.
func (s *Server) messageFormData(r *http.Request, actor identity.Actor, sheet *comms.Sheet, f messageForm) (views.EditData, error) {
	ctx := r.Context()
	d := views.EditData{Typed: f.typed, Site: s.PublicURL.String(), Checked: f.draft.Audience.Who == comms.WhoPeople, Zones: start.Zones()}
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return d, err
	}
	d.Today = plan.Today(s.Now()).Time()
	if d.Launches, err = s.Comms.Board.Launches(ctx, s.Now()); err != nil {
		return d, err
	}
	if sheet != nil {
		d.Message, d.Known, d.Channels = &sheet.Message, comms.Known{Champions: sheet.Champions}, sheet.Channels
		d.People, err = s.Comms.Book.MessageColleagues(ctx)
		return d, err
	}
	if d.Channels, d.People, err = s.Comms.Book.MessageChoices(ctx); err != nil {
		return d, err
	}
	d.Templates, d.Chosen = templatesOf(plan), templateNamed(plan, f.typed.Template)
	d.Typed.Channels = chosenChannels(d)
	return d, nil
}

// chosenChannels are those that were typed; of a form that was just opened, mail and what its template goes through.
func chosenChannels(d views.EditData) []string {
	if d.Typed.Channels != nil || d.Typed.Errors != nil {
		return d.Typed.Channels
	}
	var out []string
	for _, c := range d.Channels {
		if c.Kind == comms.Mail || d.Chosen != nil && slices.ContainsFunc(d.Chosen.Channels, func(k comms.ChannelKind) bool { return k != comms.Mail }) {
			out = append(out, strconv.Itoa(c.ID))
		}
	}
	return out
}

// meanwhile shows what somebody else made of a message, beside what was typed.
func (s *Server) meanwhile(r *http.Request, d *views.EditData, sheet comms.Sheet, f messageForm) error {
	names, err := s.audienceNames(r.Context())
	if err != nil {
		return err
	}
	plan, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	at := sheet.Message.At.In(plan.Rollout.Zone())
	when := ui.Date(at, s.Now().In(plan.Rollout.Zone())) + ", " + ui.Clock(at)
	d.Problem, d.Typed.Version = "", strconv.Itoa(sheet.Message.Version)
	d.Meanwhile = views.NewMeanwhile(sheet.Message, f.draft.Clean(), names, sheet.Channels, when)
	return nil
}

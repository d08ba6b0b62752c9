package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/letter"
	views "groundswell/views/message"
)

// offered is how many recipients the preview offers to choose from.
const offered = 20

// messagePreview shows what one recipient will read: to leads and auditors any of them,
// to others an invented person.
func (s *Server) messagePreview(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := messageOf(r)
	if err != nil {
		return err
	}
	m, channels, err := s.Comms.Book.MessageChannels(r.Context(), id)
	if err != nil {
		return err
	}
	if !m.MayRead(actor) {
		return errNoMessage
	}
	reach, err := s.reachLately(r.Context(), m.Audience, m.Mandatory)
	if err != nil {
		return err
	}
	values, err := s.Comms.Book.MessageValues(r.Context(), m.ID, reach.To, s.Now())
	if err != nil {
		return err
	}
	d := views.PreviewData{Message: m, Reached: len(reach.To), Missing: comms.MissingValues(values, m.Subject, m.Body), Chats: throughChat(channels, m)}
	v := s.previewedAs(r, actor, &d, reach, values)
	if d.Letter, err = s.letterOf(r.Context(), m, v); err != nil {
		return err
	}
	return s.page(w, r, actor, page{Title: "Preview of “" + m.Title + "”", Section: route.Comms}, views.Preview(views.NewPreview(d)))
}

// previewedAs chooses who reads the preview, and returns their values.
func (s *Server) previewedAs(r *http.Request, actor identity.Actor, d *views.PreviewData, reach comms.Reach, values map[string]comms.Values) comms.Values {
	sample := comms.SampleValues(s.PublicURL.String())
	d.To, d.Sample = comms.Recipient{Email: "robin@example.com", Name: sample[comms.PlaceName]}, true
	if !actor.HasAny(identity.Lead, identity.Auditor) {
		return sample
	}
	d.Some, d.As = append([]comms.Recipient{}, reach.To[:min(offered, len(reach.To))]...), lookedFor(r.URL.Query().Get("as"))
	i := 0
	if d.As != "" {
		i = slices.IndexFunc(reach.To, func(to comms.Recipient) bool { return strings.EqualFold(to.Email, d.As) })
	}
	switch {
	case len(reach.To) == 0:
		d.Wrong = "It reaches nobody now. This is an invented person."
		return sample
	case i < 0:
		d.Wrong = "It does not reach this address now. This is an invented person."
		return sample
	}
	d.To, d.Sample, d.As = reach.To[i], false, reach.To[i].Email
	return values[strings.ToLower(d.To.Email)]
}

// letterOf is a message as it is mailed to somebody.
func (s *Server) letterOf(ctx context.Context, m comms.Message, v comms.Values) (letter.Props, error) {
	subject, err := comms.FillSubject(m.Subject, v)
	if err != nil {
		return letter.Props{}, err
	}
	body, err := comms.Fill(m.Body, v)
	if err != nil {
		return letter.Props{}, err
	}
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return letter.Props{}, err
	}
	return letter.Props{
		Subject: subject, Body: body, Site: s.PublicURL.String(), Org: plan.Rollout.Organization, Why: letter.Why(comms.KindMessage),
		Unsubscribe: route.MailChoices, Mandatory: m.Mandatory,
	}, nil
}

// throughChat reports whether a message goes to a chat.
func throughChat(all []comms.Channel, m comms.Message) bool {
	return slices.ContainsFunc(all, func(c comms.Channel) bool {
		return c.Kind != comms.Mail && slices.Contains(m.Channels, c.ID)
	})
}

package web

import (
	"net/http"
	"net/url"
	"strconv"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// askApproval asks for approval of a draft.
func (s *Server) askApproval(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "Approval is asked for.", func(m comms.Message, _ url.Values, version int) error {
		_, err := s.Comms.Service.Ask(r.Context(), actor, m.ID, version, s.Now())
		return err
	})
}

// approveMessage keeps somebody's word that a message may go out to whom it reaches now.
// For many recipients they prove first who they are.
func (s *Server) approveMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "Approved.", func(m comms.Message, _ url.Values, version int) error {
		reach, err := s.Comms.Audiences.Reach(r.Context(), m.Audience, m.Mandatory, s.Now())
		if err != nil {
			return err
		}
		if len(reach.To) > comms.Mass && !isFresh(r) && m.MayApprove(actor) {
			return errNotFresh
		}
		_, err = s.Comms.Service.Approve(r.Context(), actor, m.ID, version, reach, s.Now())
		return err
	})
}

// takeBackApproval takes an approval back, or makes a draft of what waits for one.
func (s *Server) takeBackApproval(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "Taken back.", func(m comms.Message, _ url.Values, version int) error {
		_, err := s.Comms.Service.TakeBack(r.Context(), actor, m.ID, version, s.Now())
		return err
	})
}

// sendMessageNow makes the next time of a message due at once.
func (s *Server) sendMessageNow(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "It goes out now.", func(m comms.Message, _ url.Values, version int) error {
		reach, err := s.Comms.Audiences.Reach(r.Context(), m.Audience, m.Mandatory, s.Now())
		if err != nil {
			return err
		}
		launch, err := s.launchOf(r.Context(), m.Wave)
		if err != nil {
			return err
		}
		_, err = s.Comms.Service.SendNow(r.Context(), actor, m.ID, version, reach, launch, s.Now())
		if err == nil && s.Comms.Wake != nil {
			err = s.Comms.Wake(r.Context())
		}
		return err
	})
}

// cancelMessage cancels one time of a message.
func (s *Server) cancelMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "Cancelled.", func(m comms.Message, f url.Values, version int) error {
		id, err := strconv.ParseInt(f.Get("occurrence"), 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, sayIncomplete)
		}
		return s.Comms.Service.Cancel(r.Context(), actor, m.ID, comms.OccurrenceID(id), clipText(f.Get("reason"), 200), version, s.Now())
	})
}

// endMessage ends a rhythm after a day.
func (s *Server) endMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "The rhythm ends.", func(m comms.Message, f url.Values, version int) error {
		last, err := day.Parse(f.Get("until"))
		if err != nil {
			return fault.Field("until", "Choose the last day.")
		}
		return s.Comms.Service.End(r.Context(), actor, m.ID, last, version, s.Now())
	})
}

// archiveMessage takes a message out of the calendar.
func (s *Server) archiveMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.changeMessage(w, r, actor, "The message is archived.", func(m comms.Message, _ url.Values, version int) error {
		_, err := s.Comms.Service.Archive(r.Context(), actor, m.ID, version, s.Now())
		return err
	})
}

// testMessage mails a message to whoever asks.
func (s *Server) testMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sheet, err := s.writable(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	err = s.sendTest(r, actor, sheet.Message, key)
	if formMends(err) || fault.Is(err, fault.TooMany) {
		return s.drawMessage(w, r, actor, sheet, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Message(int64(sheet.Message.ID)), "A test goes to "+actor.Email+".")
}

func (s *Server) sendTest(r *http.Request, actor identity.Actor, m comms.Message, key string) error {
	me := comms.Recipient{Email: actor.Email, Name: actor.Name}
	if !comms.Usable(me.Email) {
		return fault.New(fault.Invalid, "Your account has no address that mail can be sent to.")
	}
	values, err := s.Comms.Book.MessageValues(r.Context(), m.ID, []comms.Recipient{me}, s.Now())
	if err != nil {
		return err
	}
	t, err := comms.TestOf(m, me, onlyOf(values), key)
	if err != nil {
		return err
	}
	return s.Comms.Book.TestMessage(r.Context(), actor, t, s.Now())
}

// onlyOf returns the values of the one recipient asked for.
func onlyOf(all map[string]comms.Values) comms.Values {
	for _, v := range all {
		return v
	}
	return nil
}

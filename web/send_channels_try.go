package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// testUseful is how long a test is of use to whoever asked for it.
const testUseful = time.Hour

// testSendChannel sends whoever asks a mail the way every mail goes, or posts a note to a chat at once.
func (s *Server) testSendChannel(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, err := s.channelInUse(r)
	if err != nil {
		return err
	}
	if c.Kind == comms.Mail {
		return s.testMail(w, r, actor, c)
	}
	now := s.Now()
	o := s.Channels.Carrier.Carry(r.Context(), comms.Parcel{Kind: comms.KindTest, Channel: c, Subject: "A test", Body: testNote, Attempt: 1})
	if err := s.noteOutcome(r.Context(), c.ID, o, now); err != nil {
		return err
	}
	return s.redirect(w, r, route.SendChannel(c.ID), saidOfTest(o))
}

const (
	testNote = "This chat gets messages of the Cowork rollout. Somebody tried whether they arrive."
	testBody = "Hello,\n\nthis is a test of the mail of the Cowork rollout. If you can read it, mail arrives.\n\nWhat became of it: [what went out](%s)."
)

// testMail sends a mail to whoever asks. A second one within a minute comes to nothing.
func (s *Server) testMail(w http.ResponseWriter, r *http.Request, actor identity.Actor, c comms.Channel) error {
	id, made, err := s.enqueueTest(r.Context(), actor, c)
	if err != nil {
		return err
	}
	if !made {
		return s.redirect(w, r, s.testedAt(actor, c, id), "A test went out less than a minute ago.")
	}
	return s.redirect(w, r, s.testedAt(actor, c, id), "A test to "+actor.Email+" is on its way.")
}

func (s *Server) enqueueTest(ctx context.Context, actor identity.Actor, c comms.Channel) (comms.MailingID, bool, error) {
	now := s.Now()
	m := comms.Mailing{
		Kind: comms.KindTest, Key: fmt.Sprintf("test/channel/%d/%d/%d", c.ID, actor.Account, now.Unix()/60), Title: "Test of " + c.Name,
		DueAt: now, UsefulUntil: now.Add(testUseful),
	}
	l := comms.Letter{To: comms.Recipient{Email: actor.Email, Name: actor.Name}, Subject: "A test of the rollout's mail", Body: fmt.Sprintf(testBody, route.Mailings)}
	return s.Channels.Enqueue(ctx, m, []comms.Letter{l}, now)
}

// testedAt is where what became of a test can be read.
func (s *Server) testedAt(actor identity.Actor, c comms.Channel, id comms.MailingID) string {
	if id != 0 && s.mayOpen(actor, route.Mailing(int64(id))) {
		return route.Mailing(int64(id))
	}
	return route.SendChannel(c.ID)
}

// saidOfTest says what became of a post.
func saidOfTest(o comms.Outcome) string {
	switch o.State {
	case comms.Sent:
		return "The chat took the test."
	case comms.Unknown:
		return "The chat gave no clear answer: look whether the test is there."
	}
	return "The test did not arrive. " + o.Say
}

package comms

import (
	"context"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Ask asks for the approval of the version that is there.
func (s *Service) Ask(ctx context.Context, by identity.Actor, id MessageID, version int, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.ask(by, version) })
}

func (m *Message) ask(by identity.Actor, version int) error {
	if err := m.writable(by, version); err != nil {
		return err
	}
	switch {
	case m.Asked == m.N:
		return nil
	case !m.Owner.Named():
		return fault.New(fault.Invalid, "Nobody owns this message. Name an owner first: they are asked about it.")
	}
	if err := DraftOf(*m).Check(); err != nil {
		return fault.New(fault.Invalid, "Something in it cannot be sent as it is. Edit it first.")
	}
	m.Asked = m.N
	m.record(by, "message.asked", map[string]string{"version": strconv.Itoa(m.N)})
	return nil
}

// Approve keeps an actor's word that the version they read may go out to whom it reaches now.
func (s *Service) Approve(ctx context.Context, by identity.Actor, id MessageID, version int, reach Reach, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.approve(by, version, reach, now) })
}

func (m *Message) approve(by identity.Actor, version int, reach Reach, now time.Time) error {
	switch {
	case !m.MayRead(by):
		return fault.New(fault.NotFound, sayNoSuch)
	case !m.MayApprove(by):
		return fault.New(fault.Forbidden, "A rollout lead, or whoever is named to approve this message, approves it.")
	case m.Version != version:
		return fault.New(fault.Conflict, sayStale+" Read it as it is now, then approve it.")
	case !m.Open():
		return fault.New(fault.Conflict, "Nothing of it is to go out any more.")
	case m.Asked != m.N:
		return fault.New(fault.Conflict, "Approval has not been asked for: it is a draft.")
	case m.ApprovedBy(by):
		return fault.New(fault.Conflict, "You have approved this version already. Above "+strconv.Itoa(Mass)+" recipients somebody else has to as well.")
	}
	m.Approvals = append(m.Approvals, Approval{
		N: m.N, Account: by.Account, Person: Person{Name: by.Name, Email: by.Email}, At: now,
		Recipients: len(reach.To), Addresses: reach.Addresses(),
	})
	m.record(by, "message.approved", map[string]string{"version": strconv.Itoa(m.N), "recipients": strconv.Itoa(len(reach.To))})
	return nil
}

// ApprovedBy reports whether an actor's word on the latest version stands.
func (m Message) ApprovedBy(by identity.Actor) bool {
	return slices.ContainsFunc(m.Approvals, func(a Approval) bool { return a.N == m.N && a.by(by.Account, by.Email) })
}

// TakeBack takes an actor's approval back; from somebody who writes the message and
// approved nothing, it takes back that approval was asked for.
func (s *Service) TakeBack(ctx context.Context, by identity.Actor, id MessageID, version int, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.takeBack(by, version) })
}

func (m *Message) takeBack(by identity.Actor, version int) error {
	switch {
	case !m.MayRead(by):
		return fault.New(fault.NotFound, sayNoSuch)
	case m.Version != version:
		return fault.New(fault.Conflict, sayStale)
	case !m.Open():
		return fault.New(fault.Conflict, "It went out. Nothing can be taken back.")
	case m.ApprovedBy(by):
		m.Approvals = slices.DeleteFunc(m.Approvals, func(a Approval) bool { return a.by(by.Account, by.Email) })
		m.record(by, "message.approval_taken_back", map[string]string{"version": strconv.Itoa(m.N)})
		return nil
	case !m.MayWrite(by):
		return fault.New(fault.Forbidden, "You have approved nothing here.")
	}
	m.Asked, m.Approvals = 0, nil
	m.record(by, "message.made_draft", map[string]string{"version": strconv.Itoa(m.N)})
	return nil
}

// SendNow lets the next occurrence go out at once. Whom the message reaches now decides how
// many people must have approved it; what waits for a go waits on.
func (s *Service) SendNow(ctx context.Context, by identity.Actor, id MessageID, version int, reach Reach, launch Launch, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.sendNow(by, version, reach, launch, now) })
}

func (m *Message) sendNow(by identity.Actor, version int, reach Reach, launch Launch, now time.Time) error {
	if err := m.writable(by, version); err != nil {
		return err
	}
	next := m.Next()
	switch {
	case !by.Has(identity.Lead):
		return fault.New(fault.Forbidden, "A rollout lead sends a message before its time.")
	case next < 0:
		return fault.New(fault.Conflict, "Nothing of it is to go out.")
	case m.Asked != m.N || !m.Approved(len(reach.To)):
		return fault.New(fault.Conflict, "It is not approved for the people it reaches now.")
	case len(reach.To) == 0:
		return fault.New(fault.Conflict, "It reaches nobody now.")
	case m.HeldForGo && !launch.Go:
		return fault.New(fault.Conflict, "It waits until the launch of its wave is decided.")
	}
	o := &m.Occurrences[next]
	o.dueAt(now)
	m.record(by, "message.sent_now", map[string]string{"version": strconv.Itoa(m.N), "recipients": strconv.Itoa(len(reach.To))})
	return nil
}

// dueAt makes an occurrence due at a moment. Where the clock shows that time twice, its
// zone becomes UTC: it would wait for the second else.
func (o *Occurrence) dueAt(now time.Time) {
	o.Day, o.At = clockOf(o.Zone, now)
	o.DaySet = true
	if due, ok := o.Due(); !ok || due.After(now) {
		o.Zone = "UTC"
		o.Day, o.At = clockOf(o.Zone, now)
	}
}

// clockOf returns what a wall clock in a zone shows at a moment, to the minute before.
func clockOf(zone string, now time.Time) (day.Date, string) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	local := now.In(place)
	y, m, d := local.Date()
	return day.Of(y, m, d), local.Format("15:04")
}

// MissingApprovals is how many people must still approve the latest version for so many recipients.
func (m Message) MissingApprovals(recipients int) int {
	return max(0, Needed(recipients)-m.Approvers())
}

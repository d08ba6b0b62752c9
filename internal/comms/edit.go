package comms

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	sayNotYour = "Only a rollout lead, or who owns this message, changes it."
	sayOver    = "It went out. A new message says something new."
)

// MayRead reports whether an actor may know of a message: leads, auditors and owners
// of all, and whoever is named to approve it of that one.
func (m Message) MayRead(by identity.Actor) bool {
	return by.HasAny(identity.Lead, identity.Auditor, identity.Owner) || m.Approver.is(by)
}

// MayWrite reports whether an actor may change a message: leads, and its owner.
func (m Message) MayWrite(by identity.Actor) bool {
	return by.Has(identity.Lead) || by.Has(identity.Owner) && m.Owner.is(by)
}

// MayApprove reports whether an actor's word counts: leads', and that of whoever is named.
func (m Message) MayApprove(by identity.Actor) bool {
	return by.Email != "" && (by.Has(identity.Lead) || m.Approver.is(by))
}

// is reports whether an actor is this person.
func (p Person) is(by identity.Actor) bool {
	return p.Email != "" && strings.EqualFold(p.Email, by.Email)
}

// Open reports whether anything of the message is still to go out, or may be.
func (m Message) Open() bool {
	return m.ArchivedAt.IsZero() && (len(m.Occurrences) == 0 || m.Next() >= 0)
}

// Next returns which of the occurrences goes out next, -1 for none.
func (m Message) Next() int {
	next := -1
	for i, o := range m.Occurrences {
		if o.State != Planned {
			continue
		}
		if next < 0 || o.Day.Known() && (!m.Occurrences[next].Day.Known() || o.Day < m.Occurrences[next].Day) {
			next = i
		}
	}
	return next
}

// Apply takes a checked draft over into a message that is not kept yet.
func (m *Message) Apply(by identity.Actor, d Draft, now time.Time) error {
	d = d.Clean()
	if err := d.Check(); err != nil {
		return err
	}
	m.take(d)
	m.Text = d.text(by, max(m.N, 1), now)
	return nil
}

// take takes over what is no part of the text.
func (m *Message) take(d Draft) {
	m.Stage, m.Title, m.Owner, m.Approver, m.Wave = d.Stage, d.Title, d.Owner, d.Approver, d.Wave
	m.HeldForGo, m.Every, m.Until, m.UsefulFor = d.HeldForGo, d.Every, d.Until, d.UsefulFor
}

func (d Draft) text(by identity.Actor, n int, now time.Time) Text {
	return Text{
		N: n, At: now, ByAccount: by.Account, ByName: by.Name, Subject: d.Subject, Body: d.Body,
		Audience: d.Audience, Channels: d.Channels, Mandatory: d.Mandatory,
	}
}

// Same reports whether two versions say the same to the same people the same way.
func (t Text) Same(o Text) bool { return len(t.Differs(o)) == 0 }

// Differs names what another version says differently.
func (t Text) Differs(o Text) []string {
	var out []string
	add := func(differs bool, name string) {
		if differs {
			out = append(out, name)
		}
	}
	add(t.Subject != o.Subject, "subject")
	add(t.Body != o.Body, "text")
	add(!t.Audience.Same(o.Audience), "audience")
	add(!slices.Equal(t.Channels, o.Channels), "channels")
	add(t.Mandatory != o.Mandatory, "mandatory")
	return out
}

// Same reports whether two audiences are described the same way.
func (a Audience) Same(b Audience) bool {
	return a.Who == b.Who && sameSet(a.Waves, b.Waves) && sameSet(a.Departments, b.Departments) && sameSet(a.Groups, b.Groups) &&
		sameSet(a.Stages, b.Stages) && sameSet(a.Roles, b.Roles)
}

func sameSet[T ~int | ~string](a, b []T) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// edit takes over a draft. A new version is made only when it says something else to
// somebody else, and then approval is asked for again.
func (m *Message) edit(by identity.Actor, d Draft, version int, now time.Time) error {
	if err := m.writable(by, version); err != nil {
		return err
	}
	d = d.Clean()
	d.Wave, d.Every, d.Until = m.Wave, m.Every, m.Until // its days are moved, not edited
	if err := d.Check(); err != nil {
		return err
	}
	if by.Has(identity.Owner) && !by.Has(identity.Lead) && !d.Owner.is(by) {
		return fault.Field("owner", "A rollout lead gives a message to somebody else.")
	}
	if !by.Has(identity.Lead) && d.Approver.is(by) && !m.Approver.is(by) {
		return errOwnApprover
	}
	text := d.text(by, m.N+1, now)
	changed := m.Text.Differs(text)
	if m.HeldForGo && !d.HeldForGo {
		changed = append(changed, "no longer held") // it could leave before anybody decided
	}
	m.take(d)
	detail := map[string]string{"version": strconv.Itoa(m.N)}
	if len(changed) > 0 {
		m.Text, m.Approvals = text, nil
		detail = map[string]string{"version": strconv.Itoa(m.N), "changed": strings.Join(changed, ", ")}
	}
	m.record(by, "message.edited", detail)
	return nil
}

// writable refuses what may not be changed by this actor, from this view of it, or at all.
func (m *Message) writable(by identity.Actor, version int) error {
	switch {
	case !m.MayRead(by):
		return fault.New(fault.NotFound, sayNoSuch)
	case !m.MayWrite(by):
		return fault.New(fault.Forbidden, sayNotYour)
	case m.Version != version:
		return fault.New(fault.Conflict, sayStale)
	case !m.Open():
		return fault.New(fault.Conflict, sayOver)
	}
	return nil
}

// errOwnApprover keeps whoever writes a message from being the one who approves it by their own word.
var errOwnApprover = fault.Field("approver", "Somebody else approves what you write. Name them, or leave it to the rollout leads.")

const sayNoSuch = "There is no such message, or none that you may know of."

// Create keeps a new message; m has its plan, its text and its occurrences. The same key makes one.
func (s *Service) Create(ctx context.Context, by identity.Actor, key string, m Message, now time.Time) (MessageID, error) {
	switch {
	case !by.HasAny(identity.Lead, identity.Owner):
		return 0, fault.New(fault.Forbidden, "Rollout leads and task owners write messages.")
	case !by.Has(identity.Lead) && !m.Owner.is(by):
		return 0, fault.Field("owner", "A rollout lead writes messages for somebody else.")
	case !by.Has(identity.Lead) && m.Approver.is(by):
		return 0, errOwnApprover
	}
	if err := DraftOf(m).Check(); err != nil {
		return 0, err
	}
	return s.Keeper.CreateMessage(ctx, by, key, m, now)
}

// Edit changes what a form changed.
func (s *Service) Edit(ctx context.Context, by identity.Actor, id MessageID, d Draft, version int, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.edit(by, d, version, now) })
}

// Archive takes a message out of the calendar; what was still to go out is cancelled.
func (s *Service) Archive(ctx context.Context, by identity.Actor, id MessageID, version int, now time.Time) (Message, error) {
	return s.Keeper.UpdateMessage(ctx, id, now, func(m *Message) error { return m.archive(by, version, now) })
}

func (m *Message) archive(by identity.Actor, version int, now time.Time) error {
	switch {
	case !m.MayRead(by):
		return fault.New(fault.NotFound, sayNoSuch)
	case !m.MayWrite(by):
		return fault.New(fault.Forbidden, sayNotYour)
	case m.Version != version:
		return fault.New(fault.Conflict, sayStale)
	case !m.ArchivedAt.IsZero():
		return nil
	}
	for i := range m.Occurrences {
		switch o := &m.Occurrences[i]; o.State {
		case Going:
			return fault.New(fault.Conflict, "It is going out now. Archive it once it has.")
		case Planned:
			o.State, o.Reason = Cancelled, "The message was archived"
		}
	}
	m.ArchivedAt = now
	m.record(by, "message.archived", nil)
	return nil
}

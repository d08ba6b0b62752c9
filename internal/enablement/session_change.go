package enablement

import (
	"fmt"
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	errNotLead = fault.New(fault.Forbidden, "Rollout leads plan sessions.")
	errNotHost = fault.New(fault.Forbidden, "Rollout leads and the host change a session.")
	errStale   = fault.New(fault.Conflict, "Somebody else changed this session meanwhile. Nothing was changed by you.")
	errHeld    = fault.New(fault.Conflict, "This session has begun: it is not moved or cancelled any more.")
	errFile    = fault.New(fault.Conflict, "This session is known from a file only. It stays as it is.")
)

// hostMay is what a host may change without a lead.
var hostMay = []string{"place", "link", "about", "features"}

// plan checks a new session.
func plan(by identity.Actor, o Outline, on day.Date, now time.Time) (Planned, error) {
	if !by.Has(identity.Lead) {
		return Planned{}, errNotLead
	}
	w, p := wrong{}, Planned{Outline: o.tidy(), Day: on, Version: 1}
	p.check(w)
	checkTime(w, p.Outline, on, now)
	return p, w.fault()
}

// change gives p another outline and day. A lead may change everything until it
// begins, and what does not move it after that; its host what [hostMay] names.
func (p *Planned) change(by identity.Actor, o Outline, on day.Date, now time.Time) error {
	o = o.tidy()
	what := p.Differs(o)
	moved := p.Day != on || slices.Contains(what, "starts") || slices.Contains(what, "zone")
	switch {
	case p.FromFile:
		return errFile
	case p.Cancelled():
		return fault.New(fault.Conflict, "This session is cancelled. Bring it back before you change it.")
	case !by.Has(identity.Lead) && !p.HostedBy(by):
		return errNotHost
	case !by.Has(identity.Lead) && (moved || slices.ContainsFunc(what, func(f string) bool { return !slices.Contains(hostMay, f) })):
		return fault.New(fault.Forbidden, "As its host you change the place, the link, what it is about and what it covers. Ask a rollout lead for the rest.")
	case moved && p.Begun(now):
		return errHeld
	}
	w := wrong{}
	o.check(w)
	if moved {
		checkTime(w, o, on, now)
	}
	w.add("capacity", p.tooSmall(o.Capacity))
	p.Outline, p.Day = o, on
	return w.fault()
}

// tooSmall says that more people have a seat than would fit in.
func (p Planned) tooSmall(capacity *int) string {
	if capacity == nil || *capacity < 1 || *capacity >= p.Seated() {
		return ""
	}
	return fmt.Sprintf("%d people have a seat already. Leave room for them.", p.Seated())
}

// cancel calls p off.
func (p *Planned) cancel(by identity.Actor, reason string, now time.Time) error {
	reason = line(reason)
	switch {
	case !by.Has(identity.Lead):
		return errNotLead
	case p.FromFile:
		return errFile
	case p.Cancelled():
		return errStale
	case p.Begun(now):
		return errHeld
	case reason == "":
		return fault.Field("reason", "Say why: everybody who signed up reads it.")
	case len([]rune(reason)) > maxName:
		return fault.Field("reason", textWrong(reason, maxName, ""))
	}
	p.CancelledAt, p.CancelReason = now, reason
	return nil
}

// restore takes a cancellation back, as long as p is ahead.
func (p *Planned) restore(by identity.Actor, now time.Time) error {
	switch {
	case !by.Has(identity.Lead):
		return errNotLead
	case !p.Cancelled():
		return errStale
	case p.Begun(now):
		return fault.New(fault.Conflict, "Its time has passed. Plan another session.")
	}
	p.CancelledAt, p.CancelReason = time.Time{}, ""
	return nil
}

// cover notes which features p covered, once it was held.
func (p *Planned) cover(by identity.Actor, features []Feature, now time.Time) error {
	switch {
	case !by.Has(identity.Lead) && !p.HostedBy(by):
		return errNotHost
	case !p.Held(now):
		return fault.New(fault.Conflict, "What a session covered is confirmed once it was held.")
	}
	p.Features = Outline{Features: features}.tidy().Features
	p.CoveredAt = now
	return nil
}

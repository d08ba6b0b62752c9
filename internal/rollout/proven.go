package rollout

import (
	"time"

	"groundswell/internal/day"
)

// Evidence returns how good the evidence of a task is at now. A failing check
// outranks a person's word; a check that holds is stale once its source is; and
// while a check has nothing to judge by, a person's word counts until its end.
func (p *Plan) Evidence(t Task, now time.Time) Evidenced {
	if e, passed := p.passed(t); passed {
		return e
	}
	switch t.Evidence.Kind {
	case ByCheck:
		if r, ok := p.Result(t); ok && r.Outcome != NoneYet && !r.Check.ByWord() {
			return r.evidence(now)
		}
	case ByProof:
		if proofs := p.Proofs[t.ID]; len(proofs) > 0 {
			return proofs[0].evidence()
		}
	}
	if a, ok := p.Attested[t.ID]; ok {
		return a.evidence(p.Today(now))
	}
	return p.nothing(t)
}

// Result returns what the check of a task found last: that of its wave, else that
// of everyone. False when the task asks for no check, or it never ran.
func (p *Plan) Result(t Task) (Result, bool) {
	if t.Evidence.Kind != ByCheck {
		return Result{}, false
	}
	if r, ok := p.Results[CheckRef{Check: t.Evidence.Check, Wave: p.WaveOf(t)}]; ok {
		return r, true
	}
	r, ok := p.Results[CheckRef{Check: t.Evidence.Check}]
	return r, ok
}

// Judge returns the check that judges a task: of its wave where the check asks
// wave by wave, else of everyone.
func (p *Plan) Judge(t Task) CheckRef {
	ref := CheckRef{Check: t.Evidence.Check, Wave: p.WaveOf(t)}
	if c, ok := CheckOf(ref.Check); ok && !c.PerWave() {
		ref.Wave = 0
	}
	return ref
}

// passed is the evidence of a gate that a person recorded as passed.
func (p *Plan) passed(t Task) (Evidenced, bool) {
	if t.Gate == "" {
		return Evidenced{}, false
	}
	g, ok := p.GateOf(t.ID)
	if !ok || g.PassedAt.IsZero() {
		return Evidenced{}, false
	}
	if g.InForce() {
		return Evidenced{
			Standing: StandsAttested, Short: "Since " + g.PassedOn.Time().Format("2 Jan 2006"), Say: "In force since " + full(g.PassedOn) + ", before there was a plan.",
			Source: g.PassedBy.Name, At: g.PassedAt, HoldsTo: day.Never,
		}, true
	}
	return Evidenced{
		Standing: StandsAttested, Short: "Passed " + short(g.PassedOn), Say: "Recorded as done on " + short(g.PassedOn) + ".",
		Source: g.PassedBy.Name, At: g.PassedAt, HoldsTo: day.Never,
	}, true
}

// Stale reports whether what was found is too old to be taken as live.
func (r Result) Stale(now time.Time) bool { return now.Sub(r.seen()) > staleAfter }

// seen is when the signal was last looked at: its source, or the check where it has none.
func (r Result) seen() time.Time {
	if r.AsOf.IsZero() {
		return r.RanAt
	}
	return r.AsOf
}

func (r Result) evidence(now time.Time) Evidenced {
	e := Evidenced{Standing: StandsVerified, Short: r.Short, Say: r.Say, Source: r.Source, At: r.seen(), HoldsTo: day.Never}
	switch {
	case r.Outcome == Fails:
		e.Standing = StandsFailing
	case r.Outcome == NoneYet:
		e.Standing = StandsNoneYet
	case r.Stale(now):
		e.Standing = StandsStale
	}
	return e
}

func (a Attestation) evidence(today day.Date) Evidenced {
	e := Evidenced{Standing: StandsAttested, Short: "Attested", Say: a.Words, Source: a.By.Name, At: a.At, HoldsTo: a.HoldsTo}
	switch {
	case a.HoldsTo < today:
		e.Standing, e.Short = StandsStale, "Held to "+short(a.HoldsTo)
	case a.HoldsTo.Known():
		e.Short = "Holds to " + short(a.HoldsTo)
	}
	return e
}

func (f Proof) evidence() Evidenced {
	return Evidenced{Standing: StandsAttested, Short: f.Name, Say: f.Name, Source: f.By.Name, At: f.At, HoldsTo: day.Never}
}

// nothing says what is missing.
func (p *Plan) nothing(t Task) Evidenced {
	e := Evidenced{Standing: StandsNoneYet, HoldsTo: day.Never}
	switch t.Evidence.Kind {
	case ByCheck:
		e.Short, e.Say = "No signal yet", "No signal yet."
		if r, ok := p.Result(t); ok {
			e = r.evidence(r.RanAt)
		}
	case ByProof:
		e.Short, e.Say = "No proof yet", "Nobody has added a link or a file yet."
	default:
		e.Short, e.Say = "Not attested", "Nobody has said so yet."
	}
	return e
}

// full writes a day of long ago, with its year: "Fri 12 Jun 2026".
func full(d day.Date) string { return d.Time().Format("Mon 2 Jan 2006") }

// short writes a day as people read it: "Thu 19 Nov".
func short(d day.Date) string {
	if !d.Known() {
		return ""
	}
	return d.Time().Format("Mon 2 Jan")
}

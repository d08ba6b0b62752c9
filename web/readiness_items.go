package web

import (
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/readiness"
	"groundswell/views/ui"
)

// proofs are the standings as the kit draws them.
var proofs = map[rollout.Standing]ui.Proof{
	rollout.StandsVerified: ui.ProofVerified, rollout.StandsAttested: ui.ProofAttested, rollout.StandsStale: ui.ProofStale,
	rollout.StandsFailing: ui.ProofFailing, rollout.StandsNoneYet: ui.ProofNone,
}

var (
	reopenedChip = ui.ChipProps{Label: "Reopened", Tone: ui.ToneBad, Icon: ui.IconRotateCcw}
	leftOutChip  = ui.ChipProps{Label: "Not needed", Icon: ui.IconMinus}
)

func (v readinessReader) group(g rollout.ChecklistGroup) views.Group {
	out := views.Group{Title: g.Title, Ready: g.Ready(), Of: len(g.Items)}
	for _, i := range g.Items {
		out.Items = append(out.Items, v.item(i))
	}
	return out
}

// item words a line of the checklist.
func (v readinessReader) item(i rollout.ChecklistItem) ui.CheckProps {
	p := ui.CheckProps{Title: i.Title, URL: v.taskURL(i), Found: v.found(i), Source: v.source(i), Proof: proofs[i.Standing]}
	if i.Reopened() && i.Standing != rollout.StandsFailing {
		p.State = reopenedChip
	}
	switch {
	case i.Reopened() && i.Reason != "" && i.Standing != rollout.StandsFailing:
		p.Note = "Reopened: " + i.Reason
	case !i.Ready():
		p.Note = i.Why
	}
	if !i.Ready() {
		p.Action = v.action(i)
	}
	p.Owner, p.Role = v.owner(i)
	return p
}

// owner is who has an item: a person by the name people call them, else the role.
func (v readinessReader) owner(i rollout.ChecklistItem) (*ui.Person, string) {
	if !v.names || !i.Owner.Named() {
		return nil, i.RoleName
	}
	return &ui.Person{Name: i.Owner.Name, Called: calledName(i.Owner.Name)}, ""
}

// calledName is the first of somebody's names.
func calledName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

func (v readinessReader) leftOut(i rollout.ChecklistItem) ui.CheckProps {
	return ui.CheckProps{Title: i.Title, URL: v.taskURL(i), Found: i.Reason, State: leftOutChip}
}

func (v readinessReader) taskURL(i rollout.ChecklistItem) string {
	if url := route.Task(int64(i.ID)); v.opens(url) {
		return url
	}
	return ""
}

// found is what the evidence says. What a person wrote is not for executives.
func (v readinessReader) found(i rollout.ChecklistItem) string {
	switch {
	case i.BySignal || i.At.IsZero():
		return i.Say
	case !v.names:
		return "A person vouched for it."
	case i.Task.Evidence.Kind == rollout.ByProof:
		return i.Say
	}
	return i.Source + ": “" + strings.TrimSuffix(i.Say, ".") + "”"
}

// source says where the evidence comes from, and of when it is.
func (v readinessReader) source(i rollout.ChecklistItem) string {
	switch {
	case i.At.IsZero():
		return ""
	case i.BySignal:
		return i.Source + ", " + v.moment(i.At)
	case i.Task.Evidence.Kind == rollout.ByProof && v.names:
		return "Added by " + i.Source + ", " + v.date(v.dayOf(i.At))
	}
	said := "Attested " + v.date(v.dayOf(i.At))
	switch {
	case i.HoldsTo == day.Never:
		return said
	case i.Standing == rollout.StandsStale:
		return said + ", held to " + v.date(i.HoldsTo)
	}
	return said + ", holds to " + v.date(i.HoldsTo)
}

// action is the one thing to do about an item that is not ready; nil for those
// who may not open where it is done.
func (v readinessReader) action(i rollout.ChecklistItem) *ui.Link {
	judge := v.plan.Judge(i.Task)
	for _, l := range actionsFor(i, route.Check(string(judge.Check), judge.Wave)) {
		if v.opens(l.URL) {
			if l.Label == "Resolve" && !v.names {
				l.Label = "See why" // for whoever resolves nothing
			}
			return &l
		}
	}
	return nil
}

// actionsFor lists where an item is put right, the best place first. check is the
// page of the check that judges it.
func actionsFor(i rollout.ChecklistItem, check string) []ui.Link {
	task := route.Task(int64(i.ID))
	byCheck := i.Task.Evidence.Kind == rollout.ByCheck
	switch {
	case i.Standing == rollout.StandsFailing && i.Task.Evidence.Check == rollout.CheckDryRun:
		return []ui.Link{{Label: "Open dry run", URL: route.Access}, {Label: "Resolve", URL: check}, {Label: "Resolve", URL: task}}
	case i.Standing == rollout.StandsFailing:
		return []ui.Link{{Label: "Resolve", URL: check}, {Label: "Resolve", URL: task}}
	case i.Reopened():
		return []ui.Link{{Label: "Open task", URL: task}}
	case i.Standing == rollout.StandsStale && i.BySignal, i.Standing == rollout.StandsNoneYet && byCheck:
		return []ui.Link{{Label: "See why", URL: check}, {Label: "Open task", URL: task}}
	case i.Standing == rollout.StandsStale:
		return []ui.Link{{Label: "Re-attest", URL: task}}
	case i.Task.Evidence.Kind == rollout.ByProof:
		return []ui.Link{{Label: "Add proof", URL: task}}
	}
	return []ui.Link{{Label: "Attest", URL: task}}
}

// decision words a decision as it was frozen.
func (v readinessReader) decision(d rollout.Decision) views.DecisionProps {
	p := views.DecisionProps{
		Head: ui.PageHeadProps{
			Title: v.wave.Name + ": " + strings.ToLower(choiceWord(d.Choice)), Sub: "Decided " + v.when(d) + ", with " + readyOf(d) + " ready",
			Crumbs: []ui.Link{{Label: "Readiness", URL: route.Readiness}, {Label: v.wave.Name, URL: route.WaveReadiness(v.wave.Slug)}},
		},
		Chip: choiceChip(d.Choice),
		Facts: []ui.Pair{
			{Name: "Decided", Value: v.when(d)}, {Name: "Recorded by", Value: d.By}, {Name: "Ready", Value: readyOf(d)},
			{Name: "Kept as", Value: "It was then. What changed since is on the page of the wave."},
		},
	}
	for _, said := range d.Votes {
		vote := ui.Vote{Person: ui.Person{Name: said.Name, Role: v.moment(said.At)}, Answer: choiceWord(said.Choice), Tone: choiceTone(said.Choice), Reason: said.Reason}
		p.Votes = append(p.Votes, vote)
	}
	p.Groups = v.basis(d.Basis)
	return p
}

// basis groups the lines of a decision as the page of the wave does.
func (v readinessReader) basis(lines []rollout.BasisItem) []views.Group {
	var out []views.Group
	at := map[string]int{}
	for _, b := range lines {
		i, known := at[b.Group]
		if !known {
			i = len(out)
			at[b.Group] = i
			out = append(out, views.Group{Title: b.Group})
		}
		if b.Standing != rollout.StandsLeftOut {
			out[i].Of++
		}
		if b.Ready() {
			out[i].Ready++
		}
		out[i].Items = append(out[i].Items, v.basisItem(b))
	}
	return out
}

func (v readinessReader) basisItem(b rollout.BasisItem) ui.CheckProps {
	p := ui.CheckProps{Title: b.Title, Found: b.Say, Proof: proofs[b.Standing]}
	signal := b.Standing == rollout.StandsVerified || b.Standing == rollout.StandsFailing
	if !v.names && !signal {
		p.Found = ""
	}
	switch {
	case b.Standing == rollout.StandsLeftOut:
		p.State = leftOutChip
	case b.Reopened && b.Standing != rollout.StandsFailing:
		p.State = reopenedChip
	}
	return p
}

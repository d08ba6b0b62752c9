package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/people"
)

// ChecklistItem is a line of a wave's checklist: a task with its evidence.
type ChecklistItem struct {
	Task
	Evidenced
	Owner    Person // who it waits on; not named while its role is not filled
	RoleName string // of the role that owns it
	BySignal bool   // a check says so; otherwise a person does, or nobody
}

// Reopened reports whether a person sent the task back, whatever its evidence says.
func (i ChecklistItem) Reopened() bool { return i.Task.State == Reopened }

// Ready reports whether nothing is left to do about an item: a signal verifies
// it or a person's word holds, and nobody sent it back.
func (i ChecklistItem) Ready() bool {
	return !i.Reopened() && (i.Standing == StandsVerified || i.Standing == StandsAttested)
}

// LeftOut reports whether somebody said that an item is not needed.
func (i ChecklistItem) LeftOut() bool { return i.Task.State == NotNeeded }

// ChecklistGroup is the items under one heading.
type ChecklistGroup struct {
	Title string
	Items []ChecklistItem
}

// Ready counts the items of a group that are ready.
func (g ChecklistGroup) Ready() int { return countReady(g.Items) }

func countReady(items []ChecklistItem) int {
	n := 0
	for _, i := range items {
		if i.Ready() {
			n++
		}
	}
	return n
}

// Checklist is what must hold before a wave opens.
type Checklist struct {
	Wave    people.Wave
	Groups  []ChecklistGroup // in the order in which the playbook is through with them
	LeftOut []ChecklistItem  // not needed, each with its reason; they count for nothing
}

// Checklist returns what must hold before a wave opens, as of now: its own items
// and those of the organization.
func (p *Plan) Checklist(wave int, now time.Time) Checklist {
	c := Checklist{}
	c.Wave, _ = p.Wave(wave)
	at, through := map[string]int{}, map[string]int{}
	for n, t := range p.ForWave(wave) {
		through[t.Checklist] = n
		item := p.Item(t, now)
		if item.LeftOut() {
			c.LeftOut = append(c.LeftOut, item)
			continue
		}
		i, known := at[t.Checklist]
		if !known {
			i = len(c.Groups)
			at[t.Checklist] = i
			c.Groups = append(c.Groups, ChecklistGroup{Title: t.Checklist})
		}
		c.Groups[i].Items = append(c.Groups[i].Items, item)
	}
	slices.SortStableFunc(c.Groups, func(a, b ChecklistGroup) int { return through[a.Title] - through[b.Title] })
	return c
}

// Item returns a task as a line of a checklist, whether it stands on one or not.
func (p *Plan) Item(t Task, now time.Time) ChecklistItem {
	out := ChecklistItem{Task: t, Evidenced: p.Evidence(t, now), Owner: p.Owner(t)}
	r, ran := p.Result(t)
	out.BySignal = ran && (r.Outcome != NoneYet || out.Standing == StandsNoneYet)
	for _, r := range p.Roles {
		if r.Key == t.Role {
			out.RoleName = r.Name
		}
	}
	return out
}

// Items returns every item that counts, in the order of the page.
func (c Checklist) Items() []ChecklistItem {
	var out []ChecklistItem
	for _, g := range c.Groups {
		out = append(out, g.Items...)
	}
	return out
}

// Waiting returns the items that are not ready: failing first, then stale, then
// sent back, then without evidence.
func (c Checklist) Waiting() []ChecklistItem {
	var out []ChecklistItem
	for _, k := range []tally{tallyFailing, tallyStale, tallyReopened, tallyNoneYet} {
		for _, i := range c.Items() {
			if i.tally() == k {
				out = append(out, i)
			}
		}
	}
	return out
}

// Ready counts the items that are ready, and how many there are.
func (c Checklist) Ready() (ready, of int) {
	items := c.Items()
	return countReady(items), len(items)
}

// Complete reports whether there is a checklist and all of it is ready.
func (c Checklist) Complete() bool {
	ready, of := c.Ready()
	return of > 0 && ready == of
}

// Conditions writes how every line stands, short enough to be kept beside a vote:
// two checklists with the same conditions ask the same question.
func (c Checklist) Conditions() string {
	h := sha256.New()
	for _, b := range c.Basis() {
		fmt.Fprintf(h, "%d %s %t\n", b.Task, b.Standing, b.Reopened)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Basis writes every line down, to be kept with a decision.
func (c Checklist) Basis() []BasisItem {
	out := []BasisItem{}
	for _, i := range c.Items() {
		out = append(out, BasisItem{
			Task: i.ID, Group: i.Checklist, Title: i.Title, Standing: i.Standing, Reopened: i.Reopened(), Say: i.Say,
		})
	}
	for _, i := range c.LeftOut {
		out = append(out, BasisItem{Task: i.ID, Group: i.Checklist, Title: i.Title, Standing: StandsLeftOut, Say: i.Reason})
	}
	return out
}

// FailedSince returns the items that fail or were sent back although go was
// decided. A decision does not hold a check: what fails afterwards is announced,
// for as long as people are watched once their wave is open.
func (p *Plan) FailedSince(wave int, now time.Time) []ChecklistItem {
	d, ok := p.Readiness[wave].Stands()
	w, _ := p.Wave(wave)
	if !ok || d.Choice != Go || w.OpensOn != nil && p.Today(now) > *w.OpensOn+watchFor {
		return nil
	}
	var out []ChecklistItem
	for _, i := range p.Checklist(wave, now).Waiting() {
		if k := i.tally(); k == tallyFailing || k == tallyReopened {
			out = append(out, i)
		}
	}
	return out
}

// Ready reports whether nothing was left to do about a line.
func (b BasisItem) Ready() bool {
	return !b.Reopened && (b.Standing == StandsVerified || b.Standing == StandsAttested)
}

// Ready counts the lines that were ready when it was decided, and how many counted.
func (d Decision) Ready() (ready, of int) {
	for _, b := range d.Basis {
		if b.Ready() {
			ready++
		}
		if b.Standing != StandsLeftOut {
			of++
		}
	}
	return ready, of
}

// Blockers returns what stands in the way of a wave: the items of its checklist
// that are not ready, then the overdue tasks that its gate waits for.
func (p *Plan) Blockers(wave int, now time.Time) []ChecklistItem {
	out, today := p.Checklist(wave, now).Waiting(), p.Today(now)
	listed := map[TaskID]bool{}
	for _, i := range out {
		listed[i.ID] = true
	}
	g, _ := p.WaveGate(wave)
	gate, _ := p.Task(g.Task)
	for _, t := range p.Unsettled(gate) {
		if p.Late(t, today) && !listed[t.ID] {
			out = append(out, p.Item(t, now))
		}
	}
	return out
}

// Progress counts the tasks of a phase that are done, and all that are needed.
func (p *Plan) Progress(in adoption.Phase) (done, of int) {
	for _, t := range p.Tasks {
		if t.Phase != in || t.State == NotNeeded {
			continue
		}
		of++
		if t.State == Done {
			done++
		}
	}
	return done, of
}

package plan

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// TaskProps is the page of a task.
type TaskProps struct {
	Head          ui.PageHeadProps
	Chips         []ui.ChipProps
	Problem       *ui.BannerProps
	Path          string
	Version       string
	Typed         Typed
	Change        bool // the reader may change it
	Take          bool // nobody owns it, and the reader may
	Lead          bool // the reader may also give, split, move and remove it
	Own           bool // of the rollout's own, not of the playbook
	Why, DoneWhen string
	Help          *ui.Link
	Guidance      string
	Facts         []ui.Pair
	Evidence      EvidenceProps
	Acts          []Act
	Owner, Due    string // as the forms show them
	People        []string
	Waits, Blocks []Ref
	Messages      []Ref // that fulfil it
	Proofs        []ProofRow
	Notes, Past   []Line
	Gate          *Gate
}

// EvidenceProps is what speaks for a task being done.
type EvidenceProps struct {
	Chip      ui.EvidenceProps
	Say, From string
	Asks      string // what counts, while there is nothing
	Check     string // the page of the check; "" when it is none
	Attest    bool   // a person's word may be given
	Holds     string // for how long a word holds
	Again     bool   // one was given before
}

// Act is a change of a task's state.
type Act struct {
	Form, To, Label string
	Title           string // of the form; "" for a plain button
	Name, Field     string // what is asked for, and its label; "" when it is only a button
	Hint            string
	Waits           string // why it cannot be done yet
	Primary         bool
	Optional        bool
	Open            bool
}

// Ref is another task.
type Ref struct {
	Title, URL, Say string
	Done            bool
}

// ProofRow is a link or a file.
type ProofRow struct {
	Name, URL, Say string
	File           bool
	Remove         string // "" when the reader may not
}

// NewTask makes the page of a task, its history newest first.
func NewTask(r Reader, t rollout.Task, past []rollout.Activity, typed Typed) TaskProps {
	p := TaskProps{
		Head: ui.PageHeadProps{Title: t.Title, Sub: r.standing(t), Crumbs: r.crumbs(t)}, Chips: r.chips(t), Path: route.Task(int64(t.ID)), Version: strconv.Itoa(t.Version), Typed: typed,
		Change: r.may(t), Lead: r.Lead(), Own: t.Key == "", Why: t.Why, DoneWhen: t.DoneWhen, Facts: r.facts(t),
		Evidence: r.evidence(t), Owner: Address(t.Owner), Due: t.Due.String(), People: r.People(),
	}
	if t.Help.URL != "" {
		p.Help = &ui.Link{Label: cmp.Or(t.Help.Title, "The vendor's help"), URL: t.Help.URL}
	}
	if t.Guidance.Known() {
		p.Guidance = "Guidance of " + t.Guidance.Time().Format("2 Jan 2006")
	}
	p.Take = r.Plan.Free(r.Actor, t)
	if p.Change {
		p.Acts = r.acts(t, typed)
	}
	p.Waits, p.Blocks = r.refs(t.WaitsFor), r.refs(r.Plan.Blocks(t.ID))
	p.Proofs = r.proofs(t, p.Change)
	for _, a := range past {
		if a.Kind == "note" {
			p.Notes = append(p.Notes, r.line(a))
		} else {
			p.Past = append(p.Past, r.line(a))
		}
	}
	return p
}

// Conflict says on the page what somebody else did meanwhile.
func (p TaskProps) Conflict() TaskProps {
	p.Problem = changed("Somebody", "The page shows it as it is now.")
	if len(p.Past) > 0 {
		last := p.Past[0]
		p.Problem = changed(cmp.Or(last.Who, "Somebody"), last.Say)
	}
	return p
}

// Refused says on the page why something was not done.
func (p TaskProps) Refused(say string) TaskProps {
	p.Problem = &ui.BannerProps{Title: "Nothing was changed", Body: say, Tone: ui.ToneBad, Alert: true}
	return p
}

func (r Reader) crumbs(t rollout.Task) []ui.Link {
	in := route.With(route.Plan, "phase", string(t.Phase))
	return []ui.Link{{Label: "Plan", URL: route.Plan}, {Label: phaseNames[t.Phase], URL: in}, {Label: t.Section, URL: in}}
}

// standing is the state of a task as a sentence.
func (r Reader) standing(t rollout.Task) string {
	switch shown := r.Plan.Shown(t); shown {
	case rollout.Done:
		return "Done on " + when(t.DoneAt, r.Now) + ", by " + cmp.Or(t.DoneBy, "the program")
	case rollout.Reopened:
		return strings.TrimSuffix("Reopened: "+t.Reason, ": ")
	case rollout.NotNeeded:
		return "Not needed: " + t.Reason
	case rollout.Waiting:
		return r.waitsFor(t)
	default:
		due := r.due(t)
		if due.Late {
			return StateNames[shown] + ", overdue since " + due.Text
		}
		return StateNames[shown] + ", due " + strings.ToLower(due.Text[:1]) + due.Text[1:]
	}
}

var stateChips = map[rollout.State]ui.ChipProps{
	rollout.Waiting: {Icon: ui.IconClock}, rollout.Ready: {Icon: ui.IconCircleDashed}, rollout.Doing: {Icon: ui.IconPencilLine, Tone: ui.ToneTide},
	rollout.Done: {Icon: ui.IconCircleCheck, Tone: ui.ToneGood}, rollout.Reopened: {Icon: ui.IconRotateCcw, Tone: ui.ToneBad}, rollout.NotNeeded: {Icon: ui.IconBan},
}

func (r Reader) chips(t rollout.Task) []ui.ChipProps {
	shown := r.Plan.Shown(t)
	c := stateChips[shown]
	c.Label = StateNames[shown]
	out := []ui.ChipProps{c}
	if r.due(t).Late {
		out = append(out, ui.ChipProps{Label: "Overdue", Tone: ui.ToneBad, Icon: ui.IconClockAlert})
	}
	if t.NoUndo {
		out = append(out, ui.ChipProps{Label: "No undo", Tone: ui.ToneBad, Icon: ui.IconUndo2})
	}
	if part := r.part(t); part != "" {
		out = append(out, ui.ChipProps{Label: part})
	}
	if t.Key == "" {
		out = append(out, ui.ChipProps{Label: "Added by hand"})
	}
	return out
}

func (r Reader) facts(t rollout.Task) []ui.Pair {
	out := []ui.Pair{{Name: "Owner", Value: r.owner(t)}}
	if name := r.role(t.Role); name != "" {
		out = append(out, ui.Pair{Name: "Role", Value: name})
	}
	due := "No day yet"
	if t.Due.Known() {
		due = ui.Date(t.Due.Time(), r.Now)
		if t.DueSet {
			due += ", set by hand"
		}
	}
	out = append(out, ui.Pair{Name: "Due", Value: due}, ui.Pair{Name: "Takes", Value: ui.Counted(t.Days, "working day", "working days")})
	if n := len(r.Plan.Blocks(t.ID)); n > 0 {
		out = append(out, ui.Pair{Name: "Blocks", Value: ui.Counted(n, "task", "tasks")})
	}
	return out
}

// evidence is the block on what proves a task.
func (r Reader) evidence(t rollout.Task) EvidenceProps {
	e := r.Plan.Evidence(t, r.Now)
	p := EvidenceProps{Chip: ui.EvidenceProps{Proof: proof(e.Standing), Text: e.Short}, Say: e.Say, Asks: asks(t)}
	if !e.At.IsZero() {
		p.From = when(e.At, r.Now)
		if e.Source != "" {
			p.From = e.Source + ", " + p.From
		}
		if e.HoldsTo.Known() {
			p.From += ". Holds to " + ui.Date(e.HoldsTo.Time(), r.Now)
		}
	}
	if t.Evidence.Kind == rollout.ByCheck {
		judge := r.Plan.Judge(t)
		p.Check = route.Check(string(judge.Check), judge.Wave)
	}
	_, p.Again = r.Plan.Attested[t.ID]
	p.Attest, p.Holds = r.mayAttest(t), holds(t.Evidence)
	return p
}

// mayAttest reports whether the reader's word would count: where a check has
// spoken, it would not.
func (r Reader) mayAttest(t rollout.Task) bool {
	if !r.may(t) || t.Gate != "" || t.Evidence.Kind == rollout.ByProof || t.State == rollout.NotNeeded {
		return false
	}
	found, ok := r.Plan.Result(t)
	return t.Evidence.Kind == rollout.ByAttestation || !ok || found.Outcome == rollout.NoneYet
}

func asks(t rollout.Task) string {
	switch t.Evidence.Kind {
	case rollout.ByCheck:
		return "A signal proves it. It is looked at after every sync, and outranks what anybody says."
	case rollout.ByProof:
		return "A link or a file proves it."
	}
	return "A person's word proves it."
}

func holds(e rollout.Evidence) string {
	days := e.HoldsDays
	if e.Kind == rollout.ByCheck {
		days = rollout.Standin
	}
	if days == 0 {
		return "Your word holds for good."
	}
	return "Your word holds " + ui.Counted(days, "day", "days") + ", then it is asked for again."
}

// acts are the changes of state that make sense now.
func (r Reader) acts(t rollout.Task, typed Typed) []Act {
	if t.Gate != "" {
		return nil
	}
	all := []Act{}
	switch t.State {
	case rollout.Done, rollout.NotNeeded:
		all = append(all, Act{Form: "reopen", To: "reopened", Label: "Open it again", Title: "Open it again", Name: "reason", Field: "Why", Hint: "What is not done after all"})
	default:
		if t.State != rollout.Doing {
			all = append(all, Act{Form: "begin", To: "doing", Label: "Begin"})
		}
		if t.State == rollout.Doing {
			all = append(all, Act{Form: "back", To: "open", Label: "Put back"})
		}
		all = append(all, r.doneAct(t), Act{Form: "not_needed", To: "not_needed", Label: "Not needed", Title: "Leave it out", Name: "reason", Field: "Why it is not needed", Hint: "Stays in the plan with your reason"})
	}
	for i := range all {
		all[i].Open = typed.Form == all[i].Form
	}
	return all
}

// doneAct asks for words where a person's word is what counts.
func (r Reader) doneAct(t rollout.Task) Act {
	a := Act{Form: "done", To: "done", Label: "Mark done", Title: "Mark done", Primary: true, Name: "words", Field: "How you know", Hint: holds(t.Evidence)}
	if r.Plan.Shown(t) == rollout.Waiting {
		return Act{Label: a.Label, Waits: r.waitsFor(t)}
	}
	if found, ok := r.Plan.Result(t); ok && found.Outcome == rollout.Fails {
		return Act{Label: a.Label, Waits: "Its check fails. The signal marks it done as soon as it holds."}
	}
	if t.Evidence.Kind == rollout.ByProof {
		a.Hint, a.Optional = "Add a link or a file below first: it is the proof", true
	} else if !r.mayAttest(t) {
		a.Hint, a.Optional = "", true
	}
	return a
}

func (r Reader) refs(ids []rollout.TaskID) []Ref {
	out := []Ref{}
	for _, id := range ids {
		t, ok := r.Plan.Task(id)
		if !ok {
			continue
		}
		ref := Ref{Title: r.named(t), Say: StateNames[r.Plan.Shown(t)], Done: t.State.Settled()}
		if r.Plan.Visible(r.Actor, t) {
			ref.URL = route.Task(int64(t.ID))
		}
		out = append(out, ref)
	}
	return out
}

func (r Reader) proofs(t rollout.Task, change bool) []ProofRow {
	out, path := []ProofRow{}, route.Task(int64(t.ID))+"/proofs/"
	for _, f := range r.Plan.Proofs[t.ID] {
		id := strconv.FormatInt(f.ID, 10)
		row := ProofRow{Name: f.Name, File: f.Kind == rollout.FileProof, URL: f.URL, Say: nameOf(f.By) + ", " + when(f.At, r.Now)}
		if row.File {
			row.URL, row.Say = path+id, size(f.Size)+" · "+row.Say
		} else if u, err := url.Parse(f.URL); err == nil {
			row.Say = u.Host + " · " + row.Say
		}
		if change {
			row.Remove = path + id + "/remove"
		}
		out = append(out, row)
	}
	return out
}

// size writes a number of bytes.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return ui.Counted(n, "byte", "bytes")
	case n < 1<<20:
		return ui.Count(n>>10) + " KB"
	}
	return ui.Decimal(float64(n)/(1<<20), 1) + " MB"
}

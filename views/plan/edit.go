package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// FileHint says which files are taken.
const FileHint = "PNG, JPEG, PDF, text, CSV or an office document, 5 MB at most"

// EditProps is a form about the words of a task: a new one, a changed one, or
// one that becomes several.
type EditProps struct {
	Head     ui.PageHeadProps
	Problem  *ui.BannerProps
	Clash    bool // somebody else was faster: what stands is shown beside what was typed
	Action   string
	Version  string // "" for a new task
	Fields   []EditField
	Sections []string
	Save     string
	Back     string
	Waits    []ui.Choice // the other tasks, those that it waits for chosen
	WaitsErr string
}

// waiting counts the tasks that are chosen.
func (p EditProps) waiting() int {
	n := 0
	for _, c := range p.Waits {
		if c.Chosen {
			n++
		}
	}
	return n
}

// EditField is a field of the form, beside what somebody else made of it.
type EditField struct {
	Name, Label, Hint, Value, Error, Type string
	Rows                                  int // 0 for one line
	Options                               []ui.Choice
	List                                  string // id of what is suggested
	Optional                              bool
	Theirs                                string // what it is now, where that is not what was typed
	Differs                               bool
}

// NewAdd makes the form for a task of the rollout's own.
func NewAdd(r Reader, typed Typed) EditProps {
	p := EditProps{
		Head:   ui.PageHeadProps{Title: "New task", Sub: "Of your own, beside those of the playbook.", Crumbs: []ui.Link{{Label: "Plan", URL: route.Plan}}},
		Action: route.Tasks, Save: "Add task", Back: route.Plan, Sections: r.sectionNames(),
	}
	phase := typed.or("phase", cmp.Or(r.phase(Filter{Owner: Anyone}), string(adoption.PhaseSetup)))
	p.Fields = []EditField{
		{Name: "title", Label: "Title", Hint: "What to do, beginning with a verb"},
		{Name: "phase", Label: "Phase", Options: phaseChoices(phase)},
		{Name: "section", Label: "Section", Hint: "One there is, or a new one", List: "sections"},
		{Name: "wave", Label: "Wave", Options: r.waveIDs(typed.value("wave"))},
		{Name: "owner", Label: "Owner", Hint: "A name with an address", List: "people", Optional: true},
		{Name: "due", Label: "Due day", Type: "date", Optional: true},
		{Name: "days", Label: "Working days it takes", Value: "1"},
		{Name: "why", Label: "Why it matters", Rows: 3, Optional: true},
		{Name: "done_when", Label: "Done when", Rows: 3, Optional: true},
		{Name: "evidence", Label: "Proof", Options: evidenceChoices(typed.or("evidence", string(rollout.ByAttestation)))},
		{Name: "holds_days", Label: "Days that a word holds", Hint: "0 is for good", Value: "0"},
	}
	return p.with(typed)
}

func phaseChoices(phase string) []ui.Choice {
	out := []ui.Choice{}
	for _, p := range adoption.Phases() {
		out = append(out, ui.Choice{Value: string(p), Label: phaseNames[p]})
	}
	return chosen(out, phase)
}

func evidenceChoices(kind string) []ui.Choice {
	return chosen([]ui.Choice{{Value: string(rollout.ByAttestation), Label: "A person's word"}, {Value: string(rollout.ByProof), Label: "A link or a file"}}, kind)
}

func (r Reader) waveIDs(id string) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Everyone"}}
	for _, w := range r.Plan.Waves {
		out = append(out, ui.Choice{Value: strconv.Itoa(w.ID), Label: w.Name})
	}
	return chosen(out, id)
}

func (r Reader) sectionNames() []string {
	out := []string{}
	for i, t := range r.Plan.Tasks {
		if i == 0 || t.Section != r.Plan.Tasks[i-1].Section {
			out = append(out, t.Section)
		}
	}
	return out
}

// NewEdit makes the form that changes a task.
func NewEdit(r Reader, t rollout.Task, typed Typed) EditProps {
	path := route.Task(int64(t.ID))
	p := EditProps{
		Head:   ui.PageHeadProps{Title: "Edit task", Sub: t.Title, Crumbs: append(r.crumbs(t), ui.Link{Label: t.Title, URL: path})},
		Action: path, Version: strconv.Itoa(t.Version), Save: "Save task", Back: path,
	}
	p.Fields = []EditField{
		{Name: "title", Label: "Title", Value: t.Title},
		{Name: "why", Label: "Why it matters", Rows: 4, Value: t.Why, Optional: true},
		{Name: "done_when", Label: "Done when", Rows: 4, Value: t.DoneWhen, Optional: true},
		{Name: "days", Label: "Working days it takes", Value: strconv.Itoa(t.Days)},
		{Name: "help_url", Label: "Where it is explained", Hint: "An address that begins with https://", Value: t.Help.URL, Optional: true},
		{Name: "help_title", Label: "What that page is called", Value: t.Help.Title, Optional: true},
	}
	p.Waits, p.WaitsErr = r.waitChoices(t, typed), typed.err("waits_for")
	return p.with(typed)
}

// waitChoices are the tasks that t could wait for. What was typed outweighs what stands.
func (r Reader) waitChoices(t rollout.Task, typed Typed) []ui.Choice {
	out := []ui.Choice{}
	for _, o := range r.Plan.Tasks {
		if o.ID == t.ID || !r.Plan.Visible(r.Actor, o) && !slices.Contains(t.WaitsFor, o.ID) {
			continue
		}
		c := ui.Choice{Value: ID(o.ID), Label: r.named(o), Chosen: slices.Contains(t.WaitsFor, o.ID)}
		if typed.sent() {
			c.Chosen = slices.Contains(typed.Waits, c.Value)
		}
		out = append(out, c)
	}
	return out
}

// Refused says why the form was not taken, where no field of it does.
func (p EditProps) Refused(f *fault.Error) EditProps {
	for _, field := range p.Fields {
		if field.Error != "" {
			return p
		}
	}
	if p.WaitsErr == "" {
		p.Problem = &ui.BannerProps{Title: "Nothing was changed", Body: f.Say, Tone: ui.ToneBad, Alert: true}
	}
	return p
}

// NewSplit makes the form that turns a task into several.
func NewSplit(r Reader, t rollout.Task, typed Typed) EditProps {
	p := NewEdit(r, t, Typed{})
	p.Head.Title, p.Action, p.Save = "Split task", p.Back+"/split", "Split task"
	p.Waits = nil
	p.Fields = []EditField{{
		Name: "parts", Label: "New titles", Rows: 5, Value: t.Title + "\n",
		Hint: "One a line, two or more. The first stays this task with its notes and proof; the others follow it with its owner and its day.",
	}}
	return p.with(typed)
}

// with puts what was typed into the fields, beside what stands.
func (p EditProps) with(typed Typed) EditProps {
	for i := range p.Fields {
		f := &p.Fields[i]
		now := f.Value
		f.Value, f.Error = typed.or(f.Name, now), typed.err(f.Name)
		f.Differs, f.Theirs = strings.TrimSpace(f.Value) != strings.TrimSpace(now), now
	}
	return p
}

// Conflict says what somebody else made of the task, beside what was typed.
func (p EditProps) Conflict(last Line) EditProps {
	who := cmp.Or(last.Who, "Somebody")
	say := "What you typed is kept below, with what it is now beside it. Save again to put yours in its place."
	if last.Say != "" {
		say = last.Day + ": " + last.Say + " " + say
	}
	p.Clash = true
	p.Problem = &ui.BannerProps{Title: who + " changed this task meanwhile", Body: say, Tone: ui.ToneWarn, Alert: true}
	return p
}

// Last is the latest thing that happened to a task.
func (r Reader) Last(past []rollout.Activity) Line {
	if len(past) == 0 {
		return Line{}
	}
	return r.line(past[0])
}

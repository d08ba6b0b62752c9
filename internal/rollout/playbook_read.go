package rollout

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"groundswell/internal/adoption"
)

const (
	maxPlaybook = 1 << 20 // bytes of a file
	maxProblems = 50      // told at once
	maxSteps    = 1000
)

// Problem is one thing wrong with a playbook. Line is 0 when it is about no line.
type Problem struct {
	Line int
	Say  string
}

// String writes the problem as "line 12: …".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.Say
	}
	return "line " + strconv.Itoa(p.Line) + ": " + p.Say
}

// PlaybookError is everything found wrong with a playbook, in the order of its lines.
type PlaybookError struct{ Problems []Problem }

// Error joins the problems, a line each.
func (e *PlaybookError) Error() string {
	said := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		said[i] = p.String()
	}
	return strings.Join(said, "\n")
}

// ParsePlaybook reads a playbook of at most 1 MiB: one YAML document with the keys
// of [Playbook] and no others, no anchors and no aliases, whose steps name one
// another and do not wait for themselves. What is wrong comes as a *PlaybookError.
func ParsePlaybook(r io.Reader) (Playbook, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxPlaybook+1))
	if err != nil {
		return Playbook{}, fmt.Errorf("read the playbook: %w", err)
	}
	b := bookReader{}
	root := b.document(body)
	if root != nil {
		b.book(root)
		b.check()
	}
	if len(b.problems) > 0 {
		return Playbook{}, b.err()
	}
	return b.out, nil
}

// bookReader turns nodes into a playbook and remembers on which line things stand.
type bookReader struct {
	out      Playbook
	steps    []readStep
	messages []readMessage
	roles    []int // line of each role
	phases   []int // line of each phase
	problems []Problem
}

// readStep is a step with the lines it was read from.
type readStep struct {
	*Step
	line int
	keys map[string]int // line of each key that is there
	wait []int          // line of each entry of waits_for
}

// at returns the line of a key, the step's own where the key is absent.
func (s readStep) at(key string) int {
	if line, ok := s.keys[key]; ok {
		return line
	}
	return s.line
}

func (b *bookReader) say(line int, format string, args ...any) {
	b.problems = append(b.problems, Problem{Line: line, Say: fmt.Sprintf(format, args...)})
}

func (b *bookReader) err() error {
	slices.SortStableFunc(b.problems, func(a, c Problem) int { return a.Line - c.Line })
	b.problems = slices.Compact(b.problems)
	if more := len(b.problems) - maxProblems; more > 0 {
		b.problems = append(b.problems[:maxProblems:maxProblems], Problem{Say: fmt.Sprintf("and %d more", more)})
	}
	return &PlaybookError{Problems: b.problems}
}

// document returns the mapping that the file consists of, nil after saying why there is none.
func (b *bookReader) document(body []byte) *yaml.Node {
	if len(body) > maxPlaybook {
		b.say(0, "a playbook has at most 1 MiB")
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(body, &doc); err != nil {
		b.unreadable(err)
		return nil
	}
	if line := firstAnchor(&doc); line > 0 {
		b.say(line, "anchors and aliases (& and *) are not taken: write the value where it belongs")
		return nil
	}
	return doc.Content[0]
}

func (b *bookReader) unreadable(err error) {
	var at *yaml.LoadError
	if !errors.As(err, &at) {
		b.say(0, "this is not YAML: %v", err)
		return
	}
	switch message := strings.TrimPrefix(at.Message, "yaml: "); message {
	case "no documents in stream":
		b.say(0, "the file is empty")
	case "expected single document, found multiple":
		b.say(0, "a playbook is one document: --- may not divide it")
	default:
		b.say(at.Mark.Line, "this is not YAML: %s", message)
	}
}

// firstAnchor returns the line of the first anchor or alias, 0 when there is none.
func firstAnchor(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return n.Line
	}
	for _, c := range n.Content {
		if line := firstAnchor(c); line > 0 {
			return line
		}
	}
	return 0
}

// keys says how each key of a mapping is read.
type keys map[string]func(*yaml.Node)

// mapping reads n, which is what ("a task"), with read; it returns the line of each key.
func (b *bookReader) mapping(n *yaml.Node, what string, read keys) map[string]int {
	lines := map[string]int{}
	if n.Kind != yaml.MappingNode {
		b.say(n.Line, "%s is written as keys and values", what)
		return lines
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		take, known := read[key.Value]
		_, again := lines[key.Value]
		switch {
		case !known || key.Kind != yaml.ScalarNode:
			b.say(key.Line, "%s has no key %q", what, key.Value)
		case again:
			b.say(key.Line, "%s has the key %q twice", what, key.Value)
		default:
			lines[key.Value] = key.Line
			take(value)
		}
	}
	return lines
}

// list reads each entry of n with take. An absent value is an empty list.
func (b *bookReader) list(key string, take func(*yaml.Node)) func(*yaml.Node) {
	return func(n *yaml.Node) {
		switch {
		case n.Kind == yaml.SequenceNode:
			for _, c := range n.Content {
				take(c)
			}
		case n.ShortTag() != "!!null":
			b.say(n.Line, "%s is a list", key)
		}
	}
}

// scalar returns the text of n and whether it has one.
func (b *bookReader) scalar(n *yaml.Node, key string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		b.say(n.Line, "%s is one value", key)
		return "", false
	}
	if n.ShortTag() == "!!null" {
		return "", false
	}
	return strings.TrimSpace(n.Value), true
}

// text reads a value into a string or one of its kin.
func text[T ~string](b *bookReader, key string, into *T) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if s, ok := b.scalar(n, key); ok {
			*into = T(s)
		}
	}
}

// texts reads a list of strings.
func texts[T ~string](b *bookReader, key string, into *[]T) func(*yaml.Node) {
	return b.list(key, func(n *yaml.Node) {
		if s, ok := b.scalar(n, key); ok {
			*into = append(*into, T(s))
		}
	})
}

func (b *bookReader) number(key string, into *int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		s, ok := b.scalar(n, key)
		if !ok {
			return
		}
		v, err := strconv.Atoi(s)
		if err != nil {
			b.say(n.Line, "%s is a whole number, not %q", key, s)
		}
		*into = v
	}
}

func (b *bookReader) truth(key string, into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if s, ok := b.scalar(n, key); ok && s != "true" && s != "false" {
			b.say(n.Line, "%s is true or false, not %q", key, s)
		} else {
			*into = s == "true"
		}
	}
}

func (b *bookReader) book(n *yaml.Node) {
	p := &b.out
	b.mapping(n, "a playbook", keys{
		"playbook": text(b, "playbook", &p.Key),
		"version":  text(b, "version", &p.Version),
		"name":     text(b, "name", &p.Name),
		"about":    text(b, "about", &p.About),
		"roles":    b.list("roles", b.role),
		"phases":   b.list("phases", b.phase),
		"messages": b.list("messages", b.message),
	})
	b.place()
}

func (b *bookReader) role(n *yaml.Node) {
	var role PlaybookRole
	b.mapping(n, "a role", keys{
		"key":  text(b, "key", &role.Key),
		"name": text(b, "name", &role.Name),
		"does": text(b, "does", &role.Does),
	})
	b.out.Roles, b.roles = append(b.out.Roles, role), append(b.roles, n.Line)
}

func (b *bookReader) phase(n *yaml.Node) {
	var phase PlaybookPhase
	b.mapping(n, "a phase", keys{
		"key":  text[adoption.Phase](b, "key", &phase.Key),
		"name": text(b, "name", &phase.Name),
		"sections": b.list("sections", func(c *yaml.Node) {
			phase.Sections = append(phase.Sections, b.section(c))
		}),
	})
	b.out.Phases, b.phases = append(b.out.Phases, phase), append(b.phases, n.Line)
}

func (b *bookReader) section(n *yaml.Node) PlaybookSection {
	var section PlaybookSection
	b.mapping(n, "a section", keys{
		"title": text(b, "title", &section.Title),
		"tasks": b.list("tasks", func(c *yaml.Node) { section.Steps = append(section.Steps, b.step(c)) }),
	})
	if section.Title == "" {
		b.say(n.Line, "a section needs a title")
	}
	return section
}

func (b *bookReader) step(n *yaml.Node) Step {
	s := Step{Scope: PerOrganization, Days: 1}
	read := readStep{line: n.Line}
	read.keys = b.mapping(n, "a task", keys{
		"id":        text(b, "id", &s.ID),
		"title":     text(b, "title", &s.Title),
		"why":       text(b, "why", &s.Why),
		"done_when": text(b, "done_when", &s.DoneWhen),
		"role":      text(b, "role", &s.Role),
		"per":       text(b, "per", &s.Scope),
		"offset":    b.number("offset", &s.Offset),
		"days":      b.number("days", &s.Days),
		"waits_for": b.list("waits_for", func(n *yaml.Node) {
			if id, ok := b.scalar(n, "waits_for"); ok {
				s.WaitsFor, read.wait = append(s.WaitsFor, id), append(read.wait, n.Line)
			}
		}),
		"evidence":  func(n *yaml.Node) { s.Evidence = b.evidence(n) },
		"gate":      text(b, "gate", &s.Gate),
		"checks":    texts(b, "checks", &s.Checks),
		"no_undo":   b.truth("no_undo", &s.NoUndo),
		"checklist": text(b, "checklist", &s.Checklist),
		"when":      func(n *yaml.Node) { s.When = b.when(n) },
		"help":      func(n *yaml.Node) { s.Help = b.help(n) },
		"guidance":  text(b, "guidance", &s.Guidance),
	})
	b.steps = append(b.steps, read)
	return s
}

func (b *bookReader) evidence(n *yaml.Node) StepEvidence {
	var e StepEvidence
	b.mapping(n, "evidence", keys{
		"check": text(b, "check", &e.Check),
		"attest": func(n *yaml.Node) {
			days := new(int)
			b.number("attest", days)(n)
			e.Attest = days
		},
		"proof": b.truth("proof", &e.Proof),
	})
	return e
}

func (b *bookReader) when(n *yaml.Node) StepWhen {
	var w StepWhen
	b.mapping(n, "when", keys{
		"architecture": texts(b, "architecture", &w.Architecture),
		"install":      text(b, "install", &w.Install),
		"waves":        text(b, "waves", &w.Waves),
	})
	return w
}

func (b *bookReader) help(n *yaml.Node) StepHelp {
	var h StepHelp
	b.mapping(n, "help", keys{"title": text(b, "title", &h.Title), "url": text(b, "url", &h.URL)})
	return h
}

// place points each remembered step at where it ended up: steps are read in the order they are kept.
func (b *bookReader) place() {
	i := 0
	for _, phase := range b.out.Phases {
		for _, section := range phase.Sections {
			for at := range section.Steps {
				b.steps[i].Step = &section.Steps[at]
				i++
			}
		}
	}
}

package rollout

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// book returns a playbook whose only section has these tasks, each written from column 0.
func book(tasks ...string) string {
	var b strings.Builder
	b.WriteString(`playbook: try
version: "1"
name: Try
about: To try things.
roles:
  - {key: lead, name: Lead, does: Leads}
phases:
  - key: setup
    name: Setup
    sections:
      - title: First
        tasks:
`)
	for _, t := range tasks {
		for i, line := range strings.Split(t, "\n") {
			indent := "            "
			if i == 0 {
				indent = "          - "
			}
			b.WriteString(indent + line + "\n")
		}
	}
	return b.String()
}

// step writes a task with an id and further lines.
func step(id string, more ...string) string {
	return "id: " + id + "\ntitle: T\nwhy: W\ndone_when: D\nrole: lead\n" + strings.Join(append(more, "evidence: {attest: 30}"), "\n")
}

// bare writes a task without evidence.
func bare(id string, more ...string) string {
	return "id: " + id + "\ntitle: T\nwhy: W\ndone_when: D\nrole: lead\n" + strings.Join(more, "\n")
}

func TestParsePlaybookSaysWhatIsWrong(t *testing.T) {
	gate := []string{"gate: open_wave", "per: wave", "no_undo: true"}
	for name, c := range map[string]struct {
		text string
		says []string // each is found in some problem
	}{
		"nothing":              {"", []string{"the file is empty"}},
		"only a comment":       {"# hello\n", []string{"the file is empty"}},
		"no mapping":           {"- a\n", []string{"line 1: a playbook is written as keys and values"}},
		"no YAML":              {"playbook: [a\nname: b\n", []string{"line 2: this is not YAML"}},
		"two documents":        {"playbook: a\n---\nplaybook: b\n", []string{"one document"}},
		"too large":            {strings.Repeat("#", maxPlaybook+1), []string{"at most 1 MiB"}},
		"binary":               {"a: \x00\n", []string{"this is not YAML"}},
		"an alias":             {"playbook: &a try\nversion: *a\n", []string{"line 1: anchors and aliases"}},
		"laughs":               {"a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", []string{"line 1: anchors and aliases"}},
		"deep":                 {strings.Repeat("[", 20000), []string{"this is not YAML"}},
		"unknown key above":    {book(step("a")) + "owner: me\n", []string{`line 19: a playbook has no key "owner"`}},
		"unknown key of task":  {book(step("a", "colour: red")), []string{`line 18: a task has no key "colour"`}},
		"merge key":            {book(step("a", "<<: {}")), []string{`a task has no key "<<"`}},
		"key twice":            {book(step("a", "title: again")), []string{`line 18: a task has the key "title" twice`}},
		"two of one id":        {book(step("a"), step("b"), step("a")), []string{`line 25: two tasks have the id "a": this one and the one on line 13`}},
		"id of the wrong form": {book(step("Ab c")), []string{`line 13: an id is like confirm-seats`}},
		"no id":                {book("title: T"), []string{"line 13: a task needs an id", "why is missing"}},
		"cycle":                {book(step("a", "waits_for: [b]"), step("b", "waits_for: [c]"), step("c", "waits_for: [a]")), []string{"line 18: tasks wait for one another: a → b → c → a"}},
		"itself":               {book(step("a", "waits_for: [a]")), []string{"a → a"}},
		"cycle behind others":  {book(step("x", "waits_for: [a]"), step("a", "waits_for: [b]"), step("b", "waits_for: [a]")), []string{": a → b → a"}},
		"unknown wait":         {book(step("a", "waits_for:\n  - b")), []string{`line 19: a waits for "b", which is no task`}},
		"wait twice":           {book(step("a"), step("b", "waits_for: [a, a]")), []string{"b waits for a twice"}},
		"wait for departments": {book(step("a", "per: department"), step("b", "waits_for: [a]")), []string{"b cannot wait for a"}},
		"unknown role":         {strings.Replace(book(step("a")), "role: lead", "role: boss", 1), []string{`line 17: a: there is no role "boss"`}},
		"unknown scope":        {book(step("a", "per: team")), []string{`per is one of organization, wave, department, not "team"`}},
		"unknown phase":        {strings.Replace(book(step("a")), "key: setup", "key: later", 1), []string{`there is no phase "later"`}},
		"unknown check":        {book(bare("a", "evidence: {check: weather}")), []string{`there is no check "weather"`}},
		"unknown gate":         {book(step("a", "gate: door", "no_undo: true")), []string{`there is no gate "door"`}},
		"unknown gate check":   {book(step("a", append(gate, "checks: [weather]")...)), []string{`there is no check "weather"`}},
		"unknown architecture": {book(step("a", "when: {architecture: [castle]}")), []string{`no architecture "castle"`}},
		"unknown install":      {book(step("a", "when: {install: post}")), []string{"install is managed or self"}},
		"waves of a single":    {book(step("a", "when: {waves: first}")), []string{"only a task per wave"}},
		"no evidence":          {book(bare("a")), []string{"evidence is exactly one"}},
		"two evidences":        {book(bare("a", "evidence: {check: seats, proof: true}")), []string{"evidence is exactly one"}},
		"proof: false":         {book(bare("a", "evidence: {proof: false}")), []string{"evidence is exactly one"}},
		"attest of no number":  {book(bare("a", "evidence: {attest: long}")), []string{`attest is a whole number, not "long"`}},
		"attest below zero":    {book(bare("a", "evidence: {attest: -1}")), []string{"attest lies between 0"}},
		"gate twice":           {book(step("a", gate...), step("b", gate...)), []string{`b: a is a gate "open_wave" already`}},
		"gate with undo":       {book(step("a", "gate: enforce_sso")), []string{"write no_undo: true"}},
		"open_wave once":       {book(step("a", "gate: open_wave", "no_undo: true")), []string{`a gate "open_wave" is per wave`}},
		"roles per wave":       {book(step("a", "gate: enforce_roles", "no_undo: true", "per: wave")), []string{"is per organization"}},
		"checks of no gate":    {book(step("a", "checks: [seats]")), []string{"only a gate has checks"}},
		"offset":               {book(step("a", "offset: 9999")), []string{"offset lies between"}},
		"offset of no number":  {book(step("a", "offset: soon")), []string{`offset is a whole number, not "soon"`}},
		"days":                 {book(step("a", "days: 0")), []string{"days lies between"}},
		"help over http":       {book(step("a", "help: {title: H, url: 'http://example.com'}")), []string{"an https address"}},
		"help with a password": {book(step("a", "help: {title: H, url: 'https://a:b@example.com'}")), []string{"an https address"}},
		"help untitled":        {book(step("a", "help: {url: 'https://example.com'}")), []string{"title of help of a is missing"}},
		"guidance":             {book(step("a", "guidance: March")), []string{"guidance is a month or a day"}},
		"checklist":            {book(step("a", "per: department", "checklist: People")), []string{"the checklist is a wave’s"}},
		"list for a text":      {book(step("a", "checklist: [a]")), []string{"checklist is one value"}},
		"text for a list":      {book(step("a", "waits_for: b")), []string{"waits_for is a list"}},
		"no truth":             {book(step("a", "no_undo: maybe")), []string{`no_undo is true or false, not "maybe"`}},
		"no version":           {strings.Replace(book(step("a")), `version: "1"`, "version: ", 1), []string{"version is a short text"}},
		"no tasks":             {book(), []string{"a playbook needs tasks"}},
		"several at once": {book(step("a", "colour: red", "waits_for: [b]"), step("a", "offset: 9999")),
			[]string{"colour", "which is no task", "two tasks", "offset"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePlaybook(strings.NewReader(c.text))
			var wrong *PlaybookError
			if !errors.As(err, &wrong) {
				t.Fatalf("accepted, or no PlaybookError: %v", err)
			}
			for _, say := range c.says {
				if !slices.ContainsFunc(wrong.Problems, func(p Problem) bool { return strings.Contains(p.String(), say) }) {
					t.Errorf("nothing says %q:\n%v", say, wrong)
				}
			}
			if len(wrong.Problems) > maxProblems+1 {
				t.Errorf("%d problems at once", len(wrong.Problems))
			}
		})
	}
}

func TestParsePlaybookReadsEveryKey(t *testing.T) {
	got, err := ParsePlaybook(strings.NewReader(book(
		step("a", "per: wave", "offset: -7", "days: 3", "checklist: People", "when: {architecture: [single], install: self, waves: first}",
			"help: {title: H, url: 'https://example.com/x'}", "guidance: 2026-03"),
		step("b", "per: wave", "waits_for: [a]", "gate: open_wave", "checks: [seats, devices]", "no_undo: true"))))
	if err != nil {
		t.Fatal(err)
	}
	a, b := got.Steps()[0], got.Steps()[1]
	if a.Scope != PerWave || a.Offset != -7 || a.Days != 3 || a.Checklist != "People" || *a.Evidence.Attest != 30 {
		t.Errorf("%+v", a)
	}
	if !slices.Equal(a.When.Architecture, []Architecture{SingleOrganization}) || a.When.Install != InstallSelf || a.When.Waves != FirstWaves {
		t.Errorf("%+v", a.When)
	}
	if a.Help != (StepHelp{"H", "https://example.com/x"}) || a.Guidance != "2026-03" {
		t.Errorf("%+v", a)
	}
	if b.Gate != GateWave || !b.NoUndo || !slices.Equal(b.Checks, []CheckKey{CheckSeats, CheckDevices}) || b.Days != 1 || b.WaitsFor[0] != "a" {
		t.Errorf("%+v", b)
	}
}

// FuzzParsePlaybook holds that any bytes are a playbook or a list of problems, and
// that what is accepted becomes a plan without a circle.
func FuzzParsePlaybook(f *testing.F) {
	f.Add([]byte(book(step("a"), step("b", "per: wave", "waits_for: [a]"))))
	f.Add([]byte(book(step("a", "waits_for: [b]"), step("b", "waits_for: [a]"))))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("playbook: {phases: 1}\nphases: [{sections: [{tasks: [1, {}]}]}]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ParsePlaybook(strings.NewReader(string(body)))
		var wrong *PlaybookError
		switch {
		case errors.As(err, &wrong):
			if len(wrong.Problems) == 0 || slices.ContainsFunc(wrong.Problems, func(p Problem) bool { return p.Say == "" }) {
				t.Fatalf("refused without a word: %q", body)
			}
		case err != nil:
			t.Fatal(err)
		case len(got.Steps()) == 0:
			t.Fatalf("accepted without tasks: %q", body)
		default:
			if c := Cycle(Build(got, answersFor(got), threeWaves(), nil)); c != nil {
				t.Fatalf("accepted with a circle: %v", c)
			}
		}
	})
}

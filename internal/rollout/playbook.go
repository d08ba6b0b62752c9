package rollout

import (
	"groundswell/internal/adoption"
	"groundswell/internal/comms"
)

// Playbook is a rollout as data: what has to be done, in which order, by whom and
// with what proof. Its file is YAML with the keys below and no others.
type Playbook struct {
	Key     string          `yaml:"playbook"`
	Version string          `yaml:"version"` // compared as text: "2026.11"
	Name    string          `yaml:"name"`
	About   string          `yaml:"about"`
	Roles   []PlaybookRole  `yaml:"roles"`
	Phases  []PlaybookPhase `yaml:"phases"`

	// Messages are what is told around a launch, in the order they go out.
	Messages []comms.Template `yaml:"messages"`
}

// GateTitle returns the title of the step that stands behind a kind of gate, false when none does.
func (pb Playbook) GateTitle(kind GateKind) (string, bool) {
	for _, phase := range pb.Phases {
		for _, section := range phase.Sections {
			for _, step := range section.Steps {
				if step.Gate == kind {
					return step.Title, true
				}
			}
		}
	}
	return "", false
}

// PlaybookRole is a part somebody plays.
type PlaybookRole struct {
	Key  string `yaml:"key"`
	Name string `yaml:"name"`
	Does string `yaml:"does"`
}

// PlaybookPhase is one of the four phases.
type PlaybookPhase struct {
	Key      adoption.Phase    `yaml:"key"`
	Name     string            `yaml:"name"`
	Sections []PlaybookSection `yaml:"sections"`
}

// PlaybookSection is a heading within a phase.
type PlaybookSection struct {
	Title string `yaml:"title"`
	Steps []Step `yaml:"tasks"`
}

// Step is a task as the playbook describes it, before there is a wave or a person.
type Step struct {
	ID        string       `yaml:"id"`
	Title     string       `yaml:"title"`
	Why       string       `yaml:"why"`
	DoneWhen  string       `yaml:"done_when"`
	Role      string       `yaml:"role"`
	Scope     Scope        `yaml:"per"`    // organization when absent
	Offset    int          `yaml:"offset"` // days from the launch: of its wave, or of the first wave
	Days      int          `yaml:"days"`   // working days it takes; 1 when absent
	WaitsFor  []string     `yaml:"waits_for"`
	Evidence  StepEvidence `yaml:"evidence"`
	Gate      GateKind     `yaml:"gate"`
	Checks    []CheckKey   `yaml:"checks"` // of a gate: what must hold beside the tasks it waits for
	NoUndo    bool         `yaml:"no_undo"`
	Checklist string       `yaml:"checklist"` // heading on the readiness page
	When      StepWhen     `yaml:"when"`
	Help      StepHelp     `yaml:"help"`
	Guidance  string       `yaml:"guidance"` // date of the guidance
}

// StepEvidence is what counts as proof: exactly one of the three.
type StepEvidence struct {
	Check  CheckKey `yaml:"check"`
	Attest *int     `yaml:"attest"` // days a person's word holds; 0 is for good
	Proof  bool     `yaml:"proof"`  // a link or a file
}

// StepWhen leaves a step out unless the rollout is as it says; empty always applies.
type StepWhen struct {
	Architecture []Architecture `yaml:"architecture"`
	Install      Install        `yaml:"install"`
	Waves        string         `yaml:"waves"` // "first" or "later": of PerWave
}

// StepHelp points to the vendor's own words.
type StepHelp struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"`
}

package rollout

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"sync"
)

//go:embed playbooks/*.yaml
var playbookFiles embed.FS

// embedded reads the playbooks that ship with the program, once.
var embedded = sync.OnceValues(readEmbedded)

func readEmbedded() ([]Playbook, error) {
	entries, err := playbookFiles.ReadDir("playbooks")
	if err != nil {
		return nil, fmt.Errorf("list the playbooks: %w", err)
	}
	var books []Playbook
	for _, e := range entries {
		body, err := playbookFiles.ReadFile("playbooks/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read playbook %s: %w", e.Name(), err)
		}
		book, err := ParsePlaybook(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("playbook %s: %w", e.Name(), err)
		}
		books = append(books, book)
	}
	return books, nil
}

// Playbooks returns the playbooks that ship with the program, by key. A test
// proves that each can be read. They are shared: do not change them.
func Playbooks() []Playbook {
	books, _ := embedded()
	return books
}

// PlaybookNamed returns the playbook with a key, false when there is none.
func PlaybookNamed(key string) (Playbook, bool) {
	books := Playbooks()
	i := slices.IndexFunc(books, func(b Playbook) bool { return b.Key == key })
	if i < 0 {
		return Playbook{}, false
	}
	return books[i], true
}

// Steps returns every step of the playbook, in order.
func (p Playbook) Steps() []Step {
	var steps []Step
	for _, phase := range p.Phases {
		for _, section := range phase.Sections {
			steps = append(steps, section.Steps...)
		}
	}
	return steps
}

package rollout

import (
	"testing"

	"groundswell/internal/comms"
)

func TestPlaybooksThatShipCanBeRead(t *testing.T) {
	books, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(books) < 2 {
		t.Fatalf("%d playbooks", len(books))
	}
	for _, b := range books {
		if got, ok := PlaybookNamed(b.Key); !ok || got.Name != b.Name {
			t.Errorf("%s cannot be found by its key", b.Key)
		}
		t.Logf("%s %s: %d tasks", b.Key, b.Version, len(b.Steps()))
	}
}

// No step is due before one it waits for: the plan would be late from its first day.
func TestPlaybooksKeepTheirOwnOrder(t *testing.T) {
	for _, b := range Playbooks() {
		steps := map[string]Step{}
		for _, s := range b.Steps() {
			steps[s.ID] = s
		}
		for _, s := range steps {
			for _, id := range s.WaitsFor {
				if w := steps[id]; w.Offset > s.Offset && w.When.Waves == s.When.Waves {
					t.Errorf("%s is due at %d and waits for %s at %d", s.ID, s.Offset, id, w.Offset)
				}
			}
		}
	}
}

// Every message to people makes the case for handing over work, as its own check asks.
func TestMessagesToPeopleDelegate(t *testing.T) {
	book, _ := PlaybookNamed("claude-cowork")
	if len(book.Messages) < 12 {
		t.Fatalf("%d messages", len(book.Messages))
	}
	for _, m := range book.Messages {
		if m.Audience.Who != comms.WhoPeople {
			continue
		}
		for _, c := range comms.Delegation(m.Subject, m.Body, comms.Known{}) {
			if !c.Holds {
				t.Errorf("%s: %s", m.Key, c.Says)
			}
		}
	}
}

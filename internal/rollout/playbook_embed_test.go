package rollout

import "testing"

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

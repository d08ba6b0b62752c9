package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestKindSurvivesWrapping(t *testing.T) {
	cause := errors.New("disk on fire")
	err := fmt.Errorf("land the day: %w", Wrap(Unavailable, "the database is away", cause))
	if KindOf(err) != Unavailable || Say(err) != "the database is away" || !errors.Is(err, cause) {
		t.Errorf("kind %s, say %q", KindOf(err), Say(err))
	}
	if KindOf(cause) != Internal || Say(cause) != "" || Is(nil, Internal) {
		t.Error("an ordinary error must count as internal and say nothing, and nil is no fault")
	}
}

func TestFieldNamesTheField(t *testing.T) {
	if f := Field("from", "write a day"); f.Kind != Invalid || f.Fields["from"] != "write a day" {
		t.Errorf("%+v", f)
	}
}

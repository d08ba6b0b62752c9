package store

import (
	"strings"
	"testing"

	"groundswell/internal/fault"
)

// A database the program cannot work in is refused in one sentence that says what to do.
func TestUnfitDatabasesAreExplained(t *testing.T) {
	good := Probe{Version: 150018, MayCreate: true, Encoding: "UTF8"}
	if err := good.fit(); err != nil {
		t.Fatalf("a good database is refused: %v", err)
	}
	for name, c := range map[string]struct {
		spoil func(*Probe)
		says  string
	}{
		"old":       {func(p *Probe) { p.Version = 140012 }, "Postgres 14; Groundswell needs 15"},
		"very old":  {func(p *Probe) { p.Version = 90624 }, "Postgres 9; Groundswell needs 15"},
		"read-only": {func(p *Probe) { p.ReadOnly = true }, "read-only"},
		"not ours":  {func(p *Probe) { p.MayCreate = false }, "CREATE"},
	} {
		p := good
		c.spoil(&p)
		err := p.fit()
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

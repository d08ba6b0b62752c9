package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// runAudit checks the audit log's chain: that no entry was changed, removed or put in.
func runAudit(ctx context.Context, s settings, args []string) error {
	f := flags("audit")
	asJSON := f.Bool("json", false, "print JSON")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "verify" {
		return fmt.Errorf("%w: say audit verify", errUsage)
	}
	a, err := openSigned(ctx, s)
	if err != nil {
		return err
	}
	defer a.close()
	state, err := a.store.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	if *asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(state); err != nil {
			return err
		}
	}
	if state.Bad != 0 {
		return fmt.Errorf("entry %d of the audit log is not as it was written: %s", state.Bad, state.Why)
	}
	if !*asJSON {
		fmt.Printf("entries checked: %d, all as they were written\n", state.Entries)
	}
	return nil
}

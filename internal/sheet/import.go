package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Options say how an import is applied.
type Options struct {
	SkipBad bool   // leave out rows that cannot be used; without it they refuse the file
	Draft   int64  // the draft the file was kept as, forgotten with the import; 0 none
	Shrink  bool   // a file that is the whole of something may leave out more than half of it
	Seen    string // [Digest] of the difference that somebody agreed to; "" is any
}

// Digest is a short name for all that a difference says.
func Digest(difference any) string {
	text, err := json.Marshal(difference)
	if err != nil {
		panic("sheet: " + err.Error()) // differences are plain data
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Allows refuses an import that would change something else than was agreed to,
// with a Conflict, and one of bad rows that are not to be skipped.
func (o Options) Allows(difference any, r Report) error {
	if o.Seen != "" && o.Seen != Digest(difference) {
		return fault.New(fault.Conflict, "The file would change something else than what was shown. Nothing was changed: look again.")
	}
	return r.Refused(o)
}

// Import is an import that is being applied: what the log of imports keeps of it.
type Import struct {
	Kind  Kind
	File  string
	By    identity.Actor
	Draft int64

	Rows, Added, Changed, Skipped int
}

// Import returns the log's entry of a file of this report.
func (r Report) Import(k Kind, f File, by identity.Actor, o Options) Import {
	return Import{Kind: k, File: f.Name, By: by, Draft: o.Draft, Rows: r.Rows, Skipped: r.Bad}
}

// Run is an import that was applied.
type Run struct {
	ID        int64
	Kind      Kind
	File      string
	AppliedAt time.Time
	By        string // name of the account; "" for the command line

	Rows, Added, Changed, Skipped int
}

// Draft is a file that was uploaded and looked at, but not applied yet.
type Draft struct {
	ID        int64
	Kind      Kind
	File      string
	Body      []byte
	CreatedAt time.Time
}

// MayImport refuses everybody but rollout leads.
func MayImport(by identity.Actor) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Only a rollout lead imports files.")
	}
	return nil
}

// Refused is the fault of applying a file with bad rows, nil when it has none or they are to be skipped.
func (r Report) Refused(o Options) error {
	switch {
	case r.Bad == 0 || o.SkipBad && r.Bad < r.Rows:
		return nil
	case r.Bad == r.Rows:
		return fault.Field("file", "No row of the file can be used. Nothing was changed.")
	case r.Bad == 1:
		return fault.Field("file", "1 row cannot be used. Nothing was changed: correct it, or leave it out.")
	}
	return fault.Field("file", fmt.Sprintf("%d rows cannot be used. Nothing was changed: correct them, or leave them out.", r.Bad))
}

// Read returns the whole file; one over the limit is a TooLarge fault.
func (f File) Read() ([]byte, error) {
	b, err := io.ReadAll(&limited{r: f.Body, left: MaxBytes})
	if err != nil {
		return nil, failed(err)
	}
	return b, nil
}

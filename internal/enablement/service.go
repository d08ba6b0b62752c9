package enablement

import (
	"context"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Keeper keeps sessions and who attended them.
type Keeper interface {
	// Book returns what an import that names these sessions is compared with.
	Book(ctx context.Context, sessions []Session) (Book, error)
	// UpdateBook lends that to fn and keeps what it decides, all or nothing. One import runs at a time.
	UpdateBook(ctx context.Context, sessions []Session, now time.Time, fn func(Book) (Change, error)) error
}

// Service imports attendances. Only rollout leads may.
type Service struct {
	Keeper Keeper
}

// Preview tells what applying f would change, and changes nothing. A file that
// cannot be read is an Invalid or TooLarge fault; bad rows are in the Difference.
func (s *Service) Preview(ctx context.Context, by identity.Actor, f sheet.File, now time.Time) (Difference, error) {
	g, err := read(by, f, now)
	if err != nil {
		return Difference{}, err
	}
	b, err := s.Keeper.Book(ctx, g.sessions())
	if err != nil {
		return Difference{}, err
	}
	_, d := compare(b, g)
	return d, nil
}

// Apply keeps the attendances of f, all or nothing, and tells what it changed.
// With bad rows and without SkipBad nothing is changed: the fault is Invalid, and
// the Difference tells the problems. Applying a file twice changes nothing more.
func (s *Service) Apply(ctx context.Context, by identity.Actor, f sheet.File, o sheet.Options, now time.Time) (Difference, error) {
	g, err := read(by, f, now)
	if err != nil {
		return Difference{}, err
	}
	var d Difference
	err = s.Keeper.UpdateBook(ctx, g.sessions(), now, func(b Book) (c Change, err error) {
		c, d = compare(b, g)
		c.Import = d.Import(sheet.Training, f, by, o)
		c.Import.Added, c.Import.Changed = d.New, d.Updated.Count
		return c, o.Allows(d, d.Report)
	})
	return d, err
}

func read(by identity.Actor, f sheet.File, now time.Time) (register, error) {
	if err := sheet.MayImport(by); err != nil {
		return register{}, err
	}
	return parse(f.Body, now)
}

// sessions returns the sessions a register names, each once, in order of appearance.
func (g register) sessions() []Session {
	var out []Session
	seen := map[Session]bool{}
	for _, r := range g.rows {
		if !seen[r.Session] {
			seen[r.Session] = true
			out = append(out, r.Session)
		}
	}
	return out
}

package people

import (
	"context"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Keeper keeps the roster and the touchpoints.
type Keeper interface {
	// Roster returns what an import of people is compared with.
	Roster(ctx context.Context) (Roster, error)
	// UpdateRoster lends the roster to fn and keeps what it decides, all or nothing. One import runs at a time.
	UpdateRoster(ctx context.Context, now time.Time, fn func(Roster) (Change, error)) error
	// Contacts returns what an import of touchpoints is compared with.
	Contacts(ctx context.Context) (Contacts, error)
	// UpdateTouchpoints lends that to fn and keeps what it decides, all or nothing. One import runs at a time.
	UpdateTouchpoints(ctx context.Context, now time.Time, fn func(Contacts) (TouchpointChange, error)) error
}

// Service imports people and touchpoints. Only rollout leads may.
type Service struct {
	Keeper Keeper
}

// Preview tells what applying f would change, and changes nothing. A file that
// cannot be read is an Invalid or TooLarge fault; bad rows are in the Difference.
func (s *Service) Preview(ctx context.Context, by identity.Actor, f sheet.File, now time.Time) (Difference, error) {
	list, err := readList(by, f)
	if err != nil {
		return Difference{}, err
	}
	roster, err := s.Keeper.Roster(ctx)
	if err != nil {
		return Difference{}, err
	}
	_, d, err := compare(roster, list, now)
	return d, err
}

// Apply changes the roster as f says, all or nothing, and tells what it changed.
// With bad rows and without SkipBad nothing is changed: the fault is Invalid, and
// the Difference tells the problems. Applying a file twice changes nothing more.
func (s *Service) Apply(ctx context.Context, by identity.Actor, f sheet.File, o sheet.Options, now time.Time) (Difference, error) {
	list, err := readList(by, f)
	if err != nil {
		return Difference{}, err
	}
	var d Difference
	err = s.Keeper.UpdateRoster(ctx, now, func(r Roster) (c Change, err error) {
		if c, d, err = compare(r, list, now); err != nil {
			return Change{}, err
		}
		c.Import = d.Import(sheet.People, f, by, o)
		c.Import.Added, c.Import.Changed = d.New.Count, d.People-d.Unchanged-d.New.Count
		return c, o.Allows(d, d.Report)
	})
	return d, err
}

func readList(by identity.Actor, f sheet.File) (list, error) {
	if err := sheet.MayImport(by); err != nil {
		return list{}, err
	}
	return parse(f.Body)
}

// PreviewTouchpoints is Preview for a file of touchpoints.
func (s *Service) PreviewTouchpoints(ctx context.Context, by identity.Actor, f sheet.File, now time.Time) (TouchpointDifference, error) {
	log, err := readLog(by, f, now)
	if err != nil {
		return TouchpointDifference{}, err
	}
	known, err := s.Keeper.Contacts(ctx)
	if err != nil {
		return TouchpointDifference{}, err
	}
	_, d := compareTouchpoints(known, log)
	return d, nil
}

// ApplyTouchpoints is Apply for a file of touchpoints: it adds those that no
// earlier import has added.
func (s *Service) ApplyTouchpoints(ctx context.Context, by identity.Actor, f sheet.File, o sheet.Options, now time.Time) (TouchpointDifference, error) {
	log, err := readLog(by, f, now)
	if err != nil {
		return TouchpointDifference{}, err
	}
	var d TouchpointDifference
	err = s.Keeper.UpdateTouchpoints(ctx, now, func(known Contacts) (c TouchpointChange, err error) {
		c, d = compareTouchpoints(known, log)
		c.Import = d.Import(sheet.Touchpoints, f, by, o)
		c.Import.Added = d.New
		return c, o.Allows(d, d.Report)
	})
	return d, err
}

func readLog(by identity.Actor, f sheet.File, now time.Time) (touchpointLog, error) {
	if err := sheet.MayImport(by); err != nil {
		return touchpointLog{}, err
	}
	return parseTouchpoints(f.Body, now)
}

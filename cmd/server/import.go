package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/sheet"
)

// importing is an import from the command line.
type importing struct {
	kind   sheet.Kind
	path   string // "-" is stdin
	dry    bool
	skip   bool
	asJSON bool
	shrink bool
}

func runImport(ctx context.Context, s settings, args []string) error {
	im, err := parseImport(args)
	if err != nil {
		return err
	}
	body, err := im.open()
	if err != nil {
		return err
	}
	defer body.Close()
	open := openSigned
	if im.dry {
		open = func(ctx context.Context, s settings) (*app, error) { return openApp(ctx, s, guest) }
	}
	a, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer a.close()
	told, err := im.run(ctx, a, sheet.File{Name: im.name(), Body: body}, time.Now())
	return im.tell(told, err)
}

func parseImport(args []string) (importing, error) {
	f := flags("import")
	dry := f.Bool("dry-run", false, "tell what would change, and change nothing")
	skip := f.Bool("skip-bad", false, "leave out rows that cannot be used")
	asJSON := f.Bool("json", false, "print JSON")
	shrink := f.Bool("shrink", false, "let an inventory leave out more than half of the machines")
	rest, err := parse(f, args)
	if err != nil {
		return importing{}, err
	}
	if len(rest) != 2 {
		return importing{}, fmt.Errorf("%w: say import people, training, touchpoints or devices, and the file", errUsage)
	}
	kind := sheet.Kind(rest[0])
	if !kind.Valid() {
		return importing{}, fmt.Errorf("%w: %q is not people, training, touchpoints or devices", errUsage, rest[0])
	}
	return importing{kind, rest[1], *dry, *skip, *asJSON, *shrink}, nil
}

func (im importing) open() (io.ReadCloser, error) {
	if im.path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(im.path)
}

func (im importing) name() string {
	if im.path == "-" {
		return ""
	}
	return filepath.Base(im.path)
}

// told is what an import says of itself.
type told struct {
	report  sheet.Report
	changes []string // lines
	value   any      // the same, as JSON
	empty   bool
}

// run previews or applies the file, whatever it holds.
func (im importing) run(ctx context.Context, a *app, f sheet.File, now time.Time) (told, error) {
	o, by := sheet.Options{SkipBad: im.skip, Shrink: im.shrink}, identity.Operator()
	roster := &people.Service{Keeper: a.store}
	switch im.kind {
	case sheet.People:
		d, err := dryOr(im.dry, func() (people.Difference, error) { return roster.Preview(ctx, by, f, now) },
			func() (people.Difference, error) { return roster.Apply(ctx, by, f, o, now) })
		return told{d.Report, peopleLines(d), d, d.Empty()}, err
	case sheet.Touchpoints:
		d, err := dryOr(im.dry, func() (people.TouchpointDifference, error) { return roster.PreviewTouchpoints(ctx, by, f, now) },
			func() (people.TouchpointDifference, error) { return roster.ApplyTouchpoints(ctx, by, f, o, now) })
		return told{d.Report, touchpointLines(d), d, d.Empty()}, err
	case sheet.Devices:
		devices := &rollout.Devices{Keeper: a.store}
		d, err := dryOr(im.dry, func() (rollout.InventoryDifference, error) { return devices.Preview(ctx, by, f, now) },
			func() (rollout.InventoryDifference, error) { return devices.Apply(ctx, by, f, o, now) })
		return told{d.Report, deviceLines(d), d, d.Empty()}, err
	}
	trainings := &enablement.Service{Keeper: a.store}
	d, err := dryOr(im.dry, func() (enablement.Difference, error) { return trainings.Preview(ctx, by, f, now) },
		func() (enablement.Difference, error) { return trainings.Apply(ctx, by, f, o, now) })
	return told{d.Report, trainingLines(d), d, d.Empty()}, err
}

func dryOr[D any](dry bool, preview, apply func() (D, error)) (D, error) {
	if dry {
		return preview()
	}
	return apply()
}

// tell prints what became of an import: changes on stdout, bad rows and the end of it on stderr.
func (im importing) tell(t told, err error) error {
	for _, p := range t.report.Problems.Items {
		fmt.Fprintln(os.Stderr, p)
	}
	if more := t.report.Problems.More(); more > 0 {
		fmt.Fprintf(os.Stderr, "and %d more rows that cannot be used\n", more)
	}
	if err != nil && t.report.Bad == 0 {
		return im.explain(err)
	}
	if t.value != nil && im.asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(t.value); err != nil {
			return err
		}
	} else {
		fmt.Println(strings.Join(t.changes, "\n"))
		fmt.Println(im.verdict(t, err))
	}
	if err == nil && im.dry {
		err = t.report.Refused(sheet.Options{SkipBad: im.skip})
	}
	if err != nil {
		return im.explain(err)
	}
	return nil
}

// explain says a fault of the file in one line, and what the command line can do about it.
func (im importing) explain(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid && strings.HasSuffix(f.Say, "confirm that they are gone.") {
		return fault.New(fault.Invalid, strings.TrimSuffix(f.Say, ".")+" with --shrink.")
	}
	if errors.As(err, &f) && f.Kind == fault.Invalid && strings.HasSuffix(f.Say, "leave them out.") {
		return fault.New(fault.Invalid, strings.TrimSuffix(f.Say, "leave them out.")+"leave them out with --skip-bad.")
	}
	return err
}

func (im importing) verdict(t told, err error) string {
	switch {
	case err != nil:
		return "nothing was changed"
	case t.empty:
		return "there is nothing to change"
	case im.dry:
		return "nothing was changed: this was a dry run"
	}
	return "applied"
}

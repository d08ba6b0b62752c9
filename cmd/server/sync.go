package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

func runSync(ctx context.Context, s settings, args []string) error {
	opts, err := syncOptions(args)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, s, guest)
	if err != nil {
		return err
	}
	defer a.close()
	if s.Log != "debug" {
		a.log = slog.New(slog.DiscardHandler) // the progress is the log
	}
	return a.syncNow(ctx, opts, os.Stdout)
}

func syncOptions(args []string) (pull.Options, error) {
	f := flags("sync")
	from := f.String("from", "", "first day")
	to := f.String("to", "", "last day")
	source := f.String("source", "", "only this source")
	rest, err := parse(f, args)
	if err != nil {
		return pull.Options{}, err
	}
	if len(rest) > 0 {
		return pull.Options{}, fmt.Errorf("%w: sync does not take %q", errUsage, rest[0])
	}
	var o pull.Options
	if o.From, err = optionalDay("from", *from); err != nil {
		return o, err
	}
	if o.To, err = optionalDay("to", *to); err != nil {
		return o, err
	}
	if o.From != nil && *o.From < pull.FirstDay {
		return o, fmt.Errorf("%w: --from %s lies before %s, the first day the API knows", errUsage, o.From, pull.FirstDay)
	}
	if today := day.FromTime(time.Now()); o.From != nil && *o.From > today {
		return o, fmt.Errorf("%w: --from %s is still to come; today is %s", errUsage, o.From, today)
	}
	if o.To != nil && *o.To < pull.FirstDay {
		return o, fmt.Errorf("%w: --to %s lies before %s, the first day the API knows", errUsage, o.To, pull.FirstDay)
	}
	if o.From != nil && o.To != nil && *o.To < *o.From {
		return o, fmt.Errorf("%w: --to %s lies before --from %s", errUsage, o.To, o.From)
	}
	if *source != "" {
		if !slices.Contains(pull.Sources(), pull.Source(*source)) {
			return o, fmt.Errorf("%w: there is no source %q; the sources are %s", errUsage, *source, sourceNames())
		}
		o.Sources = []pull.Source{pull.Source(*source)}
	}
	return o, nil
}

func optionalDay(name, s string) (*day.Date, error) {
	if s == "" {
		return nil, nil
	}
	d, err := day.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: --%s %v", errUsage, name, err)
	}
	return &d, nil
}

func sourceNames() string {
	var names []string
	for _, s := range pull.Sources() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// syncNow pulls in the foreground and tells out how it goes.
func (a *app) syncNow(ctx context.Context, o pull.Options, out io.Writer) error {
	p, err := a.puller(ctx)
	if err != nil {
		return err
	}
	show := newProgress(out)
	o.Progress = show.tell
	report, err := p.Run(ctx, o)
	show.end()
	if errors.Is(err, pull.ErrRunning) {
		return errors.New("another sync is running on this database; wait for it, or watch it under Settings, Sources")
	}
	if err != nil {
		return err
	}
	if err := a.settle(ctx); err != nil {
		return err
	}
	if err := a.prove(ctx); err != nil { // what was pulled is there all the same
		fmt.Fprintf(os.Stderr, "the checks were not run to the end: %v\n", err)
	}
	return summarize(report, out)
}

// summarize prints one line per source and fails unless every granted one is complete.
func summarize(r pull.Report, out io.Writer) error {
	for _, st := range r.States {
		line := fmt.Sprintf("%-11s %-11s %9d rows", st.Source, statusWord(st), st.Rows)
		if st.Through.Known() && st.Status == pull.Complete {
			line += "  through " + st.Through.String()
		}
		if st.Say != "" {
			line += "  " + st.Say
		}
		if st.RequestID != "" && st.Status != pull.Complete {
			line += " (" + st.RequestID + ")"
		}
		if st.Status == pull.Failing {
			fmt.Fprintln(os.Stderr, line)
			continue
		}
		fmt.Fprintln(out, line)
	}
	if !r.Complete() {
		return errReported
	}
	return nil
}

func statusWord(st pull.State) string {
	switch st.Status {
	case pull.Complete:
		return "complete"
	case pull.MissingScope:
		return "not granted"
	case pull.Failing:
		return "failing"
	}
	return "never run"
}

// progress shows a pull as it goes: one line that is rewritten on a terminal,
// a line per source elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	source   pull.Source
	shown    time.Time
}

const (
	barWidth     = 28
	redrawEvery  = 100 * time.Millisecond
	clearTheLine = "\r\033[K"
)

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && isTerminal(f)}
}

func (p *progress) tell(now pull.Progress) {
	if !p.terminal {
		if now.Source != p.source {
			fmt.Fprintf(p.out, "reading %s (%d of %d)\n", now.Source, now.Place, now.Of)
		}
		p.source = now.Source
		return
	}
	if now.Source == p.source && time.Since(p.shown) < redrawEvery {
		return
	}
	p.source, p.shown = now.Source, time.Now()
	filled := 0
	if now.Total > 0 {
		filled = min(barWidth, barWidth*now.Done/now.Total)
	}
	bar := strings.Repeat("█", filled) + strings.Repeat("░", barWidth-filled)
	fmt.Fprintf(p.out, "%s%2d/%d %-11s %s %d of %d  %s", clearTheLine, now.Place, now.Of, now.Source, bar, now.Done, now.Total, now.Unit)
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.out, clearTheLine)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/store"
)

// runReindex makes the sets of people from their facts, or only compares them.
func runReindex(ctx context.Context, s settings, args []string) error {
	f := flags("reindex")
	from := f.String("from", "", "first day")
	to := f.String("to", "", "last day")
	verify := f.Bool("verify", false, "compare, change nothing")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: reindex does not take %q", errUsage, rest[0])
	}
	p, err := reindexPeriod(*from, *to)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, s, guest)
	if err != nil {
		return err
	}
	defer a.close()
	if *verify {
		return a.compare(ctx, p, os.Stdout)
	}
	return a.reindex(ctx, p, os.Stdout)
}

// reindexPeriod reads the days asked for; an end that is left out is open.
func reindexPeriod(from, to string) (day.Period, error) {
	p := store.EveryDay
	first, err := optionalDay("from", from)
	if err != nil {
		return p, err
	}
	last, err := optionalDay("to", to)
	if err != nil {
		return p, err
	}
	if first != nil {
		p.From = *first
	}
	if last != nil {
		p.To = *last
	}
	if p.To < p.From {
		return p, fmt.Errorf("%w: --to %s lies before --from %s", errUsage, p.To, p.From)
	}
	return p, nil
}

func (a *app) reindex(ctx context.Context, p day.Period, out io.Writer) error {
	count := 0
	days, err := a.store.Reindex(ctx, p, func(c adoption.DayCheck) {
		count = c.Of
		if c.Differs {
			fmt.Fprintf(out, "%s made anew\n", c.Day)
		}
		tellMonths(out, c)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d days were made anew; the others agreed with their facts\n", len(days), count)
	return nil
}

// compare prints one line for each difference, and fails when there is one.
func (a *app) compare(ctx context.Context, p day.Period, out io.Writer) error {
	check, err := a.store.CompareIndex(ctx, p, func(c adoption.DayCheck) { tellMonths(out, c) })
	if err != nil {
		return err
	}
	for _, d := range check.Differences {
		fmt.Fprintln(os.Stderr, d)
	}
	if len(check.Differences) > 0 {
		return errReported
	}
	fmt.Fprintf(out, "%d days agree with their facts\n", check.Days)
	return nil
}

// tellMonths prints a line at the end of every month, and at the end of all.
func tellMonths(out io.Writer, c adoption.DayCheck) {
	if c.Day == c.Day.Month().To || c.Done == c.Of {
		fmt.Fprintf(out, "%s: %d of %d days\n", c.Day.Time().Format("2006-01"), c.Done, c.Of)
	}
}

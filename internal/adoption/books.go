package adoption

import (
	"context"
	"fmt"
	"slices"

	"groundswell/internal/day"
)

// DaySizes are the denominators of a day.
type DaySizes struct {
	Day   day.Date
	Sizes []Size
}

// Keeper keeps what must not change afterwards. Keeping something twice, or
// in two places at once, keeps what came first. It is implemented by store.Store.
type Keeper interface {
	// ClosedMonths returns the first days of the months that are closed.
	ClosedMonths(ctx context.Context) ([]day.Date, error)
	// KeepMonth keeps a closing, all or nothing.
	KeepMonth(ctx context.Context, c Closing) error
	// Unsized returns the days of a period without denominators.
	Unsized(ctx context.Context, p day.Period) ([]day.Date, error)
	// KeepSizes keeps the denominators of days, each day all or nothing.
	KeepSizes(ctx context.Context, days []DaySizes) error
}

// sizesAtOnce is how many days of denominators are kept in one transaction: a
// first pull brings a year of them.
const sizesAtOnce = 31

// Booked says what one look at the books added to them.
type Booked struct {
	Months []day.Date // closed
	Days   int        // denominators kept
}

// Settle closes the months that can be closed and keeps the denominators of the
// days that are newly complete, as x knows them. It is called after every pull;
// cut off, the next call goes on.
func Settle(ctx context.Context, x *Index, books Keeper) (Booked, error) {
	var out Booked
	var err error
	if out.Days, err = keepSizes(ctx, x, books); err != nil {
		return out, err
	}
	closed, err := books.ClosedMonths(ctx)
	if err != nil {
		return out, err
	}
	for _, month := range x.Closable() {
		if slices.Contains(closed, month) {
			continue
		}
		c, err := x.Close(month)
		if err != nil {
			return out, fmt.Errorf("close %s: %w", month, err)
		}
		if err := books.KeepMonth(ctx, c); err != nil {
			return out, err
		}
		out.Months = append(out.Months, month)
	}
	return out, nil
}

func keepSizes(ctx context.Context, x *Index, books Keeper) (int, error) {
	if !x.Through.Known() {
		return 0, nil
	}
	days, err := books.Unsized(ctx, day.Period{From: x.first(), To: x.Through})
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(days, sizesAtOnce) {
		sizes := make([]DaySizes, len(some))
		for i, d := range some {
			sizes[i] = DaySizes{Day: d, Sizes: x.Sizes(d)}
		}
		if err := books.KeepSizes(ctx, sizes); err != nil {
			return 0, err
		}
	}
	return len(days), nil
}

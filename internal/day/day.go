// Package day holds calendar days: the UTC day every figure is counted by, the
// ISO weeks made of them and the periods between two of them. It knows no clock
// and no time zone; a moment becomes a day with [FromTime].
package day

import (
	"database/sql/driver"
	"fmt"
	"math"
	"time"
)

// Date is a UTC calendar day, counted from 1970-01-01. Dates are compared and
// moved with the ordinary operators: d+7 is a week later.
type Date int32

const (
	// Never is later than every day: the first day of something that has not
	// happened. Comparing with <= gives the right answer without a special case.
	Never Date = math.MaxInt32
	// None is earlier than every day: the last day of something that has not begun.
	None Date = math.MinInt32
)

const (
	layout     = "2006-01-02"
	secondsDay = 24 * 60 * 60
	isoMonday  = 3 // 1970-01-01 was a Thursday: day 0 lies three days after a Monday
)

// Of returns the day with this date. Out-of-range months and days roll over, as in time.Date.
func Of(year int, month time.Month, dayOfMonth int) Date {
	return FromTime(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC))
}

// FromTime returns the UTC day that t falls on.
func FromTime(t time.Time) Date {
	s := t.Unix()
	d := s / secondsDay
	if s%secondsDay < 0 {
		d--
	}
	return Date(d)
}

// Parse reads a day written 2026-03-28. Nothing else is accepted.
func Parse(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day like 2026-03-28", s)
	}
	return FromTime(t), nil
}

// Known reports whether d is a real day, neither [Never] nor [None].
func (d Date) Known() bool { return d != Never && d != None }

// Time returns midnight UTC at the start of d.
func (d Date) Time() time.Time { return time.Unix(int64(d)*secondsDay, 0).UTC() }

// String writes d as 2026-03-28, and "" for [Never] and [None].
func (d Date) String() string {
	if !d.Known() {
		return ""
	}
	return d.Time().Format(layout)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Monday returns the first day of the ISO week that d lies in.
func (d Date) Monday() Date { return d - Date(mod(int(d)+isoMonday, 7)) }

// Sunday returns the last day of the ISO week that d lies in.
func (d Date) Sunday() Date { return d.Monday() + 6 }

// Week names the ISO week that d lies in: 2026-W09.
func (d Date) Week() string {
	y, w := d.Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

func mod(a, b int) int { return ((a % b) + b) % b }

// MarshalText writes d as [Date.String] does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [Parse] reads.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Value stores d as a SQL date; [Never] and [None] are null.
func (d Date) Value() (driver.Value, error) {
	if !d.Known() {
		return nil, nil
	}
	return d.Time(), nil
}

// Scan reads a SQL date. A null cannot be told apart between [Never] and [None],
// so it is an error: scan into a *Date where null is possible.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*d = FromTime(v)
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("scan %T into a day", src)
}

// Period is the days from From to To, both inclusive.
type Period struct{ From, To Date }

// Days returns the number of days in p, 0 when it is empty.
func (p Period) Days() int { return max(0, int(p.To)-int(p.From)+1) }

// Contains reports whether d lies in p.
func (p Period) Contains(d Date) bool { return p.From <= d && d <= p.To }

// Before returns the period of equal length that ends the day before p begins.
func (p Period) Before() Period {
	n := Date(p.Days())
	return Period{From: p.From - n, To: p.From - 1}
}

// Month returns the calendar month that d lies in.
func (d Date) Month() Period {
	year, month, _ := d.Time().Date()
	return Period{From: Of(year, month, 1), To: Of(year, month+1, 1) - 1}
}

// WholeMonth reports whether p is one calendar month, from its first day to its last.
func (p Period) WholeMonth() bool { return p == p.From.Month() }

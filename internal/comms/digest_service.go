package comms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// DigestKeeper keeps what goes out by itself. It is implemented by store.Store.
type DigestKeeper interface {
	// DigestSetting returns what the organization says.
	DigestSetting(ctx context.Context) (DigestSetting, error)
	// SaveDigestSetting keeps it, unless its Version is not the one that is kept: that is a Conflict.
	SaveDigestSetting(ctx context.Context, by identity.Actor, s DigestSetting, now time.Time) error
	// DigestDay returns the day it is where the rollout happens, without which month was closed.
	DigestDay(ctx context.Context, now time.Time) (DigestDay, error)
	// LastClosed returns the first day of the month that was closed last, day.None before the first.
	LastClosed(ctx context.Context) (day.Date, error)
	// WrittenDigests returns which of these keys were written.
	WrittenDigests(ctx context.Context, keys []string) (map[string]bool, error)
	// WriteDigest keeps a digest and hands its letters over to go out, all or nothing.
	// One whose key was written before comes to nothing: false.
	WriteDigest(ctx context.Context, d Digest, now time.Time) (bool, error)
}

// DigestFacts are what digests are about. It is implemented by store.Store.
type DigestFacts interface {
	// DigestOf writes the letters of a slot as of now, by address: everybody's, or one person's by
	// their folded address. Without anything to say there are none.
	DigestOf(ctx context.Context, s DigestSlot, only string, now time.Time) (Digest, error)
}

// Digests is what writes what goes out by itself.
type Digests struct {
	Keeper DigestKeeper
	Facts  DigestFacts
}

// Write writes the digests that are due at now and were not written yet, and returns how
// many it wrote. It may run twice at once, or die half-way: every digest is written once,
// and whole. One that cannot be written does not hold up the others.
func (s *Digests) Write(ctx context.Context, now time.Time) (int, error) {
	set, err := s.Keeper.DigestSetting(ctx)
	if err != nil {
		return 0, err
	}
	on, err := s.Keeper.DigestDay(ctx, now)
	if err != nil {
		return 0, err
	}
	if on.Closed, err = s.Keeper.LastClosed(ctx); err != nil {
		return 0, err
	}
	var due []DigestSlot
	var keys []string
	for _, slot := range on.Slots(set) {
		if slot.IsDue(now) {
			due, keys = append(due, slot), append(keys, slot.Key)
		}
	}
	if len(due) == 0 {
		return 0, nil
	}
	written, err := s.Keeper.WrittenDigests(ctx, keys)
	if err != nil {
		return 0, err
	}
	return s.write(ctx, due, written, now)
}

func (s *Digests) write(ctx context.Context, due []DigestSlot, written map[string]bool, now time.Time) (n int, failed error) {
	for _, slot := range due {
		if written[slot.Key] {
			continue
		}
		d, err := s.Facts.DigestOf(ctx, slot, "", now)
		if err == nil {
			var isNew bool
			if isNew, err = s.Keeper.WriteDigest(ctx, d, now); isNew && len(d.Letters) > 0 {
				n++
			}
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("write the digest %s: %w", slot.Key, err))
		}
	}
	return n, failed
}

// Preview returns what somebody would be written of a kind if it were written now;
// false when there is nothing for them.
func (s *Digests) Preview(ctx context.Context, k MailingKind, email string, now time.Time) (Letter, bool, error) {
	on, err := s.Keeper.DigestDay(ctx, now)
	if err != nil {
		return Letter{}, false, err
	}
	folded := strings.ToLower(email)
	d, err := s.Facts.DigestOf(ctx, on.asIf(k, now), folded, now)
	if err != nil {
		return Letter{}, false, err
	}
	for _, l := range d.Letters {
		if strings.ToLower(l.To.Email) == folded {
			return l, true, nil
		}
	}
	return Letter{}, false, nil
}

// asIf is the slot of a kind if it were written today, on a working day or not.
func (d DigestDay) asIf(k MailingKind, now time.Time) DigestSlot {
	return DigestSlot{Kind: k, Key: string(k) + "/" + d.Today.String(), On: d.Today, Due: now, Until: now.Add(usefulDay)}
}

// Set keeps what a lead says about what goes out by itself.
func (s *Digests) Set(ctx context.Context, by identity.Actor, set DigestSetting, now time.Time) error {
	if err := set.Check(); err != nil {
		return err
	}
	return s.Keeper.SaveDigestSetting(ctx, by, set, now)
}

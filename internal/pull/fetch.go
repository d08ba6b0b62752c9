package pull

import (
	"context"
	"errors"
	"fmt"
	"time"

	"groundswell/internal/day"
)

const (
	maxPages    = 20_000 // of one unit: more than any organization has
	maxBarren   = 50     // empty pages in a row that still name a next one
	steadyRows  = 20     // a unit of fewer rows may shrink as it likes
	probesBack  = 4      // how many days a range is shortened by when it is too recent and no latest day is told
	attempts    = 2      // readings of a unit before its trouble is a failure
	lastAttempt = attempts - 1
	knockFor    = 5 * time.Second
)

// errStale says that staged pages cannot be gone on with.
var errStale = errors.New("staged pages are stale")

// unit reads u to its end. Without an error and without a draft there is
// nothing to be had of it yet.
func (r *reading) unit(ctx context.Context, u Unit) (fetched, error) {
	for probe := 0; ; probe++ {
		d, err := r.attempt(ctx, u)
		var f *Failure
		if !errors.As(err, &f) || ctx.Err() != nil {
			return d, err
		}
		if f.Reason != TooRecent {
			return fetched{}, err
		}
		shorter, ok := r.tooRecent(u, f, probe)
		if !ok {
			return fetched{}, nil
		}
		u = shorter
	}
}

// tooRecent moves the watermark before the day that is not to be had yet. Of a
// range, the part before it is left to be asked for.
func (r *reading) tooRecent(u Unit, f *Failure, probe int) (Unit, bool) {
	last := u.To - 1
	if f.Latest.Known() && f.Latest != 0 {
		last = min(last, f.Latest)
	}
	r.until = min(r.until, last+1)
	if (r.source.shape() != ranged && !u.Grouped()) || last < u.From || probe >= probesBack {
		return u, false
	}
	prefix := u.Key[:len(u.Key)-len(rangeUnit(u.Source, "", u.From, u.To).Key)]
	return rangeUnit(u.Source, prefix, u.From, last), true
}

// attempt reads u, and once more from its first page when what came cannot be right.
func (r *reading) attempt(ctx context.Context, u Unit) (fetched, error) {
	for try := 0; ; try++ {
		d, err := r.pages(ctx, u)
		if err == nil {
			if err = r.plausible(ctx, u, d.Draft, try); err == nil {
				return d, nil
			}
			<-d.staged
		}
		if try == lastAttempt || ctx.Err() != nil || !worthAnother(err) {
			return fetched{}, err
		}
		if err := r.hold.Discard(ctx, r.no, u); err != nil {
			return fetched{}, err
		}
	}
}

// worthAnother reports whether reading the unit from its first page may help.
func worthAnother(err error) bool {
	var f *Failure
	if errors.As(err, &f) {
		return f.again
	}
	return errors.Is(err, errStale)
}

// plausible refuses a re-read that lost too many rows. Figures of a past day
// are revised by a few percent; a day that loses a quarter of its rows, or a
// listing that loses half, is a cut answer until proven otherwise. The proof is
// the same count on another day: that is what the API says, then.
func (r *reading) plausible(ctx context.Context, u Unit, d Draft, try int) error {
	before, ok := r.landed[u.Key]
	if !ok || before.Rows < steadyRows || !shrank(u, before.Rows, d.Rows()) {
		return nil
	}
	today := day.FromTime(r.now())
	if before.ShrunkTo == d.Rows() && before.ShrunkOn < today {
		return nil
	}
	if try == lastAttempt && before.ShrunkTo != d.Rows() {
		if err := r.hold.Shrunk(ctx, u, d.Rows(), today); err != nil {
			return err
		}
	}
	return &Failure{Reason: BadAnswer, again: true, RequestID: r.snapshot().RequestID, Say: fmt.Sprintf(
		"%s %s came back with %d rows where %d were read before; what was read before is kept. If it says the same tomorrow, it is believed.",
		u.Source, u.Key, d.Rows(), before.Rows)}
}

func shrank(u Unit, before, now int) bool {
	if u.Source.shape() == daily {
		return now <= before-before/4
	}
	return now <= before/2
}

// pages reads u page by page into a draft, going on behind what is staged. Each
// page is being kept while the next one is read.
func (r *reading) pages(ctx context.Context, u Unit) (fetched, error) {
	d := r.hold.Draft(u)
	t := trail{seen: map[string]bool{"": true}}
	if err := r.replay(ctx, u, d, &t); err != nil {
		return fetched{}, err
	}
	staging := make(chan error, 1)
	staging <- nil
	for !t.ended {
		page, err := r.fetch(ctx, u, t.next)
		if err != nil {
			<-staging // what was fetched before is kept
			return fetched{}, t.midway(err)
		}
		cursor, no := t.next, t.pages
		if err := t.step(u, page); err != nil {
			<-staging
			return fetched{}, err
		}
		if err := <-staging; err != nil {
			return fetched{}, fmt.Errorf("keep page %d of %s: %w", no-1, u.Key, err)
		}
		s := Staged{Page: no, Cursor: cursor, Next: page.Next, RequestID: page.RequestID, At: r.now(), Rows: page.Facts.Rows, Body: page.Body}
		go func() { staging <- r.hold.Stage(ctx, r.no, u, s) }()
		d.Add(page.Facts)
		r.counted(page.Facts, page.RequestID)
		if err := r.save(ctx, false); err != nil {
			<-staging
			return fetched{}, err
		}
	}
	return fetched{d, staging}, nil
}

// fetch reads one page. Once a source found the API away, the next ones only
// knock: what hangs must not hold up the run once for every source.
func (r *reading) fetch(ctx context.Context, u Unit, cursor string) (Page, error) {
	if !r.wary {
		return r.up.Fetch(ctx, u, cursor)
	}
	knock, cancel := context.WithTimeout(ctx, knockFor)
	defer cancel()
	page, err := r.up.Fetch(knock, u, cursor)
	if err == nil {
		r.wary = false
		return page, nil
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return Page{}, r.lastOut
	}
	return Page{}, err
}

// replay adds the pages that a run which was cut off had staged.
func (r *reading) replay(ctx context.Context, u Unit, d Draft, t *trail) error {
	return r.hold.Staged(ctx, r.no, u, r.now().Add(-stagedWithin), func(s Staged) error {
		f, err := r.up.Decode(u, s.Body)
		if err != nil || s.Page != t.pages || s.Cursor != t.next {
			return errStale
		}
		if err := t.step(u, Page{Next: s.Next, RequestID: s.RequestID, Facts: f}); err != nil {
			return errStale
		}
		d.Add(f)
		r.counted(f, "")
		return nil
	})
}

// trail is the way through a unit's pages.
type trail struct {
	seen   map[string]bool
	next   string
	pages  int
	barren int
	ended  bool
}

// step goes behind a page, and refuses to go in circles.
func (t *trail) step(u Unit, p Page) error {
	t.pages++
	if p.Facts.Rows > 0 {
		t.barren = 0
	} else {
		t.barren++
	}
	bad := ""
	switch {
	case p.Next == "":
		t.ended = true
	case t.seen[p.Next]:
		bad = "names a page as its next one that was read before"
	case t.barren >= maxBarren || t.pages >= maxPages:
		bad = "goes on and on without rows"
	}
	if bad != "" {
		return &Failure{Reason: BadAnswer, again: true, RequestID: p.RequestID, Say: fmt.Sprintf("The API's list of %s (%s) %s; nothing of it was used.", u.Source, u.Key, bad)}
	}
	t.seen[p.Next], t.next = true, p.Next
	return nil
}

// midway marks a refusal that may be about the cursor and not about the unit.
func (t *trail) midway(err error) error {
	var f *Failure
	if t.next == "" || !errors.As(err, &f) || f.Reason != Refused {
		return err
	}
	marked := *f
	marked.again = true
	return &marked
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	insertGuideSQL = `
insert into guide (audience, slot, week, position, client_key)
values (@audience, @slot, @week, (select coalesce(max(position), 0) + 1 from guide where slot = '' and audience = @audience), nullif(@key, '')::uuid)
on conflict do nothing
returning id`

	guideByKeySQL = `select id from guide where client_key = $1::uuid`

	insertGuideVersionSQL = `
insert into guide_version (guide, n, title, body, url, at, by_account)
select @guide, coalesce(max(n), 0) + 1, @title, @body, @url, @at, nullif(@by::bigint, 0) from guide_version where guide = @guide`

	lockGuideSQL  = `select id from guide where id = $1 for update`
	lockGuidesSQL = `lock table guide in share row exclusive mode`

	updateGuideSQL = `
update guide set audience = @audience, archived_at = @archived, version = version + 1 where id = @id`

	anyGuideSQL = `select exists (select from guide where slot = '')`

	guideOrderSQL = `select id from guide where slot = '' and archived_at is null and audience = $1 order by position, id`

	placeGuidesSQL = `
update guide g set position = o.position
from unnest(@ids::int[]) with ordinality as o(id, position)
where g.id = o.id and g.position <> o.position`

	dropTipSQL = `delete from guide where slot = 'tip' and week = $1`
)

const sayGuideChanged = "Somebody else changed this meanwhile. Nothing was changed by you."

// CreateGuide adds a guide to the library and returns its id. The same form sent
// twice, by its key, adds one.
func (s *Store) CreateGuide(ctx context.Context, by identity.Actor, e enablement.GuideEdit, key string, now time.Time) (int, error) {
	e, err := e.Check()
	if err != nil {
		return 0, err
	}
	var id int
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		var added bool
		if id, added, err = insertGuide(ctx, tx, newGuide{edit: e, key: key}); err != nil {
			return err
		}
		if !added {
			return tx.QueryRow(ctx, guideByKeySQL, key).Scan(&id)
		}
		if err := addVersion(ctx, tx, id, e.GuideText, by, now); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, guideEvent(by, id, "guide.added", map[string]string{"audience": string(e.Audience)}))
	})
	if err != nil {
		return 0, fmt.Errorf("add a guide: %w", err)
	}
	return id, nil
}

type newGuide struct {
	edit enablement.GuideEdit
	slot enablement.Slot
	week day.Date
	key  string
}

// insertGuide adds a guide without a text; added is false where there is one like it already.
func insertGuide(ctx context.Context, tx pgx.Tx, n newGuide) (id int, added bool, err error) {
	var week *time.Time
	if n.slot == enablement.SlotTip {
		at := n.week.Time()
		week = &at
	}
	err = tx.QueryRow(ctx, insertGuideSQL, pgx.StrictNamedArgs{
		"audience": string(n.edit.Audience), "slot": string(n.slot), "week": week, "key": n.key,
	}).Scan(&id)
	if err == pgx.ErrNoRows {
		return 0, false, nil
	}
	return id, err == nil, err
}

func addVersion(ctx context.Context, tx pgx.Tx, id int, t enablement.GuideText, by identity.Actor, now time.Time) error {
	_, err := tx.Exec(ctx, insertGuideVersionSQL, pgx.StrictNamedArgs{
		"guide": id, "title": cleanText(t.Title), "body": cleanText(t.Body), "url": cleanText(t.URL), "at": now, "by": int64(by.Account),
	})
	return err
}

// everyAudience is for changes: whoever may make them reads every guide.
func everyAudience() []enablement.Audience { return enablement.Audiences() }

// SaveGuide keeps a new version of a guide. seen is the version that was seen:
// when it is another by now, the fault is Conflict, unless it says the same
// already. Only guides of the library have an audience to change.
func (s *Store) SaveGuide(ctx context.Context, by identity.Actor, id, seen int, e enablement.GuideEdit, now time.Time) error {
	e, err := e.Check()
	if err != nil {
		return err
	}
	return s.updateGuide(ctx, by, id, now, func(tx pgx.Tx, g *enablement.Guide) (string, error) {
		if g.Slot != "" {
			e.Audience = g.Audience
		}
		return keepGuide(ctx, tx, by, g, seen, e, now)
	})
}

// keepGuide adds a version to a locked guide, where it says something new.
func keepGuide(ctx context.Context, tx pgx.Tx, by identity.Actor, g *enablement.Guide, seen int, e enablement.GuideEdit, now time.Time) (string, error) {
	same := len(g.Differs(e.GuideText)) == 0
	switch {
	case same && g.Audience == e.Audience:
		return "", nil
	case g.Version != seen:
		return "", fault.New(fault.Conflict, sayGuideChanged)
	}
	if !same {
		if err := addVersion(ctx, tx, g.ID, e.GuideText, by, now); err != nil {
			return "", err
		}
	}
	g.Audience = e.Audience
	return "guide.saved", nil
}

// RestoreGuide makes an older version of a guide's text its newest. Like
// [Store.SaveGuide] it faults with Conflict.
func (s *Store) RestoreGuide(ctx context.Context, by identity.Actor, id, n, seen int, now time.Time) error {
	versions, err := s.GuideVersions(ctx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(versions, func(v enablement.GuideVersion) bool { return v.N == n })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such version.")
	}
	return s.updateGuide(ctx, by, id, now, func(tx pgx.Tx, g *enablement.Guide) (string, error) {
		return keepGuide(ctx, tx, by, g, seen, enablement.GuideEdit{Audience: g.Audience, GuideText: versions[i].GuideText}, now)
	})
}

// ArchiveGuide takes a guide out of the library, or puts it back. It faults as
// [Store.SaveGuide] does. Pages of the kit and tips cannot be archived.
func (s *Store) ArchiveGuide(ctx context.Context, by identity.Actor, id, seen int, archived bool, now time.Time) error {
	return s.updateGuide(ctx, by, id, now, func(_ pgx.Tx, g *enablement.Guide) (string, error) {
		switch {
		case g.Slot != "":
			return "", errNoGuide
		case g.Archived() == archived:
			return "", nil
		case g.Version != seen:
			return "", fault.New(fault.Conflict, sayGuideChanged)
		case archived:
			g.ArchivedAt = now
			return "guide.archived", nil
		}
		g.ArchivedAt = time.Time{}
		return "guide.restored", nil
	})
}

// updateGuide lends a guide to a rule, with nobody else able to change it, and
// keeps what the rule made of it. A rule without an action changed nothing.
func (s *Store) updateGuide(ctx context.Context, by identity.Actor, id int, now time.Time, rule func(pgx.Tx, *enablement.Guide) (string, error)) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockGuideSQL, id); err != nil {
			return err
		}
		g, err := guideOf(ctx, tx, id, everyAudience(), day.FromTime(now))
		if err != nil {
			return err
		}
		action, err := rule(tx, &g)
		if err != nil || action == "" {
			return err
		}
		args := pgx.StrictNamedArgs{"id": id, "audience": string(g.Audience), "archived": givenTime(g.ArchivedAt)}
		if _, err := tx.Exec(ctx, updateGuideSQL, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, guideEvent(by, id, action, map[string]string{"version": strconv.Itoa(g.Version + 1)}))
	})
	if err != nil {
		return fmt.Errorf("change guide %d: %w", id, err)
	}
	return nil
}

// MoveGuide moves a guide one place up or down among those of its audience.
func (s *Store) MoveGuide(ctx context.Context, by identity.Actor, id int, up bool, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockGuidesSQL); err != nil {
			return err
		}
		g, err := guideOf(ctx, tx, id, everyAudience(), day.FromTime(now))
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, guideOrderSQL, string(g.Audience))
		if err != nil {
			return err
		}
		order, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil || !swap(order, id, up) {
			return err
		}
		if _, err := tx.Exec(ctx, placeGuidesSQL, pgx.StrictNamedArgs{"ids": order}); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, guideEvent(by, id, "guide.moved", nil))
	})
	if err != nil {
		return fmt.Errorf("move guide %d: %w", id, err)
	}
	return nil
}

// swap moves id one place up or down in order; it reports whether it could.
func swap(order []int, id int, up bool) bool {
	i := slices.Index(order, id)
	j := i + 1
	if up {
		j = i - 1
	}
	if i < 0 || j < 0 || j >= len(order) {
		return false
	}
	order[i], order[j] = order[j], order[i]
	return true
}

// TakeStarterSet fills an empty library with the guides that ship with the
// program. A library that holds something is a Conflict.
func (s *Store) TakeStarterSet(ctx context.Context, by identity.Actor, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockGuidesSQL); err != nil {
			return err
		}
		var any bool
		if err := tx.QueryRow(ctx, anyGuideSQL).Scan(&any); err != nil {
			return err
		}
		if any {
			return fault.New(fault.Conflict, "The library is not empty any more. Nothing was added.")
		}
		guides := enablement.StarterGuides()
		for _, e := range guides {
			id, _, err := insertGuide(ctx, tx, newGuide{edit: e})
			if err != nil {
				return err
			}
			if err := addVersion(ctx, tx, id, e.GuideText, by, now); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "guide.starter_taken", Subject: "library", Detail: map[string]string{"guides": strconv.Itoa(len(guides))}})
	})
	if err != nil {
		return fmt.Errorf("take the starter set: %w", err)
	}
	return nil
}

// SaveKit keeps a new version of a page of the champion kit. seen is 0 while
// nobody has changed the shipped text, which then becomes its first version. It
// faults as [Store.SaveGuide] does.
func (s *Store) SaveKit(ctx context.Context, by identity.Actor, slot enablement.Slot, seen int, t enablement.GuideText, now time.Time) error {
	e, err := enablement.GuideEdit{Audience: enablement.ForChampions, GuideText: t}.Check()
	if err != nil {
		return err
	}
	if !slot.InKit() {
		return errNoGuide
	}
	return s.fillSlot(ctx, by, newGuide{edit: e, slot: slot}, seen, enablement.ShippedKit(slot), now)
}

// PlanTip keeps the tip of a week. It faults as [Store.SaveGuide] does.
func (s *Store) PlanTip(ctx context.Context, by identity.Actor, n enablement.NewTip, now time.Time) error {
	n, err := n.Check()
	if err != nil {
		return err
	}
	e := enablement.GuideEdit{Audience: enablement.ForChampions, GuideText: n.GuideText}
	return s.fillSlot(ctx, by, newGuide{edit: e, slot: enablement.SlotTip, week: n.Week}, n.Seen, enablement.GuideText{}, now)
}

// fillSlot saves the guide of a slot, and adds it where there is none: with first
// as its first version, unless that is empty.
func (s *Store) fillSlot(ctx context.Context, by identity.Actor, n newGuide, seen int, first enablement.GuideText, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockGuidesSQL); err != nil {
			return err
		}
		held, err := heldSlot(ctx, tx, n)
		switch {
		case err != nil:
			return err
		case held != nil:
			return s.keepSlot(ctx, tx, by, held, seen, n.edit, now)
		case seen != 0:
			return fault.New(fault.Conflict, sayGuideChanged)
		}
		return s.addSlot(ctx, tx, by, n, first, now)
	})
	if err != nil {
		return fmt.Errorf("save the guide of %s: %w", n.slot, err)
	}
	return nil
}

// heldSlot returns the guide of a slot, nil when there is none.
func heldSlot(ctx context.Context, tx pgx.Tx, n newGuide) (*enablement.Guide, error) {
	found, err := readGuides(ctx, tx, kitSQL, n.week, pgx.StrictNamedArgs{"week": n.week.Time()})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(g enablement.Guide) bool { return g.Slot == n.slot })
	if i < 0 {
		return nil, nil
	}
	return &found[i], nil
}

func (s *Store) keepSlot(ctx context.Context, tx pgx.Tx, by identity.Actor, g *enablement.Guide, seen int, e enablement.GuideEdit, now time.Time) error {
	action, err := keepGuide(ctx, tx, by, g, seen, e, now)
	if err != nil || action == "" {
		return err
	}
	if _, err := tx.Exec(ctx, updateGuideSQL, pgx.StrictNamedArgs{"id": g.ID, "audience": string(g.Audience), "archived": nil}); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, guideEvent(by, g.ID, action, map[string]string{"slot": string(g.Slot)}))
}

func (s *Store) addSlot(ctx context.Context, tx pgx.Tx, by identity.Actor, n newGuide, first enablement.GuideText, now time.Time) error {
	id, _, err := insertGuide(ctx, tx, n)
	if err != nil {
		return err
	}
	if first.Title != "" {
		if err := addVersion(ctx, tx, id, first, identity.Actor{}, now); err != nil {
			return err
		}
	}
	if len(first.Differs(n.edit.GuideText)) > 0 {
		if err := addVersion(ctx, tx, id, n.edit.GuideText, by, now); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, now, guideEvent(by, id, "guide.added", map[string]string{"slot": string(n.slot)}))
}

// RemoveTip takes the tip of a week away. One that is gone already is no fault.
func (s *Store) RemoveTip(ctx context.Context, by identity.Actor, week day.Date, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, dropTipSQL, week.Time())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "tip.removed", Subject: "tip/" + week.String()})
	})
	if err != nil {
		return fmt.Errorf("remove the tip of %s: %w", week, err)
	}
	return nil
}

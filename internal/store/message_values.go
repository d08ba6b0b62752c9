package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/sheet"
)

// trainingsNamed is how many sessions a message names, championsNamed how many champions.
const (
	trainingsNamed = 3
	championsNamed = 3
)

const (
	valuePlacesSQL = `
select p.email_folded, p.name, coalesce(place.department, 0) as department, coalesce(place.wave, 0) as wave
from person p` + placeOfPersonSQL + `
where p.email_folded = any(@folded)`

	valueWavesSQL = `
select w.id, w.name, w.opens_on, coalesce(w.id = coalesce(nullif(@wave::int, 0), (select wave from message where id = @message)), false) as own
from wave w`

	// Sessions that anybody can still sign up for. The zone is told where it is another one than the rollout's.
	valueTrainingsSQL = `
select s.name, s.day, coalesce(to_char(s.starts_at, 'HH24:MI'), '') as starts, s.zone, coalesce(s.department, 0) as department
from training_session s
where s.planned and s.cancelled_at is null and s.day between @today and @today::date + 42
  and (s.capacity is null or s.capacity > (select count(*) from sign_up u where u.session = s.id))
order by s.day, s.starts_at nulls first, s.name, s.id
limit 200`

	// Where people ask for help, the guide that says how to install the app, and where the rollout happens.
	valueLinksSQL = `
select coalesce((select c.url from channel c where c.purpose = 'support'), '') as support,
       coalesce((
           select g.id from guide g
           join lateral (select title from guide_version where guide = g.id order by n desc limit 1) v on true
           where g.slot = '' and g.archived_at is null and g.audience = 'users' and v.title ilike '%install%'
           order by g.position, g.id limit 1), 0) as app,
       coalesce((select time_zone from rollout), '') as zone`
)

type valuePlaceRow struct {
	EmailFolded, Name string
	Department, Wave  int
}

type valueWaveRow struct {
	ID      int
	Name    string
	OpensOn *time.Time
	Own     bool
}

type valueTrainingRow struct {
	Name       string
	Day        time.Time
	Starts     string
	Zone       string
	Department int
}

// ServeAt says at which address the site is served: links in what is sent lead there.
// It is called before the store is used.
func (s *Store) ServeAt(site string) { s.site = strings.TrimRight(site, "/") }

// PlaceholderValues returns what the placeholders of a message mean to recipients, by
// folded address. It reads by from, so that a transaction sees what it wrote itself.
func (s *Store) PlaceholderValues(ctx context.Context, from sender, m comms.MessageID, to []comms.Recipient, now time.Time) (map[string]comms.Values, error) {
	return s.placeholderValues(ctx, from, m, 0, to, now)
}

// DraftValues is [Store.PlaceholderValues] of a message that nobody has kept; wave is the
// one it is planned against, 0 for none.
func (s *Store) DraftValues(ctx context.Context, wave int, to []comms.Recipient, now time.Time) (map[string]comms.Values, error) {
	return s.placeholderValues(ctx, s.pool, 0, wave, to, now)
}

func (s *Store) placeholderValues(ctx context.Context, from sender, m comms.MessageID, wave int, to []comms.Recipient, now time.Time) (map[string]comms.Values, error) {
	l := valueLoad{now: now, today: day.FromTime(now), places: map[string]valuePlaceRow{}}
	folded := each(to, func(r comms.Recipient) string { return sheet.Fold(r.Email) })
	b := &pgx.Batch{}
	l.queue(b, m, wave, folded)
	if err := from.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read what placeholders mean: %w", translate(err))
	}
	l.settle()
	out := make(map[string]comms.Values, len(to))
	for i, r := range to {
		out[folded[i]] = l.valuesOf(s.site, r, folded[i])
	}
	return out, nil
}

// valueLoad is what placeholders mean, being read.
type valueLoad struct {
	now       time.Time
	today     day.Date
	zone      string
	places    map[string]valuePlaceRow
	waves     []valueWaveRow
	trainings []valueTrainingRow
	champions championRead
	support   string
	app       int

	championsOf map[int]string
	department  map[int]string
	trainingsOf map[int]string
}

func (l *valueLoad) queue(b *pgx.Batch, m comms.MessageID, wave int, folded []string) {
	b.Queue(valuePlacesSQL, pgx.StrictNamedArgs{"folded": folded, "today": l.today.Time()}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[valuePlaceRow])
		for _, r := range list {
			l.places[r.EmailFolded] = r
		}
		return err
	})
	b.Queue(valueWavesSQL, pgx.StrictNamedArgs{"wave": wave, "message": int64(m)}).Query(func(rows pgx.Rows) (err error) {
		l.waves, err = pgx.CollectRows(rows, pgx.RowToStructByName[valueWaveRow])
		return err
	})
	b.Queue(valueTrainingsSQL, pgx.StrictNamedArgs{"today": l.today.Time()}).Query(func(rows pgx.Rows) (err error) {
		l.trainings, err = pgx.CollectRows(rows, pgx.RowToStructByName[valueTrainingRow])
		return err
	})
	b.Queue(valueLinksSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&l.support, &l.app, &l.zone) })
	l.champions.queue(b)
}

// settle works out what is the same for everybody of a department.
func (l *valueLoad) settle() {
	l.department, l.championsOf, l.trainingsOf = map[int]string{}, map[int]string{}, map[int]string{}
	for _, n := range l.champions.names {
		if n.Of == "department" {
			l.department[n.ID] = n.Name
		}
	}
	named := map[int][]string{}
	for _, c := range l.champions.onRecord(l.today) {
		named[c.Department] = append(named[c.Department], c.Name)
	}
	for id, names := range named {
		l.championsOf[id] = allOf(names[:min(len(names), championsNamed)])
	}
	for id := range l.department {
		l.trainingsOf[id] = l.sessionsFor(id)
	}
	l.trainingsOf[0] = l.sessionsFor(0)
}

// sessionsFor lists the next sessions that people of a department can join.
func (l *valueLoad) sessionsFor(department int) string {
	var out []string
	for _, t := range l.trainings {
		if t.Department != 0 && t.Department != department || len(out) == trainingsNamed {
			continue
		}
		when := shortDay(day.FromTime(t.Day), l.today)
		if t.Starts != "" {
			when += ", " + t.Starts
		}
		if t.Zone != "" && t.Zone != l.zone && l.zone != "" {
			when += " " + t.Zone
		}
		out = append(out, t.Name+" ("+when+")")
	}
	return allOf(out)
}

func (l *valueLoad) valuesOf(site string, r comms.Recipient, folded string) comms.Values {
	at := l.places[folded]
	v := comms.Values{
		comms.PlaceName: cmp.Or(r.Name, at.Name), comms.PlaceDepartment: l.department[at.Department],
		comms.PlaceChampion: l.championsOf[at.Department], comms.PlaceTrainingDates: l.trainingsOf[at.Department],
		comms.PlaceLibraryLink: site + "/library", comms.PlaceTrainingsLink: site + "/trainings",
		comms.PlaceSupportLink: cmp.Or(l.support, site+"/support"), comms.PlaceAppLink: site + "/library",
	}
	if l.app != 0 {
		v[comms.PlaceAppLink] += "/" + strconv.Itoa(l.app)
	}
	if w := l.waveOf(at.Wave); w.ID != 0 {
		v[comms.PlaceWave] = w.Name
		if w.OpensOn != nil {
			v[comms.PlaceWaveDate] = shortDay(day.FromTime(*w.OpensOn), l.today)
		}
	}
	return v
}

// waveOf is the message's own wave, else the recipient's.
func (l *valueLoad) waveOf(theirs int) valueWaveRow {
	if i := slices.IndexFunc(l.waves, func(w valueWaveRow) bool { return w.Own }); i >= 0 {
		return l.waves[i]
	}
	if i := slices.IndexFunc(l.waves, func(w valueWaveRow) bool { return w.ID == theirs }); i >= 0 {
		return l.waves[i]
	}
	return valueWaveRow{}
}

// shortDay writes a day as it is read everywhere here: Tue 1 Dec, with the year where it is another one.
func shortDay(d, today day.Date) string {
	if d.Time().Year() != today.Time().Year() {
		return d.Time().Format("Mon 2 Jan 2006")
	}
	return d.Time().Format("Mon 2 Jan")
}

// allOf lists things in a sentence.
func allOf(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// MessageValues is [Store.PlaceholderValues] as everybody else sees the database.
func (s *Store) MessageValues(ctx context.Context, m comms.MessageID, to []comms.Recipient, now time.Time) (map[string]comms.Values, error) {
	return s.PlaceholderValues(ctx, s.pool, m, to, now)
}

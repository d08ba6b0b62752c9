package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

const (
	// The day from which what followed a mailing g is counted.
	sentOnSQL = `(g.sent_at at time zone 'UTC')::date`

	// Whether a mailing g went, or goes, to more than a handful of people by mail. It stops counting there.
	toPeopleSQL = `
(select count(*) from (
    select from delivery d where d.mailing = g.id and d.email_folded <> '' and d.state in ('sent', 'sending', 'waiting') limit 6
) handful) > 5`
)

// A connector that was there on the first day that was read was not new then. What is
// planned comes too; [indexLoad.events] leaves out what lies ahead.
const indexEventsSQL = `
select day, kind, label from (
    select starts_on as day, 'phase' as kind, key as label from phase
    union all
    select opens_on, 'launch', name from wave where opens_on is not null
    union all
    select day, 'training', name from training_session
    where kind in ('all_staff_101', 'department', 'user_group') and cancelled_at is null
    union all
    select ` + sentOnSQL + `, 'message', g.title
    from mailing g
    where g.kind = 'message' and g.sent_at is not null and ` + toPeopleSQL + `
    union all
    select min(day), 'connector', (array_agg(name order by day desc))[1]
    from feature_day
    where kind = 'connector' and (users > 0 or cowork_sessions > 0)
    group by key
    having min(day) > (select min(from_day) from unit_done where source = 'connectors')
) event
order by day, kind, label`

// events reads what charts note on the time axis. A training is noted once the
// figures have reached its day: what is planned for later has not happened. Several
// trainings of a day are one note, and so are several messages.
func (l *indexLoad) events(rows pgx.Rows) error {
	l.index.Events = nil
	var at time.Time
	var kind adoption.EventKind
	var name string
	var names []string // what the last note is about
	_, err := pgx.ForEachRow(rows, []any{&at, &kind, &name}, func() error {
		e := adoption.Event{Day: day.FromTime(at), Kind: kind}
		if kind == adoption.EventTraining && e.Day > l.index.Through {
			return nil
		}
		if last := len(l.index.Events) - 1; last >= 0 && joined(l.index.Events[last], e) {
			names = append(names, name)
			l.index.Events[last].Label = eventLabel(kind, together(names))
			return nil
		}
		names = []string{name}
		e.Label = eventLabel(kind, name)
		l.index.Events = append(l.index.Events, e)
		return nil
	})
	return err
}

// joined reports whether two events are told as one.
func joined(a, b adoption.Event) bool {
	return a.Kind == b.Kind && a.Day == b.Day && (a.Kind == adoption.EventTraining || a.Kind == adoption.EventMessage)
}

// eventLabel says what happened in a few words.
func eventLabel(kind adoption.EventKind, name string) string {
	switch kind {
	case adoption.EventPhase:
		return strings.ToUpper(name[:1]) + name[1:] + " begins"
	case adoption.EventLaunch:
		return name + " opens"
	case adoption.EventConnector:
		return name + " first used"
	case adoption.EventMessage:
		return "Sent: " + name
	}
	return name
}

// together names the sessions or the messages of one day.
func together(names []string) string {
	if len(names) == 2 {
		return names[0] + ", " + names[1]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}

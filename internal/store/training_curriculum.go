package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
)

const (
	curriculumSessionsSQL = trainingSQL + `
where s.cancelled_at is null and (s.planned or s.features <> '{}')
order by s.day, s.starts_at nulls first, s.id`

	// Who was at a session that covered a feature, each once, by where they are today.
	curriculumMetSQL = `
with place as (` + placesSQL + `), met as (
    select distinct f.feature, a.email_folded
    from training_session s join attendance a on a.session = s.id and a.status in ('attended', 'completed'),
         unnest(s.features) as f (feature)
    where s.cancelled_at is null
)
select met.feature, coalesce(place.department, 0) as department, count(*)::int as people
from met left join person p on p.email_folded = met.email_folded left join place on place.person = p.id
group by 1, 2`
)

// Curriculum returns which features were covered in sessions, and how many people met them.
func (s *Store) Curriculum(ctx context.Context, today day.Date, now time.Time) (enablement.Curriculum, error) {
	l, b := agendaLoad{}, &pgx.Batch{}
	l.queueDepartments(b)
	l.queueSessions(b, curriculumSessionsSQL, pgx.StrictNamedArgs{"email": ""})
	var met []enablement.Met
	b.Queue(curriculumMetSQL, pgx.StrictNamedArgs{"today": today.Time()}).Query(func(rows pgx.Rows) (err error) {
		met, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.Met])
		return err
	})
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return enablement.Curriculum{}, fmt.Errorf("read the curriculum: %w", translate(err))
	}
	sessions := each(l.sessions(), func(p enablement.Listed) enablement.Planned { return p.Planned })
	return enablement.NewCurriculum(sessions, met, l.out.Departments, now), nil
}

package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
)

const (
	presencesSQL = `
select email, coalesce(said, status) as status, case when said is null then '' else status end as taught, minutes, source, at, coalesce(by_account, 0) as by_account, deliverable
from attendance where session = @session order by email_folded`

	keepPresenceSQL = `
insert into attendance (session, email, status, minutes, source, at, by_account, deliverable)
values (@session, @email, @status, @minutes, @source, @at, nullif(@account::bigint, 0), @deliverable)
on conflict (session, email_folded) do update
set status = excluded.status, said = null, minutes = excluded.minutes, source = excluded.source, at = excluded.at,
    by_account = excluded.by_account, deliverable = excluded.deliverable`

	dropPresenceSQL = `delete from attendance where session = @session and email_folded = @email`
)

type presenceRow struct {
	Email       string
	Status      enablement.Status
	Taught      enablement.Status
	Minutes     *int
	Source      enablement.Source
	At          *time.Time
	ByAccount   int64
	Deliverable string
}

func (r presenceRow) presence() enablement.Presence {
	return enablement.Presence{
		Email: r.Email, Status: r.Status, Taught: r.Taught, Minutes: r.Minutes, Source: r.Source, At: takenTime(r.At),
		By: identity.AccountID(r.ByAccount), Deliverable: r.Deliverable,
	}
}

// queuePresences writes who was at a session, and forgets what was taken back.
func queuePresences(b *pgx.Batch, session int, c enablement.Gathered) {
	for _, p := range c.Keep {
		b.Queue(keepPresenceSQL, pgx.StrictNamedArgs{
			"session": session, "email": cleanText(p.Email), "status": string(p.Status), "minutes": p.Minutes, "source": string(p.Source),
			"at": moment(p.At), "account": int64(p.By), "deliverable": cleanText(p.Deliverable),
		})
	}
	for _, email := range c.Drop {
		b.Queue(dropPresenceSQL, pgx.StrictNamedArgs{"session": session, "email": email})
	}
}

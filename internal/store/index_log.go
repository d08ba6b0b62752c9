package store

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

const (
	// Whose the addresses of attendances, touchpoints and wins are: the member's who
	// has it today, else the last one's who had it, else the roster's, else nobody's.
	indexAddressesSQL = `
with address as (
    select email_folded from attendance where status <> 'no_show'
    union select user_folded from touchpoint where user_folded is not null
    union select email_folded from win
)
select a.email_folded, coalesce(today.ord, earlier.member, -1) as member, coalesce(p.id, 0) as person
from address a
left join member today on today.email_folded = a.email_folded and not exists (
    select from member o where o.email_folded = today.email_folded and (o.listed, -o.ord) > (today.listed, -today.ord)
)
left join (
    select distinct on (e.email_folded) e.email_folded, e.member
    from member_address e where not exists (select from member o where o.email_folded = e.email_folded)
    order by e.email_folded, e.seen_at desc, e.member
) earlier on earlier.email_folded = a.email_folded
left join person p on p.email_folded = a.email_folded`

	indexAttendancesSQL = `
select s.day - date '1970-01-01' as day, s.kind, a.email_folded
from attendance a join training_session s on s.id = a.session
where a.status in ('attended', 'completed')
order by s.day, s.id`

	indexTouchpointsSQL = `
select day - date '1970-01-01' as day, coalesce(user_folded, '') as email, coalesce(department, 0) as department
from touchpoint order by day, id`

	indexWinsSQL = `
select day - date '1970-01-01' as day, email_folded, state = 'published' from win order by day, id`
)

// named is what a change of the log needs to know of the people of an index, so
// that they are not read again: it stays as it is until they change.
type named struct {
	departments map[int32]string
	guests      map[int32]int32 // person of the roster who is no member -> ordinal behind the members
	people      int             // ordinals of members and of the roster; behind them stand addresses that nobody has
}

// logLoad reads what was logged with people into an index: attendances,
// touchpoints and wins. Its methods have to run in the order in which they are queued.
type logLoad struct {
	index     *adoption.Index
	named     *named
	addresses map[string]int32 // address of an attendance, touchpoint or win -> ordinal
}

// queueLog comes behind queuePeople where both are queued.
func (l *indexLoad) queueLog(b *pgx.Batch) {
	g := &logLoad{index: l.index, named: l.named, addresses: map[string]int32{}}
	b.Queue(indexAddressesSQL).Query(g.whose)
	b.Queue(indexAttendancesSQL).Query(g.attendances)
	b.Queue(indexTouchpointsSQL).Query(g.touchpoints)
	b.Queue(indexWinsSQL).Query(g.wins)
}

// guest gives an ordinal to somebody who is not a member.
func guest(x *adoption.Index) int32 {
	x.Members = append(x.Members, adoption.Member{Added: day.Never})
	return int32(len(x.Members) - 1)
}

// whose finds out whose the addresses are. One that nobody has is a guest's of its own.
func (g *logLoad) whose(rows pgx.Rows) error {
	g.index.Members = slices.Clip(g.index.Members[:g.named.people]) // an index read before keeps its own guests
	var email string
	var member, person int32
	var nobodys []string
	_, err := pgx.ForEachRow(rows, []any{&email, &member, &person}, func() error {
		switch {
		case member >= 0:
			g.addresses[email] = member
		case person != 0:
			g.addresses[email] = g.named.guests[person]
		default:
			nobodys = append(nobodys, email)
		}
		return nil
	})
	slices.Sort(nobodys)
	for _, email := range nobodys {
		g.addresses[email] = guest(g.index)
	}
	return err
}

func (g *logLoad) attendances(rows pgx.Rows) error {
	g.index.Attendances = nil
	var at int32
	var kind, email string
	kinds := spellings{}
	_, err := pgx.ForEachRow(rows, []any{&at, &kind, &email}, func() error {
		g.index.Attendances = append(g.index.Attendances, adoption.Attendance{
			Day: day.Date(at), Member: g.addresses[email], Kind: adoption.TrainingKind(kinds.of(kind)),
		})
		return nil
	})
	return err
}

func (g *logLoad) touchpoints(rows pgx.Rows) error {
	g.index.Touchpoints = nil
	var at, department int32
	var email string
	_, err := pgx.ForEachRow(rows, []any{&at, &email, &department}, func() error {
		t := adoption.Touchpoint{Day: day.Date(at), Member: -1, Department: g.named.departments[department]}
		if email != "" {
			t.Member = g.addresses[email]
		}
		g.index.Touchpoints = append(g.index.Touchpoints, t)
		return nil
	})
	return err
}

func (g *logLoad) wins(rows pgx.Rows) error {
	g.index.Wins = nil
	var at int32
	var email string
	var published bool
	_, err := pgx.ForEachRow(rows, []any{&at, &email, &published}, func() error {
		g.index.Wins = append(g.index.Wins, adoption.Win{Day: day.Date(at), Member: g.addresses[email], Published: published})
		return nil
	})
	return err
}

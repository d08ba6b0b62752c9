package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
)

// peopleAPage is how many people at their limit are read at once.
const peopleAPage = 25

const (
	groupCostSQL = `
select c.key, coalesce(g.name, '') as name, c.amount::text, c.before::text
from (
    select key, coalesce(sum(cents) filter (where day between @from and @to), 0) as amount,
           coalesce(sum(cents) filter (where day between @before_from and @before_to), 0) as before
    from cost_day
    where grouping = 'group' and day between least(@before_from::date, @from) and @to
    group by key
) c
left join rbac_group g on g.id = c.key
where c.amount <> 0 or c.before <> 0
order by c.amount desc, name, c.key`

	limitsSQL = `
select l.scope, l.scope_id, coalesce(g.name, '') as name, l.period, l.amount::text, l.enabled
from spend_limit l
left join rbac_group g on l.scope = 'rbac_group' and g.id = l.scope_id
where l.scope <> 'user' and (@groups or l.scope <> 'rbac_group')
order by l.scope, l.period, l.amount desc nulls first, name, l.id
limit 200`

	ownLimitsSQL = `select count(*) from spend_limit where scope = 'user'`

	bindingsSQL = `
select scope, period, count(*)::int as people,
       count(*) filter (where amount is null)::int as no_limit,
       count(*) filter (where amount = 0)::int as zero,
       count(*) filter (where amount > 0 and spent >= amount * 0.8 and spent < amount)::int as near,
       count(*) filter (where amount > 0 and spent >= amount)::int as over,
       count(*) filter (where amount > 0 and spent is null)::int as unknown
from spend_effective
group by scope, period
order by people desc, scope, period`

	// A limit of nothing is used up from the start, and comes first.
	atLimitSQL = `
select a.share::text, a.member, m.name, coalesce(m.email, '') as email, a.period, a.scope, coalesce(g.name, '') as group_name,
       a.amount::text, a.spent::text
from (
    select member, period, scope, scope_id, amount, coalesce(spent, 0) as spent,
           case when amount = 0 then 'Infinity'::numeric else round(spent / amount, 6) end as share
    from spend_effective
    where amount = 0 or spent >= amount
) a
join member m on m.ord = a.member
left join rbac_group g on a.scope = 'rbac_group' and g.id = a.scope_id
where @share::text = '' or (-a.share, a.member, a.period) > (-nullif(@share, '')::numeric, @member::int, @period::text)
order by -a.share, a.member, a.period
limit @limit`
)

// SpendReport answers q in one round trip, and says how the sources of cost and
// of limits stand. People are named only to those whose scope is everyone.
func (s *Store) SpendReport(ctx context.Context, scope identity.PeopleScope, q access.SpendQuery) (access.SpendReport, []pull.State, error) {
	var r spendRead
	b := &pgx.Batch{}
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": "", "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		r.known, err = collectStates(rows)
		return err
	})
	b.Queue(bindingsSQL).Query(r.bindings)
	b.Queue(limitsSQL, pgx.StrictNamedArgs{"groups": q.Groups}).Query(r.limits)
	b.Queue(ownLimitsSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&r.report.Own) })
	if q.Groups {
		b.Queue(groupCostSQL, pgx.StrictNamedArgs{
			"from": q.Period.From, "to": q.Period.To, "before_from": q.Before.From, "before_to": q.Before.To,
		}).Query(r.groups)
	}
	if scope.Everyone() {
		args, err := atLimitArgs(q.After)
		if err != nil {
			return r.report, nil, err
		}
		b.Queue(atLimitSQL, args).Query(r.atLimit)
	}
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return r.report, nil, fmt.Errorf("read spend: %w", translate(err))
	}
	return r.report, []pull.State{stateOf(r.known, pull.Cost), stateOf(r.known, pull.Spend)}, nil
}

// atLimitArgs reads a cursor: the share, the member and the period of the last one shown.
func atLimitArgs(after string) (pgx.StrictNamedArgs, error) {
	args := pgx.StrictNamedArgs{"share": "", "member": 0, "period": "", "limit": peopleAPage + 1}
	if after == "" {
		return args, nil
	}
	parts := strings.SplitN(after, ",", 3)
	wrong := fault.Field("after", "This page of the list cannot be found. Begin at its first page.")
	if len(parts) != 3 {
		return nil, wrong
	}
	member, err := strconv.ParseInt(parts[1], 10, 32)
	if err != nil {
		return nil, wrong
	}
	if _, err := adoption.ParseCents(parts[0]); err != nil && parts[0] != "Infinity" {
		return nil, wrong
	}
	args["share"], args["member"], args["period"] = parts[0], int32(member), cleanText(parts[2])
	return args, nil
}

// spendRead collects what a batch answers.
type spendRead struct {
	report access.SpendReport
	known  map[pull.Source]pull.State
}

func (r *spendRead) bindings(rows pgx.Rows) (err error) {
	type binding struct {
		Scope, Period                              string
		People, NoLimit, Zero, Near, Over, Unknown int
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[binding])
	for _, b := range found {
		r.report.Bindings = append(r.report.Bindings, access.Binding{
			Scope: b.Scope, Period: b.Period, People: b.People, NoLimit: b.NoLimit, Zero: b.Zero, Near: b.Near, Over: b.Over, Unknown: b.Unknown,
		})
	}
	return err
}

func (r *spendRead) limits(rows pgx.Rows) error {
	var l access.ConfiguredLimit
	var amount *string
	_, err := pgx.ForEachRow(rows, []any{&l.Scope, &l.ScopeID, &l.Name, &l.Period, &amount, &l.Enabled}, func() error {
		l.Amount = nil
		if amount != nil {
			m, err := adoption.ParseCents(*amount)
			if err != nil {
				return err
			}
			l.Amount = &m
		}
		r.report.Limits = append(r.report.Limits, l)
		return nil
	})
	return err
}

func (r *spendRead) groups(rows pgx.Rows) error {
	var g adoption.GroupCost
	var amount, before string
	_, err := pgx.ForEachRow(rows, []any{&g.ID, &g.Name, &amount, &before}, func() (err error) {
		if g.Amount, err = adoption.ParseCents(amount); err != nil {
			return err
		}
		if g.Before, err = adoption.ParseCents(before); err != nil {
			return err
		}
		r.report.Groups = append(r.report.Groups, g)
		return nil
	})
	return err
}

func (r *spendRead) atLimit(rows pgx.Rows) error {
	var p access.PersonAtLimit
	var share, amount, spent, cursor string
	var member int32
	_, err := pgx.ForEachRow(rows, []any{&share, &member, &p.Name, &p.Email, &p.Period, &p.Scope, &p.Group, &amount, &spent}, func() (err error) {
		if len(r.report.AtLimit) == peopleAPage {
			r.report.Next = cursor
			return nil
		}
		if p.Amount, err = adoption.ParseCents(amount); err != nil {
			return err
		}
		if p.Spent, err = adoption.ParseCents(spent); err != nil {
			return err
		}
		r.report.AtLimit = append(r.report.AtLimit, p)
		cursor = share + "," + strconv.Itoa(int(member)) + "," + p.Period
		return nil
	})
	return err
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/rollout"
)

const (
	// Accounts that hold one of some roles, and what they are called: the roster knows best.
	holdersOfSQL = `
select a.id as account, a.email, coalesce(nullif(max(p.name), ''), nullif(a.name, ''), '') as name,
       array_agg(distinct r.role) as roles,
       coalesce(array_agg(distinct r.department) filter (where r.role = 'champion' and r.department <> ''), '{}') as departments
from account a join account_role r on r.account_id = a.id left join person p on p.email_folded = lower(a.email)
where a.deactivated_at is null and a.email <> '' and (@only = '' or lower(a.email) = @only)
group by a.id
having bool_or(r.role = any (@roles::text[]))
order by lower(a.email)`

	// Since when checks that fail do so, whatever number their sentence held.
	failingSinceSQL = `
select r.check_key, coalesce(r.wave, 0) as wave, min(r.since) as since
from check_result r
where r.outcome = 'fails' and r.id > coalesce((
    select max(o.id) from check_result o
    where o.check_key = r.check_key and coalesce(o.wave, 0) = coalesce(r.wave, 0) and o.outcome <> 'fails'), 0)
group by r.check_key, coalesce(r.wave, 0)`

	lastToldSQL = `select at, told from digest_run where kind = 'failures' order by at desc, key desc limit 1`
)

type holderOfRow struct {
	Account     identity.AccountID
	Email, Name string
	Roles       []identity.Role
	Departments []string
}

func (r holderOfRow) recipient() comms.Recipient {
	return comms.Recipient{Email: r.Email, Name: r.Name}
}

func (r holderOfRow) actor() identity.Actor {
	return identity.Actor{Account: r.Account, Name: r.Name, Email: r.Email, Roles: r.Roles, Departments: r.Departments}
}

// holdersOf returns who holds one of some roles, by address; only narrows that to one folded address.
func (s *Store) holdersOf(ctx context.Context, only string, roles ...identity.Role) (list []holderOfRow, err error) {
	b := &pgx.Batch{}
	queueHoldersOf(b, &list, only, roles...)
	return list, translate(s.pool.SendBatch(ctx, b).Close())
}

func queueHoldersOf(b *pgx.Batch, into *[]holderOfRow, only string, roles ...identity.Role) {
	b.Queue(holdersOfSQL, pgx.StrictNamedArgs{"only": only, "roles": roleTexts(roles)}).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[holderOfRow])
		return err
	})
}

func roleTexts(roles []identity.Role) []string {
	return texts(roles, func(r identity.Role) string { return string(r) })
}

// DigestOf implements [comms.DigestFacts].
func (s *Store) DigestOf(ctx context.Context, slot comms.DigestSlot, only string, now time.Time) (comms.Digest, error) {
	d := comms.Digest{DigestSlot: slot}
	var err error
	switch slot.Kind {
	case comms.KindTasks:
		err = s.taskDigest(ctx, &d, now)
	case comms.KindChampion:
		err = s.championDigest(ctx, &d, only, now)
	case comms.KindFailures:
		err = s.failureDigest(ctx, &d, only)
	case comms.KindReport:
		err = s.reportDigest(ctx, &d, only)
	case comms.KindReminder:
		err = s.reminderDigest(ctx, &d)
	}
	if err != nil {
		return d, fmt.Errorf("gather what a digest says: %w", err)
	}
	return d, nil
}

// taskDigest is what the page /plan/digest shows, with links.
func (s *Store) taskDigest(ctx context.Context, d *comms.Digest, now time.Time) error {
	p, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	d.Title = "Tasks, " + sayDay(d.On)
	for _, one := range rollout.Digests(p, now) {
		n := comms.TaskNote{To: comms.Recipient{Email: one.To.Email, Name: one.To.Name}, Subject: one.Subject}
		for _, g := range one.Groups {
			group := comms.TaskGroup{Title: g.Title}
			for _, t := range g.Tasks {
				group.Tasks = append(group.Tasks, comms.TaskLine{ID: int64(t.Task), Say: t.Say})
			}
			n.Groups = append(n.Groups, group)
		}
		d.Letters = append(d.Letters, n.Letter())
	}
	return nil
}

// sayDay writes a day as people say it.
func sayDay(d day.Date) string { return d.Time().Format("Mon 2 Jan") }

// reminderDigest is what the page of reminders shows.
func (s *Store) reminderDigest(ctx context.Context, d *comms.Digest) error {
	facts, err := s.ReminderFacts(ctx, d.On)
	if err != nil {
		return err
	}
	d.Title = "Reminders of sessions, " + sayDay(d.On)
	for _, r := range enablement.Reminders(facts, d.On) {
		if r.To.Email == "" {
			continue
		}
		n := comms.ReminderNote{To: comms.Recipient{Email: r.To.Email, Name: r.To.Name}, Subject: r.Subject, Lines: r.Lines, Join: r.Join, Session: r.Session}
		d.Letters = append(d.Letters, n.Letter())
	}
	d.Letters = onePerPerson(d.Letters)
	return nil
}

// onePerPerson joins letters to the same address: a mailing has one for each.
func onePerPerson(list []comms.Letter) []comms.Letter {
	var out []comms.Letter
	for _, l := range list {
		at := slices.IndexFunc(out, func(o comms.Letter) bool { return strings.EqualFold(o.To.Email, l.To.Email) })
		if at < 0 {
			out = append(out, l)
			continue
		}
		out[at] = out[at].And(l)
	}
	return out
}

// failureDigest is what fails now, for leads.
func (s *Store) failureDigest(ctx context.Context, d *comms.Digest, only string) error {
	p, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	f := failuresLoad{zone: p.Rollout.Zone()}
	b := &pgx.Batch{}
	queueHoldersOf(b, &f.to, only, identity.Lead)
	f.queue(b)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("read what fails: %w", translate(err))
	}
	n := comms.FailureNote{Sources: f.sources(), Checks: failingChecks(p, f.since, f.zone), Alarms: openAlarms(p, f.zone), Told: f.told}
	d.Title, d.Told = "What fails, "+sayDay(d.On), n.Count()
	d.Letters = n.Letters(each(f.to, holderOfRow.recipient))
	return nil
}

// failuresLoad is what a note of failures is made of besides the plan, being read.
type failuresLoad struct {
	zone   *time.Location
	to     []holderOfRow
	states map[pull.Source]pull.State
	since  map[rollout.CheckRef]time.Time // since when each check that fails does
	told   time.Time                      // when failures were told of last; zero when the last digest had none
}

func (f *failuresLoad) queue(b *pgx.Batch) {
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": "", "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		f.states, err = collectStates(rows)
		return err
	})
	b.Queue(failingSinceSQL).Query(func(rows pgx.Rows) error {
		f.since = map[rollout.CheckRef]time.Time{}
		var ref rollout.CheckRef
		var at time.Time
		_, err := pgx.ForEachRow(rows, []any{&ref.Check, &ref.Wave, &at}, func() error {
			f.since[ref] = at
			return nil
		})
		return err
	})
	b.Queue(lastToldSQL).Query(func(rows pgx.Rows) error {
		var at time.Time
		var n int
		_, err := pgx.ForEachRow(rows, []any{&at, &n}, func() error {
			if n > 0 {
				f.told = at.In(f.zone)
			}
			return nil
		})
		return err
	})
}

func (f *failuresLoad) sources() []comms.Failure {
	var out []comms.Failure
	for _, st := range inOrder(f.states) {
		if st.Status == pull.Failing {
			out = append(out, comms.Failure{Name: st.Source.Name(), Say: st.Say, Since: st.FailingSince.In(f.zone)})
		}
	}
	return out
}

// failingChecks tells of each check once: about everybody where that fails, else about each wave that does.
func failingChecks(p *rollout.Plan, since map[rollout.CheckRef]time.Time, zone *time.Location) []comms.Failure {
	var out []comms.Failure
	for _, c := range rollout.Checks() {
		refs := []rollout.CheckRef{{Check: c.Key()}}
		if p.Results[refs[0]].Outcome != rollout.Fails {
			refs = nil
			for _, w := range p.Waves {
				refs = append(refs, rollout.CheckRef{Check: c.Key(), Wave: w.ID})
			}
		}
		for _, ref := range refs {
			r := p.Results[ref]
			if r.Outcome != rollout.Fails {
				continue
			}
			name := c.Title()
			if w, ok := p.Wave(ref.Wave); ok {
				name += " (" + w.Name + ")"
			}
			out = append(out, comms.Failure{Name: name, Say: r.Say, Since: since[ref].In(zone), Check: string(ref.Check), Wave: ref.Wave})
		}
	}
	return out
}

// openAlarms are those that nobody took note of.
func openAlarms(p *rollout.Plan, zone *time.Location) []comms.Failure {
	var out []comms.Failure
	for _, g := range p.Gates {
		for _, a := range g.Alarms {
			if a.SeenAt.IsZero() {
				out = append(out, comms.Failure{Name: p.GateTitle(g), Say: a.Say, Since: a.RaisedAt.In(zone), Gate: int64(g.ID)})
			}
		}
	}
	return out
}

// headlines are the figures that a report names.
var headlines = []adoption.Key{adoption.ActivationRate, adoption.DelegationRate, adoption.WeeklyActives}

// reportDigest links to the month that was closed last, with its headlines as each reader sees them.
func (s *Store) reportDigest(ctx context.Context, d *comms.Digest, only string) error {
	month, err := s.LastClosed(ctx)
	if err != nil || !month.Known() {
		return err
	}
	to, err := s.holdersOf(ctx, only, identity.Executive)
	if err != nil {
		return err
	}
	d.Title = "Figures of " + month.Time().Format("January 2006")
	for _, r := range to {
		n, err := s.reportNote(ctx, r, month)
		if err != nil {
			return err
		}
		d.Letters = append(d.Letters, n.Letter())
	}
	return nil
}

// reportNote asks what the overview asks on behalf of the reader: whoever may not see small
// groups gets the month under the same rules, and nothing of how it was closed.
func (s *Store) reportNote(ctx context.Context, r holderOfRow, month day.Date) (comms.ReportNote, error) {
	x, err := s.Index(ctx)
	if err != nil {
		return comms.ReportNote{}, err
	}
	q := adoption.Query{Period: month.Month(), SeesSmallGroups: r.actor().SeesSmallGroups()}
	a, err := x.Answer(q)
	if err != nil {
		return comms.ReportNote{}, err
	}
	if q.SeesSmallGroups {
		c, ok, err := s.ClosedMonth(ctx, month)
		if err != nil {
			return comms.ReportNote{}, err
		}
		if ok {
			a, _ = c.Restore(a, q)
		}
	}
	n := comms.ReportNote{To: r.recipient(), Month: month, Least: max(adoption.DefaultSettings().MinCohortSize, x.Settings.MinCohortSize)}
	for _, k := range headlines {
		for _, f := range a.Figures {
			if f.Key == k {
				n.Figures = append(n.Figures, reportFigure(f))
			}
		}
	}
	return n, nil
}

func reportFigure(f adoption.Figure) comms.ReportFigure {
	out := comms.ReportFigure{Name: adoption.MetricOf(f.Key).Name, Ratio: f.Unit == adoption.UnitRatio, Withheld: f.Withheld, Why: f.Reason}
	if f.Known() && !f.Withheld {
		out.Value = f.Value
	}
	return out
}

package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/rollout"
)

const (
	rolloutSQL = `
select organization, playbook, playbook_version, architecture, architecture_reason, architecture_by_name, architecture_by_email,
       architecture_at, install, time_zone, weekdays, days_off, started_at, version
from rollout`

	rolesOfPlanSQL = `select key, name, holder_name, holder_email from rollout_role order by position, key`

	tasksSQL = `
select t.id, t.key, t.scope, coalesce(t.wave, 0) as wave, coalesce(t.department, 0) as department, t.phase, t.section, t.position,
       t.title, t.why, t.done_when, coalesce(t.role, '') as role, t.owner_name, t.owner_email, t.due, t.due_set, t.offset_days, t.days,
       t.state, t.reason, t.gate, t.gate_checks, t.no_undo, t.evidence, t.check_key, t.holds_days, t.checklist, t.help_title, t.help_url,
       t.guidance, t.done_at, t.done_by, t.edited, t.version,
       array(select w.waits_for from task_wait w where w.task = t.id order by w.waits_for) as waits_for
from task t
order by array_position(array['setup', 'launch', 'enablement', 'scaling'], t.phase),
         min(t.position) over (partition by t.phase, t.section), t.section, t.position, t.id`

	attestationsSQL = `
select distinct on (task) task, by_name, by_email, at, holds_to, words
from attestation order by task, id desc`

	proofsSQL = `
select id, task, kind, name, url, media_type, size, at, by_name, by_email
from proof order by task, id desc`
)

// queueTasks asks for the answers the rollout was started with, for its roles,
// and for the tasks with what people say about them.
func (l *planLoad) queueTasks(b *pgx.Batch) {
	b.Queue(rolloutSQL).Query(l.rollout)
	b.Queue(rolesOfPlanSQL).Query(l.roles)
	b.Queue(tasksSQL).Query(l.tasks)
	b.Queue(attestationsSQL).Query(l.attestations)
	b.Queue(proofsSQL).Query(l.proofs)
}

type rolloutRow struct {
	Organization        string
	Playbook            string
	PlaybookVersion     string
	Architecture        rollout.Architecture
	ArchitectureReason  string
	ArchitectureByName  string
	ArchitectureByEmail string
	ArchitectureAt      time.Time
	Install             rollout.Install
	TimeZone            string
	Weekdays            []int16
	DaysOff             []time.Time
	StartedAt           time.Time
	Version             int
}

func (r rolloutRow) rollout() rollout.Rollout {
	return rollout.Rollout{
		Organization: r.Organization, Playbook: r.Playbook, PlaybookVersion: r.PlaybookVersion,
		Architecture: r.Architecture, ArchitectureReason: r.ArchitectureReason,
		ArchitectureBy: personOf(r.ArchitectureByName, r.ArchitectureByEmail), ArchitectureAt: r.ArchitectureAt.UTC(),
		Install: r.Install, TimeZone: r.TimeZone,
		Calendar: rollout.Calendar{
			Weekdays: each(r.Weekdays, func(n int16) time.Weekday { return time.Weekday(n) }),
			DaysOff:  each(r.DaysOff, day.FromTime),
		},
		StartedAt: r.StartedAt.UTC(), Version: r.Version,
	}
}

// rollout reads the one row there is, or none before the rollout is started.
func (l *planLoad) rollout(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[rolloutRow])
	for _, r := range found {
		l.plan.Rollout = r.rollout()
	}
	return err
}

func (l *planLoad) roles(rows pgx.Rows) error {
	var r rollout.Role
	_, err := pgx.ForEachRow(rows, []any{&r.Key, &r.Name, &r.Holder.Name, &r.Holder.Email}, func() error {
		l.plan.Roles = append(l.plan.Roles, r)
		return nil
	})
	return err
}

type taskRow struct {
	ID         rollout.TaskID
	Key        string
	Scope      rollout.Scope
	Wave       int
	Department int
	Phase      adoption.Phase
	Section    string
	Position   int
	Title      string
	Why        string
	DoneWhen   string
	Role       string
	OwnerName  string
	OwnerEmail string
	Due        *time.Time
	DueSet     bool
	OffsetDays int
	Days       int
	State      rollout.State
	Reason     string
	Gate       rollout.GateKind
	GateChecks []string
	NoUndo     bool
	Evidence   rollout.EvidenceKind
	CheckKey   rollout.CheckKey
	HoldsDays  int
	Checklist  string
	HelpTitle  string
	HelpURL    string
	Guidance   *time.Time
	DoneAt     *time.Time
	DoneBy     string
	Edited     []string
	Version    int
	WaitsFor   []int64
}

func (r taskRow) task() rollout.Task {
	return rollout.Task{
		ID: r.ID, Key: r.Key, Scope: r.Scope, Wave: r.Wave, Department: r.Department,
		Phase: r.Phase, Section: r.Section, Position: r.Position, Title: r.Title, Why: r.Why, DoneWhen: r.DoneWhen,
		Role: r.Role, Owner: personOf(r.OwnerName, r.OwnerEmail),
		Due: dayOf(r.Due), DueSet: r.DueSet, Offset: r.OffsetDays, Days: r.Days,
		State: r.State, Reason: r.Reason,
		Gate: r.Gate, GateChecks: each(r.GateChecks, func(k string) rollout.CheckKey { return rollout.CheckKey(k) }), NoUndo: r.NoUndo,
		Evidence: rollout.Evidence{Kind: r.Evidence, Check: r.CheckKey, HoldsDays: r.HoldsDays}, Checklist: r.Checklist,
		Help: rollout.Help{Title: r.HelpTitle, URL: r.HelpURL}, Guidance: dayOf(r.Guidance),
		WaitsFor: each(r.WaitsFor, func(id int64) rollout.TaskID { return rollout.TaskID(id) }),
		DoneAt:   momentOf(r.DoneAt), DoneBy: r.DoneBy, Edited: r.Edited, Version: r.Version,
	}
}

func (l *planLoad) tasks(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[taskRow])
	l.plan.Tasks = each(found, taskRow.task)
	return err
}

type attestationRow struct {
	Task    rollout.TaskID
	ByName  string
	ByEmail string
	At      time.Time
	HoldsTo *time.Time
	Words   string
}

func (l *planLoad) attestations(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[attestationRow])
	l.plan.Attested = make(map[rollout.TaskID]rollout.Attestation, len(found))
	for _, r := range found {
		l.plan.Attested[r.Task] = rollout.Attestation{
			Task: r.Task, By: personOf(r.ByName, r.ByEmail), At: r.At.UTC(), HoldsTo: holdsTo(r.HoldsTo), Words: r.Words,
		}
	}
	return err
}

type proofRow struct {
	ID        int64
	Task      rollout.TaskID
	Kind      rollout.ProofKind
	Name      string
	URL       string
	MediaType string
	Size      int64
	At        time.Time
	ByName    string
	ByEmail   string
}

func (r proofRow) proof() rollout.Proof {
	return rollout.Proof{ID: r.ID, Task: r.Task, Kind: r.Kind, Name: r.Name, URL: r.URL, MediaType: r.MediaType, Size: r.Size,
		At: r.At.UTC(), By: personOf(r.ByName, r.ByEmail)}
}

func (l *planLoad) proofs(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[proofRow])
	l.plan.Proofs = map[rollout.TaskID][]rollout.Proof{}
	for _, r := range found {
		l.plan.Proofs[r.Task] = append(l.plan.Proofs[r.Task], r.proof())
	}
	return err
}

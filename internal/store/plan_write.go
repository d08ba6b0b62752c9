package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/day"
	"groundswell/internal/rollout"
)

const (
	insertRolloutSQL = `
insert into rollout (organization, playbook, playbook_version, architecture, architecture_reason, architecture_by_name,
    architecture_by_email, architecture_at, install, time_zone, weekdays, days_off, started_at, started_by)
values (@organization, @playbook, @playbook_version, @architecture, @architecture_reason, @by_name,
    @by_email, @architecture_at, @install, @time_zone, @weekdays, @days_off, @started_at, nullif(@account::bigint, 0))`

	updateRolloutSQL = `
update rollout set organization = @organization, playbook = @playbook, playbook_version = @playbook_version, architecture = @architecture,
    architecture_reason = @architecture_reason, architecture_by_name = @by_name, architecture_by_email = @by_email,
    architecture_at = @architecture_at, install = @install, time_zone = @time_zone, weekdays = @weekdays, days_off = @days_off,
    version = version + 1
where version = @version`

	putRolesSQL = `
insert into rollout_role (key, name, position, holder_name, holder_email)
select * from unnest(@key::text[], @name::text[], @position::int[], @holder_name::text[], @holder_email::text[])
on conflict (key) do update set name = excluded.name, position = excluded.position,
    holder_name = excluded.holder_name, holder_email = excluded.holder_email`

	insertTaskSQL = `
insert into task (id, key, scope, wave, department, phase, section, position, title, why, done_when, role, owner_name, owner_email, due,
    due_set, offset_days, days, state, reason, gate, gate_checks, no_undo, evidence, check_key, holds_days, checklist, help_title, help_url,
    guidance, done_at, done_by, edited)
overriding system value
values (@id, @key, @scope, @wave, @department, @phase, @section, @position, @title, @why, @done_when, @role, @owner_name, @owner_email, @due,
    @due_set, @offset_days, @days, @state, @reason, @gate, @gate_checks, @no_undo, @evidence, @check_key, @holds_days, @checklist, @help_title, @help_url,
    @guidance, @done_at, @done_by, @edited)`

	insertGateSQL = `
insert into gate (kind, wave, task, opened_at, passed_at, passed_on, passed_name, passed_email)
values (@kind, @wave, @task, @passed_at, @passed_at, @passed_on, @name, @email)`

	updateTaskSQL = `
update task set key = @key, scope = @scope, wave = @wave, department = @department, phase = @phase, section = @section, position = @position,
    title = @title, why = @why, done_when = @done_when, role = @role, owner_name = @owner_name, owner_email = @owner_email, due = @due,
    due_set = @due_set, offset_days = @offset_days, days = @days, state = @state, reason = @reason, gate = @gate, gate_checks = @gate_checks,
    no_undo = @no_undo, evidence = @evidence, check_key = @check_key, holds_days = @holds_days, checklist = @checklist,
    help_title = @help_title, help_url = @help_url, guidance = @guidance, done_at = @done_at, done_by = @done_by, edited = @edited,
    version = version + 1
where id = @id and version = @version`

	placeTasksSQL = `
update task t set position = n.position
from unnest(@id::bigint[], @position::int[]) as n (id, position) where t.id = n.id`

	removeTasksSQL = `delete from task where id = any ($1::bigint[])`

	clearWaitsSQL = `delete from task_wait where task = any ($1::bigint[])`

	insertWaitsSQL = `insert into task_wait (task, waits_for) select * from unnest(@task::bigint[], @waits_for::bigint[])`
)

func (k *planKeeper) keepRollout(ctx context.Context) error {
	r := k.change.Rollout
	if r == nil {
		return nil
	}
	args := pgx.StrictNamedArgs{
		"organization": cleanText(r.Organization), "playbook": r.Playbook, "playbook_version": r.PlaybookVersion,
		"architecture": string(r.Architecture), "architecture_reason": cleanText(r.ArchitectureReason),
		"by_name": cleanText(r.ArchitectureBy.Name), "by_email": cleanText(r.ArchitectureBy.Email), "architecture_at": r.ArchitectureAt,
		"install": string(r.Install), "time_zone": r.TimeZone, "weekdays": weekdays(r.Calendar), "days_off": append([]day.Date{}, r.Calendar.DaysOff...),
	}
	if !k.was.Started() {
		args["started_at"], args["account"] = r.StartedAt, int64(k.by.Account)
		return k.once(ctx, insertRolloutSQL, args)
	}
	args["version"] = r.Version
	return k.once(ctx, updateRolloutSQL, args)
}

// weekdays returns the days people work as they are kept; 0 is Sunday.
func weekdays(c rollout.Calendar) []int16 {
	if len(c.Weekdays) == 0 {
		return []int16{1, 2, 3, 4, 5}
	}
	out := make([]int16, 0, len(c.Weekdays))
	for _, d := range c.Weekdays {
		out = append(out, int16(d))
	}
	return out
}

func (k *planKeeper) keepRoles(ctx context.Context) error {
	roles := k.change.Roles
	if len(roles) == 0 {
		return nil
	}
	position := make([]int, len(roles))
	for i := range position {
		position[i] = i + 1
	}
	_, err := k.tx.Exec(ctx, putRolesSQL, pgx.StrictNamedArgs{
		"key": texts(roles, func(r rollout.Role) string { return r.Key }), "name": texts(roles, func(r rollout.Role) string { return r.Name }),
		"position":     position,
		"holder_name":  texts(roles, func(r rollout.Role) string { return r.Holder.Name }),
		"holder_email": texts(roles, func(r rollout.Role) string { return r.Holder.Email }),
	})
	return err
}

// addTasks writes the new tasks, and a gate for each that is one.
func (k *planKeeper) addTasks(ctx context.Context) error {
	b := &pgx.Batch{}
	for _, t := range k.change.New {
		b.Queue(insertTaskSQL, k.columns(t))
		if t.Gate != "" {
			b.Queue(insertGateSQL, k.gate(t))
		}
	}
	return k.tx.SendBatch(ctx, b).Close()
}

// gate are the values of a new gate's row: shut, or passed before there was a plan.
func (k *planKeeper) gate(t rollout.Task) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{
		"kind": string(t.Gate), "wave": k.wave(t.Wave), "task": k.task(t.ID),
		"passed_at": nil, "passed_on": nil, "name": "", "email": "",
	}
	if on, ok := k.change.Passed[t.ID]; ok {
		args["passed_at"], args["passed_on"] = t.DoneAt, on
		args["name"], args["email"] = cleanText(k.by.Name), cleanText(k.by.Email)
	}
	return args
}

// columns are the values of a task's row, its version aside.
func (k *planKeeper) columns(t rollout.Task) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"id": k.task(t.ID), "key": t.Key, "scope": string(t.Scope), "wave": k.wave(t.Wave), "department": unlessZero(t.Department),
		"phase": string(t.Phase), "section": cleanText(t.Section), "position": t.Position,
		"title": cleanText(t.Title), "why": cleanText(t.Why), "done_when": cleanText(t.DoneWhen),
		"role": unlessEmpty(t.Role), "owner_name": cleanText(t.Owner.Name), "owner_email": cleanText(t.Owner.Email),
		"due": dayOrNull(t.Due), "due_set": t.DueSet, "offset_days": t.Offset, "days": max(t.Days, 1),
		"state": string(t.State), "reason": cleanText(t.Reason), "gate": string(t.Gate),
		"gate_checks": texts(t.GateChecks, func(c rollout.CheckKey) string { return string(c) }), "no_undo": t.NoUndo,
		"evidence": string(t.Evidence.Kind), "check_key": string(t.Evidence.Check), "holds_days": t.Evidence.HoldsDays,
		"checklist": cleanText(t.Checklist), "help_title": cleanText(t.Help.Title), "help_url": cleanText(t.Help.URL),
		"guidance": dayOrNull(t.Guidance), "done_at": moment(t.DoneAt), "done_by": cleanText(t.DoneBy),
		"edited": append([]string{}, t.Edited...),
	}
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// changeTasks writes the tasks that changed; one that is newer by now is Conflict.
func (k *planKeeper) changeTasks(ctx context.Context) error {
	b := &pgx.Batch{}
	changed := 0
	for _, t := range k.change.Tasks {
		args := k.columns(t)
		args["version"] = t.Version
		b.Queue(updateTaskSQL, args).Exec(func(done pgconn.CommandTag) error {
			changed += int(done.RowsAffected())
			return nil
		})
	}
	if len(k.change.Positions) > 0 {
		var ids []rollout.TaskID
		var positions []int
		for id, position := range k.change.Positions {
			ids, positions = append(ids, id), append(positions, position)
		}
		b.Queue(placeTasksSQL, pgx.StrictNamedArgs{"id": ids, "position": positions})
	}
	err := k.tx.SendBatch(ctx, b).Close()
	if err == nil && changed != len(k.change.Tasks) {
		return errOvertaken
	}
	return err
}

// keepWaits writes what new tasks wait for, and changed ones where that changed.
func (k *planKeeper) keepWaits(ctx context.Context) error {
	var cleared, tasks, waits []rollout.TaskID
	add := func(t rollout.Task) {
		for _, id := range t.WaitsFor {
			tasks, waits = append(tasks, k.task(t.ID)), append(waits, k.task(id))
		}
	}
	for _, t := range k.change.New {
		add(t)
	}
	for _, t := range k.change.Tasks {
		if was, _ := k.was.Task(t.ID); !slices.Equal(was.WaitsFor, t.WaitsFor) {
			cleared = append(cleared, t.ID)
			add(t)
		}
	}
	if len(cleared)+len(tasks) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(clearWaitsSQL, cleared)
	b.Queue(insertWaitsSQL, pgx.StrictNamedArgs{"task": tasks, "waits_for": waits})
	return k.tx.SendBatch(ctx, b).Close()
}

func (k *planKeeper) removeTasks(ctx context.Context) error {
	if len(k.change.Removed) == 0 {
		return nil
	}
	_, err := k.tx.Exec(ctx, removeTasksSQL, k.change.Removed)
	return err
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const issuesAPage = 25

const (
	issueColumns = ` i.id, coalesce(i.department, 0) as department, coalesce(d.name, '') as department_name, i.title, i.body, i.state,
       coalesce(i.reported_by, 0) as reported_by,
       coalesce((select nullif(p.name, '') from account a join person p on p.email_folded = lower(a.email) where a.id = i.reported_by), i.reporter_name) as reporter_name, i.reported_at,
       coalesce(i.topic, 0) as topic, coalesce(e.topic, '') as topic_name, coalesce(e.goes_to, '') as goes_to, coalesce(e.within, '') as within,
       i.owner_name, i.owner_email, i.answer, i.answered_at, i.closed_at, i.version`

	issueTables = `
from support_issue i left join department d on d.id = i.department left join escalation e on e.id = i.topic`

	issuesSQL = `
select` + issueColumns + `, count(*) over ()::int as total` + issueTables + `
where (@everything or i.department = any(@departments::int[])
       or @owner and (lower(i.owner_email) = lower(@email) and @email <> '' or i.reported_by = @account))
  and (@state = '' or i.state = @state) and (not @unsettled or i.state <> 'closed')
  and (@department = 0 or i.department = @department)
  and (@topic = 0 or i.topic = @topic)
  and (not @mine or lower(i.owner_email) = lower(@email) and @email <> '' or i.reported_by = @account)
  and (@search = '' or position(lower(@search) in lower(i.title || ' ' || i.body || ' ' || i.answer)) > 0)
order by i.id desc
limit @limit offset @offset`

	issueSQL = `
select` + issueColumns + `, 1 as total` + issueTables + `
where i.id = @id`

	lockIssueSQL = `select id from support_issue where id = $1 for update`

	insertIssueSQL = `
insert into support_issue (department, title, body, reported_by, reporter_name, reported_at, topic, client_key)
values (nullif(@department::int, 0), @title, @body, @by, @name, @at, (select id from escalation where id = @topic), nullif(@key, '')::uuid)
on conflict (client_key) do nothing
returning id`

	issueByKeySQL = `select id from support_issue where client_key = @key::uuid and reported_by = @by`

	updateIssueSQL = `
update support_issue set body = @body, state = @state, owner_name = @owner_name, owner_email = @owner_email, answer = @answer,
       answered_at = @answered_at, closed_at = @closed_at, version = version + 1
where id = @id`

	solversSQL = `
select max(coalesce(nullif(a.name, ''), a.email)) as name, min(a.email) as email
from account a join account_role r on r.account_id = a.id
where r.role in ('lead', 'owner') and a.deactivated_at is null and a.email <> '' and (@email = '' or lower(a.email) = lower(@email))
group by lower(a.email)
order by 1`
)

type issueRow struct {
	ID             int64
	Department     int
	DepartmentName string
	Title, Body    string
	State          enablement.IssueState
	ReportedBy     identity.AccountID
	ReporterName   string
	ReportedAt     time.Time
	Topic          int
	TopicName      string
	GoesTo, Within string
	OwnerName      string
	OwnerEmail     string
	Answer         string
	AnsweredAt     *time.Time
	ClosedAt       *time.Time
	Version        int
	Total          int
}

func (r issueRow) issue(slugs map[int]string) enablement.Issue {
	i := enablement.Issue{
		ID: r.ID, Department: r.Department, DepartmentName: r.DepartmentName, DepartmentSlug: slugs[r.Department],
		Title: r.Title, Body: r.Body, State: r.State, ReportedBy: r.ReportedBy, ReporterName: r.ReporterName, ReportedAt: r.ReportedAt.UTC(),
		Topic: r.Topic, TopicName: r.TopicName, GoesTo: r.GoesTo, Within: r.Within,
		Solver: enablement.Solver{Name: r.OwnerName, Email: r.OwnerEmail}, Answer: r.Answer, Version: r.Version,
	}
	if r.AnsweredAt != nil {
		i.AnsweredAt = r.AnsweredAt.UTC()
	}
	if r.ClosedAt != nil {
		i.ClosedAt = r.ClosedAt.UTC()
	}
	return i
}

// Issues returns a page of the issues that an actor may know of, newest first.
func (s *Store) Issues(ctx context.Context, by identity.Actor, f enablement.IssueFilter) (enablement.Issues, error) {
	rows, err := s.pool.Query(ctx, usedNamesSQL)
	if err != nil {
		return enablement.Issues{}, fmt.Errorf("list issues: %w", translate(err))
	}
	names, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
	if err != nil {
		return enablement.Issues{}, fmt.Errorf("list issues: %w", translate(err))
	}
	return s.issuesAmong(ctx, names, by, f)
}

// Help returns what a champion asks for help with: where to ask, and the issues
// that f picks of those they may know of.
func (s *Store) Help(ctx context.Context, by identity.Actor, f enablement.IssueFilter, today day.Date) (enablement.Support, enablement.Issues, error) {
	var l supportLoad
	b := &pgx.Batch{}
	l.queue(b, by.Email, today, today.Monday(), today.Monday())
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.Support{}, enablement.Issues{}, fmt.Errorf("read support: %w", translate(err))
	}
	issues, err := s.issuesAmong(ctx, l.names, by, f)
	return l.of(by), issues, err
}

// issuesAmong is Issues with the names of departments already read.
func (s *Store) issuesAmong(ctx context.Context, names []nameRow, by identity.Actor, f enablement.IssueFilter) (enablement.Issues, error) {
	out := enablement.Issues{Departments: placesFor(by, names)}
	args := issueArgs(by, f, names)
	slugs := slugsByID(names)
	b := &pgx.Batch{}
	b.Queue(issuesSQL, args).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[issueRow])
		if len(found) > 0 {
			out.Total = found[0].Total
		}
		out.List = each(found, func(r issueRow) enablement.Issue { return r.issue(slugs) })
		return err
	})
	b.Queue(escalationsSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[escalationRow])
		out.Paths = each(found, escalationRow.escalation)
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return out, fmt.Errorf("list issues: %w", translate(err))
	}
	return out, nil
}

// placesFor are the departments whose issues an actor may know of as such.
func placesFor(by identity.Actor, names []nameRow) []enablement.IssuePlace {
	var out []enablement.IssuePlace
	for _, d := range departmentsNamed(names) {
		if by.HasAny(identity.Lead, identity.Auditor, identity.Owner) || by.Has(identity.Champion) && slices.Contains(by.Departments, d.Slug) {
			out = append(out, enablement.IssuePlace{Slug: d.Slug, Name: d.Name})
		}
	}
	return out
}

// issueArgs are a filter within what an actor may know of. A department that does
// not exist has no issues, like one that is not theirs.
func issueArgs(by identity.Actor, f enablement.IssueFilter, names []nameRow) pgx.StrictNamedArgs {
	ids := slugBookOf(names).department
	asked := 0
	if f.Department != "" {
		asked = -1
		if id, known := ids[f.Department]; known {
			asked = id
		}
	}
	theirs := []int{}
	if by.Has(identity.Champion) {
		theirs = slugBook{}.ids(ids, by.Departments...)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = issuesAPage
	}
	return pgx.StrictNamedArgs{
		"everything": by.HasAny(identity.Lead, identity.Auditor), "departments": theirs, "owner": by.Has(identity.Owner),
		"email": by.Email, "account": int64(by.Account), "state": string(f.State), "unsettled": f.Unsettled, "department": asked,
		"topic": f.Topic, "mine": f.Mine, "search": strings.TrimSpace(cleanText(f.Search)), "limit": limit, "offset": (max(f.Page, 1) - 1) * limit,
	}
}

// Issue returns an issue and who could take it on. What the actor may not know of is NotFound.
func (s *Store) Issue(ctx context.Context, by identity.Actor, id int64) (enablement.Issue, []enablement.Solver, error) {
	var names []nameRow
	var found []issueRow
	var solvers []enablement.Solver
	b := &pgx.Batch{}
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		names, err = pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
		return err
	})
	b.Queue(issueSQL, pgx.StrictNamedArgs{"id": id}).Query(func(rows pgx.Rows) (err error) {
		found, err = pgx.CollectRows(rows, pgx.RowToStructByName[issueRow])
		return err
	})
	b.Queue(solversSQL, pgx.StrictNamedArgs{"email": ""}).Query(func(rows pgx.Rows) (err error) {
		solvers, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.Solver])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.Issue{}, nil, fmt.Errorf("read issue %d: %w", id, translate(err))
	}
	if len(found) == 0 {
		return enablement.Issue{}, nil, enablement.ErrNoIssue
	}
	i := found[0].issue(slugsByID(names))
	if !i.Sees(by) {
		return enablement.Issue{}, nil, enablement.ErrNoIssue
	}
	return i, solvers, nil
}

func issueEvent(by identity.Actor, id int64, action string, detail map[string]string) identity.Event {
	return identity.Event{By: by, Action: action, Subject: "issue/" + strconv.FormatInt(id, 10), Detail: detail}
}

// ReportIssue keeps an issue and returns its id. The same form sent twice, by its
// key, is kept once. Faults are those of [enablement.NewIssue.Check].
func (s *Store) ReportIssue(ctx context.Context, by identity.Actor, n enablement.NewIssue, now time.Time) (int64, error) {
	n, err := n.Check(by)
	if err != nil {
		return 0, err
	}
	book, err := s.slugs(ctx)
	if err != nil {
		return 0, err
	}
	department, known := book.department[n.Department]
	if n.Department != "" && !known {
		return 0, fault.Field("department", "Choose a department of the list.")
	}
	args := pgx.StrictNamedArgs{
		"department": department, "title": cleanText(n.Title), "body": cleanText(n.Body), "by": int64(by.Account), "name": cleanText(by.Name),
		"at": now, "topic": n.Topic, "key": n.Key,
	}
	var id int64
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, insertIssueSQL, args).Scan(&id)
		if err == pgx.ErrNoRows {
			return tx.QueryRow(ctx, issueByKeySQL, pgx.StrictNamedArgs{"key": n.Key, "by": int64(by.Account)}).Scan(&id)
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, now, issueEvent(by, id, "issue.reported", map[string]string{"department": strconv.Itoa(department)}))
	})
	if err != nil {
		return 0, fmt.Errorf("report an issue: %w", err)
	}
	return id, nil
}

// AssignIssue says who takes an issue on, by address; "" for nobody yet. Whoever
// cannot answer issues is an Invalid fault. Like every change of an issue it
// faults with NotFound for what the actor may not know of, and with Conflict when
// the issue is not of version seen any more.
func (s *Store) AssignIssue(ctx context.Context, by identity.Actor, id int64, seen int, email string, now time.Time) error {
	to := enablement.Solver{}
	if email = strings.TrimSpace(email); email != "" {
		rows, err := s.pool.Query(ctx, solversSQL, pgx.StrictNamedArgs{"email": cleanText(email)})
		if err != nil {
			return fmt.Errorf("find who takes on issue %d: %w", id, translate(err))
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[enablement.Solver])
		if err != nil {
			return fmt.Errorf("find who takes on issue %d: %w", id, translate(err))
		}
		if len(found) == 0 {
			return fault.Field("solver", "Nobody with this address answers issues. Leads and owners of tasks do.")
		}
		to = found[0]
	}
	return s.updateIssue(ctx, by, id, seen, now, "issue.assigned", func(i *enablement.Issue) error { return i.Assign(by, to) })
}

// AnswerIssue keeps an answer; see [Store.AssignIssue].
func (s *Store) AnswerIssue(ctx context.Context, by identity.Actor, id int64, seen int, words string, now time.Time) error {
	return s.updateIssue(ctx, by, id, seen, now, "issue.answered", func(i *enablement.Issue) error { return i.Tell(by, words, now) })
}

// CloseIssue settles an issue; see [Store.AssignIssue].
func (s *Store) CloseIssue(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error {
	return s.updateIssue(ctx, by, id, seen, now, "issue.closed", func(i *enablement.Issue) error { return i.Close(by, now) })
}

// ReopenIssue opens an issue again; on is the day as pages write it. See [Store.AssignIssue].
func (s *Store) ReopenIssue(ctx context.Context, by identity.Actor, id int64, seen int, words, on string, now time.Time) error {
	return s.updateIssue(ctx, by, id, seen, now, "issue.reopened", func(i *enablement.Issue) error { return i.Reopen(by, words, on) })
}

// updateIssue lends an issue to a rule and keeps what it made of it. What it is
// already is not written again.
func (s *Store) updateIssue(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time, action string, rule func(*enablement.Issue) error) error {
	book, err := s.slugs(ctx)
	if err != nil {
		return err
	}
	slugs := map[int]string{}
	for slug, department := range book.department {
		slugs[department] = slug
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		was, err := lockIssue(ctx, tx, id, slugs)
		if err != nil {
			return err
		}
		is := was
		switch err := rule(&is); {
		case err != nil:
			return err
		case sameIssue(was, is):
			return nil
		case was.Version != seen:
			return fault.New(fault.Conflict, "Somebody else changed this issue meanwhile. Nothing was changed by you. Look at it as it is now.")
		}
		if _, err := tx.Exec(ctx, updateIssueSQL, pgx.StrictNamedArgs{
			"id": id, "body": cleanText(is.Body), "state": string(is.State), "owner_name": cleanText(is.Solver.Name), "owner_email": cleanText(is.Solver.Email),
			"answer": cleanText(is.Answer), "answered_at": givenTime(is.AnsweredAt), "closed_at": givenTime(is.ClosedAt),
		}); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, issueEvent(by, id, action, map[string]string{"version": strconv.Itoa(was.Version + 1)}))
	})
	if err != nil {
		return fmt.Errorf("change issue %d: %w", id, err)
	}
	return nil
}

func lockIssue(ctx context.Context, tx pgx.Tx, id int64, slugs map[int]string) (enablement.Issue, error) {
	if _, err := tx.Exec(ctx, lockIssueSQL, id); err != nil {
		return enablement.Issue{}, err
	}
	rows, err := tx.Query(ctx, issueSQL, pgx.StrictNamedArgs{"id": id})
	if err != nil {
		return enablement.Issue{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[issueRow])
	switch {
	case err != nil:
		return enablement.Issue{}, err
	case len(found) == 0:
		return enablement.Issue{}, enablement.ErrNoIssue
	}
	return found[0].issue(slugs), nil
}

// sameIssue reports whether a change left everything but times as it was.
func sameIssue(a, b enablement.Issue) bool {
	return a.State == b.State && a.Solver == b.Solver && a.Answer == b.Answer && a.Body == b.Body
}

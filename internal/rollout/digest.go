package rollout

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
)

// DigestDays is how many working days ahead a digest looks.
const DigestDays = 3

// Digest is what one person is to be reminded of.
type Digest struct {
	To      Person
	Subject string
	Groups  []DigestGroup // overdue, due soon; never empty
}

// DigestGroup is a heading and the tasks below it, by day.
type DigestGroup struct {
	Title string
	Tasks []DigestTask
}

// DigestTask is a line of a digest.
type DigestTask struct {
	Task TaskID
	Due  day.Date
	Say  string // "Thu 19 Nov: Groups for every department"
}

// Digests returns what the owners of tasks are to be reminded of at now: what is
// overdue, and what is due today or within [DigestDays] working days, by the
// rollout's time zone and calendar. On days off nobody is reminded. Who has
// nothing to do gets none; tasks that nobody owns are in no digest.
func Digests(p *Plan, now time.Time) []Digest {
	today := p.Today(now)
	if !p.Started() || !p.Rollout.Calendar.Works(today) {
		return nil
	}
	piles := map[string]*pile{}
	for _, t := range p.Tasks {
		late, soon := p.Late(t, today), p.Soon(t, today, DigestDays)
		owner := p.Owner(t)
		if !late && !soon || !owner.Named() {
			continue
		}
		key := strings.ToLower(owner.Email)
		if piles[key] == nil {
			piles[key] = &pile{owner: owner}
		}
		piles[key].add(p, t, late)
	}
	out := make([]Digest, 0, len(piles))
	for _, pile := range piles {
		out = append(out, pile.digest(p.Rollout.Calendar.After(today, DigestDays)))
	}
	slices.SortFunc(out, func(a, b Digest) int {
		return cmp.Compare(strings.ToLower(a.To.Email), strings.ToLower(b.To.Email))
	})
	return out
}

// pile is what waits on one person.
type pile struct {
	owner      Person
	late, soon []DigestTask
}

func (l *pile) add(p *Plan, t Task, late bool) {
	say := short(t.Due) + ": " + t.Title
	if about := p.About(t); about != "" {
		say += " (" + about + ")"
	}
	if open := p.Unsettled(t); len(open) > 0 {
		say += ", waits for " + titles(open)
	}
	line := DigestTask{Task: t.ID, Due: t.Due, Say: say}
	if late {
		l.late = append(l.late, line)
		return
	}
	l.soon = append(l.soon, line)
}

// About names the wave or the department of a task, "" for the organization.
func (p *Plan) About(t Task) string {
	if w, ok := p.Wave(t.Wave); ok {
		return w.Name
	}
	for _, d := range p.Departments {
		if d.ID == t.Department {
			return d.Name
		}
	}
	return ""
}

func (l *pile) digest(through day.Date) Digest {
	d := Digest{To: l.owner}
	var said []string
	add := func(title, subject string, tasks []DigestTask) {
		if len(tasks) == 0 {
			return
		}
		slices.SortStableFunc(tasks, func(a, b DigestTask) int { return cmp.Compare(a.Due, b.Due) })
		d.Groups = append(d.Groups, DigestGroup{Title: title, Tasks: tasks})
		said = append(said, number(len(tasks))+" "+subject)
	}
	add("Overdue", "overdue", l.late)
	add("Due by "+short(through), "due by "+short(through), l.soon)
	d.Subject = "Your tasks: " + strings.Join(said, ", ")
	return d
}

// Lines returns the digest as plain text, a line each.
func (d Digest) Lines() []string {
	var out []string
	for i, g := range d.Groups {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, g.Title)
		for _, t := range g.Tasks {
			out = append(out, "- "+t.Say)
		}
	}
	return out
}

package comms

import (
	"context"
	"slices"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Outline is what messages are planned from, at one moment.
type Outline struct {
	Templates []Template
	Launches  []Launch // every wave, in the order they open
	Works     WorkingDays
	Zone      string // where the rollout happens
	Today     day.Date
	Holders   map[string]Person // by key of their role
	Tasks     map[TaskPlace]int64
	Channels  []Channel
	Earlier   map[string]Earlier // by plan key
}

// TaskPlace is which task of the plan is meant: a step of the playbook, of a wave, or of none.
type TaskPlace struct {
	Step string
	Wave int
}

// Earlier is a message that was planned before.
type Earlier struct {
	Message  MessageID
	On       day.Date // of its first occurrence; day.None: no day
	Archived bool
}

// Mention is a message where a task names it: with the time it goes out next, or went out.
type Mention struct {
	Message MessageID
	Title   string
	Day     day.Date        // day.None: no day
	State   OccurrenceState // "" while every time of it was cancelled
}

// Proposal is a message that planning would make, or why it would not.
type Proposal struct {
	Message  Message  // with a provisional id below zero; Follows may name another's
	Template Template // it comes from
	Skipped  Skip
}

// Skip is why a template is not planned for a wave.
type Skip string

// The reasons.
const (
	SkippedNot      Skip = ""
	SkippedPlanned  Skip = "planned"  // it is planned already
	SkippedArchived Skip = "archived" // it was, and was put away
	SkippedOver     Skip = "over"     // its day is over
)

// PlanKey names a template planned for a wave, so that it is planned once. wave is 0 for
// what is planned once for the organization.
func PlanKey(template string, wave int) string {
	if wave == 0 {
		return template
	}
	return template + "/" + strconv.Itoa(wave)
}

// Propose tells what would be planned for a wave, in the order of the templates. What is
// planned once for the organization belongs to the wave that opens first.
func (o Outline) Propose(wave int) []Proposal {
	at := slices.IndexFunc(o.Launches, func(l Launch) bool { return l.Wave == wave })
	if at < 0 {
		return nil
	}
	p := proposing{Outline: o, launch: o.Launches[at], days: map[string]day.Date{}, ids: map[string]MessageID{}}
	var out []Proposal
	for i, t := range o.Templates {
		if t.NeedsConnector() || !t.PerWave && at > 0 {
			continue
		}
		out = append(out, p.propose(t, MessageID(-1-i-at*len(o.Templates))))
	}
	return out
}

// PlanMessages returns what would be planned for several waves, without what would not.
func PlanMessages(o Outline, waves []int) []Message {
	var out []Message
	for _, l := range o.Launches {
		if !slices.Contains(waves, l.Wave) {
			continue
		}
		for _, p := range o.Propose(l.Wave) {
			if p.Skipped == SkippedNot {
				out = append(out, p.Message)
			}
		}
	}
	return out
}

// proposing is a wave being planned.
type proposing struct {
	Outline
	launch Launch
	days   map[string]day.Date  // by template, the day it goes out first
	ids    map[string]MessageID // by template, what would be or is planned
}

func (p *proposing) propose(t Template, id MessageID) Proposal {
	key := PlanKey(t.Key, 0)
	if t.PerWave {
		key = PlanKey(t.Key, p.launch.Wave)
	}
	out := Proposal{Template: t, Message: p.write(t, key)}
	p.days[t.Key] = p.first(t)
	if before, ok := p.Earlier[key]; ok {
		out.Skipped = SkippedPlanned
		if before.Archived {
			out.Skipped = SkippedArchived
			return out
		}
		p.days[t.Key], p.ids[t.Key] = before.On, before.Message
		return out
	}
	if on := p.days[t.Key]; on.Known() && on < p.Today && t.Every == Once {
		out.Skipped = SkippedOver
		return out
	}
	out.Message.ID, p.ids[t.Key] = id, id
	return out
}

// first returns the day a template goes out first.
func (p *proposing) first(t Template) day.Date {
	from, offset := p.from(t)
	if t.Every == Once {
		return onto(from, offset, p.Works)
	}
	if !from.Known() {
		return day.None
	}
	return p.Works.OnOrAfter(from + day.Date(offset))
}

// from returns what a template is counted from: the message it comes after when that is or would be there.
func (p *proposing) from(t Template) (day.Date, int) {
	if _, ok := p.ids[t.After]; ok && t.After != "" {
		return p.days[t.After], t.Offset
	}
	return p.launch.On, p.fromLaunch(t)
}

// fromLaunch returns the days from the launch to a template, whatever it comes after.
func (p *proposing) fromLaunch(t Template) int {
	days := t.Offset
	for after := t.After; after != ""; {
		i := slices.IndexFunc(p.Templates, func(o Template) bool { return o.Key == after })
		if i < 0 {
			break
		}
		days += p.Templates[i].Offset
		after = p.Templates[i].After
	}
	return days
}

// write makes the message of a template.
func (p *proposing) write(t Template, key string) Message {
	m := FromTemplate(t, "")
	m.PlanKey, m.Wave, m.HeldForGo = key, p.launch.Wave, t.HeldForGo
	m.Owner, m.Approver = p.Holders[t.Role], p.Holders[t.Approver]
	m.Task = p.task(t)
	m.Channels = p.channels(t)
	if t.PerWave && m.Audience.Who != WhoRoles {
		m.Audience.Waves = []int{p.launch.Wave}
	}
	p.place(&m, t)
	return m
}

// place gives a message its days.
func (p *proposing) place(m *Message, t Template) {
	if id, ok := p.ids[t.After]; ok && t.After != "" {
		m.Follows = id
	} else {
		m.Offset = p.fromLaunch(t)
	}
	slot := Slot{Day: p.first(t), At: t.At, Zone: p.Zone}
	if t.Every == Once {
		m.Schedule(slot, p.Today, p.Works)
		return
	}
	if from, offset := p.from(t); from.Known() {
		slot.Day = p.upcoming(from+day.Date(offset), t.Every)
	}
	m.Schedule(slot, p.Today, p.Works)
}

// upcoming returns the first day of a rhythm that is not over.
func (p *proposing) upcoming(begins day.Date, every Every) day.Date {
	for n := range longestRhythm {
		if on := nth(begins, every, n); p.Works.OnOrAfter(on) >= p.Today {
			return on
		}
	}
	return begins
}

func (p *proposing) task(t Template) int64 {
	if id, ok := p.Tasks[TaskPlace{t.Task, p.launch.Wave}]; ok {
		return id
	}
	return p.Tasks[TaskPlace{t.Task, 0}]
}

// channels returns the ids of what a template goes out by: mail, and the first chat there
// is. Where there is none, what is meant for a chat goes by mail.
func (p *proposing) channels(t Template) []int {
	var out []int
	for _, kind := range t.Channels {
		i := slices.IndexFunc(p.Channels, func(c Channel) bool { return (c.Kind == Mail) == (kind == Mail) && c.RemovedAt.IsZero() })
		if i >= 0 {
			out = append(out, p.Channels[i].ID)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > 0 || slices.Contains(t.Channels, Mail) {
		return out
	}
	t.Channels = []ChannelKind{Mail}
	return p.channels(t)
}

// Plan plans the playbook's messages for waves, all or nothing, and returns how many
// it made. What is planned already, was put away or is over is left out, so a second time makes none.
func (s *Service) Plan(ctx context.Context, by identity.Actor, waves []int, now time.Time) (int, error) {
	if !by.Has(identity.Lead) {
		return 0, fault.New(fault.Forbidden, "Only a rollout lead plans messages for waves.")
	}
	if len(waves) == 0 {
		return 0, fault.Field("wave", "Choose a wave.")
	}
	return s.Keeper.PlanMessages(ctx, by, now, func(o Outline) ([]Message, error) {
		for _, wave := range waves {
			if !slices.ContainsFunc(o.Launches, func(l Launch) bool { return l.Wave == wave }) {
				return nil, fault.Field("wave", "This wave is gone. Load the page again.")
			}
		}
		return PlanMessages(o, waves), nil
	})
}

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sandbox"
)

// telling tells which messages the demo's rollout has sent, and how those ahead stand.
type telling struct {
	*planning
	messages *comms.Service
	pilot    people.Wave
	next     people.Wave
}

// Of wave 1: what waits for a word, what is written still, and what nobody has taken on.
var (
	waitsForWord = []string{"training-dates"}
	stillWritten = []string{"quick-wins", "training-reminder", "tip-scheduled-tasks", "tip-chrome", "tip-skills"}
	nobodyOwns   = []string{"champion-stories"}
)

// opens says of how many in a hundred recipients it is told that they opened a link, by template.
var opens = map[string]int{
	"why-cowork": 24, "training-dates": 41, "app-check": 18, "champions-ready": 60, "onboarding-guide": 53, "quick-wins": 31,
	"champion-stories": 22, "training-reminder": 35, "tip-scheduled-tasks": 17,
}

// commsStory plans the playbook's messages for the pilot and wave 1 and tells what became of
// them. It runs once, after the first pull: audiences are taken from what it read.
func (a *app) commsStory(ctx context.Context, org *sandbox.Org) error {
	if there, err := a.store.Messages(ctx); err != nil || len(there) > 0 {
		return err
	}
	p, err := a.newPlanning(org)
	if err != nil {
		return err
	}
	if err := p.meet(ctx); err != nil {
		return err
	}
	plan, err := a.store.Plan(ctx)
	if err != nil || len(plan.Waves) < 2 {
		return err
	}
	t := &telling{planning: p, messages: &comms.Service{Keeper: a.store}, pilot: plan.Waves[0], next: plan.Waves[1]}
	for _, chapter := range []func(context.Context) error{t.openChat, t.chooseMail, t.tellPilot, t.tellNext, t.open} {
		if err := chapter(ctx); err != nil {
			return fmt.Errorf("tell the demo's messages: %w", err)
		}
	}
	return nil
}

// newsKey is the key of the form that the chat was added by.
const newsKey = "7b0f6c1e-5d7a-4b7e-9d59-3c1c7d4d9a10"

// openChat sets up the chat that news goes to.
func (t *telling) openChat(ctx context.Context) error {
	news := comms.ChannelEdit{Name: "#cowork-news", PerMinute: 30}
	_, err := t.store.AddChat(ctx, t.ines, newsKey, comms.Slack, news, "https://hooks.slack.example/services/news", t.at(t.planning.pilot-25, 11))
	return err
}

// chooseMail has a few people of the pilot say that they want no such mail.
func (t *telling) chooseMail(ctx context.Context) error {
	reach, err := t.store.Reach(ctx, comms.Audience{Who: comms.WhoPeople, Waves: []int{t.pilot.ID}}, false, time.Now())
	if err != nil {
		return err
	}
	for i := 40; i < len(reach.To); i += 150 {
		off := map[comms.Choice]bool{comms.ChoiceMessages: false}
		if err := t.store.ChooseMail(ctx, identity.Actor{}, reach.To[i].Email, off, t.at(t.planning.pilot-13, 12)); err != nil {
			return err
		}
	}
	return nil
}

// tellPilot plans the pilot's messages as they were planned then, and tells of those whose day has passed.
func (t *telling) tellPilot(ctx context.Context) error {
	began := t.planning.pilot - planBegins + 21
	return t.plan(ctx, t.pilot.ID, began, func(m comms.Message, on day.Date) error {
		return t.approve(ctx, m, min(on-2, t.today), true)
	})
}

// tellNext plans those of wave 1: before its launch they are sent or approved, afterwards still written.
func (t *telling) tellNext(ctx context.Context) error {
	began := min(t.today-10, *t.next.OpensOn-20)
	return t.plan(ctx, t.next.ID, began, func(m comms.Message, _ day.Date) error {
		switch {
		case slices.Contains(stillWritten, m.Template):
			return nil
		case slices.Contains(nobodyOwns, m.Template):
			return t.leave(ctx, m)
		}
		return t.approve(ctx, m, t.today-3, !slices.Contains(waitsForWord, m.Template))
	})
}

// plan plans a wave's messages on a day of the past, lets ready get each one where the story
// has it, and tells of those that went out since.
func (t *telling) plan(ctx context.Context, wave int, on day.Date, ready func(comms.Message, day.Date) error) error {
	before, err := t.store.Messages(ctx)
	if err != nil {
		return err
	}
	if _, err := t.messages.Plan(ctx, t.ines, []int{wave}, t.at(on, 14)); err != nil {
		return err
	}
	after, err := t.store.Messages(ctx)
	if err != nil {
		return err
	}
	for _, m := range after {
		if slices.ContainsFunc(before, func(b comms.Message) bool { return b.ID == m.ID }) {
			continue
		}
		first, _ := m.First()
		if err := ready(m, first.Day); err != nil {
			return fmt.Errorf("%s: %w", m.Title, err)
		}
		if err := t.send(ctx, m.ID); err != nil {
			return fmt.Errorf("%s: %w", m.Title, err)
		}
	}
	return nil
}

// approve asks for approval on a day, and has Ines approve it, and Helen too when both have read it.
func (t *telling) approve(ctx context.Context, m comms.Message, on day.Date, both bool) error {
	now := t.at(on, 10)
	if !m.Owner.Named() {
		return nil
	}
	m, err := t.hand(ctx, m, now)
	if err != nil {
		return err
	}
	reach, err := t.store.Reach(ctx, m.Audience, m.Mandatory, time.Now())
	if err != nil {
		return err
	}
	for i, by := range []identity.Actor{t.ines, t.helen} {
		if i > 0 && (!both || comms.Needed(len(reach.To)) < 2) {
			return nil
		}
		if m, err = t.messages.Approve(ctx, by, m.ID, m.Version, reach, now.Add(time.Duration(i+1)*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}

// hand names Helen as the one who approves, and asks for it.
func (t *telling) hand(ctx context.Context, m comms.Message, now time.Time) (comms.Message, error) {
	d := comms.DraftOf(m)
	d.Approver = comms.Person{Name: t.helen.Name, Email: t.helen.Email}
	m, err := t.messages.Edit(ctx, t.ines, m.ID, d, m.Version, now)
	if err != nil {
		return m, err
	}
	return t.messages.Ask(ctx, t.ines, m.ID, m.Version, now)
}

// leave takes the owner of a message away.
func (t *telling) leave(ctx context.Context, m comms.Message) error {
	d := comms.DraftOf(m)
	d.Owner = comms.Person{}
	_, err := t.messages.Edit(ctx, t.ines, m.ID, d, m.Version, t.at(t.today-4, 16))
	return err
}

// send tells that those occurrences went out whose day has passed and that were approved.
func (t *telling) send(ctx context.Context, id comms.MessageID) error {
	m, err := t.store.Message(ctx, id)
	if err != nil || !m.Approved(0) {
		return err
	}
	for _, o := range m.Occurrences {
		if o.State == comms.Planned && o.Day.Known() && o.Day < t.today {
			if _, err := t.store.TellSent(ctx, t.ines, o.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// open has some recipients open the link of what they got.
func (t *telling) open(ctx context.Context) error {
	sent, err := t.store.Mailings(ctx, comms.MailingFilter{Kind: comms.KindMessage, Limit: 100})
	if err != nil {
		return err
	}
	for _, tally := range sent.List {
		m, err := t.store.Message(ctx, tally.Message)
		if err != nil {
			return err
		}
		ids, err := t.store.DeliveryIDs(ctx, tally.ID, comms.Sent)
		if err != nil {
			return err
		}
		for i := range ids {
			if i*37%100 >= opens[m.Template] {
				continue
			}
			at := tally.DueAt.Add(time.Duration(5+i*i%900) * time.Minute)
			if at.After(time.Now()) {
				continue
			}
			if err := t.store.Click(ctx, ids[i], route.Library, at); err != nil {
				return err
			}
		}
	}
	return nil
}

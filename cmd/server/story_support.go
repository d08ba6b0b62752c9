package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
)

// channelOf are the departments of the pilot that have a channel of their own.
var channelOf = map[string]string{
	"Claims Operations": "#cowork-claims", "Finance": "#cowork-finance", "Marketing": "#cowork-marketing", "Legal": "#cowork-legal",
}

var paths = []enablement.EscalationEdit{
	{Topic: "The app does not start or update", GoesTo: "IT service desk", Contact: "service-desk@aldermere.example", Within: "4 hours"},
	{Topic: "Sign-in fails, or Cowork is missing", GoesTo: "Identity team", Contact: "Dana Weiss", Within: "1 day"},
	{Topic: "A connector asks to sign in again", GoesTo: "Owner of the connector", Contact: "#cowork-help, with the name of the connector", Within: "1 day"},
	{Topic: "More usage, or another connector", GoesTo: "Rollout lead", Contact: "Ines Marchetti", Within: "3 days"},
	{Topic: "Data that should not have been shared", GoesTo: "Information security", Contact: "security@aldermere.example, at once", Within: "1 hour"},
}

// openSupport says where people ask, what goes where, and who answers in which
// week; champions reported what they could not solve.
func (h *helping) openSupport(ctx context.Context) error {
	if err := h.openChannels(ctx); err != nil {
		return err
	}
	for _, e := range paths {
		if err := h.store.AddEscalation(ctx, h.ines, e, "", h.at(h.pilot-19, 11)); err != nil {
			return fmt.Errorf("record where %q goes: %w", e.Topic, err)
		}
	}
	if err := h.fillRota(ctx); err != nil {
		return err
	}
	return h.reportIssues(ctx)
}

func (h *helping) openChannels(ctx context.Context) error {
	all := []enablement.ChannelEdit{
		{Purpose: enablement.ForSupport, Name: "#cowork-help", URL: "https://chat.aldermere.example/cowork-help", Note: "Questions, tips and trouble. Champions answer on working days."},
		{Purpose: enablement.AmongChampions, Name: "#cowork-champions", URL: "https://chat.aldermere.example/cowork-champions", Note: "Wins, tips and what people ask."},
	}
	for department, name := range channelOf {
		all = append(all, enablement.ChannelEdit{
			Purpose: enablement.OfOneDepartment, Department: h.departments[department].ID, Name: name, URL: "https://chat.aldermere.example/" + name[1:],
		})
	}
	for _, c := range all {
		if err := h.store.SaveChannel(ctx, h.ines, c, h.at(h.pilot-20, 10)); err != nil {
			return fmt.Errorf("open %s: %w", c.Name, err)
		}
	}
	return nil
}

// fillRota puts a champion of the pilot on call in each of five weeks, this one among them.
func (h *helping) fillRota(ctx context.Context) error {
	var changes []enablement.RotaChange
	for i, c := range h.org.Champions() {
		if week := h.today.Monday() + day.Date(7*i); i < 5 {
			changes = append(changes, enablement.RotaChange{Week: week, Is: c.Email})
		}
	}
	return h.store.SaveRota(ctx, h.ines, changes, h.today-1, h.at(h.today-1, 10))
}

// reportIssues tells of one issue that was answered, one that somebody looks
// into and one that nobody has taken on.
func (h *helping) reportIssues(ctx context.Context) error {
	for i, of := range []struct{ department, title, body, answer string }{
		{"Claims Operations", "Cowork is missing after signing in", "Three adjusters sign in and see chat only. Since Tuesday, on new laptops.",
			"They were in a group without a role. The role is there now: sign out and in again."},
		{"Finance", "The drive connector asks to sign in every morning", "It worked in the first week. Two people see it, both on the same floor.", ""},
		{"Marketing", "The app stops while it unpacks", "After the update on Thursday, on one machine. Restarting does not help.", ""},
	} {
		now := h.at(h.today-day.Date(4-i), 11)
		by, err := h.champion(ctx, of.department, 0)
		if err != nil {
			return err
		}
		id, err := h.store.ReportIssue(ctx, by, enablement.NewIssue{Department: h.departments[of.department].Slug, Title: of.title, Body: of.body}, now)
		if err != nil {
			return fmt.Errorf("report an issue of %s: %w", of.department, err)
		}
		if i < 2 {
			if err := h.store.AssignIssue(ctx, h.ines, id, 1, h.dana.Email, now.Add(time.Hour)); err != nil {
				return err
			}
		}
		if of.answer != "" {
			if err := h.store.AnswerIssue(ctx, h.dana, id, 2, of.answer, now.Add(26*time.Hour)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hearCourses lets a learning system tell of two courses: nobody has said yet
// what one of them counts as, the other is none of ours.
func (h *helping) hearCourses(ctx context.Context) error {
	service := &enablement.LearningService{Keeper: h.store}
	token, _, err := service.CreateToken(ctx, h.ines, "Aldermere Academy", h.at(h.pilot-3, 9))
	if err != nil {
		return err
	}
	now := h.at(h.today-1, 20)
	var all []map[string]any
	for i, p := range h.early("Actuarial", 14) {
		all = append(all, said("completed", p.Email, "cowork-basics", "Cowork basics", h.at(h.today-1-day.Date(i%3), 10+i%6)))
	}
	all = append(all, said("completed", h.ines.Email, "fire-safety-2026", "Fire safety", h.at(h.today-1, 9)))
	body, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if _, err := service.Receive(ctx, token, body, now); err != nil {
		return fmt.Errorf("take what the learning system says: %w", err)
	}
	known, err := service.Report(ctx, enablement.CourseFilter{}, now)
	if err != nil {
		return err
	}
	for _, c := range known.Courses {
		if c.Name == "Fire safety" {
			return service.Decide(ctx, h.ines, enablement.Decision{Course: c.ID, Name: c.Name, Ignored: true, Version: c.Version}, now)
		}
	}
	return nil
}

// said is a statement as a learning system writes it.
func said(verb, email, activity, name string, at time.Time) map[string]any {
	return map[string]any{
		"actor":     map[string]any{"mbox": "mailto:" + email},
		"verb":      map[string]any{"id": "http://adlnet.gov/expapi/verbs/" + verb},
		"object":    map[string]any{"id": "https://academy.aldermere.example/courses/" + activity, "definition": map[string]any{"name": map[string]any{"en": name}}},
		"timestamp": at.UTC().Format(time.RFC3339),
		"result":    map[string]any{"duration": "PT35M"},
	}
}

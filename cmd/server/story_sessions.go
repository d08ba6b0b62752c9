package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/sandbox"
	"groundswell/internal/value"
)

// sitting is a session that the demo's hosts have planned.
type sitting struct {
	kind       enablement.Kind
	name       string
	department string // "" for everybody
	in         day.Date
	starts     string
	place      string
	capacity   int    // 0: no limit
	host       string // "" for the first champion of the department
	signed     int    // how many signed up so far
}

// sittings are the sessions ahead, in days from today: 101s before wave 1 opens,
// sessions of departments, and a user group.
var sittings = []sitting{
	{enablement.Department, "First tasks in Underwriting", "Underwriting", 2, "10:00", "Room 2.07", 40, "", 23},
	{enablement.AllStaff101, "Cowork 101 for wave 1", "", 3, "09:30", "Auditorium", 60, "Kwame Mensah", 63},
	{enablement.Department, "Claims: letters and summaries", "Claims Operations", 4, "14:00", "Room 4.12", 24, sitsInClaims, 14},
	{enablement.UserGroup, "Pilot user group: what we built", "", 9, "16:00", "Cafeteria", 0, "Kwame Mensah", 18},
	{enablement.AllStaff101, "Cowork 101 for wave 1, second round", "", 10, "09:30", "Auditorium", 60, "Kwame Mensah", 12},
	{enablement.Department, "First tasks in Customer Service", "Customer Service", 11, "11:00", "Room 1.20", 40, "", 6},
}

const sitsInClaims = "Tomas Lindqvist"

// planSessions plans office hours every week from today on, and the sessions
// ahead, with those who signed up for them so far.
func (h *helping) planSessions(ctx context.Context) error {
	service := &enablement.PlanService{Keeper: h.store}
	now := h.at(h.today-1, 15)
	office := sitting{enablement.OfficeHours, "Office hours", "", 0, "15:30", "Room 4.12", 20, sitsInClaims, 11}
	hours, err := h.outline(ctx, office)
	if err != nil {
		return err
	}
	if _, err := service.PlanSeries(ctx, h.ines, enablement.Series{Outline: hours, EveryWeeks: 1, From: h.today, Until: h.today + 10*7}, nil, now); err != nil {
		return fmt.Errorf("plan office hours: %w", err)
	}
	for _, s := range sittings {
		o, err := h.outline(ctx, s)
		if err != nil {
			return err
		}
		if _, err := service.Plan(ctx, h.ines, o, h.worked(h.today+s.in), now); err != nil {
			return fmt.Errorf("plan %s: %w", s.name, err)
		}
	}
	if err := h.confirmCovered(ctx, service, now); err != nil {
		return err
	}
	return h.signUp(ctx, append([]sitting{office}, sittings...), now)
}

// confirmCovered says of the trainings that were held what they covered.
func (h *helping) confirmCovered(ctx context.Context, service *enablement.PlanService, now time.Time) error {
	held, err := h.store.UpcomingSessions(ctx, h.ines, h.pilot-20, h.today-1)
	if err != nil {
		return err
	}
	for _, l := range held {
		format, ok := enablement.FormatOf(l.Kind)
		if !ok || !l.Kind.Trains() || !l.Held(now) {
			continue
		}
		if err := service.Cover(ctx, h.ines, l.ID, l.Version, format.Covers, now); err != nil {
			return fmt.Errorf("confirm what %s covered: %w", l.Name, err)
		}
	}
	return nil
}

// signUp lets people of the departments that a session is for sign up.
func (h *helping) signUp(ctx context.Context, all []sitting, now time.Time) error {
	service := &enablement.AttendanceService{Keeper: h.store}
	ahead, err := h.store.UpcomingSessions(ctx, h.ines, h.today, h.today+20)
	if err != nil {
		return err
	}
	for _, l := range ahead {
		i := slices.IndexFunc(all, func(s sitting) bool { return s.name == l.Name })
		if i < 0 || all[i].kind == enablement.OfficeHours && l.Day != h.today {
			continue
		}
		for _, p := range h.comers(all[i]) {
			if _, err := service.SignUp(ctx, h.ines, l.ID, p.Email, now); err != nil {
				return fmt.Errorf("sign somebody up for %s: %w", l.Name, err)
			}
		}
	}
	return nil
}

// comers are who signed up: of the department, of wave 1 for its 101s, else of the pilot.
func (h *helping) comers(s sitting) []sandbox.DirectoryPerson {
	switch {
	case s.department != "":
		return h.early(s.department, s.signed)
	case s.kind == enablement.AllStaff101:
		out := h.early("Actuarial", s.signed/3)
		return append(append(out, h.early("Claims Service", s.signed/3)...), h.early("Underwriting", s.signed-2*(s.signed/3))...)
	}
	return append(h.early("Claims Operations", s.signed/2), h.early("Finance", s.signed-s.signed/2)...)
}

// worked is on, or the Monday after it when it lies on a weekend.
func (h *helping) worked(on day.Date) day.Date {
	if n := on.Monday() + 4; on > n {
		return n + 3
	}
	return on
}

// workedBefore is on, or the Friday before it when it lies on a weekend.
func workedBefore(on day.Date) day.Date { return min(on, on.Monday()+4) }

func (h *helping) outline(ctx context.Context, s sitting) (enablement.Outline, error) {
	format, _ := enablement.FormatOf(s.kind)
	o := enablement.Outline{
		Name: s.name, Kind: s.kind, Starts: s.starts, Zone: storyZone, Minutes: format.Minutes, Place: s.place,
		Link: "https://meet.aldermere.example/cowork", About: format.About, Features: format.Covers,
		Host: enablement.Host{Name: s.host, Email: address(s.host)},
	}
	if s.capacity > 0 {
		o.Capacity = &s.capacity
	}
	if s.department == "" {
		return o, nil
	}
	d := h.departments[s.department]
	o.Department = enablement.Whose{ID: d.ID, Name: d.Name, Slug: d.Slug}
	if s.host != "" {
		return o, nil
	}
	host, err := h.champion(ctx, s.department, 0)
	o.Host = enablement.Host{Name: host.Name, Email: host.Email}
	return o, err
}

// tale is a win of the demo.
type tale struct {
	department  string
	ago         day.Date
	deliverable string
	before      value.Before
	hours       value.Hours
	goesTo      string
	published   bool
}

var tales = []tale{
	{"Finance", 9, "Month-end variance notes for eleven cost centres, each with its three largest movements", value.Slower, 3, "Talking the movements through with the budget owners", true},
	{"Marketing", 8, "Every page of the old site sorted into keep, rewrite and drop, with a reason for each", value.New, 5, "Writing the pages that stay", true},
	{"Claims Operations", 6, "Reserve summary for 46 motor claims, one page each, filed in the case folders", value.New, 2, "Calling claimants the same day", true},
	{"Legal", 5, "Comparison of nine supplier contracts against our standard terms, deviations first", value.Slower, 3, "Negotiating the two that matter", true},
	{"Revenue Ops", 4, "Pipeline review pack from three exports, with the deals that moved without an owner", value.Worse, 2, "", false},
	{"Claims Operations", 2, "Settlement letters drafted from the adjuster’s notes, ready for review", value.Slower, 1, "Reviewing them the same afternoon", false},
}

// tellWins logs what came back so far; a lead published those whose people agreed.
func (h *helping) tellWins(ctx context.Context) error {
	service := &value.Service{Keeper: h.store}
	for i, w := range tales {
		on := workedBefore(h.today - w.ago)
		by, err := h.champion(ctx, w.department, i)
		if err != nil {
			return err
		}
		won, err := service.Log(ctx, by, value.Draft{
			Person: h.winner(w.department, i),
			Words:  value.Words{Day: on, Deliverable: w.deliverable, Before: w.before, Hours: w.hours, GoesTo: w.goesTo},
		}, on, h.at(on, 16))
		if err != nil {
			return fmt.Errorf("log a win of %s: %w", w.department, err)
		}
		if !w.published {
			continue
		}
		if _, err := service.Publish(ctx, h.ines, won.Win.ID, true, won.Win.Version, h.at(on+1, 9)); err != nil {
			return fmt.Errorf("publish a win of %s: %w", w.department, err)
		}
	}
	return nil
}

// winner is the address of somebody in a department who delegates.
func (h *helping) winner(department string, i int) string {
	all := h.org.Delegating(department, 12)
	return all[(5+i)%len(all)].Email
}

// fillLibrary takes the shipped guides, and plans the tips of this week and the next ones.
func (h *helping) fillLibrary(ctx context.Context) error {
	now := h.at(h.pilot-7, 10)
	if err := h.store.TakeStarterSet(ctx, h.ines, now); err != nil {
		return err
	}
	for i, tip := range enablement.ShippedTips() {
		week := h.today.Monday() + day.Date(7*(i-2))
		if i > 4 {
			break
		}
		if err := h.store.PlanTip(ctx, h.ines, enablement.NewTip{Week: week, GuideText: tip}, h.at(week-3, 10)); err != nil {
			return fmt.Errorf("plan the tip of %s: %w", week, err)
		}
	}
	return nil
}

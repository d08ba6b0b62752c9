package library

import (
	"slices"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// tipWeeks is how many weeks ahead tips are planned for.
const tipWeeks = 8

// LastTipWeek is the Monday of the last week that tips are planned for.
func LastTipWeek(today day.Date) day.Date { return today.Monday() + 7*(tipWeeks-1) }

// Standing is how far a department got, as the funnel counts it.
type Standing struct {
	Name, Slug string
	Row        *adoption.FunnelRow // nil: not known yet
	Through    day.Date
}

// Contact is somewhere or somebody to turn to.
type Contact struct {
	Label, Name, URL, Note string
}

// KitData is what the champion kit is made from.
type KitData struct {
	Actor     identity.Actor
	Pages     []enablement.Guide // see enablement.Kit
	Tip       *enablement.Guide  // of this week; nil: none is planned
	Standings []Standing
	Contacts  []Contact
	Today     day.Date
}

// KitProps is the champion kit.
type KitProps struct {
	Week      string
	Tip       *Tip
	Standings []StandingProps
	Contacts  []Contact
	Pages     []KitLink
	Plan      string // where tips are planned; "" for those who may not know
	Library   string
}

// Tip is a tip as it is read.
type Tip struct {
	Title, Body, Host, Open string
}

// KitLink leads to a page of the kit.
type KitLink struct {
	Title, Note, URL, Edit string
}

// StandingProps are the figures of a department, or why there are none.
type StandingProps struct {
	Name  string
	Facts []ui.Pair
	Why   string
	URL   string
}

// NewKit makes the props of the champion kit.
func NewKit(d KitData) KitProps {
	p := KitProps{Week: weekOf(d.Today), Contacts: d.Contacts, Library: route.With(route.Library, "for", string(enablement.ForChampions))}
	if d.Tip != nil {
		p.Tip = &Tip{Title: d.Tip.Title, Body: d.Tip.Body, Host: d.Tip.Host(), Open: route.Guide(d.Tip.ID) + "/open"}
	}
	if d.Actor.HasAny(identity.Lead, identity.Auditor) {
		p.Plan = route.Kit + "/tips"
	}
	for _, s := range d.Standings {
		p.Standings = append(p.Standings, s.props())
	}
	for _, g := range d.Pages {
		link := KitLink{Title: g.Title, URL: route.Kit + "/" + string(g.Slot)}
		if g.ID != 0 || d.Actor.HasAny(identity.Lead, identity.Auditor) {
			link.Note = edited(g, d.Today.Time())
		}
		if d.Actor.Has(identity.Lead) {
			link.Edit = link.URL + "/edit"
		}
		p.Pages = append(p.Pages, link)
	}
	return p
}

func weekOf(today day.Date) string {
	return "Week of " + ui.Date(today.Monday().Time(), today.Time())
}

// edited says how old a page of the kit is.
func edited(g enablement.Guide, today time.Time) string {
	if g.ID == 0 {
		return "As shipped, not edited yet"
	}
	return "As of " + ui.Date(g.EditedAt, today)
}

func (s Standing) props() StandingProps {
	p := StandingProps{Name: s.Name, URL: route.Cohort("department", s.Slug)}
	switch {
	case s.Row == nil:
		p.Why = "Not yet: no complete day of usage of this department has been read."
		return p
	case s.Row.Withheld:
		p.Why = "Withheld: too few people to show figures of."
		return p
	}
	if n := s.Row.Licensed.Count; n != nil {
		p.Facts = append(p.Facts, ui.Pair{Name: ui.Count(*n), Value: "have Cowork"})
	}
	p.Facts = append(p.Facts,
		ui.Pair{Name: ui.Count(s.Row.SignedIn), Value: "signed in"},
		ui.Pair{Name: ui.Count(s.Row.Delegated), Value: "delegated a task"},
		ui.Pair{Name: ui.Count(s.Row.Habitual), Value: "work with it most weeks"},
	)
	return p
}

// KitPageProps is one page of the kit.
type KitPageProps struct {
	Title, Sub    string
	Body          string
	Host, URL     string
	Edit, History string // "" for those who may not
}

// NewKitPage makes the props of a page of the kit.
func NewKitPage(actor identity.Actor, g enablement.Guide, now time.Time) KitPageProps {
	p := KitPageProps{Title: g.Title, Body: g.Body, Host: g.Host(), URL: g.URL}
	if g.ID != 0 || actor.HasAny(identity.Lead, identity.Auditor) {
		p.Sub = edited(g, now)
	}
	if actor.HasAny(identity.Lead, identity.Auditor) && g.ID != 0 {
		p.History = route.Guide(g.ID) + "/history"
	}
	if actor.Has(identity.Lead) {
		p.Edit = route.Kit + "/" + string(g.Slot) + "/edit"
	}
	return p
}

// TipsProps is the page where tips are planned.
type TipsProps struct {
	Sub     string
	Problem string
	Weeks   []TipWeek
	Plan    bool // the reader may plan
}

// TipWeek is a week with its tip, or with the form that plans one.
type TipWeek struct {
	Week, Label          string
	Tip                  *Tip
	Edit, Remove         string
	Choices              []ui.Choice
	Title, Body, Version string // as typed
	Errors               map[string]string
	Open                 bool // the form stands open
}

// NewTips makes the props of the page where tips are planned. typed is a form
// that was refused, nil for none.
func NewTips(actor identity.Actor, tips []enablement.Guide, today day.Date, typed *TipWeek) TipsProps {
	p := TipsProps{Plan: actor.Has(identity.Lead)}
	planned := 0
	for w := today.Monday(); w <= LastTipWeek(today); w += 7 {
		one := TipWeek{Week: w.String(), Label: weekOf(w), Version: "0"}
		if w == today.Monday() {
			one.Label = "This week"
		}
		i := slices.IndexFunc(tips, func(g enablement.Guide) bool { return g.Week == w })
		if i >= 0 {
			planned++
			g := tips[i]
			one.Tip, one.Version = &Tip{Title: g.Title, Body: g.Body}, number(g.Version)
			one.Edit, one.Remove = route.Guide(g.ID)+"/edit", route.Kit+"/tips/"+one.Week+"/remove"
		} else {
			one.Choices = tipChoices(tips, w)
		}
		if typed != nil && typed.Week == one.Week {
			one.Title, one.Body, one.Errors, one.Open = typed.Title, typed.Body, typed.Errors, true
		}
		p.Weeks = append(p.Weeks, one)
	}
	p.Sub = ui.Count(planned) + " of the next " + ui.Count(tipWeeks) + " weeks have a tip"
	return p
}

// tipChoices lists the shipped tips that no coming week has, another one in front for each week.
func tipChoices(tips []enablement.Guide, week day.Date) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Write one below"}}
	var left []ui.Choice
	for i, t := range enablement.ShippedTips() {
		if !slices.ContainsFunc(tips, func(g enablement.Guide) bool { return g.Title == t.Title }) {
			left = append(left, ui.Choice{Value: number(i + 1), Label: t.Title})
		}
	}
	if len(left) > 0 {
		turn := int(week/7) % len(left)
		left = slices.Concat(left[turn:], left[:turn])
		left[0].Chosen = true
	}
	return append(out, left...)
}

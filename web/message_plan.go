package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/messageplan"
	"groundswell/views/ui"
)

// Outlines reads what messages are planned from. It is implemented by store.Store.
type Outlines interface {
	// Outline returns the playbook's templates, the waves, who holds which role and what is planned already.
	Outline(ctx context.Context, now time.Time) (comms.Outline, error)
	// Connectors returns the names of connectors that are known, by name.
	Connectors(ctx context.Context) ([]string, error)
	// MessageShifts tells what moving launches would do to messages, and returns all of them.
	MessageShifts(ctx context.Context, launches []rollout.Launch, now time.Time) ([]comms.Shifted, []comms.Message, error)
	// TaskMessages returns the messages that fulfil a task.
	TaskMessages(ctx context.Context, task rollout.TaskID) ([]comms.Mention, error)
}

// messagePlanRoutes are planning messages from the playbook.
func (s *Server) messagePlanRoutes() []routeEntry {
	if s.Comms.Outlines == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.PlanMessages, overseers, s.messagePlan},
		{"POST", route.PlanMessages, leads, s.planMessages},
	}
}

// messagePlan shows, per wave, what planning would make.
func (s *Server) messagePlan(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawMessagePlan(w, r, actor, http.StatusOK, "")
}

func (s *Server) drawMessagePlan(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, wrong string) error {
	o, err := s.Comms.Outlines.Outline(r.Context(), s.Now())
	if err != nil {
		return err
	}
	connectors, err := s.Comms.Outlines.Connectors(r.Context())
	if err != nil {
		return err
	}
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	roles := map[string]string{}
	for _, role := range p.Roles {
		roles[role.Key] = role.Name
	}
	props := planProps(o, roles)
	props.CanPlan, props.Error, props.Connectors = actor.Has(identity.Lead), wrong, connectors
	return s.page(w, r, actor, page{Title: "Plan messages", Section: route.Comms, Status: status}, views.Page(props))
}

// planMessages plans for the waves that were chosen.
func (s *Server) planMessages(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	var waves []int
	for _, typed := range f["wave"] {
		if id, err := strconv.Atoi(typed); err == nil && !slices.Contains(waves, id) {
			waves = append(waves, id)
		}
	}
	n, err := s.Comms.Service.Plan(r.Context(), actor, waves, s.Now())
	if fault.Is(err, fault.Invalid) {
		return s.drawMessagePlan(w, r, actor, http.StatusUnprocessableEntity, fault.Say(err))
	}
	if err != nil {
		return err
	}
	say := ui.Counted(n, "message was", "messages were") + " planned. Nothing goes out before it is approved."
	if n == 0 {
		say = "Nothing was planned: it is all there already."
	}
	return s.redirect(w, r, route.Comms, say)
}

// planProps is the page of an outline; roles are the names of roles by key.
func planProps(o comms.Outline, roles map[string]string) views.Props {
	props := views.Props{Post: route.PlanMessages}
	for _, l := range o.Launches {
		props.Waves = append(props.Waves, waveProps(o, l, roles))
	}
	for _, t := range o.Templates {
		if t.NeedsConnector() {
			props.Written = append(props.Written, views.Template{
				Key: t.Key, Title: comms.FromTemplate(t, "…").Title, Stage: t.Stage.Name(), Role: roles[t.Role], Action: route.NewMessage,
			})
		}
	}
	return props
}

func waveProps(o comms.Outline, l comms.Launch, roles map[string]string) views.Wave {
	wave := views.Wave{ID: strconv.Itoa(l.Wave), Name: l.Name, Opens: "no day yet"}
	switch {
	case l.On.Known() && l.On < o.Today:
		wave.Opens = "opened " + dayText(l.On, o.Today)
	case l.On.Known():
		wave.Opens = "opens " + dayText(l.On, o.Today)
	}
	names := comms.Names{Waves: map[int]string{l.Wave: l.Name}}
	for _, p := range o.Propose(l.Wave) {
		row := rowProps(p, o.Today, roles)
		row.To = p.Message.Audience.Say(names)
		wave.Rows = append(wave.Rows, row)
		if row.Skipped == "" {
			wave.New++
		}
	}
	return wave
}

// skipWords says why a template is not planned.
var skipWords = map[comms.Skip]string{
	comms.SkippedPlanned: "Planned already", comms.SkippedArchived: "Put away", comms.SkippedOver: "Its day is over",
}

func rowProps(p comms.Proposal, today day.Date, roles map[string]string) views.Row {
	m := p.Message
	first, _ := m.First()
	row := views.Row{
		Title: m.Title, Stage: m.Stage.Name(), Skipped: skipWords[p.Skipped], Held: m.HeldForGo, Every: strings.ToLower(everyWords[m.Every]),
		Day: "with its wave’s day", At: first.At, Role: roles[p.Template.Role], Owner: m.Owner.Name,
	}
	if first.Day.Known() {
		row.Day = dayText(first.Day, today)
	}
	if m.Owner.Named() && row.Owner == "" {
		row.Owner = m.Owner.Email
	}
	return row
}

package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	views "groundswell/views/audience"
)

// maxChosen bounds what one list of an audience may hold.
const maxChosen = 500

// audienceOf reads the fields of an audience. What does not narrow the kind of people
// chosen is left aside; an Invalid names the field that is wrong.
func audienceOf(f url.Values) (comms.Audience, error) {
	a := comms.Audience{Who: comms.Who(f.Get("who"))}
	if !a.Who.Valid() {
		return a, fault.Field("who", "Choose who gets it.")
	}
	var err error
	if a.Who == comms.WhoRoles {
		if a.Roles, err = chosen(f["roles"], "roles", identity.Role.Valid); err == nil && len(a.Roles) == 0 {
			err = fault.Field("roles", "Choose at least one role.")
		}
		return a, err
	}
	if a.Waves, err = chosenIDs(f["waves"], "waves"); err != nil {
		return a, err
	}
	if a.Departments, err = chosenIDs(f["departments"], "departments"); err != nil || a.Who == comms.WhoChampions {
		return a, err
	}
	if a.Groups, err = chosen(f["groups"], "groups", isGroupID); err != nil {
		return a, err
	}
	a.Stages, err = chosen(f["stages"], "stages", comms.PersonStage.Valid)
	return a, err
}

// chosen reads the values of a list, each once and in order.
func chosen[T ~string](values []string, field string, valid func(T) bool) ([]T, error) {
	var out []T
	for _, v := range values {
		if !valid(T(v)) || len(out) == maxChosen {
			return nil, errNotChosen(field)
		}
		out = append(out, T(v))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// chosenIDs reads the ids of a list, each once and ascending.
func chosenIDs(values []string, field string) ([]int, error) {
	var out []int
	for _, v := range values {
		id, err := strconv.ParseInt(v, 10, 32)
		if err != nil || id <= 0 || len(out) == maxChosen {
			return nil, errNotChosen(field)
		}
		out = append(out, int(id))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func errNotChosen(field string) error {
	return fault.Field(field, "One of these cannot be chosen. Load the page again.")
}

func isGroupID(id string) bool {
	return id != "" && len(id) <= 200 && utf8.ValidString(id) && !strings.ContainsRune(id, 0)
}

// audienceNames returns what the parts of audiences are called.
func (s *Server) audienceNames(ctx context.Context) (comms.Names, error) {
	out := comms.Names{Waves: map[int]string{}, Departments: map[int]string{}, Groups: map[string]string{}}
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return out, err
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return out, err
	}
	for _, w := range plan.Waves {
		out.Waves[w.ID] = w.Name
	}
	for _, d := range plan.Departments {
		out.Departments[d.ID] = d.Name
	}
	for _, g := range x.Groups {
		out.Groups[g.ID] = g.Name
	}
	return out, nil
}

// audienceOptions returns what an audience can be narrowed by, in the order people know.
func (s *Server) audienceOptions(ctx context.Context) (d views.FieldsData, err error) {
	plan, err := s.Plan.Plan(ctx)
	if err != nil {
		return d, err
	}
	x, err := s.Index.Index(ctx)
	if err != nil {
		return d, err
	}
	for _, w := range plan.Waves {
		d.Waves = append(d.Waves, views.Option{Value: strconv.Itoa(w.ID), Label: w.Name})
	}
	for _, at := range plan.Departments {
		d.Departments = append(d.Departments, views.Option{Value: strconv.Itoa(at.ID), Label: at.Name})
	}
	for _, g := range x.Groups {
		d.Groups = append(d.Groups, views.Option{Value: g.ID, Label: g.Name})
	}
	return d, nil
}

// audienceFields are the fields of an audience with what was chosen and how many it
// reaches now. wrong is what is wrong with the choice as a whole; "" nothing.
func (s *Server) audienceFields(ctx context.Context, actor identity.Actor, a comms.Audience, wrong string) (templ.Component, error) {
	d, err := s.audienceOptions(ctx)
	if err != nil {
		return nil, err
	}
	d.Chosen, d.Wrong = a, wrong
	if d.Count, err = s.audienceCount(ctx, actor, a, false); err != nil {
		return nil, err
	}
	return views.Fields(views.NewFields(d)), nil
}

// audienceCount counts an audience; one that is not chosen yet is not counted.
func (s *Server) audienceCount(ctx context.Context, actor identity.Actor, a comms.Audience, mandatory bool) (views.CountProps, error) {
	if !a.Valid() {
		return views.CountProps{}, nil
	}
	names, err := s.audienceNames(ctx)
	if err != nil {
		return views.CountProps{}, err
	}
	reach, err := s.reachLately(ctx, a, mandatory)
	if err != nil {
		return views.CountProps{}, err
	}
	return views.NewCount(a, names, reach, namesRecipients(actor)), nil
}

// reachLately is whom an audience reaches, at most a minute old where the calendar keeps that.
func (s *Server) reachLately(ctx context.Context, a comms.Audience, mandatory bool) (comms.Reach, error) {
	if s.Comms.Desks == nil {
		return s.Comms.Audiences.Reach(ctx, a, mandatory, s.Now())
	}
	roll, err := s.Comms.Desks.Reachable(ctx, s.Now())
	if err != nil {
		return comms.Reach{}, err
	}
	return roll.Reach(a, mandatory), nil
}

// emptyAudience says why an audience reaches nobody now; "" when it reaches somebody.
func (s *Server) emptyAudience(ctx context.Context, a comms.Audience, mandatory bool) (string, error) {
	reach, err := s.Comms.Audiences.Reach(ctx, a, mandatory, s.Now())
	if err != nil || len(reach.To) > 0 {
		return "", err
	}
	return views.Nobody(a, reach), nil
}

// namesRecipients reports whether somebody may read who gets a message.
func namesRecipients(actor identity.Actor) bool { return actor.HasAny(identity.Lead, identity.Auditor) }

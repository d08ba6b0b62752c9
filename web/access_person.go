package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/access"
	"groundswell/views/ui"
)

// accessPerson says why one member has what they have.
func (s *Server) accessPerson(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	member, err := strconv.ParseInt(chi.URLParam(r, "member"), 10, 32)
	if err != nil || member < 0 {
		return fault.New(fault.NotFound, "There is no such member.")
	}
	profile, err := s.Access.AccessPerson(r.Context(), actor.PeopleScope(), int32(member))
	if err != nil {
		return err
	}
	plan, err := s.planOrNone(r.Context())
	if err != nil {
		return err
	}
	v := personView{accessView: accessView{View: profile.Last, plan: plan, now: s.Now()}, profile: profile}
	v.explained = orgaccess.Explain(profile.Directory, profile.Directory.People[0])
	v.fate, v.known = profile.Last.Roll.Find(int32(member))
	return s.page(w, r, actor, page{Title: "Why one person has access", Section: route.Access}, views.Person(v.props()))
}

// personView is a person's access on its way to its Props.
type personView struct {
	accessView
	profile   orgaccess.Profile
	explained orgaccess.Why
	fate      orgaccess.Fate // as the last run found it
	known     bool           // the last run knew them
}

func (v personView) props() views.PersonProps {
	name := v.profile.Name
	if name == "" {
		name = v.profile.Email
	}
	if name == "" {
		name = "A member without a name"
	}
	return views.PersonProps{
		Head:    ui.PageHeadProps{Title: name, Sub: v.place(), Crumbs: []ui.Link{{Label: "Access", URL: route.Access}, {Label: "People", URL: route.Access + "#people"}}},
		Verdict: v.verdict(), Notes: v.notes(), Sub: "Roles add up", Groups: v.groups(), NoGroup: "No group brings them a role.",
		Has: v.has(), Limits: v.limits(),
	}
}

func (v personView) place() string {
	var parts []string
	for _, p := range []string{v.profile.Email, v.Roll.Department(v.fate.Department), v.Roll.Wave(v.fate.Wave)} {
		if p != "" && p != v.profile.Name {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// verdict says what enforcing roles would do to them, by what is known now.
func (v personView) verdict() ui.BannerProps {
	w := v.explained
	switch {
	case !v.profile.Listed:
		return ui.BannerProps{Title: "No longer a member", Body: "The last list of members does not name them.", Icon: ui.IconUserMinus}
	case !w.Bound:
		return ui.BannerProps{Title: "Keeps Cowork", Body: "Their organization role is " + w.Role + ", which custom roles do not bind.", Tone: ui.ToneGood}
	case w.Grant.Cowork:
		return ui.BannerProps{Title: "Keeps Cowork", Body: "At least one role of their groups gives it.", Tone: ui.ToneGood}
	case !w.Known:
		return ui.BannerProps{Title: "Not known", Body: "The roles of one of their groups are unavailable for the moment.", Tone: ui.ToneWarn}
	}
	b := ui.BannerProps{Title: "Would lose Cowork", Body: v.left(), Tone: ui.ToneWarn}
	if v.known && v.fate.Outcome == orgaccess.Planned {
		b.Title, b.Tone = "Would lose Cowork as planned", ui.ToneNone
	}
	if v.known && v.fate.Outcome == orgaccess.Surprise {
		b.Title, b.Tone = "Would lose Cowork by surprise: "+lowerFirst(v.fate.Cause.Title()), ui.ToneBad
		if beside := v.Roll.Group(v.fate.Beside); beside != "" {
			b.Body += " Others of their department reach it through " + beside + "."
		}
	}
	return b
}

func (v personView) left() string {
	if v.explained.Grant.Chat {
		return "No role of their groups gives it. They keep Chat."
	}
	return "No role of their groups gives it, and none gives Chat: they would be left with nothing."
}

func lowerFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// notes say where the last run differs from what is known now.
func (v personView) notes() []ui.BannerProps {
	if !v.Ran || !v.profile.Listed || v.known && v.fate.Grant == v.explained.Grant {
		return nil
	}
	return []ui.BannerProps{{Title: "The last run saw something else", Body: "It ran " + v.moment(v.Run.At) + ". Run it again to count this person as they are now.", Tone: ui.ToneWarn}}
}

func (v personView) groups() []views.Group {
	var out []views.Group
	for _, g := range v.explained.Groups {
		row := views.Group{Name: g.Group.Name, Source: "made by hand", Gives: grantChips(g.Grant)}
		if g.Group.FromProvider() {
			row.Source = "from the identity provider"
		}
		switch {
		case !g.Group.RolesKnown:
			row.None = "Its roles are unavailable for the moment."
		case len(g.Roles) == 0:
			row.None = "It carries no role."
		}
		for _, r := range g.Roles {
			row.Roles = append(row.Roles, roleRow(r))
		}
		out = append(out, row)
	}
	return out
}

func roleRow(r orgaccess.RoleWhy) views.Role {
	if !r.Listed {
		return views.Role{Name: "A role of another organization", Says: r.ID + " is not listed here and gives nothing."}
	}
	out := views.Role{Name: r.Name, Gives: grantChips(r.Grant)}
	var parts []string
	if len(r.Actions) > 0 {
		actions := slices.Clone(r.Actions)
		slices.Sort(actions)
		parts = append(parts, strings.Join(slices.Compact(actions), ", "))
	}
	if r.Other > 0 {
		parts = append(parts, ui.Counted(r.Other, "permission", "permissions")+" on connectors and the like")
	}
	out.Says = strings.Join(parts, "; ")
	if out.Says == "" {
		out.Says = "It grants nothing yet."
	}
	return out
}

func grantChips(g orgaccess.Grant) []ui.ChipProps {
	var out []ui.ChipProps
	if g.Cowork {
		out = append(out, ui.ChipProps{Label: "Cowork", Tone: ui.ToneGood, Icon: ui.IconCheck})
	}
	if g.Chat {
		out = append(out, ui.ChipProps{Label: "Chat", Icon: ui.IconCheck})
	}
	return out
}

func (v personView) has() []ui.Pair {
	word := func(has bool) string {
		switch {
		case has:
			return "Kept"
		case !v.explained.Known:
			return "Not known"
		}
		return "Lost"
	}
	bound := "No: kept as it is"
	if v.explained.Bound {
		bound = "Yes, once roles are enforced"
		if v.explained.Role == "managed" {
			bound = "Yes, already"
		}
	}
	out := []ui.Pair{
		{Name: "Cowork", Value: word(v.explained.Grant.Cowork)}, {Name: "Chat", Value: word(v.explained.Grant.Chat)},
		{Name: "Organization role", Value: v.explained.Role}, {Name: "Bound by roles", Value: bound},
	}
	if !v.profile.AddedAt.IsZero() {
		out = append(out, ui.Pair{Name: "Joined", Value: ui.Date(v.profile.AddedAt, v.now.UTC())})
	}
	last := "Never"
	if v.fate.LastActive.Known() && v.known {
		last = ui.Date(v.fate.LastActive.Time(), v.now.UTC())
	}
	return append(out, ui.Pair{Name: "Last active in Cowork", Value: last})
}

func (v personView) limits() []views.Limit {
	var out []views.Limit
	for _, l := range v.profile.Limits {
		row := views.Limit{Period: l.Period, Amount: limitAmount(l.Amount), From: limitFrom(l)}
		switch {
		case l.Zero():
			row.Note = "They can do nothing."
		case l.Lowered():
			row.Note = "Lowered: " + capWords(l.Caps) + ". The lowest wins."
		}
		out = append(out, row)
	}
	return out
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	views "groundswell/views/access"
	"groundswell/views/ui"
)

// accessLimits shows what the most restrictive spend limit does to whom.
func (s *Server) accessLimits(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	report, state, err := s.Access.LimitReport(r.Context())
	if err != nil {
		return err
	}
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return err
	}
	least := fewest(x)
	if actor.SeesSmallGroups() {
		least = 0
	}
	p := limitProps(report, state, least)
	if scope := actor.PeopleScope(); scope.Everyone() {
		if p.People, err = s.limitPeople(r.Context(), scope, report, r.URL.Query()); err != nil {
			return err
		}
	}
	return s.page(w, r, actor, page{Title: "Spend limits", Section: route.Access}, views.Limits(p))
}

// limitProps shows a report; limits of fewer than least people are left out.
func limitProps(r orgaccess.LimitReport, state pull.State, least int) views.LimitsProps {
	p := views.LimitsProps{Head: ui.PageHeadProps{Title: "Spend limits", Sub: "What the most restrictive limit does to " + ui.Counted(r.Members, "person", "people")}, Views: accessTabs(route.AccessLimits)}
	switch {
	case state.Status == pull.MissingScope && r.Members == 0:
		p.Void = &ui.VoidProps{Title: "Limits are not read", Body: "The key may not read them: it lacks the scope " + pull.Spend.Scope() + ". The dry run works without it."}
	case r.Members == 0:
		p.Void = &ui.VoidProps{Title: "No limits were read yet", Body: "The sync brings each member’s limit and where it comes from."}
	case state.Status != pull.Complete:
		p.Notes = append(p.Notes, ui.BannerProps{Title: "Limits may be out of date", Body: state.Say, Tone: ui.ToneWarn})
	}
	p.Verdict = limitVerdict(r)
	for _, t := range r.Scopes {
		if t.People < least {
			p.Note = "Limits of fewer than " + ui.Count(least) + " people are left out."
			continue
		}
		p.Scopes = append(p.Scopes, views.Scope{
			Label: scopeLabel(t), Period: upperFirst(t.Period), Amount: tallyAmount(t), People: ui.Count(t.People), Zero: ui.Count(t.Zero), Lowered: ui.Count(t.Lowered),
		})
	}
	return p
}

func limitVerdict(r orgaccess.LimitReport) ui.BannerProps {
	lowered := ui.Counted(r.Lowered, "person has", "people have") + " less for being in several groups: the lowest limit wins."
	switch {
	case r.Zero > 0 && r.Lowered > 0:
		return ui.BannerProps{Title: ui.Counted(r.Zero, "person is", "people are") + " stopped by a limit of zero", Body: lowered, Tone: ui.ToneBad}
	case r.Zero > 0:
		return ui.BannerProps{Title: ui.Counted(r.Zero, "person is", "people are") + " stopped by a limit of zero", Body: "They can sign in and do nothing. Raise the limit that binds them.", Tone: ui.ToneBad}
	case r.Lowered > 0:
		return ui.BannerProps{Title: "Nobody is stopped by a limit of zero", Body: lowered, Tone: ui.ToneWarn}
	}
	return ui.BannerProps{Title: "Nobody is stopped by a limit of zero", Body: "Nobody has less for being in several groups either.", Tone: ui.ToneGood}
}

// limitPeople names those whom a limit stops or lowers, a page of them.
func (s *Server) limitPeople(ctx context.Context, scope identity.PeopleScope, r orgaccess.LimitReport, q url.Values) (*views.LimitPeople, error) {
	from := 0
	if after := q.Get("after"); after != "" {
		from = 1 + slices.IndexFunc(r.Hit, func(l orgaccess.Limited) bool { return limitKey(l) == after })
	}
	to := min(len(r.Hit), from+peopleAPage)
	members := []int32{}
	for _, l := range r.Hit[from:to] {
		members = append(members, l.Member)
	}
	names, err := s.Access.MemberNames(ctx, scope, members)
	if err != nil {
		return nil, err
	}
	p := &views.LimitPeople{Sub: ui.Counted(len(r.Hit), "person", "people")}
	for _, l := range r.Hit[from:to] {
		p.Rows = append(p.Rows, limitRow(l, names[l.Member]))
	}
	p.Pages.Label = ui.Count(from+1) + "–" + ui.Count(to) + " of " + ui.Count(len(r.Hit))
	if to < len(r.Hit) {
		p.Pages.Next = route.With(route.AccessLimits, "after", limitKey(r.Hit[to-1]))
	}
	if from > peopleAPage {
		p.Pages.Prev = route.With(route.AccessLimits, "after", limitKey(r.Hit[from-peopleAPage-1]))
	} else if from > 0 {
		p.Pages.Prev = route.AccessLimits
	}
	return p, nil
}

func limitKey(l orgaccess.Limited) string { return strconv.Itoa(int(l.Member)) + "." + l.Period }

func limitRow(l orgaccess.Limited, who orgaccess.Named) views.LimitRow {
	r := views.LimitRow{
		Name: who.Name, Email: who.Email, URL: route.AccessPerson(l.Member), Period: l.Period, Amount: limitAmount(l.Amount),
		From: limitFrom(l), Groups: capWords(l.Caps), Effect: ui.ChipProps{Label: "Lowered", Tone: ui.ToneWarn, Icon: ui.IconArrowDown},
	}
	if l.Zero() {
		r.Effect = ui.ChipProps{Label: "Stopped at zero", Tone: ui.ToneBad, Icon: ui.IconBan}
	}
	return r
}

// capWords lists the limits of somebody's groups: "AL-Claims $25.00, Finance $120.00".
func capWords(caps []orgaccess.GroupCap) string {
	var out []string
	for _, c := range caps {
		name := c.Name
		if name == "" {
			name = c.ID
		}
		out = append(out, name+" $"+c.Amount.USD())
	}
	return strings.Join(out, ", ")
}

func limitAmount(m *adoption.Money) string {
	if m == nil {
		return "No limit"
	}
	return "$" + m.USD()
}

// limitFrom says where a limit comes from.
func limitFrom(l orgaccess.Limited) string {
	for _, c := range l.Caps {
		if l.Scope == "rbac_group" && c.ID == l.ScopeID && c.Name != "" {
			return "Group " + c.Name
		}
	}
	return scopeName(l.Scope)
}

func scopeLabel(t orgaccess.ScopeTally) string {
	if t.Group != "" {
		return "Group " + t.Group
	}
	return scopeName(t.Scope)
}

// scopeName is where a limit comes from, in words; scopes nobody has explained yet stay as they are.
func scopeName(scope string) string {
	switch scope {
	case "organization":
		return "The organization"
	case "seat_tier":
		return "Their seat tier"
	case "rbac_group":
		return "A group"
	case "user":
		return "Their own"
	}
	return scope
}

func tallyAmount(t orgaccess.ScopeTally) string {
	if t.Several {
		return "Several"
	}
	return limitAmount(t.Amount)
}

func upperFirst(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// rolesPage shows who has access: to leads to change it, to auditors to read.
func (s *Server) rolesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawRoles(w, r, actor, http.StatusOK, settings.RolesProps{})
}

// drawRoles completes props, which hold what a form came back with, and answers the page.
func (s *Server) drawRoles(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, props settings.RolesProps) error {
	now := s.Now()
	all, err := s.Identity.Access(r.Context(), actor, now)
	if err != nil {
		return err
	}
	_, fresh, err := s.whoAsks(w, r, forAccounts)
	if err != nil {
		return err
	}
	props.Lead, props.Fresh, props.Now = actor.Has(identity.Lead), fresh, now
	props.Confirm = route.With(route.SignInOIDC, "again", "1", "return_to", route.Roles)
	props.Post = route.Roles
	for _, a := range all.Accounts {
		if s.Demo || a.Issuer != DemoIssuer {
			props.People = append(props.People, personRow(a, actor))
		}
	}
	for _, g := range all.Groups {
		props.Groups = append(props.Groups, settings.GroupRow{Group: g.Group, Role: string(g.Role), RoleName: roleNames[g.Role], Department: g.Department})
	}
	for _, t := range all.Tokens {
		props.Tokens = append(props.Tokens, settings.TokenRow{
			Path: route.Roles + "/tokens/" + strconv.FormatInt(t.ID, 10) + "/revoke", Name: t.Name, Role: roleNames[t.Role],
			Created: t.CreatedAt, Expires: t.ExpiresAt, Revoked: t.RevokedAt, Used: t.LastUsedAt, Usable: t.Usable(now),
		})
	}
	return s.page(w, r, actor, page{Title: "People with access", Section: route.Roles, Status: status}, settings.Roles(props))
}

func personRow(a identity.Account, actor identity.Actor) settings.PersonRow {
	id := strconv.FormatInt(int64(a.ID), 10)
	row := settings.PersonRow{
		ID: id, Path: route.Roles + "/" + id, Name: a.Name, Email: a.Email, Label: a.Label(), Version: a.Version, Sessions: a.Sessions,
		SignedIn: a.SignedInAt, Expected: a.Expected(), Active: a.Active(), You: a.ID == actor.Account,
	}
	for _, g := range a.Grants {
		row.Grants = append(row.Grants, settings.GrantRow{
			Role: string(g.Role), RoleName: roleNames[g.Role], Department: g.Department, Origin: string(g.Origin),
			Why: origins[g.Origin], Fixed: g.Origin == identity.FromGroup,
		})
	}
	return row
}

var origins = map[identity.Origin]string{
	identity.FromGroup:   "from a group of the identity provider",
	identity.FromSetting: "from GROUNDSWELL_ADMINS",
}

// grantByEmail gives a role to somebody who may not have signed in yet.
func (s *Server) grantByEmail(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	g := identity.Grant{Role: identity.Role(f.Get("role")), Department: slug(f.Get("department"))}
	_, err = s.Identity.GrantEmail(r.Context(), actor, f.Get("email"), g, s.Now())
	if fault.Is(err, fault.Invalid) {
		back := settings.RolesProps{Email: f.Get("email"), Role: f.Get("role"), Department: f.Get("department"), Errors: asFault(err).Fields}
		return s.drawRoles(w, r, actor, http.StatusUnprocessableEntity, back)
	}
	return s.afterRoles(w, r, actor, err, roleNames[g.Role]+" given to "+strings.TrimSpace(f.Get("email"))+".")
}

// change reads which account a form is about and which version of it was shown.
func (s *Server) change(r *http.Request, actor identity.Actor) (identity.Change, identity.Grant, error) {
	f, err := form(r)
	if err != nil {
		return identity.Change{}, identity.Grant{}, err
	}
	id, err := strconv.ParseInt(chi.URLParam(r, "account"), 10, 64)
	if err != nil {
		return identity.Change{}, identity.Grant{}, fault.New(fault.NotFound, "There is no such person here.")
	}
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return identity.Change{}, identity.Grant{}, fault.New(fault.Invalid, sayIncomplete)
	}
	g := identity.Grant{Role: identity.Role(f.Get("role")), Department: slug(f.Get("department")), Origin: identity.Origin(f.Get("origin"))}
	return identity.Change{By: actor, Account: identity.AccountID(id), Version: version, Now: s.Now()}, g, nil
}

// slug is how departments are keyed: "Claims Operations" is claims-operations.
func slug(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(s)), "-")
}

func (s *Server) grantRole(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, g, err := s.change(r, actor)
	if err == nil {
		_, err = s.Identity.Grant(r.Context(), c, g)
	}
	return s.afterRoles(w, r, actor, err, "Role given.")
}

func (s *Server) revokeRole(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, g, err := s.change(r, actor)
	if err == nil {
		_, err = s.Identity.Revoke(r.Context(), c, g)
	}
	return s.afterRoles(w, r, actor, err, "Role revoked.")
}

func (s *Server) deactivate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, _, err := s.change(r, actor)
	if err == nil {
		_, err = s.Identity.Deactivate(r.Context(), c)
	}
	return s.afterRoles(w, r, actor, err, "Deactivated and signed out everywhere.")
}

func (s *Server) reactivate(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, _, err := s.change(r, actor)
	if err == nil {
		_, err = s.Identity.Reactivate(r.Context(), c)
	}
	return s.afterRoles(w, r, actor, err, "Active again, with the same roles.")
}

func (s *Server) signOutPerson(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	c, _, err := s.change(r, actor)
	if err == nil {
		_, err = s.Identity.SignOutEverywhere(r.Context(), actor, c.Account, c.Now)
	}
	return s.afterRoles(w, r, actor, err, "Signed out everywhere.")
}

func groupRole(r *http.Request) (identity.GroupRole, error) {
	f, err := form(r)
	if err != nil {
		return identity.GroupRole{}, err
	}
	return identity.GroupRole{Group: f.Get("group"), Role: identity.Role(f.Get("role")), Department: slug(f.Get("department"))}, nil
}

func (s *Server) mapGroup(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := groupRole(r)
	if err != nil {
		return err
	}
	err = s.Identity.MapGroup(r.Context(), actor, g, s.Now())
	if fault.Is(err, fault.Invalid) {
		back := settings.RolesProps{Group: g.Group, GroupRole: string(g.Role), GroupDepartment: r.PostForm.Get("department"), GroupErrors: asFault(err).Fields}
		return s.drawRoles(w, r, actor, http.StatusUnprocessableEntity, back)
	}
	return s.afterRoles(w, r, actor, err, "Group mapped. It counts from each member’s next sign-in.")
}

func (s *Server) unmapGroup(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := groupRole(r)
	if err == nil {
		err = s.Identity.UnmapGroup(r.Context(), actor, g, s.Now())
	}
	return s.afterRoles(w, r, actor, err, "Mapping removed. Roles it gave end at each member’s next sign-in.")
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "token"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "There is no such token.")
	}
	err = s.Identity.RevokeToken(r.Context(), actor, id, s.Now())
	return s.afterRoles(w, r, actor, err, "Token revoked. It opens nothing from now on.")
}

// afterRoles goes back to the page with what was done, or shows it again as it is now with what was not.
func (s *Server) afterRoles(w http.ResponseWriter, r *http.Request, actor identity.Actor, err error, done string) error {
	if err == nil {
		return s.redirect(w, r, route.Roles, done)
	}
	f := asFault(err)
	if f.Kind == fault.Conflict || f.Kind == fault.Invalid {
		return s.drawRoles(w, r, actor, statusOf(f.Kind), settings.RolesProps{Problem: f.Say})
	}
	return err
}

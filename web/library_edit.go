package web

import (
	"net/http"
	"net/url"
	"strconv"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/library"
)

// typedGuide is a guide's form as it was sent.
func typedGuide(f url.Values) library.Typed {
	return library.Typed{
		Audience: f.Get("audience"), Title: f.Get("title"), Body: f.Get("body"), URL: f.Get("url"),
		Version: f.Get("version"), Key: f.Get(formKeyField), Preview: f.Get("preview") != "", Errors: map[string]string{},
	}
}

func editOf(t library.Typed) enablement.GuideEdit {
	return enablement.GuideEdit{Audience: enablement.Audience(t.Audience), GuideText: enablement.GuideText{Title: t.Title, Body: t.Body, URL: t.URL}}
}

// drawGuideForm answers the form of a guide, nil for a new one, with what went wrong.
func (s *Server) drawGuideForm(w http.ResponseWriter, r *http.Request, actor identity.Actor, g *enablement.Guide, t library.Typed, wrong error) error {
	status := http.StatusOK
	p := library.NewEdit(g, t)
	if wrong != nil {
		f := asFault(wrong)
		status, p.Form.Errors = statusOf(f.Kind), f.Fields
		if len(f.Fields) == 0 {
			p.Problem = f.Say
		}
		if f.Kind == fault.Conflict && g != nil {
			p.Problem, p.Meanwhile, p.Form.Version = "", library.NewMeanwhile(*g, t, s.Now()), strconv.Itoa(g.Version)
		}
	}
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Library, Status: status}, library.Edit(p))
}

// formMends reports whether a form can come back with what is wrong in it.
func formMends(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)
}

func (s *Server) newGuidePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawGuideForm(w, r, actor, nil, library.Typed{Audience: r.URL.Query().Get("for"), Key: newFormKey()}, nil)
}

// addGuide adds a guide. The same form sent twice adds one.
func (s *Server) addGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key, err := formKey(f)
	if err != nil {
		return err
	}
	t := typedGuide(f)
	if t.Preview {
		_, err := editOf(t).Check()
		return s.drawGuideForm(w, r, actor, nil, t, err)
	}
	id, err := s.Guides.CreateGuide(r.Context(), actor, editOf(t), key, s.Now())
	switch {
	case formMends(err):
		return s.drawGuideForm(w, r, actor, nil, t, err)
	case err != nil:
		return err
	}
	return s.redirect(w, r, route.Guide(id), "The guide is in the library.")
}

func (s *Server) editGuidePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.guideOf(r, actor)
	switch {
	case err != nil:
		return err
	case g.Slot.InKit():
		return s.redirect(w, r, kitPagePath(g.Slot)+"/edit", "")
	}
	return s.drawGuideForm(w, r, actor, &g, library.TypedOf(g), nil)
}

// saveGuide keeps a new version. What cannot be used, and what somebody else
// changed meanwhile, comes back with what was typed.
func (s *Server) saveGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.guideOf(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	seen, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	t, e := typedGuide(f), editOf(typedGuide(f))
	if g.Slot != "" {
		e.Audience = g.Audience
	}
	if t.Preview {
		_, err := e.Check()
		return s.drawGuideForm(w, r, actor, &g, t, err)
	}
	err = s.Guides.SaveGuide(r.Context(), actor, g.ID, seen, e, s.Now())
	if formMends(err) {
		if g, err2 := s.guideOf(r, actor); err2 == nil {
			return s.drawGuideForm(w, r, actor, &g, t, err)
		}
	}
	if err != nil {
		return err
	}
	to := route.Guide(g.ID)
	if g.Slot == enablement.SlotTip {
		to = tipsPath
	}
	return s.redirect(w, r, to, "A new version is saved.")
}

func (s *Server) guideHistory(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	g, err := s.guideOf(r, actor)
	if err != nil {
		return err
	}
	versions, err := s.Guides.GuideVersions(r.Context(), g.ID)
	if err != nil {
		return err
	}
	p := library.NewHistory(actor, g, versions, s.Now())
	return s.page(w, r, actor, page{Title: p.Title, Section: route.Library}, library.History(p))
}

// changeGuide does one thing to a guide and goes on with what was done.
func (s *Server) changeGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor, to func(id int) string, done string, do func(id int, f url.Values) error) error {
	g, err := s.guideOf(r, actor)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if err := do(g.ID, f); err != nil {
		return err
	}
	return s.redirect(w, r, to(g.ID), done)
}

func (s *Server) restoreGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	history := func(id int) string { return route.Guide(id) + "/history" }
	return s.changeGuide(w, r, actor, history, "The older version is the newest now.", func(id int, f url.Values) error {
		seen, err := seenVersion(f.Get("version"))
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(f.Get("n"))
		if err != nil {
			return fault.New(fault.Invalid, sayIncomplete)
		}
		return s.Guides.RestoreGuide(r.Context(), actor, id, n, seen, s.Now())
	})
}

func (s *Server) archiveGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	done := "The guide is back in the library."
	if r.FormValue("archived") == "yes" {
		done = "The guide is archived. Its versions are kept."
	}
	return s.changeGuide(w, r, actor, route.Guide, done, func(id int, f url.Values) error {
		seen, err := seenVersion(f.Get("version"))
		if err != nil {
			return err
		}
		return s.Guides.ArchiveGuide(r.Context(), actor, id, seen, f.Get("archived") == "yes", s.Now())
	})
}

func (s *Server) moveGuide(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	list := func(int) string { return route.Library }
	return s.changeGuide(w, r, actor, list, "The order is changed.", func(id int, f url.Values) error {
		return s.Guides.MoveGuide(r.Context(), actor, id, f.Get("to") == "up", s.Now())
	})
}

// takeStarterSet fills an empty library with what is shipped.
func (s *Server) takeStarterSet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Guides.TakeStarterSet(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Library, "The starter set is in the library. Edit it like any other guide.")
}

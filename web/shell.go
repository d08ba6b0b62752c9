package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/layout"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

const flashSeconds = 60

// shell puts body into the frame of the site: with navigation for people who hold a
// role, with tabs for those without one, plain for those who are not signed in.
func (s *Server) shell(w http.ResponseWriter, r *http.Request, actor identity.Actor, p page, body templ.Component) templ.Component {
	props := s.frame(w, r, p.Title)
	switch {
	case len(actor.Roles) > 0:
		props.Items = s.counted(r.Context(), s.itemsFor(actor, p.Section))
		props.Me = me(actor)
		props.Fresh = s.freshness(r.Context())
	case actor.Account != 0:
		return phoneFrame(s.phoneProps(r, actor, props, p.Section), body)
	}
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return layout.Page(props).Render(templ.WithChildren(ctx, body), out)
	})
}

// frame is what every document says: its title, the look, and what was just done.
func (s *Server) frame(w http.ResponseWriter, r *http.Request, title string) layout.Props {
	props := layout.Props{Title: title, Org: s.Org, Theme: theme(r), Path: route.Home}
	if r.Method == http.MethodGet {
		props.Path = localPath(r.URL.RequestURI())
	}
	if text := s.takeFlash(w, r); text != "" {
		props.Flash = &ui.ToastProps{Text: text, Tone: ui.ToneGood}
		s.takeUndo(w, r, props.Flash)
	}
	return props
}

// itemsFor leaves out of the navigation what the table does not let the actor open.
func (s *Server) itemsFor(actor identity.Actor, current string) []layout.Item {
	items := []layout.Item{}
	for _, it := range layout.Items(current) {
		if it.URL == route.Today && !actor.Has(identity.Champion) {
			continue // leads look at somebody's day from the register
		}
		if a, ok := s.opens[it.URL]; ok && a.admits(actor) {
			items = append(items, it)
		}
	}
	return items
}

// counted puts into the navigation what the plan counts, for the pages that are in
// it. Without a plan, or while it cannot be read, there is nothing to count.
func (s *Server) counted(ctx context.Context, items []layout.Item) []layout.Item {
	if s.Plan == nil {
		return items
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil || !p.Started() {
		return items
	}
	c := s.countsOf(p)
	for i := range items {
		switch items[i].URL {
		case route.Plan:
			items[i].Count = c.tasks
		case route.Readiness:
			items[i].Count, items[i].Bad = c.unready, true
		case route.Access:
			items[i].Count, items[i].Bad = c.surprised, true
		}
	}
	return items
}

// planCounts are what the navigation says of a plan; "" for nothing to say.
type planCounts struct {
	plan                      *rollout.Plan
	minute                    int64
	tasks, unready, surprised string
}

// countsOf counts a plan once a minute: what is fresh enough changes with time.
func (s *Server) countsOf(p *rollout.Plan) *planCounts {
	now := s.Now()
	minute := now.Unix() / 60
	if c := s.counts.Load(); c != nil && c.plan == p && c.minute == minute {
		return c
	}
	c := &planCounts{plan: p, minute: minute}
	done, of := 0, 0
	for _, phase := range adoption.Phases() {
		d, n := p.Progress(phase)
		done, of = done+d, of+n
	}
	c.tasks = ui.Count(done) + "/" + ui.Count(of)
	if w, ok := p.Ahead(p.Today(now)); ok && !p.Opened(w.ID, p.Today(now)) {
		c.unready = someCount(len(p.Checklist(w.ID, now).Waiting()))
	}
	if r := p.Results[rollout.CheckRef{Check: rollout.CheckDryRun}]; r.Outcome == rollout.Fails {
		c.surprised = someCount(r.Count)
	}
	s.counts.Store(c)
	return c
}

func someCount(n int) string {
	if n == 0 {
		return ""
	}
	return ui.Count(n)
}

// freshness says through which day the figures reach, for the foot of the sidebar.
func (s *Server) freshness(ctx context.Context) ui.FreshProps {
	none := ui.FreshProps{State: ui.FreshNever, Text: "No data yet"}
	if s.Index == nil {
		return none
	}
	idx, err := s.Index.Index(ctx)
	if err != nil || idx == nil || !idx.Through.Known() {
		return none
	}
	now := s.Now().UTC()
	through := idx.Through.Time()
	fresh := ui.FreshProps{State: ui.FreshOK, Text: "Data through " + ui.Date(through, now), Lines: s.heard(ctx, now)}
	if measure.Late(day.FromTime(now), idx.Through) {
		fresh.State = ui.FreshLate
	}
	return fresh
}

// setFlash keeps a sentence for the next page. It is signed, so that nobody else can put words there.
func (s *Server) setFlash(w http.ResponseWriter, text string) {
	value, err := s.cookies[0].Encode(s.cookie("flash"), text)
	if err != nil {
		s.Log.Error("a notice could not be kept", "error", err)
		return
	}
	http.SetCookie(w, s.newCookie("flash", value, flashSeconds))
}

// takeFlash returns the sentence kept for this page and forgets it.
func (s *Server) takeFlash(w http.ResponseWriter, r *http.Request) string {
	text := ""
	if s.readCookie(r, "flash", &text) {
		http.SetCookie(w, s.newCookie("flash", "", -1))
	}
	return text
}

// undo is how what was just done is taken back: a form and what it says.
type undo struct {
	URL  string
	With []ui.Pair
	Link ui.Link // what else can be done with it; the zero Link for nothing
}

// redirectUndo is redirect with a way back beside the sentence.
func (s *Server) redirectUndo(w http.ResponseWriter, r *http.Request, to, flash string, u undo) error {
	value, err := s.cookies[0].Encode(s.cookie("undo"), u)
	if err != nil {
		return fmt.Errorf("keep the way back: %w", err)
	}
	http.SetCookie(w, s.newCookie("undo", value, flashSeconds))
	return s.redirect(w, r, to, flash)
}

// takeUndo gives a toast the way back that was kept with it, and forgets it.
func (s *Server) takeUndo(w http.ResponseWriter, r *http.Request, toast *ui.ToastProps) {
	var u undo
	if s.readCookie(r, "undo", &u) {
		http.SetCookie(w, s.newCookie("undo", "", -1))
		toast.UndoURL, toast.Undo, toast.Link = u.URL, u.With, u.Link
	}
}

func (s *Server) cookie(purpose string) string { return cookieName(purpose, s.secure()) }

func (s *Server) newCookie(purpose, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookie(purpose), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}

// readCookie reads a cookie that this site signed, under the current or an older key.
func (s *Server) readCookie(r *http.Request, purpose string, into any) bool {
	c, err := r.Cookie(s.cookie(purpose))
	if err != nil {
		return false
	}
	for _, codec := range s.cookies {
		if codec.Decode(s.cookie(purpose), c.Value, into) == nil {
			return true
		}
	}
	return false
}

// mayOpen reports whether an address is a page of the site that the actor may open.
func (s *Server) mayOpen(actor identity.Actor, address string) bool {
	path, _, _ := strings.Cut(address, "?")
	path, _, _ = strings.Cut(path, "#")
	if a, ok := s.opens[path]; ok {
		return a.admits(actor)
	}
	for pattern, a := range s.opens {
		if fills(pattern, path) {
			return a.admits(actor)
		}
	}
	return false
}

// runsChecks is where a form that runs the checks again goes; "" for those who may not run them.
func (s *Server) runsChecks(actor identity.Actor) string {
	if a, ok := s.takes[runChecksPath]; !ok || !a.admits(actor) {
		return ""
	}
	return runChecksPath
}

// fills reports whether path is pattern with something in its holes.
func fills(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		hole := strings.HasPrefix(want[i], "{") && strings.HasSuffix(want[i], "}")
		if want[i] != have[i] && (!hole || have[i] == "") {
			return false
		}
	}
	return true
}

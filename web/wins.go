package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/value"
	"groundswell/views/ui"
	views "groundswell/views/win"
)

// WinBook reads wins, as far as their reader may know of them. It is implemented by store.Store.
type WinBook interface {
	// Wins returns a page of wins, newest first.
	Wins(ctx context.Context, reader identity.Actor, f value.Filter) (value.Page, error)
	// Win returns one; what the reader may not know of is NotFound.
	Win(ctx context.Context, reader identity.Actor, id value.WinID) (value.Win, error)
	// WinPerson returns who has an address; nobody when the reader may not know of them.
	WinPerson(ctx context.Context, reader identity.Actor, person string, today day.Date) (value.Who, error)
}

// Wins is what the pages of wins need. Without Book they do not exist.
type Wins struct {
	Book    WinBook
	Service *value.Service
}

var winners = people(identity.Lead, identity.Champion)

// winRoutes are wins: logging them, undoing, publishing.
func (s *Server) winRoutes() []routeEntry {
	if s.Wins.Book == nil {
		return nil
	}
	one := route.Wins + "/{win}"
	return []routeEntry{
		{"GET", route.TodayWins, winners, s.myWins},
		{"GET", route.NewWin, winners, s.newWin},
		{"POST", route.NewWin, winners, s.pickWinner},
		{"POST", route.Wins, winners, s.logWin},
		{"GET", route.Wins, overseers, s.winList},
		{"GET", route.Wins + ".csv", overseers.afresh(), s.winSheet},
		{"GET", one, overseers, s.winPage},
		{"GET", one + "/edit", winners, s.editWin},
		{"POST", one, winners, s.changeWin},
		{"POST", one + "/undo", winners, s.undoWin},
		{"POST", one + "/publish", leads, s.publishWin},
		{"POST", one + "/withdraw", leads, s.withdrawWin},
	}
}

// winOf reads which win an address is about.
func winOf(r *http.Request) (value.WinID, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "win"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "There is no such win, or none that you may know of.")
	}
	return value.WinID(id), nil
}

// winHome is where an actor finds the wins they may see.
func winHome(actor identity.Actor) string {
	if actor.Has(identity.Champion) {
		return route.TodayWins
	}
	return route.Wins
}

// winReturn is where a form about wins leads back to.
func winReturn(actor identity.Actor, asked string) string {
	if asked == "" {
		return winHome(actor)
	}
	return localPath(asked)
}

// myWins is a champion's tab: the wins of their departments, newest first.
func (s *Server) myWins(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	f := value.Filter{Department: q.Get("department"), Page: pageNumber(q.Get("page"))}
	page, err := s.Wins.Book.Wins(r.Context(), actor, f)
	if err != nil {
		return err
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	here := route.With(route.TodayWins, "department", f.Department)
	props := views.MineProps{
		Log: route.With(route.NewWin, "department", f.Department, "return_to", here), Title: "Wins", Note: standing(page.ByState),
	}
	if page.Total(f) > max(f.Page, 1)*winsAPage {
		props.More = route.With(here, "department", f.Department, "page", strconv.Itoa(max(f.Page, 1)+1))
	}
	for _, one := range page.Wins {
		row := views.NewMineRow(one, ui.Date(one.Day.Time(), today.Time()))
		if one.MayEdit(actor) {
			row.Edit = route.With(route.Win(int64(one.ID))+"/edit", "return_to", here)
		}
		if one.MayUndo(actor, s.Now()) {
			row.Undo, row.Back = route.Win(int64(one.ID))+"/undo", here
		}
		props.Rows = append(props.Rows, row)
	}
	return s.phone(w, r, actor, phonePage{Title: "Wins", Sub: s.winScope(actor, page, f), Tab: route.TodayWins}, views.Mine(props))
}

// winScope names whose wins a champion's tab shows.
func (s *Server) winScope(actor identity.Actor, page value.Page, f value.Filter) string {
	var names []string
	for _, d := range page.Departments {
		if f.Department == "" || f.Department == d.Slug {
			names = append(names, d.Name)
		}
	}
	if f.Department == "" && actor.PeopleScope().Everyone() {
		return "All departments"
	}
	return strings.Join(names, ", ")
}

// standing counts wins by state: 3 published, 2 wait for a lead.
func standing(of map[value.State]int) string {
	var out []string
	if n := of[value.Published]; n > 0 {
		out = append(out, ui.Count(n)+" published")
	}
	if n := of[value.Logged]; n > 0 {
		out = append(out, ui.Counted(n, "waits for a lead", "wait for a lead"))
	}
	if n := of[value.Withdrawn]; n > 0 {
		out = append(out, ui.Count(n)+" withdrawn")
	}
	return strings.Join(out, ", ")
}

const winsAPage = 25

// pageNumber reads which page of a list is asked for; what cannot be meant is the first.
func pageNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 10_000 {
		return 1
	}
	return n
}

// undoWin forgets a win.
func (s *Server) undoWin(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	id, err := winOf(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	if err := s.Wins.Service.Undo(r.Context(), actor, id, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, winReturn(actor, f.Get("return_to")), "The win was taken back.")
}

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

// movers move messages; which of them, is the message's to say.
var movers = people(identity.Lead, identity.Owner)

// move is one time of a message and where it is to go.
type move struct {
	*commsReader
	row     commsRow
	to      day.Date // day.None: nothing was asked for yet
	day, at string   // as typed
	wrong   map[string]string
}

// moveOf reads which time of which message is to move where.
func (s *Server) moveOf(r *http.Request, actor identity.Actor, f url.Values) (*move, error) {
	v, err := s.commsReader(r.Context(), actor, commsAsk{month: day.None, list: true})
	if err != nil {
		return nil, err
	}
	m := &move{commsReader: v, to: day.None, day: f.Get("to"), at: f.Get("at"), wrong: map[string]string{}}
	id, _ := strconv.ParseInt(chi.URLParam(r, "message"), 10, 64)
	at, _ := strconv.ParseInt(f.Get("occurrence"), 10, 64)
	i := slices.IndexFunc(v.rows, func(r commsRow) bool { return int64(r.m.ID) == id && int64(r.o.ID) == at && at > 0 })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "There is no such time of a message.")
	}
	m.row = v.rows[i]
	if !v.mayWrite(m.row.m) {
		return nil, fault.New(fault.Forbidden, "Only a rollout lead and whoever owns a message change when it goes out.")
	}
	m.read()
	return m, nil
}

// read understands what was typed; where nothing was, it stays as planned.
func (m *move) read() {
	if m.at == "" {
		m.at = m.row.o.At
	}
	if _, err := time.Parse("15:04", m.at); err != nil || len(m.at) != len("15:04") {
		m.wrong["at"] = "Write the time as 09:00."
	}
	if m.day == "" {
		return
	}
	to, err := day.Parse(m.day)
	switch {
	case err != nil:
		m.wrong["day"] = "Write the day as 2026-03-28."
	case to < m.today:
		m.wrong["day"] = "That day is over. Choose today or a later day."
	default:
		m.to = to
	}
}

func (m *move) zone() string {
	switch {
	case m.row.o.Zone != "":
		return m.row.o.Zone
	case m.plan != nil:
		return m.plan.Rollout.TimeZone
	}
	return "UTC"
}

func (m *move) slot() comms.Slot { return comms.Slot{Day: m.to, At: m.at, Zone: m.zone()} }

// movePage shows what a move would do.
func (s *Server) movePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	m, err := s.moveOf(r, actor, r.URL.Query())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(m.wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.drawMoving(w, r, actor, m, status, m.props())
}

func (s *Server) drawMoving(w http.ResponseWriter, r *http.Request, actor identity.Actor, m *move, status int, p views.MoveProps) error {
	return s.page(w, r, actor, page{Title: "Move: " + m.row.m.Title, Section: route.Comms, Status: status}, views.Move(p))
}

// moveMessage moves what was shown.
func (s *Server) moveMessage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	m, err := s.moveOf(r, actor, f)
	if err != nil {
		return err
	}
	version, err := seenVersion(f.Get("version"))
	if err != nil {
		return err
	}
	if !m.to.Known() && len(m.wrong) == 0 {
		m.wrong["day"] = "Choose the day it goes out."
	}
	if len(m.wrong) > 0 {
		return s.drawMoving(w, r, actor, m, http.StatusUnprocessableEntity, m.props())
	}
	err = s.Comms.Service.Move(r.Context(), actor, m.row.m.ID, m.row.o.ID, m.slot(), version, f.Get("followers") == "1", m.calendar(), s.Now())
	if err != nil {
		return s.failedMove(w, r, actor, m, f, err)
	}
	to := route.With(route.Comms, "month", yearMonth(m.to), "message", numbered(int64(m.row.m.ID)))
	return s.redirect(w, r, to, "“"+m.row.m.Title+"” goes out on "+m.date(m.to)+", "+m.at+".")
}

// failedMove draws the page again with what was typed: where somebody else was first, with what
// they changed.
func (s *Server) failedMove(w http.ResponseWriter, r *http.Request, actor identity.Actor, m *move, f url.Values, err error) error {
	known := asFault(err)
	switch known.Kind {
	case fault.Conflict:
		again, err := s.moveOf(r, actor, f)
		if err != nil {
			return err
		}
		p := again.props()
		p.Stale = again.changed(f)
		return s.drawMoving(w, r, actor, again, http.StatusConflict, p)
	case fault.Invalid, fault.Forbidden:
		for name, say := range known.Fields {
			m.wrong[name] = say
		}
		p := m.props()
		if len(known.Fields) == 0 {
			p.Error = known.Say
		}
		return s.drawMoving(w, r, actor, m, statusOf(known.Kind), p)
	}
	return err
}

// changed says what somebody else changed since a form was drawn.
func (m *move) changed(f url.Values) []string {
	var out []string
	if m.row.o.State != comms.Planned {
		out = append(out, "It cannot be moved any more: "+strings.ToLower(views.LookOf(m.row.status).Word)+".")
	}
	if was := f.Get("was"); was != "" && was != m.was() {
		out = append(out, "It goes out "+m.when(m.row)+" now.")
	}
	if n := f.Get("text"); n != "" && n != strconv.Itoa(m.row.m.N) {
		out = append(out, "Its text, audience or channels were changed by "+orSomebody(m.row.m.ByName)+".")
	}
	if len(out) == 0 {
		out = append(out, "Its plan, owner or approval was changed.")
	}
	return out
}

func orSomebody(name string) string {
	if name == "" {
		return "somebody"
	}
	return name
}

// was is the day and time as a form was drawn from them.
func (m *move) was() string { return m.row.o.Day.String() + " " + m.row.o.At }

func (m *move) props() views.MoveProps {
	back := route.With(route.Comms, "message", numbered(int64(m.row.m.ID)))
	action := route.Message(int64(m.row.m.ID)) + "/move"
	p := views.MoveProps{
		Head:   ui.PageHeadProps{Title: "Move: " + m.row.m.Title, Sub: m.audience(m.row.m), Crumbs: []ui.Link{{Label: "Comms", URL: back}}},
		Action: action, Back: back, Now: "Planned: " + m.when(m.row), Keep: []ui.Pair{{Name: "occurrence", Value: numbered(int64(m.row.o.ID))}},
		Zone: "Times are those of " + zoneName(m.zone()) + ".",
	}
	value := m.day
	if value == "" {
		value = m.row.o.Day.String()
	}
	p.Day = ui.FieldProps{ID: "to", Name: "to", Label: "Day", Type: "date", Value: value, Error: m.wrong["day"]}
	p.At = ui.FieldProps{ID: "at", Name: "at", Label: "Time", Type: "time", Value: m.at, Error: m.wrong["at"]}
	if m.row.o.State != comms.Planned {
		p.Error = "It cannot be moved any more: " + strings.ToLower(views.LookOf(m.row.status).Word) + "."
		return p
	}
	p.Cancel = m.cancelForm()
	if !m.to.Known() || len(m.wrong) > 0 {
		return p
	}
	if m.to == m.row.o.Day && m.at == m.row.o.At {
		p.Unchanged = true
		return p
	}
	p.Proposal = m.proposal(action)
	return p
}

// cancelForm is what cancels the time instead.
func (m *move) cancelForm() *views.CancelForm {
	action := m.server.linkFor(m.actor, route.Message(int64(m.row.m.ID)))
	if action == "" {
		return nil
	}
	f := &views.CancelForm{Action: action + "/cancel", Say: "It never goes out.", Fields: []ui.Pair{
		{Name: "occurrence", Value: numbered(int64(m.row.o.ID))}, {Name: "version", Value: strconv.Itoa(m.row.m.Version)},
	}}
	if m.row.m.Every != comms.Once {
		f.Say = "This time never goes out. The others stay."
	}
	return f
}

// proposal is what the move would do.
func (m *move) proposal(action string) *views.Proposal {
	message := m.row.m
	p := &views.Proposal{From: m.when(m.row), To: m.date(m.to) + ", " + m.at, Say: "Move to " + m.date(m.to)}
	if m.to == m.row.o.Day {
		p.Say = "Move to " + m.at
	}
	for _, say := range message.Cautions(m.slot(), m.launches[message.Wave], m.leader(), m.calendar(), m.server.Now()) {
		p.Notes = append(p.Notes, views.Note{Text: say})
	}
	if cal := m.calendar(); !cal.Works(m.to) {
		for _, d := range []day.Date{cal.OnOrBefore(m.to), cal.OnOrAfter(m.to)} {
			if d >= m.today {
				p.Nearest = append(p.Nearest, ui.Link{Label: m.date(d), URL: route.With(action, "occurrence", numbered(int64(m.row.o.ID)), "to", d.String(), "at", m.at)})
			}
		}
	}
	shifts := comms.Moves(m.desk.Messages, m.row.o.ID, m.to, m.calendar())
	for _, s := range shifts {
		p.Followers = append(p.Followers, views.Follower{Title: m.titleOf(s.Message), From: m.dated(s.From), To: m.dated(s.To)})
	}
	for _, c := range m.clashesThere(shifts) {
		p.Notes = append(p.Notes, views.Note{Text: c.say() + "."})
	}
	if message.Approvers() > 0 && message.Asked == message.N {
		p.Notes = append(p.Notes, views.Note{Good: true, Text: "Its approval stands: text, audience and channels stay as they were approved."})
	}
	p.Fields = []ui.Pair{
		{Name: "occurrence", Value: numbered(int64(m.row.o.ID))}, {Name: "to", Value: m.to.String()}, {Name: "at", Value: m.at},
		{Name: "version", Value: strconv.Itoa(message.Version)}, {Name: "was", Value: m.was()}, {Name: "text", Value: strconv.Itoa(message.N)},
	}
	return p
}

func (m *move) dated(d day.Date) string {
	if !d.Known() {
		return "no day"
	}
	return m.date(d)
}

func (m *move) titleOf(id comms.MessageID) string {
	i := slices.IndexFunc(m.desk.Messages, func(o comms.Message) bool { return o.ID == id })
	if i < 0 {
		return ""
	}
	return m.desk.Messages[i].Title
}

// leader is the first time of the message that this one follows.
func (m *move) leader() comms.Occurrence {
	for _, o := range m.desk.Messages {
		if o.ID == m.row.m.Follows && o.ID != 0 {
			first, _ := o.First()
			return first
		}
	}
	return comms.Occurrence{Day: day.None}
}

// clashesThere is what else would reach its people on the new day, once those that follow moved too.
func (m *move) clashesThere(shifts []comms.Shifted) []clash {
	days := map[comms.OccurrenceID]day.Date{m.row.o.ID: m.to}
	for _, s := range shifts {
		days[s.Occurrence] = s.To
	}
	all := slices.Clone(m.desk.Messages)
	for i := range all {
		all[i].Occurrences = slices.Clone(all[i].Occurrences)
		for j, o := range all[i].Occurrences {
			if to, moved := days[o.ID]; moved {
				all[i].Occurrences[j].Day = to
			}
		}
	}
	return m.clashesAmong(all)[m.row.o.ID]
}

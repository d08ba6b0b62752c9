package web

import (
	"strconv"
	"strings"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/training"
	"groundswell/views/ui"
)

// sessionWords words one session for one reader.
type sessionWords struct {
	v     enablement.Visit
	actor identity.Actor
	now   time.Time
	opens func(url string) bool
}

func (s sessionWords) page(typed sessionTyped) training.SessionProps {
	v := s.v
	p := training.SessionProps{
		Title: v.Name, Sub: s.kind(), Crumbs: []ui.Link{{Label: "Trainings", URL: route.Trainings}},
		Notice: s.notice(), Facts: s.facts(), About: paragraphs(v.About), Bring: bring(v.Kind), Mine: s.mine(),
		Said: s.said(), Runs: s.runs(),
	}
	for _, f := range v.Features {
		p.Features = append(p.Features, training.SessionFeature{Name: f.Name(), Says: f.Says()})
	}
	if place, ok := v.PlaceOf(s.actor.Email); ok && place.Seat || v.Part.Runs {
		p.Link = v.Link
	}
	if v.Over(s.now) || v.Cancelled() {
		p.Bring = nil
	}
	if was, ok := v.Presence(s.actor.Email); ok && was.Came() && v.Kind.AsksWhatWasMade() {
		p.Made = s.made(was, typed)
	}
	if v.Part.Acts() && v.Bookable(s.now) && !v.FromFile {
		p.Others = s.others(typed)
	}
	return p
}

func (s sessionWords) kind() string {
	if s.v.Department.Everybody() {
		return s.v.Kind.Name() + ", for everybody"
	}
	return s.v.Kind.Name() + ", for " + s.v.Department.Name
}

func (s sessionWords) notice() *ui.BannerProps {
	switch {
	case s.v.Cancelled():
		return &ui.BannerProps{Title: "This session was cancelled", Body: s.v.CancelReason, Tone: ui.ToneWarn}
	case s.v.FromFile:
		return &ui.BannerProps{Title: "Known from a file", Body: "Nobody planned this session here: it has no hour and no sign-up."}
	}
	return nil
}

// when writes the day and the hours of a session, in its own zone.
func when(p enablement.Planned, now time.Time) string {
	at := p.Begins()
	if p.FromFile {
		return ui.Date(at, now.In(at.Location()))
	}
	return ui.Date(at, now.In(at.Location())) + ", " + ui.Clock(at) + " – " + ui.Clock(p.Ends())
}

func (s sessionWords) facts() []ui.Pair {
	v := s.v
	out := []ui.Pair{{Name: "When", Value: when(v.Planned, s.now)}}
	if !v.FromFile {
		out[0].Value += " (" + strings.ReplaceAll(v.Zone, "_", " ") + ")"
	}
	for _, f := range []ui.Pair{{Name: "Where", Value: s.where()}, {Name: "Host", Value: v.Host.Called()}, {Name: "Seats", Value: s.seats()}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	if came, _ := v.Came(); v.Begun(s.now) && !v.Cancelled() {
		out = append(out, ui.Pair{Name: "Came", Value: ui.Counted(came, "person", "people")})
	}
	return out
}

func (s sessionWords) where() string {
	switch {
	case s.v.Place != "" && s.v.Link != "":
		return s.v.Place + ", or by link for those with a seat"
	case s.v.Place == "" && s.v.Link != "":
		return "By link, for those with a seat"
	}
	return s.v.Place
}

func (s sessionWords) seats() string {
	n := len(s.v.SignUps)
	switch {
	case s.v.FromFile:
		return ""
	case s.v.Capacity == nil:
		return "No limit, " + ui.Count(n) + " signed up"
	case n > *s.v.Capacity:
		return "All " + ui.Count(*s.v.Capacity) + " taken, " + ui.Counted(n-*s.v.Capacity, "person waits", "people wait")
	}
	return ui.Count(n) + " of " + ui.Count(*s.v.Capacity) + " taken"
}

// said counts those who said what they made, once the session has begun.
func (s sessionWords) said() string {
	came, said := s.v.Came()
	if came == 0 || !s.v.Kind.AsksWhatWasMade() {
		return ""
	}
	return ui.Count(said) + " of " + ui.Count(came) + " said what they made."
}

// mine says how the session stands for the reader, and what they can do.
func (s sessionWords) mine() training.SessionMine {
	v := s.v
	was, known := v.Presence(s.actor.Email)
	place, joined := v.PlaceOf(s.actor.Email)
	switch {
	case known:
		return s.after(was)
	case v.Cancelled():
		return training.SessionMine{Title: "Cancelled", Words: "Nobody needs to come."}
	case v.DoorOpen(s.now):
		return s.atTheDoor(place, joined)
	case v.Over(s.now):
		return training.SessionMine{Title: "This session is over"}
	case joined:
		return s.joined(place)
	}
	return s.free()
}

func (s sessionWords) after(was enablement.Presence) training.SessionMine {
	switch was.Stands() {
	case enablement.NoShow:
		return training.SessionMine{Title: "The list says you did not come", Words: "If you did, tell the host: the list can be mended."}
	case enablement.Completed:
		return training.SessionMine{Title: "You completed this session", Tone: ui.ToneGood}
	}
	if was.Source == enablement.FromCode {
		return training.SessionMine{Title: "You are checked in", Words: "Since " + ui.Clock(was.At.In(s.v.Begins().Location())) + ".", Tone: ui.ToneGood}
	}
	return training.SessionMine{Title: "You were there", Words: "The list says so.", Tone: ui.ToneGood}
}

func (s sessionWords) atTheDoor(place enablement.Place, joined bool) training.SessionMine {
	m := training.SessionMine{
		Title: "Check in at the door", Words: "Type the code that the door shows, or scan it.", Tone: ui.ToneTide,
		Next: &ui.Link{Label: "Check in", URL: route.With(route.CheckIn, "session", strconv.Itoa(s.v.ID))},
	}
	switch {
	case joined && place.Seat:
		m.Words = "You have a seat. " + m.Words
	case joined:
		m.Words = "You are " + ordinal(place.Waiting) + " on the waiting list. Whoever is at the door may check in."
	case !s.v.Begun(s.now):
		m.Post, m.Label, m.Plain = route.SignUp(s.v.ID), "Sign up", true
	}
	if joined && !s.v.Begun(s.now) {
		m.Post, m.Label, m.Plain = route.Leave(s.v.ID), "Take my sign-up back", true
	}
	return m
}

func (s sessionWords) joined(place enablement.Place) training.SessionMine {
	m := training.SessionMine{Title: "You have a seat", Words: "The door opens " + ui.Clock(s.v.DoorOpens()) + ".", Tone: ui.ToneGood,
		Post: route.Leave(s.v.ID), Label: "Take my sign-up back", Plain: true}
	if !place.Seat {
		m.Title, m.Tone = "You are "+ordinal(place.Waiting)+" on the waiting list", ui.ToneNone
		m.Words = "When somebody leaves, the next one gets the seat. Look here again before the session."
		m.Label = "Leave the waiting list"
	}
	return m
}

func (s sessionWords) free() training.SessionMine {
	m := training.SessionMine{Title: "Are you coming?", Post: route.SignUp(s.v.ID), Label: "Sign up"}
	left := s.v.SeatsLeft()
	switch {
	case left == nil:
		m.Words = "There is room for everybody."
	case *left > 0:
		m.Words = ui.Counted(*left, "seat is left.", "seats are left.")
	default:
		m.Label = "Join the waiting list"
		m.Words = "All " + ui.Counted(*s.v.Capacity, "seat is", "seats are") + " taken. You would be " + ordinal(len(s.v.SignUps)-*s.v.Capacity+1) + " on the waiting list."
	}
	return m
}

func (s sessionWords) made(was enablement.Presence, typed sessionTyped) *training.SessionMade {
	m := &training.SessionMade{
		Post: route.Deliverable(s.v.ID), Value: was.Deliverable, Error: typed.madeError, Max: strconv.Itoa(enablement.MaxDeliverable),
		Back: route.Trainings, Draft: "made-" + strconv.Itoa(s.v.ID),
	}
	if typed.madeError != "" {
		m.Value = typed.made
	}
	return m
}

func (s sessionWords) runs() []ui.Link {
	var out []ui.Link
	id := s.v.ID
	if s.v.Part.Runs && !s.v.FromFile && !s.v.Cancelled() && s.now.Before(s.v.DoorCloses()) {
		out = append(out, ui.Link{Label: "Door", URL: route.Door(id)})
	}
	if s.v.Part.SeesList() {
		out = append(out, ui.Link{Label: "List", URL: route.List(id)})
	}
	next := ui.Link{Label: "Edit", URL: route.Training(id) + "/edit"}
	if s.v.Held(s.now) {
		next = ui.Link{Label: "What it covered", URL: route.Training(id) + "/covered"}
	}
	if s.v.Part.Runs && s.opens(next.URL) {
		out = append(out, next)
	}
	return out
}

func (s sessionWords) others(typed sessionTyped) *training.SessionOthers {
	scope := s.actor.PeopleScope()
	o := &training.SessionOthers{
		Here: route.Training(s.v.ID), Search: scope.Everyone() || len(scope.Departments()) > 0,
		Post: route.SignUp(s.v.ID), Typed: typed.email, Error: typed.emailError,
	}
	if !s.v.Part.Runs {
		o.Explain = "People of your department"
	}
	return o
}

// found words people who were looked for.
func (s sessionWords) found(list []roster.Entry) []training.SessionFound {
	out := make([]training.SessionFound, 0, len(list))
	for _, e := range list {
		f := training.SessionFound{Name: e.Name, Email: e.Email, Where: e.Email}
		if e.Department != "" {
			f.Where = e.Department + ", " + e.Email
		}
		if f.Name == "" {
			f.Name, f.Where = e.Email, e.Department
		}
		if place, ok := s.v.PlaceOf(e.Email); ok {
			f.Stands = stands(place)
		}
		out = append(out, f)
	}
	return out
}

func stands(p enablement.Place) string {
	if p.Seat {
		return "Has a seat"
	}
	return ordinal(p.Waiting) + " on the waiting list"
}

func signedUpWords(p enablement.Place, other bool) string {
	switch {
	case p.Seat && other:
		return "Signed up, with a seat."
	case other:
		return "Signed up: " + ordinal(p.Waiting) + " on the waiting list."
	case p.Seat:
		return "You are signed up and have a seat."
	}
	return "All seats are taken. You are " + ordinal(p.Waiting) + " on the waiting list."
}

// ordinal writes a place: 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return ui.Count(n) + end
}

func paragraphs(text string) []string {
	var out []string
	for _, p := range strings.Split(text, "\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// bring says what people need at a session of a kind.
func bring(k enablement.Kind) []string {
	laptop := "Your laptop, with the desktop app open and signed in"
	switch k {
	case enablement.AllStaff101:
		return []string{laptop, "One piece of real work that you would hand to somebody else"}
	case enablement.Department:
		return []string{laptop, "A task your department does every week, with the files it takes"}
	case enablement.OfficeHours:
		return []string{"What you are stuck on, open on your laptop"}
	}
	return []string{"Something you made, to show to the others"}
}

package web

import (
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	"groundswell/views/training"
	"groundswell/views/ui"
)

// attendanceList words the list of one session for one reader.
type attendanceList struct {
	v     enablement.Visit
	now   time.Time
	typed listTyped
}

func (l attendanceList) page(asking bool) training.SessionListProps {
	id, begun := l.v.ID, l.v.Begun(l.now) && !l.v.Cancelled()
	p := training.SessionListProps{
		Title: "List", Sub: l.v.Name + ", " + when(l.v.Planned, l.now),
		Crumbs: []ui.Link{{Label: "Trainings", URL: route.Trainings}, {Label: l.v.Name, URL: route.Training(id)}},
		Notice: l.notice(begun), Asks: l.v.Kind.AsksWhatWasMade(), Rows: l.rows(),
		Empty: "Whoever signs up stands here, and whoever checks in at the door.",
	}
	if !l.v.Part.Runs && !l.v.Part.Reads {
		p.Empty = "Nobody of your department has signed up."
	}
	switch {
	case begun && l.v.Part.Acts():
		p.Post = route.List(id)
		p.Add = &training.SessionAdd{Post: route.List(id) + "/add", Email: l.typed.add, Error: l.typed.addError, Explain: l.explain()}
	case l.v.Bookable(l.now):
		p.Leave = route.Leave(id)
	}
	if begun && l.v.Part.Runs {
		p.Closing = l.closing(asking)
	}
	if l.v.Part.Runs && !l.v.FromFile && !l.v.Cancelled() && l.now.Before(l.v.DoorCloses()) {
		p.Links = []ui.Link{{Label: "Door", URL: route.Door(id)}}
	}
	return p
}

func (l attendanceList) explain() string {
	if l.v.Part.Runs {
		return "Members and others, by address"
	}
	return "People of your department"
}

func (l attendanceList) notice(begun bool) *ui.BannerProps {
	switch {
	case l.typed.problem != "":
		return &ui.BannerProps{Title: l.typed.problem, Body: l.typed.notice, Tone: ui.ToneWarn, Alert: true}
	case l.v.Cancelled():
		return &ui.BannerProps{Title: "This session was cancelled", Body: l.v.CancelReason, Tone: ui.ToneWarn}
	case !begun:
		return &ui.BannerProps{Title: "The session has not begun", Body: "Mark who came once it has. People check in at the door from " + ui.Clock(l.v.DoorOpens()) + "."}
	}
	return nil
}

func (l attendanceList) closing(asking bool) *training.SessionClosing {
	n := len(l.v.Unsaid())
	c := &training.SessionClosing{Ask: route.List(l.v.ID) + "?close=1", Post: route.List(l.v.ID) + "/close", Asking: asking && n > 0, Unsaid: n}
	if c.Asking {
		c.Ask = route.List(l.v.ID)
	}
	c.Words = ui.Counted(n, "person had a seat and is not ticked. Closing the list says that they did not come.",
		"people had a seat and are not ticked. Closing the list says that they did not come.")
	if n == 0 {
		c.Words = "Of everybody who had a seat it is said whether they came."
	}
	return c
}

// rows lists whom the reader sees: who signed up, and who came besides.
func (l attendanceList) rows() []training.SessionRow {
	var out []training.SessionRow
	for _, s := range l.v.SignUps {
		place, _ := l.v.PlaceOf(s.Email)
		out = l.row(out, s.Email, s.Name, stands(place))
	}
	for _, p := range l.v.Presences {
		if _, ok := l.v.PlaceOf(p.Email); !ok {
			out = l.row(out, p.Email, "", cameAs[p.Source])
		}
	}
	sortRows(out)
	return out
}

// cameAs says how somebody who had not signed up is known.
var cameAs = map[enablement.Source]string{
	enablement.FromFile: "From a file", enablement.FromCode: "Walked in", enablement.FromList: "Added to the list", enablement.FromSystem: "From a learning system",
}

// row adds somebody whom the reader sees.
func (l attendanceList) row(rows []training.SessionRow, email, name, stands string) []training.SessionRow {
	who := l.v.People[sheet.Fold(email)]
	if !l.v.Part.Sees(who) {
		return rows
	}
	if who.Name != "" {
		name = who.Name
	}
	if name == "" {
		name = email
	}
	said := l.v.Says(email)
	r := training.SessionRow{
		Email: email, Name: name, Stands: stands, Known: l.known(email), Editable: l.v.Part.Covers(who), Was: writeWas(said),
		Status: string(said.Status), Minutes: minutesText(said.Minutes), Deliverable: said.Deliverable,
	}
	if name != email {
		r.Stands = stands + ", " + email
	}
	if p, _ := l.v.Presence(email); p.Taught != "" {
		r.Stands += ". A learning system says " + statusWords(p.Taught)
	}
	if typed, ok := l.typed.rows[sheet.Fold(email)]; ok {
		r.Status, r.Minutes, r.Deliverable = string(typed.said.Status), typed.minutes, typed.said.Deliverable
		r.Error, r.Theirs = typed.wrong, typed.their
	}
	return append(rows, r)
}

// known says what is known of whether somebody came.
func (l attendanceList) known(email string) string {
	p, ok := l.v.Presence(email)
	if !ok {
		return ""
	}
	switch p.Stands() {
	case enablement.Attended:
		return "Present"
	case enablement.Completed:
		return "Completed"
	}
	return "Did not come"
}

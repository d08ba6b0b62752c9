package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/training"
	"groundswell/views/ui"
)

// doorPage shows the code that people at a session check in by, to those who run it.
func (s *Server) doorPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	v, err := s.visit(r, actor)
	if err != nil {
		return err
	}
	if !v.Part.Runs {
		return fault.New(fault.NotFound, "There is no page at this address, or none that you may know of.")
	}
	p, err := s.doorProps(v)
	if err != nil {
		return err
	}
	if isHTMX(r) {
		return s.fragment(w, r, http.StatusOK, training.DoorInside(p))
	}
	// Without navigation: it is read from across a room.
	return s.page(w, r, identity.Actor{}, page{Title: "Door: " + v.Name}, training.Door(p))
}

func (s *Server) doorProps(v enablement.Visit) (training.DoorProps, error) {
	now := s.Now()
	came, _ := v.Came()
	p := training.DoorProps{
		Title: v.Name, Sub: when(v.Planned, now), Address: s.PublicURL.Host + route.CheckIn,
		In: ui.Counted(came, "person is in", "people are in"), Signed: ui.Count(len(v.SignUps)) + " signed up",
		Poll: route.Door(v.ID), Links: []ui.Link{{Label: "The list", URL: route.List(v.ID)}, {Label: "This session", URL: route.Training(v.ID)}},
	}
	if p.Shut = fault.Say(v.DoorShut(now)); p.Shut != "" {
		p.Seconds = "60"
		return p, nil
	}
	door := s.Attendance.door()
	code := door.Code(v.ID, now)
	p.Code = code[:3] + " " + code[3:]
	p.Seconds = strconv.Itoa(1 + int(min(door.Next(now).Sub(now).Seconds(), 14)))
	var err error
	p.QR, err = qrCode(s.checkInURL(v.ID, code))
	return p, err
}

// checkInURL is where the QR code of a door leads.
func (s *Server) checkInURL(session int, code string) string {
	return s.PublicURL.Scheme + "://" + s.PublicURL.Host + route.With(route.CheckIn, "session", strconv.Itoa(session), "code", code)
}

// qrCode draws text as a QR code with the quiet margin that scanners need.
func qrCode(text string) (training.QR, error) {
	const margin = 4
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return training.QR{}, fmt.Errorf("draw a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		red, _, _, _ := code.At(x, y).RGBA()
		return red == 0
	}
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+margin, y+margin, x-from, x-from)
			}
		}
	}
	box := strconv.Itoa(size + 2*margin)
	return training.QR{Box: "0 0 " + box + " " + box, Path: path.String()}, nil
}

// triesPerMinute is how often somebody may try a code of one session in a minute.
const triesPerMinute = 10

// checkInPage is the form. Coming by the QR code fills it in; only pressing the
// button checks in.
func (s *Server) checkInPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q := r.URL.Query()
	return s.drawCheckIn(w, r, actor, http.StatusOK, checkInTyped{session: q.Get("session"), code: q.Get("code"), filled: q.Get("code") != ""})
}

// checkInTyped is what the form came with, and what is wrong with it.
type checkInTyped struct {
	session, code, wrong string
	filled               bool
}

func (s *Server) drawCheckIn(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, typed checkInTyped) error {
	now := s.Now()
	today := day.FromTime(now)
	near, err := s.Attendance.Visits.UpcomingSessions(r.Context(), actor, today-1, today+1)
	if err != nil {
		return err
	}
	p := training.CheckInProps{Post: route.CheckIn, Code: clipped(typed.code, 7), Error: typed.wrong, Filled: typed.filled && typed.wrong == ""}
	var open []enablement.Listed
	for _, l := range near {
		id := strconv.Itoa(l.ID)
		if id == typed.session {
			p.Picked = &training.CheckInPicked{ID: id, Name: l.Name, When: when(l.Planned, now)}
		}
		if l.DoorOpen(now) {
			open = append(open, l)
			p.Sessions = append(p.Sessions, ui.Choice{Value: id, Label: l.Name + ", " + ui.Clock(l.Begins()), Chosen: id == typed.session})
		}
	}
	if p.Picked == nil && typed.session != "" {
		p.Picked = &training.CheckInPicked{ID: clipped(typed.session, 10)} // of another department, or of none: the code decides
	}
	if p.Picked == nil && len(open) == 1 {
		p.Picked = &training.CheckInPicked{ID: strconv.Itoa(open[0].ID), Name: open[0].Name, When: when(open[0].Planned, now)}
	}
	return s.phone(w, r, actor, phonePage{Title: "Check in", Back: route.Trainings, Status: status}, training.CheckIn(p))
}

func clipped(text string, most int) string {
	all := []rune(strings.ToValidUTF8(text, ""))
	return string(all[:min(len(all), most)])
}

// checkIn checks the reader in.
func (s *Server) checkIn(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	typed := checkInTyped{session: f.Get("session"), code: f.Get("code")}
	id, err := strconv.ParseInt(typed.session, 10, 32)
	if err != nil {
		typed.wrong = "Choose the session first."
		return s.drawCheckIn(w, r, actor, http.StatusUnprocessableEntity, typed)
	}
	if s.tries.OnLimit(w, r, actor.Subject()+" "+strconv.FormatInt(id, 10)) {
		typed.wrong = "Ten tries in a minute are enough. Wait a minute, then type the code that the door shows."
		return s.drawCheckIn(w, r, actor, http.StatusTooManyRequests, typed)
	}
	done, err := s.Attendance.Service.CheckIn(r.Context(), actor, int(id), s.Attendance.door(), typed.code, s.Now())
	if fault.Is(err, fault.Invalid) {
		typed.wrong = fault.Say(err)
		return s.drawCheckIn(w, r, actor, http.StatusUnprocessableEntity, typed)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Training(int(id)), checkedInWords(done))
}

func checkedInWords(done enablement.CheckedIn) string {
	switch {
	case done.Already:
		return "You were checked in already."
	case done.WalkIn && done.Full:
		return "You are checked in. You had not signed up and all seats are taken: sit where there is room."
	case done.WalkIn:
		return "You are checked in. You had not signed up, which is fine."
	case done.Full:
		return "You are checked in, from the waiting list."
	}
	return "You are checked in."
}

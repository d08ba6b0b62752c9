package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/delivery"
	"groundswell/views/ui"
)

// What may be brought at once of notices that mail came back.
const (
	maxNotices     = 40
	maxNoticeBytes = 8 << 20 // of all of them
)

// bringsNotices reports whether a request brings notices that mail came back.
func bringsNotices(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == route.Bounces
}

func (s *Server) bouncesPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.drawBounces(w, r, actor, nil)
}

func (s *Server) drawBounces(w http.ResponseWriter, r *http.Request, actor identity.Actor, wrong error) error {
	c, err := s.clock(r.Context())
	if err != nil {
		return err
	}
	list, err := s.Comms.Mailroom.Bounced(r.Context())
	if err != nil {
		return err
	}
	p, status := views.NewBounces(list, pageAsked(r.URL.Query()), actor.Has(identity.Lead), c), http.StatusOK
	if wrong != nil {
		f := asFault(wrong)
		p.Problem, status = f.Say, statusOf(f.Kind)
	}
	return s.page(w, r, actor, page{Title: "Returned mail", Section: route.Comms, Status: status}, views.Bounces(p))
}

// readNotices matches the notices that were brought with what was sent. Files that are
// none are counted and change nothing; when all are such, the page says why.
func (s *Server) readNotices(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	files, err := noticeFiles(w, r)
	if err != nil {
		return err
	}
	var list []comms.Bounce
	var wrong error
	unread := 0
	for _, file := range files {
		found, err := comms.ReadBounces(bytes.NewReader(file))
		if err != nil {
			wrong = err
			unread++
		}
		list = append(list, found...)
	}
	switch {
	case len(files) == 0:
		return s.drawBounces(w, r, actor, fault.New(fault.Invalid, "Choose at least one file."))
	case unread == len(files):
		return s.drawBounces(w, r, actor, wrong)
	}
	n, err := s.Comms.Mailroom.NoteBounces(r.Context(), actor, list, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Bounces, noticed(len(files), unread, len(list), n))
}

// noticed says what became of the notices that were brought.
func noticed(files, unread, bounces, matched int) string {
	say := ui.Counted(files-unread, "notice", "notices") + " read: " + ui.Counted(matched, "mail", "mails") + " noted as come back."
	if bounces > matched {
		say += " " + ui.Count(bounces-matched) + " about mail that did not go out from here."
	}
	if unread > 0 {
		say += " " + ui.Counted(unread, "file was", "files were") + " no notice."
	}
	return say
}

// noticeFiles reads the files of the form.
func noticeFiles(w http.ResponseWriter, r *http.Request) ([][]byte, error) {
	patient := http.NewResponseController(w)
	_ = patient.SetReadDeadline(time.Now().Add(uploadTakes)) // without deadlines the server's own hold
	_ = patient.SetWriteDeadline(time.Now().Add(uploadTakes + requestTakes))
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, sayUnreadable, err)
	}
	var files [][]byte
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, unreadable(err)
		}
		text, err := io.ReadAll(io.LimitReader(p, comms.MaxBounce+1))
		if err != nil {
			return nil, unreadable(err)
		}
		if p.FormName() == "file" && len(text) > 0 {
			files = append(files, text)
		}
		if len(files) > maxNotices {
			return nil, fault.New(fault.Invalid, "At most "+strconv.Itoa(maxNotices)+" files at once. Nothing was read.")
		}
	}
}

// takeBackAddress lets an address be written to again.
func (s *Server) takeBackAddress(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	if err := s.Comms.Mailroom.TakeBackAddress(r.Context(), actor, f.Get("email"), s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.Bounces, "The address is written to again, from the next message on.")
}

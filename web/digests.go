package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/mailchoice"
	"groundswell/views/ui"
)

// digestRoutes are what goes out by itself.
func (s *Server) digestRoutes() []routeEntry {
	return []routeEntry{
		{"GET", route.Digests, overseers, s.digestsPage},
		{"POST", route.Digests, leads, s.setDigests},
	}
}

// digestsPage shows what goes out by itself, when, and to how many.
func (s *Server) digestsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	b, err := s.Comms.Mail.DigestBoard(r.Context(), s.Now())
	if err != nil {
		return err
	}
	return s.drawDigests(w, r, actor, http.StatusOK, b, digestFormOf(b.Setting, b.Day.Zone))
}

func (s *Server) drawDigests(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, b comms.DigestBoard, f views.DigestForm) error {
	p := views.DigestsProps{Sub: "Written at " + b.Setting.At + " (" + b.Day.Zone + "), each once, and only where there is something to say."}
	for _, k := range comms.DigestKinds() {
		p.Rows = append(p.Rows, s.digestRow(actor, b, k))
	}
	if actor.Has(identity.Lead) {
		p.Form = &f
	}
	return s.page(w, r, actor, page{Title: "What goes out by itself", Section: route.Comms, Status: status}, views.Digests(p))
}

func (s *Server) digestRow(actor identity.Actor, b comms.DigestBoard, k comms.MailingKind) views.DigestRow {
	c := comms.Choice(k)
	row := views.DigestRow{Kind: string(k), Name: c.Name(), About: c.About(), Next: digestNext(b, k), Reach: digestReach(b, k)}
	row.State = ui.ChipProps{Label: "On", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
	if !b.Setting.On(k) {
		row.State = ui.ChipProps{Label: "Off", Icon: ui.IconBellOff}
	}
	row.Last, row.LastURL = s.digestLast(actor, b, k)
	if c.Concerns(actor.Roles) {
		row.Preview = route.MailChoice(string(k))
	}
	return row
}

// digestNext says when a kind is written next.
func digestNext(b comms.DigestBoard, k comms.MailingKind) string {
	if !b.Setting.On(k) {
		return "Never: it is switched off"
	}
	at, ok := b.Next(k)
	switch {
	case !ok && k == comms.KindReport:
		return "Once a month is closed"
	case !ok:
		return "No working day is known"
	case !at.After(b.Now):
		return "Within minutes"
	}
	return momentIn(b, at)
}

// momentIn writes a moment where the rollout happens.
func momentIn(b comms.DigestBoard, at time.Time) string {
	zone, err := time.LoadLocation(b.Day.Zone)
	if err != nil {
		zone = time.UTC
	}
	return ui.Date(at.In(zone), b.Now.In(zone)) + ", " + ui.Clock(at.In(zone))
}

func digestReach(b comms.DigestBoard, k comms.MailingKind) string {
	r := b.Reach[k]
	text := ui.Counted(r.People, "person", "people")
	if r.People == 0 {
		text = "Nobody"
	}
	if r.OptedOut > 0 {
		text += ", and " + ui.Count(r.OptedOut) + " more who ended it"
	}
	return text
}

// digestLast says what became of the last one, and where that is told.
func (s *Server) digestLast(actor identity.Actor, b comms.DigestBoard, k comms.MailingKind) (say, at string) {
	last, ok := b.Runs[k]
	switch {
	case !ok:
		return "None yet", ""
	case last.Mailing == 0:
		return momentIn(b, last.At) + ": there was nothing to say", ""
	}
	url := route.Mailing(int64(last.Mailing))
	return momentIn(b, last.At) + ": " + ui.Counted(last.Letters, "letter", "letters"), s.linkFor(actor, url)
}

func digestFormOf(set comms.DigestSetting, zone string) views.DigestForm {
	f := views.DigestForm{At: set.At, Zone: zone, Version: strconv.Itoa(set.Version)}
	for _, k := range comms.DigestKinds() {
		f.Kinds = append(f.Kinds, ui.Choice{Value: string(k), Label: comms.Choice(k).Name(), Chosen: set.On(k)})
	}
	return f
}

// setDigests keeps the hour and the kinds. Where a word is wrong, or somebody else was
// faster, the form comes back as it was typed.
func (s *Server) setDigests(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	set, err := digestSettingOf(f)
	if err != nil {
		return err
	}
	err = s.Comms.Digests.Set(r.Context(), actor, set, s.Now())
	if err == nil {
		return s.redirect(w, r, route.Digests, "Saved. It holds from the next digest on.")
	}
	kind := fault.KindOf(err)
	if kind != fault.Invalid && kind != fault.Conflict {
		return err
	}
	b, more := s.Comms.Mail.DigestBoard(r.Context(), s.Now())
	if more != nil {
		return more
	}
	typed := digestFormOf(set, b.Day.Zone)
	if kind == fault.Invalid {
		typed.AtError = asFault(err).Fields["at"]
		return s.drawDigests(w, r, actor, http.StatusUnprocessableEntity, b, typed)
	}
	typed.Version = strconv.Itoa(b.Setting.Version)
	typed.Conflict = &ui.BannerProps{Title: "Somebody else changed this meanwhile", Body: theirs(b.Setting) + " What you typed is kept below: save it to put it in place of theirs.", Tone: ui.ToneWarn, Alert: true}
	return s.drawDigests(w, r, actor, http.StatusConflict, b, typed)
}

// theirs says what is kept now.
func theirs(set comms.DigestSetting) string {
	if len(set.Off) == 0 {
		return "It says " + set.At + " now, with every kind on."
	}
	var off []string
	for _, k := range set.Off {
		off = append(off, "“"+comms.Choice(k).Name()+"”")
	}
	return "It says " + set.At + " now, with " + strings.Join(off, ", ") + " off."
}

func digestSettingOf(f url.Values) (comms.DigestSetting, error) {
	version, err := strconv.Atoi(f.Get("version"))
	if err != nil {
		return comms.DigestSetting{}, fault.New(fault.Invalid, sayIncomplete)
	}
	set := comms.DigestSetting{At: strings.TrimSpace(f.Get("at")), Version: version}
	for _, k := range comms.DigestKinds() {
		if !slices.Contains(f["on"], string(k)) {
			set.Off = append(set.Off, k)
		}
	}
	return set, nil
}

// goesOut says when a kind goes out next and what became of the last, and on which
// day it is written next.
func (s *Server) goesOut(ctx context.Context, actor identity.Actor, k comms.MailingKind) (templ.Component, day.Date, error) {
	if s.Comms.Mail == nil {
		return templ.NopComponent, day.FromTime(s.Now()), nil
	}
	b, err := s.Comms.Mail.DigestTimes(ctx, s.Now())
	if err != nil {
		return nil, day.None, err
	}
	p := views.GoesOutProps{Next: digestNext(b, k), All: s.linkFor(actor, route.Digests)}
	p.Last, p.LastURL = s.digestLast(actor, b, k)
	on := b.Day.Today
	if at, ok := b.Next(k); ok {
		on = b.Day.Of(at)
	}
	return views.GoesOut(p), on, nil
}

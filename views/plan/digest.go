package plan

import (
	"github.com/a-h/templ"

	"groundswell/internal/rollout"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// DigestProps is what owners would be reminded of today.
type DigestProps struct {
	Sub     string
	Sent    templ.Component // when they go out, and the last that did
	Letters []Letter
	Empty   ui.VoidProps
}

// Letter is what one owner would be reminded of.
type Letter struct {
	To      ui.Person
	Address string
	Subject string
	Groups  []LetterGroup
}

// LetterGroup is a heading of a letter with its tasks.
type LetterGroup struct {
	Title string
	Tasks []ui.Link
}

// NewDigest shows the digests as of now to who runs the rollout.
func NewDigest(r Reader, all []rollout.Digest, sent templ.Component) DigestProps {
	p := DigestProps{Sub: "What each owner reads today, " + ui.Date(r.Today.Time(), r.Now) + ", as it stands now.", Sent: sent}
	p.Empty = ui.VoidProps{Icon: ui.IconMail, Title: "Nobody has to be reminded", Body: "Nothing that somebody owns is overdue or due within " + ui.Counted(rollout.DigestDays, "working day", "working days") + "."}
	if !r.Plan.Rollout.Calendar.Works(r.Today) {
		p.Empty.Title, p.Empty.Body = "Nobody is reminded on a day off", "The rollout’s calendar says that nobody works today."
	}
	for _, d := range all {
		l := Letter{To: ui.Person{Name: nameOf(d.To)}, Address: d.To.Email, Subject: d.Subject}
		for _, g := range d.Groups {
			lg := LetterGroup{Title: g.Title}
			for _, t := range g.Tasks {
				lg.Tasks = append(lg.Tasks, ui.Link{Label: t.Say, URL: route.Task(int64(t.Task))})
			}
			l.Groups = append(l.Groups, lg)
		}
		p.Letters = append(p.Letters, l)
	}
	return p
}

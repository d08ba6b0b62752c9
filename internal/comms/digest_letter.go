package comms

import (
	"math"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/route"
)

// line is a line of a letter: what it says, and the page here it leads to.
type line struct {
	say  string
	path string // "" for none
	rest string // said after it
}

// page is a letter being written, as Markdown. What it is given is text: nothing of it is read as Markdown.
type page struct{ strings.Builder }

func (p *page) heading(text string) { p.block("## " + escapeMarkdown(text)) }

// say adds a paragraph.
func (p *page) say(sentences ...string) {
	var out []string
	for _, s := range sentences {
		if s != "" {
			out = append(out, escapeMarkdown(s))
		}
	}
	if len(out) > 0 {
		p.block(strings.Join(out, " "))
	}
}

func (p *page) link(label, path string) { p.block(linked(label, path)) }

func (p *page) list(lines []line) {
	var out []string
	for _, l := range lines {
		out = append(out, "- "+linked(l.say, l.path)+escapeMarkdown(l.rest))
	}
	p.block(strings.Join(out, "\n"))
}

// section adds a list below a heading; nothing when it is empty.
func (p *page) section(title string, lines []line) {
	if len(lines) > 0 {
		p.heading(title)
		p.list(lines)
	}
}

func (p *page) block(text string) {
	if p.Len() > 0 {
		p.WriteString("\n\n")
	}
	p.WriteString(text)
}

func linked(label, path string) string {
	if path == "" {
		return escapeMarkdown(label)
	}
	return "[" + escapeMarkdown(label) + "](" + path + ")"
}

func (p *page) letter(to Recipient, subject string) Letter {
	return Letter{To: to, Subject: oneLine(subject), Body: p.String()}
}

// TaskNote is what waits on one person.
type TaskNote struct {
	To      Recipient
	Subject string
	Groups  []TaskGroup
}

// TaskGroup is a heading with the tasks below it.
type TaskGroup struct {
	Title string
	Tasks []TaskLine
}

// TaskLine is a task as a note says it.
type TaskLine struct {
	ID  int64
	Say string
}

// Letter writes the note.
func (n TaskNote) Letter() Letter {
	var p page
	for _, g := range n.Groups {
		var lines []line
		for _, t := range g.Tasks {
			lines = append(lines, line{say: t.Say, path: route.Task(t.ID)})
		}
		p.section(g.Title, lines)
	}
	p.link("Open your tasks", route.With(route.Plan, "owner", "mine"))
	return p.letter(n.To, n.Subject)
}

// FailureNote is what does not work, as leads may know it: it names nobody.
type FailureNote struct {
	Sources []Failure // data that cannot be read
	Checks  []Failure // that do not hold
	Alarms  []Failure // after a step that cannot be taken back
	Told    time.Time // when failures were told of last; zero when that is over already
}

// Failure is one thing that does not work.
type Failure struct {
	Name  string
	Say   string    // what is wrong and what to do
	Since time.Time // where the rollout happens; zero when nobody knows
	Check string    // key of the check; "" for none
	Wave  int       // the check is about; 0: everybody
	Gate  int64     // 0: none
}

func (f Failure) line() line {
	rest := ": " + f.Say
	if !f.Since.IsZero() {
		rest += " Since " + f.Since.Format("Mon 2 Jan") + "."
	}
	return line{say: f.Name, path: f.path(), rest: rest}
}

func (f Failure) path() string {
	switch {
	case f.Check != "":
		return route.Check(f.Check, f.Wave)
	case f.Gate != 0:
		return route.Gate(f.Gate)
	}
	return route.Sources
}

// Count returns how many failures there are.
func (n FailureNote) Count() int { return len(n.Sources) + len(n.Checks) + len(n.Alarms) }

// Letters writes the note to everybody: what fails, or once that all is right again.
// With nothing wrong, now or before, there are none.
func (n FailureNote) Letters(to []Recipient) []Letter {
	var p page
	subject := ""
	switch {
	case n.Count() > 0:
		subject = n.failing(&p)
	case !n.Told.IsZero():
		subject = n.right(&p)
	default:
		return nil
	}
	out := make([]Letter, 0, len(to))
	for _, r := range to {
		out = append(out, p.letter(r, subject))
	}
	return out
}

func (n FailureNote) failing(p *page) string {
	var said []string
	for _, part := range []struct {
		title, one, many string
		list             []Failure
	}{
		{"Data that cannot be read", "source", "sources", n.Sources},
		{"Checks that do not hold", "check", "checks", n.Checks},
		{"Alarms", "alarm", "alarms", n.Alarms},
	} {
		if len(part.list) == 0 {
			continue
		}
		var lines []line
		for _, f := range part.list {
			lines = append(lines, f.line())
		}
		p.section(part.title, lines)
		said = append(said, several(len(lines), part.one, part.many))
	}
	p.say("What was read before stays. While anything fails there is one mail like this on a working day, and one when all is right again.")
	return "Needs attention: " + strings.Join(said, ", ")
}

func (n FailureNote) right(p *page) string {
	p.say("What was told on " + n.Told.Format("Mon 2 Jan") + " is over: all data can be read, every check that was told of holds, and no alarm is open.")
	p.link("Open the sources", route.Sources)
	p.link("Open the checks", route.Checks)
	return "All right again"
}

// ChampionNote is a champion's week in the departments that are theirs.
type ChampionNote struct {
	To          Recipient
	Week        day.Date // its Monday
	Departments []DepartmentNote
	OnCall      string // "" for nobody
	Tip         string // title of this week's; "" for none
	Thanks      []Thanked
}

// Thanked is a word of thanks to somebody.
type Thanked struct{ By, Words string }

// DepartmentNote is how a department stands. It counts people and names none.
type DepartmentNote struct {
	Name, Slug string
	People     int
	Untold     string // why there are no figures; "" when there are
	SignedIn   int
	HasApp     int // -1: no inventory was read
	Delegated  int
	Active     int // in the week that ended on Sunday
	Sunday     day.Date

	NotSignedIn, NoTask, Quiet int // whom to begin with
	Untrained                  int // members who were at no training yet

	Sessions []SessionLine
}

// SessionLine is a session as a note says it.
type SessionLine struct {
	ID  int
	Say string
}

// Letter writes the note.
func (n ChampionNote) Letter() Letter {
	var p page
	var names []string
	for _, d := range n.Departments {
		names = append(names, d.Name)
		d.write(&p)
	}
	p.section("This week", n.week())
	for _, t := range n.Thanks {
		p.say(t.By + " thanks you: “" + t.Words + "”")
	}
	return p.letter(n.To, "Your week: "+strings.Join(names, ", "))
}

func (n ChampionNote) week() []line {
	var out []line
	if n.Tip != "" {
		out = append(out, line{say: "Share this week’s tip: “" + n.Tip + "”", path: route.Kit})
	}
	if n.OnCall == "" {
		return append(out, line{say: "Nobody is on call in the support channel yet", path: route.Support})
	}
	return append(out, line{say: "On call in the support channel: " + n.OnCall, path: route.Support})
}

func (d DepartmentNote) write(p *page) {
	p.heading(d.Name)
	if d.Untold != "" {
		p.say(d.Untold)
	} else {
		p.say(d.figures())
		d.begin(p)
	}
	if len(d.Sessions) > 0 {
		p.say("Sessions of this week:")
		var lines []line
		for _, s := range d.Sessions {
			lines = append(lines, line{say: s.Say, path: route.Training(s.ID)})
		}
		p.list(lines)
	}
	p.link("Open your day in "+d.Name, route.With(route.Today, "department", d.Slug))
}

func (d DepartmentNote) figures() string {
	said := count(d.SignedIn) + " of " + several(d.People, "person", "people") + " signed in, " + count(d.Delegated) + " did a real task, " +
		count(d.Active) + " were active in the week to " + d.Sunday.Time().Format("Mon 2 Jan") + "."
	if d.HasApp >= 0 {
		said += " " + count(d.HasApp) + " have the app."
	}
	return said
}

// begin says whom to begin with, and where they are: by number, never by name.
func (d DepartmentNote) begin(p *page) {
	var lines []line
	for _, g := range []struct {
		n         int
		say, path string
	}{
		{d.NotSignedIn, "not signed in", route.With(route.TodayPeople, "department", d.Slug, "group", "sign_in")},
		{d.NoTask, "signed in, no task yet", route.With(route.TodayPeople, "department", d.Slug, "group", "task")},
		{d.Quiet, "quiet for two weeks", route.With(route.TodayPeople, "department", d.Slug, "group", "return")},
		{d.Untrained, "at no training yet", route.With(route.Completion, "department", d.Slug) + "#missing"},
	} {
		if g.n > 0 {
			lines = append(lines, line{say: count(g.n) + " " + g.say, path: g.path})
		}
	}
	if len(lines) > 0 {
		p.say("Whom to begin with:")
		p.list(lines)
	}
}

// ReportNote is a month whose figures are settled, as one person may see them.
type ReportNote struct {
	To      Recipient
	Month   day.Date // its first day
	Figures []ReportFigure
	Least   int // people below whom nothing is told
}

// ReportFigure is one headline number as somebody may see it.
type ReportFigure struct {
	Name     string
	Value    *float64 // nil: not known, or withheld
	Ratio    bool     // Value is a part of a whole
	Withheld bool
	Why      string // why it is not known
}

func (f ReportFigure) line() line {
	switch {
	case f.Withheld:
		return line{say: f.Name + ": withheld"}
	case f.Value == nil:
		return line{say: f.Name + ": not known. " + f.Why}
	case f.Ratio:
		return line{say: f.Name + ": " + strconv.FormatFloat(*f.Value*100, 'f', 1, 64) + "%"}
	}
	return line{say: f.Name + ": " + count(int(math.Round(*f.Value)))}
}

// Letter writes the note.
func (n ReportNote) Letter() Letter {
	var p page
	month, span := n.Month.Time().Format("January 2006"), n.Month.Month()
	p.say("The days of " + month + " are all read and are not revised any more. Its figures, for everybody:")
	var lines []line
	withheld := false
	for _, f := range n.Figures {
		lines = append(lines, f.line())
		withheld = withheld || f.Withheld
	}
	p.list(lines)
	if withheld {
		p.say("What is withheld could single out fewer than " + count(n.Least) + " people. The page withholds the same.")
	}
	p.link("Open the overview of "+month, route.With(route.Overview, "from", span.From.String(), "to", span.To.String()))
	return p.letter(n.To, "The figures of "+month)
}

// ReminderNote is a reminder of a session to one person.
type ReminderNote struct {
	To      Recipient
	Subject string
	Lines   []string
	Join    string // address of the session online; "" for none
	Session int
}

// Letter writes the note.
func (n ReminderNote) Letter() Letter {
	var p page
	for _, line := range n.Lines {
		p.say(line)
	}
	p.session(n.Session, n.Join)
	return p.letter(n.To, n.Subject)
}

// session leads to where a session is, online and here.
func (p *page) session(id int, join string) {
	if address := safeAddress(join); address != "" {
		p.block("[Join online](" + address + ")")
	}
	p.link("Open the session", route.Training(id))
}

// SeatNote tells somebody who waited for a seat that they have one.
type SeatNote struct {
	To      Recipient
	Name    string // of the session
	Session int
	When    []string
	Join    string // address of the session online; "" for none
}

// Letter writes the note.
func (n SeatNote) Letter() Letter {
	var p page
	p.say("A seat became free in “" + n.Name + "”, and it is yours.")
	for _, line := range n.When {
		p.say(line)
	}
	p.session(n.Session, n.Join)
	p.say("If you cannot come, give the seat back there: the next person gets it.")
	return p.letter(n.To, "You have a seat: "+n.Name)
}

// several writes a count with its noun.
func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + many
}

// count writes a number with its thousands apart.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// And joins another letter to the same person: one mail tells of both.
func (l Letter) And(o Letter) Letter {
	l.Subject += ". " + o.Subject
	l.Body += "\n\n---\n\n## " + escapeMarkdown(o.Subject) + "\n\n" + o.Body
	return l
}

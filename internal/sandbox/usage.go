package sandbox

import (
	"time"

	"groundswell/internal/day"
)

// usage is what one person did on one day, or over a range.
type usage struct {
	chat, unifiedChat chatUse
	cowork, unified   sessionUse
	code              codeUse
	excel, outlook    officeUse
	searches          int
	last              day.Date // the last day in the range with any use; 0 when there is none
}

type chatUse struct {
	messages, conversations, thinking, files, projects, projectsMade, artifacts int
	connectors, connectorKinds, skillKinds, sharedViews                         int
}

type sessionUse struct {
	sessions, actions, messages, dispatch        int
	connectors, connectorKinds                   int
	skills, skillKinds                           int
	plugins, pluginKinds, artifacts, fileActions int
}

type codeUse struct {
	sessions, added, removed, commits, pulls, edits, editsRefused, writes, artifacts int
}

type officeUse struct{ sessions, messages, skills int }

// artifactsFrom is the day artifacts made in Cowork and Claude Code began to count.
var artifactsFrom = day.Of(2026, time.August, 17)

// pluginsFrom is the day Aldermere was enabled for plugin counts; they are null before.
func (w *world) pluginsFrom() day.Date { return w.pilot - 21 }

// m365From is the day the Microsoft 365 connector went live.
func (w *world) m365From() day.Date { return w.pilot + 8 }

// latePermille is how much of a day is still missing when it is this many days old.
var latePermille = [8]int{1000, 60, 35, 20, 10, 5, 2, 0}

// use works out what person i did on d as it is known today, and reports
// whether there is a row for it at all.
func (w *world) use(i int32, d day.Date, u *usage) bool {
	p := &w.people[i]
	if d < p.signedIn || d > w.lastDay(p) {
		return false
	}
	r := rng(p.key ^ mix(uint64(d)*0x2545f4914f6cdd1d))
	chat, cowork, codes := p.dayOf(d, &r)
	if !chat && !cowork && !codes {
		if r.chance(990) {
			return false
		}
		*u = usage{} // a row of zeros: it opened the app and did nothing
		return true
	}
	late := w.late(p, d)
	if late == lateMissing {
		return false
	}
	*u = usage{last: d}
	w.fillChat(p, d, &r, u, chat)
	if cowork {
		w.fillCowork(p, d, &r, u)
	}
	if codes {
		fillCode(d, &r, &u.code)
	}
	if p.office && chat {
		u.excel = officeUse{sessions: r.between(0, 2), messages: r.between(0, 9), skills: r.between(0, 1)}
		u.outlook = officeUse{sessions: r.between(0, 1), messages: r.between(0, 3)}
	}
	w.revise(p, d, late, u)
	return true
}

// dayOf decides which products a person uses on d. The first day of anything is certain.
func (p *person) dayOf(d day.Date, r *rng) (chat, cowork, codes bool) {
	weekday := d.Weekday()
	weekend := weekday == time.Saturday || weekday == time.Sunday
	share := func(permille int) int {
		if weekend {
			return permille / 10
		}
		return permille
	}
	chat = r.chance(share(p.chat)) || d == p.signedIn && d != p.first
	codes = r.chance(share(560)) && p.codes
	rate := p.cowork
	switch age := d - p.first; {
	case age < 0:
		rate = 0
	case age == 0:
		return chat, true, codes
	case !p.stays && age >= 7 && age < 14:
		rate = 0
	case !p.stays && age >= 14:
		rate = 50
	case !p.stays:
		rate /= 2
	}
	return chat, r.chance(share(rate)), codes
}

func (w *world) fillChat(p *person, d day.Date, r *rng, u *usage, active bool) {
	if !active {
		return
	}
	c := &u.chat
	if d >= p.unifiedFrom {
		c = &u.unifiedChat
	}
	c.messages = r.between(1, 22)
	c.conversations = 1 + c.messages/9
	if r.chance(250) {
		c.thinking = r.upTo(c.messages + 1)
	}
	if r.chance(300) {
		c.files = r.between(1, 4)
	}
	if r.chance(220) {
		c.projects = 1
	}
	if r.chance(15) {
		c.projectsMade = 1
	}
	if r.chance(120) {
		c.artifacts = r.between(1, 2)
	}
	if r.chance(60) {
		c.connectors, c.connectorKinds = r.between(1, 6), 1
	}
	if r.chance(70) {
		c.skillKinds = 1
	}
	if r.chance(40) {
		c.sharedViews = 1
	}
	if r.chance(350) {
		u.searches = r.between(1, 5)
	}
}

func (w *world) fillCowork(p *person, d day.Date, r *rng, u *usage) {
	s := &u.cowork
	if d >= p.unifiedFrom {
		s = &u.unified
	}
	w.fillSessions(p, d, r, s)
	if d == p.unifiedFrom { // switched over during the day: some of it was recorded before
		u.cowork.sessions, u.cowork.messages, u.cowork.actions = 1, r.between(1, 5), r.between(1, 9)
	}
}

func (w *world) fillSessions(p *person, d day.Date, r *rng, s *sessionUse) {
	s.sessions = r.between(1, p.pace)
	s.messages = s.sessions * r.between(2, 9)
	s.actions = s.sessions * r.between(4, 26)
	if d != p.first && r.chance(35) {
		s.actions = 0 // talked, delegated nothing
	}
	if r.chance(60) {
		s.dispatch = r.between(1, 4)
	}
	growth := min(300, max(0, int(d-w.pilot))*18) // use of advanced features rises over the pilot
	live := 120
	if d >= w.m365From() {
		live = 520
	}
	if p.connects && r.chance(live+growth/3) {
		s.connectors, s.connectorKinds = r.between(1, 12), 1
		if s.connectors > 5 && r.chance(350) {
			s.connectorKinds = 2
		}
	}
	if p.skills && r.chance(180+growth) {
		s.skills, s.skillKinds = r.between(1, 5), 1
		if s.skills > 3 {
			s.skillKinds = 2
		}
	}
	if p.plugs && d >= w.pluginsFrom() && r.chance(350) {
		s.plugins, s.pluginKinds = r.between(1, 4), 1
	}
	if d >= artifactsFrom && r.chance(160) {
		s.artifacts = 1
	}
	s.fileActions = s.actions / 4
}

func fillCode(d day.Date, r *rng, c *codeUse) {
	*c = codeUse{sessions: r.between(1, 5), added: r.upTo(420), removed: r.upTo(180), commits: r.upTo(5), edits: r.between(2, 40), editsRefused: r.upTo(6), writes: r.upTo(9)}
	if c.commits > 2 {
		c.pulls = 1
	}
	if d >= artifactsFrom && r.chance(40) {
		c.artifacts = 1
	}
}

type lateness int8

const (
	onTime lateness = iota
	lateHalf
	lateMissing
)

// late decides whether part of what p did on d has not reached the reports yet.
func (w *world) late(p *person, d day.Date) lateness {
	age := int(w.Today - d)
	if age >= len(latePermille) {
		return onTime
	}
	lot := mix(p.key + uint64(d)*31 + 7)
	if int(lot%1000) >= latePermille[max(0, age)] {
		return onTime
	}
	if lot>>32&1 == 0 {
		return lateHalf
	}
	return lateMissing
}

// revise takes off what is late, and puts on what [Org.Revise] added.
func (w *world) revise(p *person, d day.Date, late lateness, u *usage) {
	if late == lateHalf {
		u.chat.messages = (u.chat.messages + 1) / 2
		for _, s := range []*sessionUse{&u.cowork, &u.unified} {
			s.actions, s.messages, s.sessions = s.actions/2, (s.messages+1)/2, (s.sessions+1)/2
		}
	}
	for n := range w.revised[d] {
		if mix(p.key+uint64(d)+n*77)%1000 >= 30 {
			continue
		}
		if u.cowork.sessions > 0 {
			u.cowork.sessions++
			u.cowork.actions += 3
		} else {
			u.chat.messages++
			u.chat.conversations = max(1, u.chat.conversations)
		}
	}
}

// add sums v into u, as a date range does: counters add up, kinds do not.
func (u *usage) add(v *usage) {
	u.chat.add(v.chat)
	u.unifiedChat.add(v.unifiedChat)
	u.cowork.add(v.cowork)
	u.unified.add(v.unified)
	u.code.add(v.code)
	u.excel.add(v.excel)
	u.outlook.add(v.outlook)
	u.searches += v.searches
	u.last = max(u.last, v.last)
}

func (c *chatUse) add(v chatUse) {
	c.messages += v.messages
	c.conversations += v.conversations
	c.thinking += v.thinking
	c.files += v.files
	c.projects = max(c.projects, v.projects)
	c.projectsMade += v.projectsMade
	c.artifacts += v.artifacts
	c.connectors += v.connectors
	c.connectorKinds = max(c.connectorKinds, v.connectorKinds)
	c.skillKinds = max(c.skillKinds, v.skillKinds)
	c.sharedViews += v.sharedViews
}

func (s *sessionUse) add(v sessionUse) {
	s.sessions += v.sessions
	s.actions += v.actions
	s.messages += v.messages
	s.dispatch += v.dispatch
	s.connectors += v.connectors
	s.connectorKinds = max(s.connectorKinds, v.connectorKinds)
	s.skills += v.skills
	s.skillKinds = max(s.skillKinds, v.skillKinds)
	s.plugins += v.plugins
	s.pluginKinds = max(s.pluginKinds, v.pluginKinds)
	s.artifacts += v.artifacts
	s.fileActions += v.fileActions
}

func (c *codeUse) add(v codeUse) {
	c.sessions += v.sessions
	c.added += v.added
	c.removed += v.removed
	c.commits += v.commits
	c.pulls += v.pulls
	c.edits += v.edits
	c.editsRefused += v.editsRefused
	c.writes += v.writes
	c.artifacts += v.artifacts
}

func (o *officeUse) add(v officeUse) {
	o.sessions += v.sessions
	o.messages += v.messages
	o.skills += v.skills
}

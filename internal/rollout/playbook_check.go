package rollout

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// How far and how long a step may be, and how much it may say.
const (
	firstOffset = -365
	lastOffset  = 730
	stepDays    = 120
	longestWord = 730 // days a person's word may hold
	stepTitle   = 120
	stepWords   = 1000
)

// FirstWaves and LaterWaves are what [StepWhen.Waves] may say.
const (
	FirstWaves = "first"
	LaterWaves = "later"
)

var (
	keyForm     = regexp.MustCompile(`^[a-z][a-z0-9]*([-_][a-z0-9]+)*$`)
	versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,39}$`)
)

// gateScopes is how often each gate stands in a plan.
func gateScopes() map[GateKind]Scope {
	return map[GateKind]Scope{
		GateArchitecture: PerOrganization, GateSSO: PerOrganization, GateRoles: PerOrganization, GateWave: PerWave,
	}
}

// knownChecks returns the keys of every check a playbook may name.
func knownChecks() []CheckKey {
	return []CheckKey{CheckSeats, CheckArrivals, CheckGroups, CheckGroupRoles, CheckCoworkRole, CheckDryRun,
		CheckSpendLimits, CheckMarketplace, CheckConnectors, CheckFirstTask, CheckTelemetry, CheckChampions,
		CheckTrainings, CheckSupport, CheckDevices, CheckMail, CheckMessages}
}

// check says what is wrong with a playbook that could be read.
func (b *bookReader) check() {
	b.checkHead()
	b.checkRoles()
	b.checkPhases()
	if len(b.steps) == 0 {
		b.say(0, "a playbook needs tasks")
	}
	if len(b.steps) > maxSteps {
		b.say(0, "a playbook has at most %d tasks", maxSteps)
		return
	}
	byID := b.checkIDs()
	for _, s := range b.steps {
		b.checkWords(s)
		b.checkPlace(s)
		b.checkEvidence(s)
		b.checkWhen(s)
		b.checkHelp(s)
		b.checkWaits(s, byID)
	}
	b.checkGates()
	b.checkCycle(byID)
	b.checkMessages()
}

func (b *bookReader) checkHead() {
	if !keyForm.MatchString(b.out.Key) {
		b.say(0, "playbook is a key such as claude-cowork, not %q", b.out.Key)
	}
	if !versionForm.MatchString(b.out.Version) {
		b.say(0, "version is a short text such as 2026.11, not %q", b.out.Version)
	}
	b.words(0, "name", b.out.Name, stepTitle)
	b.words(0, "about", b.out.About, stepWords)
}

// words refuses a text that is absent, too long or not printable.
func (b *bookReader) words(line int, key, value string, most int) {
	switch {
	case value == "":
		b.say(line, "%s is missing", key)
	case utf8.RuneCountInString(value) > most:
		b.say(line, "%s has at most %d characters", key, most)
	case !printable(value):
		b.say(line, "%s holds characters that cannot be shown", key)
	}
}

func (b *bookReader) checkRoles() {
	if len(b.out.Roles) == 0 {
		b.say(0, "a playbook needs roles")
	}
	seen := map[string]bool{}
	for i, r := range b.out.Roles {
		line := b.roles[i]
		if !keyForm.MatchString(r.Key) {
			b.say(line, "the key of a role is like idp_admin, not %q", r.Key)
		}
		if seen[r.Key] {
			b.say(line, "two roles have the key %q", r.Key)
		}
		seen[r.Key] = true
		b.words(line, "name", r.Name, stepTitle)
		b.words(line, "does", r.Does, stepWords)
	}
}

func (b *bookReader) checkPhases() {
	known, last := adoption.Phases(), -1
	for i, p := range b.out.Phases {
		line, at := b.phases[i], slices.Index(known, p.Key)
		switch {
		case at < 0:
			b.say(line, "there is no phase %q: use %s", p.Key, listed(known))
		case at <= last:
			b.say(line, "phases come once each and in order: %s", listed(known))
		}
		last = max(last, at)
		b.words(line, "name", p.Name, stepTitle)
	}
}

// checkIDs returns the steps by id. Of two with one id it keeps the first and names both.
func (b *bookReader) checkIDs() map[string]readStep {
	byID := make(map[string]readStep, len(b.steps))
	for _, s := range b.steps {
		first, again := byID[s.ID]
		switch {
		case s.ID == "":
			b.say(s.line, "a task needs an id")
		case !keyForm.MatchString(s.ID) || len(s.ID) > 60:
			b.say(s.at("id"), "an id is like confirm-seats, at most 60 characters, not %q", s.ID)
		case again:
			b.say(s.at("id"), "two tasks have the id %q: this one and the one on line %d", s.ID, first.at("id"))
		}
		if !again {
			byID[s.ID] = s
		}
	}
	return byID
}

func (b *bookReader) checkWords(s readStep) {
	b.words(s.at("title"), s.named("title"), s.Title, stepTitle)
	b.words(s.at("why"), s.named("why"), s.Why, stepWords)
	b.words(s.at("done_when"), s.named("done_when"), s.DoneWhen, stepWords)
	if s.Checklist != "" {
		b.words(s.at("checklist"), s.named("checklist"), s.Checklist, stepTitle)
	}
	if _, ok := guidanceDay(s.Guidance); s.Guidance != "" && !ok {
		b.say(s.at("guidance"), "guidance is a month or a day like 2026-03 or 2026-03-28, not %q", s.Guidance)
	}
}

// named says which key of which task is meant.
func (s readStep) named(key string) string {
	if s.ID == "" {
		return key
	}
	return key + " of " + s.ID
}

func (b *bookReader) checkPlace(s readStep) {
	if !slices.ContainsFunc(b.out.Roles, func(r PlaybookRole) bool { return r.Key == s.Role }) {
		b.say(s.at("role"), "%s: there is no role %q", s.ID, s.Role)
	}
	if scopes := []Scope{PerOrganization, PerWave, PerDepartment}; !slices.Contains(scopes, s.Scope) {
		b.say(s.at("per"), "%s: per is one of %s, not %q", s.ID, listed(scopes), s.Scope)
	}
	if s.Offset < firstOffset || s.Offset > lastOffset {
		b.say(s.at("offset"), "%s: offset lies between %d and %d days, not %d", s.ID, firstOffset, lastOffset, s.Offset)
	}
	if s.Days < 1 || s.Days > stepDays {
		b.say(s.at("days"), "%s: days lies between 1 and %d, not %d", s.ID, stepDays, s.Days)
	}
	if s.Checklist != "" && s.Scope == PerDepartment {
		b.say(s.at("checklist"), "%s: the checklist is a wave’s: a task per department cannot be on it", s.ID)
	}
}

func (b *bookReader) checkEvidence(s readStep) {
	line, e := s.at("evidence"), s.Evidence
	kinds := 0
	for _, is := range []bool{e.Check != "", e.Attest != nil, e.Proof} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		b.say(line, "%s: evidence is exactly one of check, attest and proof: true", s.ID)
	}
	if e.Check != "" && !slices.Contains(knownChecks(), e.Check) {
		b.say(line, "%s: there is no check %q", s.ID, e.Check)
	}
	if e.Attest != nil && (*e.Attest < 0 || *e.Attest > longestWord) {
		b.say(line, "%s: attest lies between 0 (for good) and %d days", s.ID, longestWord)
	}
}

func (b *bookReader) checkWhen(s readStep) {
	line := s.at("when")
	for _, a := range s.When.Architecture {
		if !a.Valid() {
			b.say(line, "%s: there is no architecture %q: use %s", s.ID, a, listed(Architectures()))
		}
	}
	if s.When.Install != "" && !s.When.Install.Valid() {
		b.say(line, "%s: install is managed or self, not %q", s.ID, s.When.Install)
	}
	switch waves := s.When.Waves; {
	case waves != "" && waves != FirstWaves && waves != LaterWaves:
		b.say(line, "%s: waves is first or later, not %q", s.ID, waves)
	case waves != "" && s.Scope != PerWave:
		b.say(line, "%s: only a task per wave can be for the first or the later ones", s.ID)
	}
}

func (b *bookReader) checkHelp(s readStep) {
	if s.Help == (StepHelp{}) {
		return
	}
	b.words(s.at("help"), s.named("title of help"), s.Help.Title, stepTitle)
	u, err := url.Parse(s.Help.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s.Help.URL) > stepWords {
		b.say(s.at("help"), "%s: the url of help is an https address, not %q", s.ID, s.Help.URL)
	}
}

func (b *bookReader) checkWaits(s readStep, byID map[string]readStep) {
	for i, id := range s.WaitsFor {
		other, known := byID[id]
		switch {
		case !known:
			b.say(s.wait[i], "%s waits for %q, which is no task", s.ID, id)
		case slices.Index(s.WaitsFor, id) < i:
			b.say(s.wait[i], "%s waits for %s twice", s.ID, id)
		case other.Scope == PerDepartment && s.Scope != PerDepartment:
			b.say(s.wait[i], "%s cannot wait for %s: that is done per department, and which one is not said", s.ID, id)
		}
	}
}

// checkGates refuses a gate that stands more often than its step can be recorded.
func (b *bookReader) checkGates() {
	seen := map[GateKind]string{}
	scopes := gateScopes()
	for _, s := range b.steps {
		if s.Gate == "" {
			if len(s.Checks) > 0 {
				b.say(s.at("checks"), "%s: only a gate has checks; a task has evidence", s.ID)
			}
			continue
		}
		scope, known := scopes[s.Gate]
		first, again := seen[s.Gate]
		switch {
		case !known:
			b.say(s.at("gate"), "%s: there is no gate %q", s.ID, s.Gate)
		case again:
			b.say(s.at("gate"), "%s: %s is a gate %q already", s.ID, first, s.Gate)
		case scope != s.Scope:
			b.say(s.at("gate"), "%s: a gate %q is per %s", s.ID, s.Gate, scope)
		}
		if !s.NoUndo {
			b.say(s.at("gate"), "%s: a gate stands before what cannot be undone: write no_undo: true", s.ID)
		}
		for _, c := range s.Checks {
			if !slices.Contains(knownChecks(), c) {
				b.say(s.at("checks"), "%s: there is no check %q", s.ID, c)
			}
		}
		if !again {
			seen[s.Gate] = s.ID
		}
	}
}

// checkCycle names the first circle of tasks that wait for one another.
func (b *bookReader) checkCycle(byID map[string]readStep) {
	number := make(map[string]TaskID, len(b.steps))
	for i, s := range b.steps {
		if byID[s.ID].Step == s.Step {
			number[s.ID] = TaskID(i + 1)
		}
	}
	tasks := make([]Task, len(b.steps))
	for i, s := range b.steps {
		tasks[i] = Task{ID: TaskID(i + 1), Key: s.ID}
		for _, id := range s.WaitsFor {
			tasks[i].WaitsFor = append(tasks[i].WaitsFor, number[id])
		}
	}
	circle := Cycle(tasks)
	if circle == nil {
		return
	}
	var names []string
	for _, t := range append(circle, circle[0]) {
		names = append(names, t.Key)
	}
	b.say(byID[circle[0].Key].at("waits_for"), "tasks wait for one another: %s", strings.Join(names, " → "))
}

// guidanceDay reads the date of a guidance: a day, or a month as its first day.
// It is [day.None] where there is none.
func guidanceDay(s string) (day.Date, bool) {
	if len(s) == len("2026-03") {
		s += "-01"
	}
	d, err := day.Parse(s)
	if err != nil {
		return day.None, false
	}
	return d, true
}

// listed writes names as "a, b, c".
func listed[T ~string](names []T) string {
	said := make([]string, len(names))
	for i, n := range names {
		said[i] = string(n)
	}
	return strings.Join(said, ", ")
}

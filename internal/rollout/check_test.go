package rollout

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/people"
)

var (
	thursday = day.Of(2026, time.November, 19)
	noon     = thursday.Time().Add(12 * time.Hour)
	pilotOn  = thursday - 16
	waveOn   = thursday + 12
	laterOn  = thursday + 90
)

const (
	pilotID = iota + 1
	waveID
	laterID
	undatedID
)

// wellRead is facts in which everything was read and nothing is wrong.
func wellRead() Facts {
	seats := 130
	read := Reading{AsOf: noon.Add(-6 * time.Hour)}
	named := func(name string) Reading { r := read; r.Name = name; return r }
	return Facts{
		Now: noon, Today: thursday,
		Waves: []people.Wave{
			{ID: pilotID, Name: "Pilot", OpensOn: &pilotOn}, {ID: waveID, Name: "Wave 1", OpensOn: &waveOn},
			{ID: laterID, Name: "Later", OpensOn: &laterOn}, {ID: undatedID, Name: "Someday"},
		},
		Cells: []Cell{
			{Wave: pilotID, Department: "Finance", People: 20, Members: 20, WithDevice: 20, WithApp: 20},
			{Wave: waveID, Department: "Claims", People: 60, Members: 50, Invited: 10, WithDevice: 60, WithApp: 58},
			{Wave: laterID, Department: "Branches", People: 40, Members: 40, WithDevice: 40, WithApp: 39},
		},
		Others: 5, Seats: &seats,
		Groups:     GroupFacts{Mapped: 14},
		Roles:      RoleFacts{All: 6, Cowork: 3, Blanket: 1, Carried: 2},
		DryRun:     &DryRunFacts{AsOf: read.AsOf, Members: 110, Complete: true},
		Limits:     LimitFacts{People: 110, Lowest: "USD 40.00", Period: "monthly"},
		Plugins:    PluginFacts{Marketplaces: 2, Plugins: 4, Visible: 3},
		Connectors: []Detail{{Say: "Jira", Count: 30}, {Say: "Mail", Count: 20}},
		FirstTask:  &FirstTask{Member: 7, Day: thursday - 14},
		Telemetry:  Pulse{Last: noon.Add(-2 * time.Minute), Day: 48_112},
		Trainings:  TrainingFacts{Ahead: 3, Next: thursday + 2, Attended: map[int]int{}},
		Support:    &Attestation{At: noon.Add(-48 * time.Hour), HoldsTo: thursday + 28},
		Champions:  map[string]ChampionFacts{"Finance": {Have: 2}, "Claims": {Have: 3}, "Branches": {Have: 2}}, Coverage: people.DefaultCoverage(),
		DevicesAt: noon.Add(-7 * time.Hour),
		Messages:  map[int]comms.Standing{waveID: {Messages: 7, Sent: 2}},
		Mail:      MailFacts{Configured: true, TriedAt: noon, Worked: true},
		Read: Readings{
			Members: named("Members"), Invites: named("Invites"), Seats: named("Seats"), Groups: named("Groups"), Roles: named("Roles"),
			Limits: named("Spend limits"), Plugins: named("Plugins"), Connectors: named("Connectors"), Usage: named("Usage"),
		},
	}
}

// says is a case of a check: what is changed about facts in which all is well, and what it says then.
type says struct {
	key    CheckKey
	wave   int
	change func(*Facts)
	want   Outcome
	short  string
	say    string
	count  int
}

func TestEveryCheckHasASentenceForEveryOutcome(t *testing.T) {
	cases := []says{
		{CheckSeats, 0, nil, Holds, "5 to spare", "125 people in scope, 130 seats: 5 to spare.", 0},
		{CheckSeats, 0, func(f *Facts) { *f.Seats = 125 }, Holds, "None to spare", "125 people in scope, 125 seats: none to spare.", 0},
		{CheckSeats, 0, func(f *Facts) { *f.Seats = 100 }, Fails, "25 short", "125 people in scope, 100 seats: 25 short.", 25},
		{CheckSeats, 0, func(f *Facts) { f.Seats = nil }, NoneYet, "Not reported", "The number of seats is not reported.", 0},
		{CheckSeats, 0, func(f *Facts) { f.Cells = nil }, NoneYet, "No roster", "There is no roster yet: import the people who are to have Cowork.", 0},
		{CheckSeats, 0, func(f *Facts) { f.Read.Seats = Reading{Name: "Seats", Scope: "read:analytics"} }, NoneYet, "Not granted", "The key lacks the scope read:analytics, so seats cannot be read.", 0},
		{CheckSeats, waveID, nil, Holds, "Seats for all", "Everybody up to Wave 1 has a seat or an invitation.", 0},
		{CheckSeats, waveID, func(f *Facts) { f.Cells[1].Members = 40 }, Holds, "5 to spare", "10 people up to Wave 1 still need a seat by Tue 1 Dec, and 15 of 130 seats are free: 5 to spare.", 0},
		{CheckSeats, waveID, func(f *Facts) { f.Cells[1].Members, *f.Seats = 40, 119 }, Fails, "6 short", "10 people up to Wave 1 still need a seat by Tue 1 Dec, and 4 of 119 seats are free: 6 short.", 6},
		{CheckSeats, pilotID, func(f *Facts) { f.Cells[1].Members, *f.Seats = 40, 0 }, Holds, "Seats for all", "Everybody up to Pilot has a seat or an invitation.", 0},

		{CheckArrivals, 0, nil, Holds, "All arrived", "Each of the 80 people who should have arrived is a member or invited.", 0},
		{CheckArrivals, waveID, func(f *Facts) { f.Cells[1].Invited = 7 }, Fails, "3 never arrived", "3 of 60 people of Wave 1 who should have arrived are neither members nor invited.", 3},
		{CheckArrivals, waveID, func(f *Facts) { f.Cells[1].Invited = 9 }, Fails, "1 never arrived", "1 of 60 people of Wave 1 who should have arrived is neither a member nor invited.", 1},
		{CheckArrivals, waveID, func(f *Facts) { f.Cells[1].Invited, f.Cells[1].Left = 7, 3 }, Holds, "All arrived", "Each of the 57 people of Wave 1 who should have arrived is a member or invited.", 0},
		{CheckArrivals, laterID, func(f *Facts) { f.Cells[2].Members = 0 }, NoneYet, "Not due", "Whoever has not arrived counts from Wed 27 Jan 2027, 21 days before Later opens.", 0},
		{CheckArrivals, undatedID, func(f *Facts) { f.Cells[2].Wave = undatedID }, NoneYet, "Not due", "Nobody has said when Someday opens.", 0},
		{CheckArrivals, undatedID, nil, NoneYet, "No roster", "Nobody of the roster is in Someday.", 0},
		{CheckArrivals, 0, func(f *Facts) { f.Read.Members.AsOf = time.Time{} }, NoneYet, "Never read", "No sync has read members to the end yet.", 0},

		{CheckGroups, 0, nil, Holds, "3 of 3", "3 of 3 departments have a group, and nobody is only in a nested one.", 0},
		{CheckGroups, 0, func(f *Facts) { f.Ungrouped = []string{"Claims"} }, Fails, "1 without a group", "1 of 3 departments has no group.", 1},
		{CheckGroups, waveID, nested(187), Fails, "187 not syncing", "187 people are only in nested groups, which are not synced.", 187},
		{CheckGroups, pilotID, nested(187), Holds, "1 of 1", "1 of 1 department has a group, and nobody is only in a nested one.", 0},
		{CheckGroups, 0, func(f *Facts) { f.DryRun = nil }, NoneYet, "No dry run", "Every department has a group. Whether its members are direct shows in a dry run, and there is none yet.", 0},
		{CheckGroups, undatedID, nil, NoneYet, "No departments", "Nobody of the roster in Someday is in a department.", 0},

		{CheckGroupRoles, 0, nil, Holds, "14 of 14 mapped", "14 of 14 groups from the identity provider carry a role.", 0},
		{CheckGroupRoles, 0, func(f *Facts) { f.Groups.Unmapped = []Detail{{"A", 41}, {"B", 33}} }, Fails, "2 without a role", "2 of 16 groups from the identity provider carry no role, and 74 people in them have none.", 2},
		{CheckGroupRoles, 0, func(f *Facts) { f.Groups.Unknown = 1 }, NoneYet, "1 not known", "The roles of 1 group were not available at the last sync; the other 14 carry one.", 0},
		{CheckGroupRoles, 0, func(f *Facts) { f.Groups = GroupFacts{} }, NoneYet, "No groups", "No group comes from the identity provider yet.", 0},

		{CheckCoworkRole, 0, nil, Holds, "3 roles", "3 of 6 roles grant Cowork, 1 of them by granting everything; groups carry 2.", 0},
		{CheckCoworkRole, 0, func(f *Facts) { f.Roles.Cowork = 0 }, Fails, "No role", "None of 6 roles grants Cowork.", 1},
		{CheckCoworkRole, 0, func(f *Facts) { f.Roles.Carried = 0 }, Fails, "In no group", "3 roles grant Cowork, but no group with people in it carries one.", 1},
		{CheckCoworkRole, 0, func(f *Facts) { f.Roles = RoleFacts{} }, NoneYet, "No roles", "The organization has no role of its own yet.", 0},

		{CheckDryRun, 0, nil, Holds, "Nobody loses it", "Nobody would lose Cowork by surprise: 110 members looked at.", 0},
		{CheckDryRun, 0, surprised(96, 216), Fails, "312 lose it", "312 people would lose Cowork by surprise: 96 in Pilot, 216 in Wave 1.", 312},
		{CheckDryRun, waveID, surprised(96, 216), Fails, "216 lose it", "216 people of Wave 1 would lose Cowork by surprise.", 216},
		{CheckDryRun, laterID, surprised(96, 216), Holds, "Nobody loses it", "Nobody of Later would lose Cowork by surprise: 110 members looked at.", 0},
		{CheckDryRun, 0, func(f *Facts) { f.DryRun.Complete = false }, NoneYet, "Incomplete", "The dry run finds nobody, but it lacks a source: it says nothing until that is read.", 0},
		{CheckDryRun, 0, func(f *Facts) { f.DryRun.Waves = []DryRunWave{{Wave: waveID, Unknown: 19}} }, NoneYet, "19 not known", "Nobody is found to lose Cowork, but the roles of 19 people are unavailable.", 0},
		{CheckDryRun, 0, func(f *Facts) { f.DryRun = nil }, NoneYet, "No dry run", "There was no dry run of enforcement yet.", 0},

		{CheckSpendLimits, 0, nil, Holds, "None at zero", "The lowest limit that binds any of 110 people is USD 40.00 (monthly).", 0},
		{CheckSpendLimits, 0, func(f *Facts) { f.Limits.Lowest = "" }, Holds, "No limit", "No limit binds any of 110 people.", 0},
		{CheckSpendLimits, 0, func(f *Facts) { f.Limits.Zero = 4 }, Fails, "4 at zero", "4 people have a limit of nothing: the lowest of their groups' limits binds, and they can do nothing.", 4},
		{CheckSpendLimits, 0, func(f *Facts) { f.Limits = LimitFacts{} }, NoneYet, "None reported", "No effective limit of anybody is reported.", 0},

		{CheckMarketplace, 0, nil, Holds, "3 plugins", "3 of 4 plugins from 2 marketplaces can be installed.", 0},
		{CheckMarketplace, 0, func(f *Facts) { f.Plugins.Visible = 0 }, Fails, "None visible", "None of 4 plugins from 2 marketplaces may be installed by anybody.", 4},
		{CheckMarketplace, 0, func(f *Facts) { f.Plugins = PluginFacts{} }, Fails, "No plugins", "No plugin is in the catalog.", 1},
		{CheckMarketplace, 0, func(f *Facts) { f.Read.Plugins = Reading{Name: "Plugins"} }, NoneYet, "Never read", "No sync has read plugins to the end yet.", 0},

		{CheckConnectors, 0, nil, Holds, "2 connectors", "2 connectors were used in the last 28 days, Jira the most.", 0},
		{CheckConnectors, 0, func(f *Facts) { f.Connectors = nil }, Fails, "None used", "No connector was used in the last 28 days.", 1},
		{CheckConnectors, 0, func(f *Facts) { f.Read.Connectors = Reading{Name: "Connectors", Scope: "read:analytics"} }, NoneYet, "Not granted", "The key lacks the scope read:analytics, so connectors cannot be read.", 0},

		{CheckTelemetry, 0, nil, Holds, "48,000 a day", "About 48,000 events arrived in 24 hours.", 0},
		{CheckTelemetry, 0, func(f *Facts) { f.Telemetry.Last = noon.Add(-25 * time.Hour) }, Fails, "Stopped", "No event has arrived since Wed 18 Nov, 11:00 UTC.", 1},
		{CheckTelemetry, 0, func(f *Facts) { f.Telemetry = Pulse{} }, NoneYet, "Nothing yet", "No event has ever arrived.", 0},

		{CheckMail, 0, nil, Holds, "Answers", "The mail server answers.", 0},
		{CheckMail, 0, func(f *Facts) { f.Mail.Worked = false }, Fails, "No answer", "The mail server did not answer when it was tried last.", 1},
		{CheckMail, 0, func(f *Facts) { f.Mail.TriedAt = time.Time{} }, NoneYet, "Not tried", "A mail server is set up; nobody has tried it yet.", 0},
		{CheckMail, 0, func(f *Facts) { f.Mail.Channels = []ChannelFacts{{Name: "Email", Mail: true}, {Name: "#news"}} }, Holds, "Answers", "The mail server answers, and 1 chat is set up.", 0},
		{CheckMail, 0, func(f *Facts) {
			f.Mail.Channels = []ChannelFacts{{Name: "Email", Mail: true, PausedAt: noon}, {Name: "#news", Failing: true, WorkedAt: noon}, {Name: "#old", Failing: true}, {Name: "#fine", WorkedAt: noon}}
		}, Fails, "3 channels", "The mail server answers, and nothing goes out by 3 channels.", 3},
		{CheckMail, 0, func(f *Facts) { f.Mail = MailFacts{} }, NoneYet, "Not set up", "No mail server is set up: SMTP_URL is empty.", 0},

		{CheckFirstTask, 0, nil, Holds, "Since 5 Nov", "The first task was delegated on Thu 5 Nov.", 0},
		{CheckFirstTask, 0, func(f *Facts) { f.FirstTask = nil }, Fails, "No task", "Nobody has delegated a task, although Pilot opened on Tue 3 Nov.", 1},
		{CheckFirstTask, 0, func(f *Facts) { f.FirstTask, f.Waves = nil, f.Waves[1:] }, NoneYet, "No task yet", "Nobody has delegated a task yet.", 0},

		{CheckChampions, 0, nil, Holds, "7 in 3", "7 champions, at least 2 in each of 3 departments; up to 3 are useful.", 0},
		{CheckChampions, waveID, func(f *Facts) { f.Champions["Claims"] = ChampionFacts{Have: 1} }, Fails, "1 too few", "1 of 1 department in Wave 1 has fewer than 2 champions; 1 champion in all.", 1},
		{CheckChampions, pilotID, func(f *Facts) { f.Champions["Claims"] = ChampionFacts{Have: 1} }, Holds, "2 in 1", "2 champions, at least 2 in each of 1 department in Pilot; up to 3 are useful.", 0},
		{CheckChampions, 0, func(f *Facts) { f.Cells[1].People = 160 }, Fails, "1 too few", "1 of 3 departments has fewer than the 2–4 champions their size asks for; 7 champions in all.", 1},
		{CheckChampions, 0, func(f *Facts) { f.Coverage.Least = 3 }, Fails, "2 too few", "2 of 3 departments have fewer than 3 champions; 7 champions in all.", 2},
		{CheckChampions, 0, func(f *Facts) { f.Champions["Finance"] = ChampionFacts{Have: 2, Leave: []day.Date{thursday + 9}} }, Holds, "7 in 3", "7 champions, at least 2 in each of 3 departments; up to 3 are useful. Planned departures leave too few in 1 department within 30 days.", 0},
		{CheckChampions, 0, func(f *Facts) { f.Champions["Claims"] = ChampionFacts{Have: 3, Leave: []day.Date{thursday + 9}} }, Holds, "7 in 3", "7 champions, at least 2 in each of 3 departments; up to 3 are useful.", 0},
		{CheckChampions, 0, func(f *Facts) { f.Champions = nil }, NoneYet, "Nobody yet", "None of 3 departments has a champion yet.", 0},

		{CheckTrainings, waveID, nil, Holds, "3 dates", "3 sessions are published, the next on Sat 21 Nov.", 0},
		{CheckTrainings, pilotID, func(f *Facts) { f.Trainings = TrainingFacts{Attended: map[int]int{pilotID: 12}} }, Holds, "12 attended", "12 people of Pilot went to a session; no further date is published.", 0},
		{CheckTrainings, pilotID, func(f *Facts) { f.Trainings = TrainingFacts{} }, Fails, "No dates", "Pilot is open, nobody of it went to a session, and no date is published.", 1},
		{CheckTrainings, waveID, func(f *Facts) { f.Trainings = TrainingFacts{} }, NoneYet, "No dates", "No session from today on is published for Wave 1.", 0},

		{CheckMessages, waveID, nil, Holds, "7 ready", "All 7 launch messages of Wave 1 have an owner and their approval; 2 have gone out.", 0},
		{CheckMessages, 0, launchMessages(waveID, comms.Standing{Messages: 1}), Holds, "1 ready", "The 1 launch message has an owner and its approval.", 0},
		{CheckMessages, waveID, launchMessages(waveID, comms.Standing{Messages: 7, Unsent: 1, Unowned: 2}), Fails, "1 not sent", "1 of 7 launch messages of Wave 1 should have gone out and has not.", 1},
		{CheckMessages, waveID, launchMessages(waveID, comms.Standing{Messages: 7, Unowned: 1, Unapproved: 2}), Fails, "3 not ready", "2 of 7 launch messages of Wave 1 are not approved, and 1 has no owner.", 3},
		{CheckMessages, laterID, launchMessages(laterID, comms.Standing{Messages: 7, Unapproved: 1}), NoneYet, "1 not ready yet", "1 of 7 launch messages of Later is not approved.", 0},
		{CheckMessages, 0, launchMessages(laterID, comms.Standing{Messages: 5, Unowned: 2}), NoneYet, "2 not ready yet", "2 of 12 launch messages have no owner.", 0},
		{CheckMessages, 0, launchMessages(pilotID, comms.Standing{Messages: 5, Unsent: 5}), Holds, "7 ready", "All 7 launch messages have an owner and their approval; 2 have gone out.", 0},
		{CheckMessages, laterID, nil, NoneYet, "None planned", "No launch message of Later is planned.", 0},

		{CheckSupport, 0, nil, Holds, "Holds to 17 Dec", "Attested on Tue 17 Nov, holds to Thu 17 Dec.", 0},
		{CheckSupport, 0, func(f *Facts) { f.Support.HoldsTo = day.Never }, Holds, "Holds to 17 Dec", "Attested on Tue 17 Nov, holds to Thu 17 Dec.", 0},
		{CheckSupport, 0, func(f *Facts) { f.Support.HoldsTo = thursday - 1 }, NoneYet, "Held to 18 Nov", "Attested on Tue 17 Nov, and that held to Wed 18 Nov: somebody has to say it again.", 0},
		{CheckSupport, 0, func(f *Facts) { f.Support = nil }, NoneYet, "Nobody yet", "Nobody has recorded the support channel and the escalation path.", 0},

		{CheckDevices, waveID, nil, Holds, "96% have it", "58 of 60 people of Wave 1 have the app (96%).", 0},
		{CheckDevices, waveID, func(f *Facts) { f.Cells[1].WithApp = 57 }, Holds, "95% have it", "57 of 60 people of Wave 1 have the app (95%).", 0},
		{CheckDevices, waveID, func(f *Facts) { f.Cells[1].WithApp, f.Cells[1].WithDevice = 56, 59 }, Fails, "4 missing", "56 of 60 people of Wave 1 have the app (93%): 4 missing, 1 of them without a machine in the inventory.", 4},
		{CheckDevices, waveID, func(f *Facts) { f.DevicesAt = time.Time{} }, NoneYet, "No inventory", "No inventory of the device manager was imported yet.", 0},
		{CheckDevices, undatedID, nil, NoneYet, "No roster", "Nobody of the roster is in Someday.", 0},
	}
	met := map[CheckKey]map[Outcome]bool{}
	for _, c := range cases {
		f := wellRead()
		if c.change != nil {
			c.change(&f)
		}
		check, ok := CheckOf(c.key)
		if !ok {
			t.Fatalf("there is no check %s", c.key)
		}
		got := check.Run(f, f.wave(c.wave))
		if got.Outcome != c.want || got.Short != c.short || got.Say != c.say || got.Count != c.count {
			t.Errorf("%s of wave %d:\n got %s %d %q %q\nwant %s %d %q %q", c.key, c.wave, got.Outcome, got.Count, got.Short, got.Say, c.want, c.count, c.short, c.say)
		}
		if met[c.key] == nil {
			met[c.key] = map[Outcome]bool{}
		}
		met[c.key][c.want] = true
	}
	for _, c := range Checks() {
		for _, o := range []Outcome{Holds, Fails, NoneYet} {
			if !met[c.Key()][o] && (c.Key() != CheckSupport || o != Fails) { // only a person's word speaks of support: it runs out, it does not fail
				t.Errorf("no case of %s that is %s", c.Key(), o)
			}
		}
	}
}

func launchMessages(wave int, s comms.Standing) func(*Facts) {
	return func(f *Facts) { f.Messages[wave] = s }
}

func nested(n int) func(*Facts) {
	return func(f *Facts) {
		f.DryRun.Waves = []DryRunWave{{Wave: waveID, Surprise: n, Nested: n, Causes: []Detail{{"In a nested group", n}}}}
	}
}

func surprised(pilot, wave int) func(*Facts) {
	return func(f *Facts) {
		f.DryRun.Waves = []DryRunWave{
			{Wave: pilotID, Surprise: pilot, Causes: []Detail{{"Added by hand", pilot}}},
			{Wave: waveID, Surprise: wave, Causes: []Detail{{"Role lacks Cowork", wave}}},
		}
	}
}

// Seventeen checks, each of a key of its own.
func TestThereAreSeventeenChecks(t *testing.T) {
	keys := map[CheckKey]bool{}
	for _, c := range Checks() {
		keys[c.Key()] = true
		if c.Title() == "" || strings.HasSuffix(c.Title(), ".") {
			t.Errorf("%s is called %q", c.Key(), c.Title())
		}
	}
	if len(keys) != 17 || len(Checks()) != 17 {
		t.Errorf("%d checks of %d keys", len(Checks()), len(keys))
	}
}

// anyFacts draws facts in which anything may be wrong.
func anyFacts(rt *rapid.T) Facts {
	f := wellRead()
	n := func(label string, most int) int { return rapid.IntRange(0, most).Draw(rt, label) }
	yes := func(label string) bool { return rapid.Bool().Draw(rt, label) }
	for i := range f.Cells {
		c := &f.Cells[i]
		c.People = n("people", 2000)
		c.Members = n("members", c.People)
		c.Invited = n("invited", c.People-c.Members)
		c.Left = n("left", c.People-c.Members-c.Invited)
		c.WithDevice = n("with device", c.arrived())
		c.WithApp = n("with app", c.WithDevice)
	}
	*f.Seats, f.Others = n("seats", 6000), n("others", 50)
	if yes("ungrouped") {
		f.Ungrouped = []string{"Claims"}
	}
	f.Groups.Mapped, f.Groups.Unknown = n("mapped", 3), n("unknown", 2)
	if yes("unmapped") {
		f.Groups.Unmapped = []Detail{{"X", n("in it", 90)}}
	}
	f.Roles = RoleFacts{All: n("roles", 4)}
	f.Roles.Cowork = n("cowork", f.Roles.All)
	f.Roles.Blanket, f.Roles.Carried = n("blanket", f.Roles.Cowork), n("carried", f.Roles.Cowork)
	surprised(n("pilot", 90), n("wave", 900))(&f)
	f.DryRun.Complete = yes("complete")
	f.Limits = LimitFacts{People: n("limited", 900)}
	f.Limits.Zero = n("zero", f.Limits.People)
	f.Plugins.Plugins = n("plugins", 5)
	f.Plugins.Visible = n("visible", f.Plugins.Plugins)
	f.Telemetry.Last = noon.Add(-time.Duration(n("minutes", 4000)) * time.Minute)
	f.Champions["Claims"], f.Champions["Finance"] = anyChampions(n), anyChampions(n)
	f.Mail.Worked = yes("mail")
	for _, r := range []*Reading{&f.Read.Members, &f.Read.Seats, &f.Read.Groups, &f.Read.Limits} {
		if n("read", 9) == 0 {
			r.AsOf = time.Time{}
		}
	}
	return f
}

// anyChampions is a department with a few champions, some of whom leave soon.
func anyChampions(n func(string, int) int) ChampionFacts {
	f := ChampionFacts{Have: n("champions", 3)}
	for range n("leaving", f.Have) {
		f.Leave = append(f.Leave, thursday+day.Date(n("days", 29)))
	}
	return f
}

// What a check says fits what it counts, whatever the facts: it holds with
// nothing against it, fails with something, and its causes add up to no more.
func TestAFindingAgreesWithItself(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z0-9].*\.$`)
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		for _, r := range RunChecks(f, nil) {
			switch {
			case r.Outcome == Holds && r.Count != 0, r.Outcome == Fails && r.Count == 0, r.Outcome == NoneYet && r.Count != 0:
				rt.Fatalf("%v is %s with %d against it: %s", r.CheckRef, r.Outcome, r.Count, r.Say)
			case !sentence.MatchString(r.Say) || r.Short == "" || r.Source == "":
				rt.Fatalf("%v says %q, %q of %q", r.CheckRef, r.Say, r.Short, r.Source)
			case r.Outcome != NoneYet && r.AsOf.IsZero():
				rt.Fatalf("%v judges by what was never read: %s", r.CheckRef, r.Say)
			}
			for i := 1; i < len(r.Details); i++ {
				if r.Details[i].Count > r.Details[i-1].Count && r.Check != CheckGroups {
					rt.Fatalf("%v does not tell the largest cause first: %v", r.CheckRef, r.Details)
				}
			}
		}
	})
}

// The same facts in another order say the same, word for word: a run that finds nothing new writes nothing.
func TestChecksSayTheSameOfTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		before := RunChecks(f, nil)
		rand.Shuffle(len(f.Cells), func(i, j int) { f.Cells[i], f.Cells[j] = f.Cells[j], f.Cells[i] })
		for i, r := range RunChecks(f, nil) {
			if !r.Says(before[i]) {
				rt.Fatalf("%q became %q", before[i].Say, r.Say)
			}
		}
	})
}

func TestChecksThatCannotBeAskedAreLeftOut(t *testing.T) {
	for _, r := range RunChecks(wellRead(), map[CheckKey]bool{CheckSeats: true}) {
		if r.Check == CheckSeats {
			t.Errorf("%v ran without its facts", r.CheckRef)
		}
	}
}

func TestSignalsDoAndReopenTasks(t *testing.T) {
	result := func(o Outcome, age time.Duration) map[CheckRef]Result {
		ref := CheckRef{Check: CheckSeats}
		return map[CheckRef]Result{ref: {CheckRef: ref, Outcome: o, Say: "So it is.", AsOf: noon.Add(-age)}}
	}
	for name, c := range map[string]struct {
		state State
		gate  GateKind
		found map[CheckRef]Result
		want  State // "": nothing happens
	}{
		"open and it holds":             {Open, "", result(Holds, time.Hour), Done},
		"doing and it holds":            {Doing, "", result(Holds, time.Hour), Done},
		"reopened and it holds":         {Reopened, "", result(Holds, time.Hour), Done},
		"done and it holds":             {Done, "", result(Holds, time.Hour), ""},
		"open, and it held long ago":    {Open, "", result(Holds, 37*time.Hour), ""},
		"done and it fails":             {Done, "", result(Fails, time.Hour), Reopened},
		"open and it fails":             {Open, "", result(Fails, time.Hour), ""},
		"not needed and it holds":       {NotNeeded, "", result(Holds, time.Hour), ""},
		"not needed and it fails":       {NotNeeded, "", result(Fails, time.Hour), ""},
		"done, and nothing to judge by": {Done, "", result(NoneYet, time.Hour), ""},
		"a gate, and it holds":          {Open, GateSSO, result(Holds, time.Hour), ""},
		"open, and the check never ran": {Open, "", nil, ""},
	} {
		p := &Plan{
			Tasks:   []Task{{ID: 1, Scope: PerOrganization, State: c.state, Gate: c.gate, Evidence: Evidence{Kind: ByCheck, Check: CheckSeats}}},
			Results: c.found,
		}
		turns := p.Turns(noon)
		switch {
		case c.want == "" && len(turns) != 0, c.want != "" && (len(turns) != 1 || turns[0].To != c.want || turns[0].Say != "So it is."):
			t.Errorf("%s: %+v, want %q", name, turns, c.want)
		}
	}
}

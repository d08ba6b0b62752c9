package web

import (
	"strconv"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/check"
	"groundswell/views/ui"
)

// checkWords are what pages say of a check beside what it finds.
type checkWords struct {
	group string
	about string // what it looks at and when it holds
	unit  string // what its causes count; "" when their words say it
	fix   string // the verb of the page that fixes it
	where string // that page
	wave  bool   // that page takes a wave by its slug
}

const (
	seatsGroup = "Seats and access"
	dataGroup  = "Devices and data"
	helpGroup  = "People and support"
)

var checkGroups = []string{seatsGroup, dataGroup, helpGroup}

var wordsOfChecks = map[rollout.CheckKey]checkWords{
	rollout.CheckSeats: {seatsGroup, "Assigned seats, as the API reports them, against everybody who holds or needs one: people of the roster, other members, pending invitations. For a wave: people who have not arrived up to it, against seats that are free.",
		"People", "See who", route.With(route.People, "state", "not_arrived"), true},
	rollout.CheckArrivals: {seatsGroup, "People of the roster who are neither members nor invited. They count from 21 days before their wave opens: provisioning stops without an error when seats run out or a group does not sync.",
		"People", "See who", route.With(route.People, "state", "not_arrived"), true},
	rollout.CheckGroups: {seatsGroup, "Every department needs a group: one of its name, or one that holds most of its members and few others. Only direct members of a group are synced, so people who are only in a nested one count against it.",
		"People", "Open dry run", route.With(route.Access, "cause", "nested"), false},
	rollout.CheckGroupRoles: {seatsGroup, "Groups that the identity provider fills. One without a role counts when any of its people has no role by another group either.",
		"People", "Open dry run", route.With(route.Access, "cause", "unmapped"), false},
	rollout.CheckCoworkRole: {seatsGroup, "Custom roles that grant Cowork, by name or by granting everything, and that a group with people in it carries.", "", "Open access", route.Access, false},
	rollout.CheckDryRun: {seatsGroup, "The latest dry run of enforcement: people in open waves, and in the next one, who would lose Cowork once members get what their roles say and nothing else.",
		"People", "Open dry run", route.Access, false},
	rollout.CheckSpendLimits: {seatsGroup, "The limit that binds each person. Where several groups limit somebody the lowest binds, and a limit of nothing lets them do nothing.", "", "Open spend", route.Spend, false},

	rollout.CheckDevices: {dataGroup, "Members and invited people who have the desktop app on one of their machines, by the inventory of the device manager. 95% of a wave need it; of all people, those whose wave is open or opens within 21 days.",
		"People", "Import inventory", route.With(route.Imports, "what", "devices"), false},
	rollout.CheckTelemetry:   {dataGroup, "Events that desktop apps send. 24 hours without one count as stopped.", "", "Open telemetry", route.Telemetry, false},
	rollout.CheckMarketplace: {dataGroup, "Plugins of the catalog that the organization lets people install.", "", "Open plugins", route.Connectors, false},
	rollout.CheckConnectors:  {dataGroup, "Connectors that anybody used in the last 28 days of data, by the most people of one day.", "People a day", "Open connectors", route.Connectors, false},
	rollout.CheckMail: {dataGroup, "Whether the mail server of SMTP_URL answers, greeted at every run as before a mail, and whether every channel lets messages out: one that is paused, or that failed when it was used last, counts against it.",
		"", "Open channels", route.SendChannels, false},

	rollout.CheckFirstTask: {helpGroup, "The first day on which anybody delegated a task and saw it through, counted as on Activation. A week after the first wave opened there has to be one.", "", "Open activation", route.Activation, false},
	rollout.CheckChampions: {helpGroup, "People who hold the role of a champion for a department, or log touchpoints as its champion. Every department needs two or three.",
		"Missing", "Open roles", route.Roles, false},
	rollout.CheckTrainings: {helpGroup, "Sessions from today on; failing these, people of the wave who went to one. It fails once a wave is open without either.", "", "Import trainings", route.With(route.Imports, "what", "training"), false},
	rollout.CheckMessages: {helpGroup, "Messages before and on the day of a launch: each needs an owner and its approval from 14 days before on, and what was due before the launch has to have gone out.",
		"Messages", "Open Comms", route.Comms, false},
	rollout.CheckSupport: {helpGroup, "No signal can tell whether somebody answers. A person attests channel and escalation path on the task below, and that holds for 30 days.", "", "", "", false},
}

// list words the page of all checks.
func (v checkView) list() views.ListProps {
	p := views.ListProps{Waves: v.waves(route.Checks, "All people"), Run: v.run(route.With(route.Checks, "wave", v.waveText()))}
	counts := map[rollout.Outcome]int{}
	for _, title := range checkGroups {
		g := views.Group{Title: title}
		for _, c := range rollout.Checks() {
			if wordsOfChecks[c.Key()].group != title {
				continue
			}
			r := v.result(c)
			counts[r.Outcome]++
			g.Of++
			if r.Outcome == rollout.Holds {
				g.Ready++
			}
			g.Rows = append(g.Rows, v.row(c, r))
		}
		p.Groups = append(p.Groups, g)
	}
	p.Sub = ui.Count(counts[rollout.Holds]) + " hold, " + ui.Count(counts[rollout.Fails]) + " fail, " +
		ui.Count(counts[rollout.NoneYet]) + " have nothing to judge by yet. They run after every sync, every hour, and when you ask."
	return p
}

// result is what a check says of the wave, or of everybody where waves are not asked.
func (v checkView) result(c rollout.Check) rollout.Result {
	r, ok := v.plan.Results[v.ref(c)]
	if !ok {
		return rollout.Result{CheckRef: v.ref(c), Outcome: rollout.NoneYet, Say: "It has not run yet.", Member: -1}
	}
	return r
}

func (v checkView) ref(c rollout.Check) rollout.CheckRef {
	ref := rollout.CheckRef{Check: c.Key()}
	if c.PerWave() {
		ref.Wave = v.wave.ID
	}
	return ref
}

func (v checkView) row(c rollout.Check, r rollout.Result) views.Row {
	row := views.Row{
		Title: c.Title(), URL: route.Check(string(c.Key()), r.Wave), Found: r.Say, Source: v.source(r), Proof: v.proof(r),
	}
	if r.Outcome == rollout.Fails {
		row.Action = v.fix(c.Key())
	}
	return row
}

// source names where a result comes from, and how old that is.
func (v checkView) source(r rollout.Result) string {
	switch {
	case r.AsOf.IsZero():
		return r.Source
	case v.now.Sub(r.AsOf) < time.Minute:
		return r.Source + ", now"
	}
	return r.Source + ", " + ui.Ago(v.now.Sub(r.AsOf))
}

// proof is how good a result is as evidence: that a person's word holds makes it no signal.
func (v checkView) proof(r rollout.Result) ui.Proof {
	switch {
	case r.Outcome == rollout.Fails:
		return ui.ProofFailing
	case r.Outcome == rollout.NoneYet && r.Check.ByWord() && !r.AsOf.IsZero():
		return ui.ProofStale
	case r.Outcome != rollout.Holds:
		return ui.ProofNone
	case r.Check.ByWord():
		return ui.ProofAttested
	case r.Stale(v.now):
		return ui.ProofStale
	}
	return ui.ProofVerified
}

// fix leads to the page that mends what fails, nil when there is none for this person.
func (v checkView) fix(key rollout.CheckKey) *ui.Link {
	w := wordsOfChecks[key]
	if key == rollout.CheckSupport {
		return v.supportTask()
	}
	if w.fix == "" || !v.opens(w.where) {
		return nil
	}
	link := &ui.Link{Label: w.fix, URL: w.where}
	if w.wave && v.wave.ID != 0 {
		link.URL += "&wave=" + v.wave.Slug
	}
	return link
}

func (v checkView) supportTask() *ui.Link {
	for _, t := range v.plan.Tasks {
		if t.Evidence.Check == rollout.CheckSupport && v.opens(route.Plan) {
			return &ui.Link{Label: "Open the task", URL: route.Task(int64(t.ID))}
		}
	}
	return nil
}

// opens reports whether the person may open a page.
func (v checkView) opens(address string) bool {
	a, ok := v.server.opens[bare(address)]
	return ok && a.admits(v.actor)
}

// waves are the waves to choose from at a page; everybody comes first.
func (v checkView) waves(path, everybody string) []ui.Option {
	if len(v.plan.Waves) == 0 {
		return nil
	}
	out := []ui.Option{{Label: everybody, URL: path, Current: v.wave.ID == 0}}
	for _, w := range v.plan.Waves {
		out = append(out, ui.Option{Label: w.Name, URL: route.With(path, "wave", strconv.Itoa(w.ID)), Current: w.ID == v.wave.ID})
	}
	return out
}

func (v checkView) waveText() string {
	if v.wave.ID == 0 {
		return ""
	}
	return strconv.Itoa(v.wave.ID)
}

// run is the button that runs the checks, for those who may.
func (v checkView) run(back string) *views.Run {
	if !checkRunners.admits(v.actor) {
		return nil
	}
	return &views.Run{Action: runChecksPath, Back: back}
}

// one words the page of one check.
func (v checkView) one(c rollout.Check, past []rollout.Result) views.OneProps {
	r, w := v.result(c), wordsOfChecks[c.Key()]
	path := route.Check(string(c.Key()), 0)
	p := views.OneProps{
		Title: c.Title(), About: w.about, Run: v.run(route.Check(string(c.Key()), r.Wave)), Fix: v.fix(c.Key()),
		Proof: v.proof(r), Found: r.Say, Facts: v.facts(r, past), SeesTasks: v.opens(route.Plan),
	}
	if c.PerWave() {
		p.Waves = v.waves(path, "All people")
	}
	p.Causes, p.Withheld = v.causes(r)
	if len(p.Causes) > 0 {
		p.Unit = w.unit
	}
	if p.SeesTasks {
		for _, t := range v.plan.ProvenBy(r.CheckRef) {
			p.Tasks = append(p.Tasks, v.task(t))
		}
	}
	for i, h := range past {
		p.Past = append(p.Past, v.past(h, i, past))
	}
	return p
}

func pair(name, value string) ui.Pair { return ui.Pair{Name: name, Value: value} }

// facts are where a result comes from and since when it stands.
func (v checkView) facts(r rollout.Result, past []rollout.Result) []ui.Pair {
	out := []ui.Pair{pair("Source", r.Source)}
	if r.Source == "" {
		out[0].Value = "–"
	}
	if r.AsOf.IsZero() {
		out = append(out, pair("Read", "Never"))
	} else {
		out = append(out, pair("Read", v.moment(r.AsOf)))
	}
	if len(past) > 0 {
		out = append(out, pair("Says so since", v.moment(past[0].Since)), pair("Last run", v.moment(past[0].RanAt)))
	}
	return out
}

// moment writes a time with its day, in the rollout's time zone.
func (v checkView) moment(t time.Time) string {
	zone := v.plan.Rollout.Zone()
	return ui.Date(t.In(zone), v.now.In(zone)) + ", " + ui.Clock(t.In(zone))
}

// causes tells what is behind a result. Those who see no small groups are not
// told of departments in which few people fail.
func (v checkView) causes(r rollout.Result) ([]views.Cause, string) {
	least := 0
	if !v.actor.SeesSmallGroups() {
		least = adoption.DefaultSettings().MinCohortSize
	}
	var out []views.Cause
	few := 0
	for _, d := range r.Details {
		if d.Count > 0 && d.Count < least && r.Check != rollout.CheckChampions {
			few++
			continue
		}
		c := views.Cause{Say: d.Say}
		if d.Count > 0 {
			c.Count = ui.Count(d.Count)
		}
		out = append(out, c)
	}
	if few == 0 {
		return out, ""
	}
	return out, ui.Counted(few, "line is", "lines are") + " about fewer than " + ui.Count(least) + " people, and not shown."
}

// past is a line of the history: it held until the one after it began.
func (v checkView) past(h rollout.Result, i int, all []rollout.Result) views.Past {
	to := "Now"
	if i > 0 {
		to = v.moment(all[i-1].Since)
	}
	proof := map[rollout.Outcome]ui.Proof{rollout.Holds: ui.ProofVerified, rollout.Fails: ui.ProofFailing, rollout.NoneYet: ui.ProofNone}[h.Outcome]
	if i == 0 {
		proof = v.proof(h)
	}
	return views.Past{From: v.moment(h.Since), To: to, Proof: proof, Say: h.Say}
}

// task is a row of the tasks a check proves.
func (v checkView) task(t rollout.Task) ui.TaskProps {
	p := ui.TaskProps{State: ui.TaskOpen, Part: v.plan.About(t), Title: t.Title, URL: route.Task(int64(t.ID)), Note: t.Reason}
	switch t.State {
	case rollout.Done, rollout.NotNeeded:
		p.State = ui.TaskDone
	case rollout.Reopened:
		p.State = ui.TaskReopened
	case rollout.Doing:
		p.State = ui.TaskHalf
	}
	if o := v.plan.Owner(t); o.Named() {
		p.Owner = &ui.Person{Name: o.Name}
	}
	if t.Due.Known() {
		today := v.plan.Today(v.now)
		p.Due = ui.Due{Text: ui.Date(t.Due.Time(), today.Time()), Late: v.plan.Late(t, today), Soon: v.plan.Soon(t, today, 2)}
	}
	return p
}

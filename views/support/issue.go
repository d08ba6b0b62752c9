package support

import (
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// IssuesData is what the list of issues is made from.
type IssuesData struct {
	Actor  identity.Actor
	Filter enablement.IssueFilter
	Issues enablement.Issues
	Hours  enablement.Hours
	Now    time.Time
}

// IssuesProps is the list of issues.
type IssuesProps struct {
	Sub         string
	Search      string
	States      []ui.Choice
	Departments []ui.Choice
	Topics      []ui.Choice
	Whose       []ui.Choice
	Rows        []IssueRow
	None        *ui.VoidProps
	Pages       *ui.PagesProps
	CSV         string
	Report      string
}

// IssueRow is an issue in a list.
type IssueRow struct {
	Title, URL      string
	State           ui.ChipProps
	Department      string
	Reporter        string
	Topic           string
	Solver          string
	Age             string
	Due             string // when somebody should have looked at it; "" when nobody can say
	Late            bool
	Note            string // the second line on a phone
	ReportedAt      time.Time
	AnsweredAt      time.Time
	StateName, Body string
}

// NewIssues makes the props of the list of issues.
func NewIssues(d IssuesData) IssuesProps {
	f := d.Filter
	p := IssuesProps{
		Search: f.Search, CSV: d.at(route.Issues+".csv", 0),
		Sub: ui.Counted(d.Issues.Total, "issue", "issues"), States: stateChoices(f), Topics: topicChoices(d.Issues.Paths, f.Topic, "Any"),
		Departments: departmentChoices(d.Issues.Departments, f.Department, "Any"),
	}
	if enablement.Reports(d.Actor) {
		p.Report = ReportPath
		p.Whose = []ui.Choice{{Label: "Anybody’s", Chosen: !f.Mine}, {Value: "1", Label: "Mine", Chosen: f.Mine}}
	}
	for _, i := range d.Issues.List {
		p.Rows = append(p.Rows, NewIssueRow(i, d.Hours, d.Now))
	}
	if len(p.Rows) == 0 {
		p.None = d.none()
	}
	_, _, p.Pages = ui.PageOf(d.Issues.Total, f.Page, f.Limit, func(page int) string { return d.at(route.Issues, page) })
	return p
}

func (d IssuesData) none() *ui.VoidProps {
	f := d.Filter
	if f.Search != "" || f.Department != "" || f.Topic != 0 || f.Mine || f.State != "" || !f.Unsettled {
		return &ui.VoidProps{Icon: ui.IconSearch, Title: "No issue matches", Body: "None of the issues you may know of fits all of what you asked for.", Action: &ui.Link{Label: "Show open and answered issues", URL: route.Issues}}
	}
	return &ui.VoidProps{Icon: ui.IconLifeBuoy, Title: "Nothing is open", Body: "What champions report and cannot solve themselves stands here until somebody has answered."}
}

// at is the address of what the list shows, elsewhere.
func (d IssuesData) at(path string, page int) string {
	f := d.Filter
	state := string(f.State)
	if state == "" && !f.Unsettled {
		state = "all"
	}
	topic, mine, nth := "", "", ""
	if f.Topic != 0 {
		topic = number(f.Topic)
	}
	if f.Mine {
		mine = "1"
	}
	if page > 1 {
		nth = number(page)
	}
	return route.With(path, "q", f.Search, "state", state, "department", f.Department, "topic", topic, "mine", mine, "page", nth)
}

func stateChoices(f enablement.IssueFilter) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: "Open and answered", Chosen: f.Unsettled}, {Value: "all", Label: "All", Chosen: f.State == "" && !f.Unsettled}}
	for _, s := range enablement.IssueStates() {
		out = append(out, ui.Choice{Value: string(s), Label: s.Name(), Chosen: f.State == s})
	}
	return out
}

func topicChoices(paths []enablement.Escalation, chosen int, none string) []ui.Choice {
	out := []ui.Choice{{Value: "", Label: none, Chosen: chosen == 0}}
	for _, e := range paths {
		out = append(out, ui.Choice{Value: number(e.ID), Label: e.Topic, Chosen: e.ID == chosen})
	}
	return out
}

func departmentChoices(all []enablement.IssuePlace, chosen, none string) []ui.Choice {
	var out []ui.Choice
	if none != "" {
		out = append(out, ui.Choice{Label: none, Chosen: chosen == ""})
	}
	for _, d := range all {
		out = append(out, ui.Choice{Value: d.Slug, Label: d.Name, Chosen: d.Slug == chosen})
	}
	return out
}

// NewIssueRow is an issue in a list.
func NewIssueRow(i enablement.Issue, h enablement.Hours, now time.Time) IssueRow {
	r := IssueRow{
		Title: i.Title, URL: route.Issue(i.ID), State: stateChip(i.State), Department: i.DepartmentName, Reporter: i.ReporterName,
		Topic: i.TopicName, Solver: i.Solver.Name, Age: ui.Ago(now.Sub(i.ReportedAt)), ReportedAt: i.ReportedAt, AnsweredAt: i.AnsweredAt, StateName: i.State.Name(), Body: i.Body,
	}
	if r.Solver == "" && i.Solver.Email != "" {
		r.Solver = i.Solver.Email
	}
	r.Due, r.Late = due(i, h, now)
	r.Note = i.State.Name() + ", reported " + r.Age
	if r.Late {
		r.Note = r.Due + ", reported " + r.Age
	}
	return r
}

// due says when an open issue should have been looked at, where its path's time can be read.
func due(i enablement.Issue, h enablement.Hours, now time.Time) (say string, late bool) {
	at, ok := enablement.Deadline(i.Within, i.ReportedAt, h)
	if !ok || i.State != enablement.IssueOpen {
		return "", false
	}
	moment := at.In(h.Zone)
	said := ui.Date(moment, now.In(h.Zone)) + " " + ui.Clock(moment)
	if moment.Hour() == 0 && moment.Minute() == 0 {
		said = "end of " + ui.Date(moment.Add(-time.Minute), now.In(h.Zone))
	}
	if now.After(at) {
		return "Overdue since " + said, true
	}
	return "Due " + said, false
}

func stateChip(s enablement.IssueState) ui.ChipProps {
	switch s {
	case enablement.IssueAnswered:
		return ui.ChipProps{Label: s.Name(), Tone: ui.ToneTide, Icon: ui.IconMessageSquareText}
	case enablement.IssueClosed:
		return ui.ChipProps{Label: s.Name(), Tone: ui.ToneGood, Icon: ui.IconCheck}
	}
	return ui.ChipProps{Label: s.Name(), Icon: ui.IconCircleDashed}
}

// IssueForm is what was typed into the forms of an issue.
type IssueForm struct {
	Answer, Words, Solver string
	Errors                map[string]string
}

// IssueProps is the page of one issue.
type IssueProps struct {
	IssueRow
	Crumbs    []ui.Link
	Facts     []ui.Pair
	Answer    string
	AnswerBy  string
	Version   string
	Solvers   []ui.Choice // nil for those who do not say who takes it on
	CanAnswer bool
	CanClose  bool
	CanReopen bool
	Problem   string
	Form      IssueForm
	Back      string
}

// NewIssue makes the props of an issue's page.
func NewIssue(by identity.Actor, i enablement.Issue, solvers []enablement.Solver, h enablement.Hours, now time.Time) IssueProps {
	p := IssueProps{
		IssueRow: NewIssueRow(i, h, now), Crumbs: []ui.Link{{Label: "Support", URL: route.Support}, {Label: "Issues", URL: route.Issues}},
		Answer: i.Answer, Version: number(i.Version), CanAnswer: i.MayAnswer(by), Form: IssueForm{Answer: i.Answer, Solver: i.Solver.Email},
		CanClose: i.MaySettle(by) && i.State != enablement.IssueClosed, CanReopen: i.MaySettle(by) && i.State != enablement.IssueOpen,
	}
	p.Facts = facts(i, p.IssueRow, h.Zone, now)
	if i.Answer != "" {
		p.AnswerBy = "Answered " + ui.Ago(now.Sub(i.AnsweredAt))
		if i.State == enablement.IssueOpen {
			p.AnswerBy = "An earlier answer, " + ui.Ago(now.Sub(i.AnsweredAt))
		}
	}
	if i.MayAssign(by) {
		p.Solvers = solverChoices(solvers, i.Solver)
	}
	return p
}

func facts(i enablement.Issue, r IssueRow, zone *time.Location, now time.Time) []ui.Pair {
	out := []ui.Pair{{Name: "Reported", Value: ui.Date(i.ReportedAt.In(zone), now.In(zone)) + by(i.ReporterName)}}
	if i.DepartmentName != "" {
		out = append(out, ui.Pair{Name: "Department", Value: i.DepartmentName})
	}
	if i.TopicName != "" {
		out = append(out, ui.Pair{Name: "Topic", Value: i.TopicName}, ui.Pair{Name: "Goes to", Value: i.GoesTo})
	}
	taken := r.Solver
	if taken == "" {
		taken = "Nobody yet"
	}
	out = append(out, ui.Pair{Name: "Taken on by", Value: taken})
	if r.Due != "" {
		out = append(out, ui.Pair{Name: "Time", Value: r.Due})
	}
	return out
}

func solverChoices(all []enablement.Solver, held enablement.Solver) []ui.Choice {
	out := []ui.Choice{{Label: "Nobody yet", Chosen: held.Email == ""}}
	found := held.Email == ""
	for _, s := range all {
		out = append(out, ui.Choice{Value: s.Email, Label: s.Name, Chosen: s.Email == held.Email})
		found = found || s.Email == held.Email
	}
	if !found {
		out = append(out, ui.Choice{Value: held.Email, Label: held.Name, Chosen: true})
	}
	return out
}

// ReportForm is the form of a new issue as it was sent.
type ReportForm struct {
	Title, Body, Department, Topic string
	Key                            string
	Errors                         map[string]string
}

// ReportProps is the form of a new issue.
type ReportProps struct {
	Form        ReportForm
	Departments []ui.Choice // nil: there is no choice
	Topics      []ui.Choice
	Problem     string
}

// NewReport makes the props of the form of a new issue.
func NewReport(by identity.Actor, departments []enablement.IssuePlace, paths []enablement.Escalation, f ReportForm) ReportProps {
	p := ReportProps{Form: f, Topics: []ui.Choice{{Label: "None of these, or not known", Chosen: f.Topic == ""}}}
	for _, e := range paths {
		label := e.Topic + " → " + e.GoesTo
		if e.Within != "" {
			label += ", within " + e.Within
		}
		p.Topics = append(p.Topics, ui.Choice{Value: number(e.ID), Label: label, Chosen: number(e.ID) == f.Topic})
	}
	none := ""
	if by.HasAny(identity.Lead, identity.Owner) {
		none = "No department in particular"
	}
	if none != "" || len(departments) > 1 {
		p.Departments = departmentChoices(departments, f.Department, none)
	}
	if none == "" && len(departments) == 1 {
		p.Form.Department = departments[0].Slug
	}
	return p
}

// HelpProps is a champion's page for help.
type HelpProps struct {
	Report   string
	Open     []IssueRow
	Settled  []IssueRow // closed lately
	More     string
	OnCall   string
	CallNote string
	Channels []ChannelRow
	Paths    []PathRow
	Kit      string
	Support  string
}

// NewHelp makes the props of a champion's page for help. Issues are of the last months, newest first.
func NewHelp(s enablement.Support, issues []enablement.Issue, department string, h enablement.Hours, now time.Time) HelpProps {
	p := HelpProps{Report: route.With(ReportPath, "department", department), More: route.With(route.Issues, "state", "all"), Kit: route.Kit, Support: route.Support}
	for _, i := range issues {
		row := NewIssueRow(i, h, now)
		if i.State != enablement.IssueClosed {
			p.Open = append(p.Open, row)
		} else if len(p.Settled) < 3 {
			p.Settled = append(p.Settled, row)
		}
	}
	for _, c := range s.Channels {
		p.Channels = append(p.Channels, ChannelRow{For: purpose(c), Name: c.Name, URL: c.URL, Note: c.Note})
	}
	p.Paths = pathRows(s.Paths, false)
	p.OnCall, p.CallNote, _ = onCall(s.OnCall)
	return p
}

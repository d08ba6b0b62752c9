package learning

import (
	"net/url"
	"strconv"
	"time"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// What the form of a course says beside a kind of session.
const (
	Undecided = ""
	Ignored   = "ignored"
)

// Data is what the page of learning systems is made of.
type Data struct {
	Report    enablement.LearningReport
	Filter    enablement.CourseFilter
	PublicURL *url.URL
	Lead      bool   // may make tokens and say what courses are
	Confirm   string // where to prove who one is; "" when that was a short while ago
	Back      Returned
	Tabs      ui.TabsProps
	Now       time.Time
}

// Returned is what a form came back with, or a token that was just made.
type Returned struct {
	TokenName, TokenError string
	Made, Secret          string // shown this once

	Course *enablement.Course // as it is now, when its form was refused
	Typed  enablement.Decision
	Fault  *fault.Error
}

// Props is the page of learning systems.
type Props struct {
	Sub     string
	State   ui.ChipProps
	Tabs    ui.TabsProps
	Tiles   []ui.StatTileProps
	Made    *Made
	Ways    bool // nothing has arrived: say how it could
	Import  string
	Setup   Setup
	Courses Courses
	Left    []Left
}

// Made is a token that was just made.
type Made struct{ Name, Secret, Curl string }

// Setup is what to enter where, and the tokens there are.
type Setup struct {
	Facts       []ui.Pair
	Curl        string
	Tokens      []Token
	Lead        bool
	Confirm     string
	Name, Wrong string // of a new token
}

// Token is a row of the tokens.
type Token struct {
	Name, Made, Used, Revoked string
	RevokePath                string // "" when it cannot be revoked here
}

// Courses is a page of the courses there are.
type Courses struct {
	Title, Sub string
	Search     string
	Searches   bool // there are enough to look for one
	Rows       []Course
	Pages      *ui.PagesProps
}

// Course is a course and the form that says what it counts as.
type Course struct {
	ID, Name, Activity string
	Known              string // statements and people
	State              ui.ChipProps
	Form               *CourseForm // nil for readers
	Open               bool        // the form is shown at once
}

// CourseForm is the form of one course.
type CourseForm struct {
	Action, Version string
	Name, WrongName string
	Counts          []ui.Choice
	WrongCounts     string
	Conflict        *ui.BannerProps
}

// Left is a reason for which something was not kept.
type Left struct{ What, Times, Last, Do string }

// New makes the page.
func New(d Data) Props {
	r := d.Report
	p := Props{
		Sub: sub(d), State: state(d), Tabs: d.Tabs, Tiles: tiles(d), Ways: r.All == 0, Setup: setup(d), Courses: courses(d), Left: left(d),
		Import: route.With(route.Imports, "what", "training"),
	}
	if d.Back.Secret != "" {
		p.Made = &Made{Name: d.Back.Made, Secret: d.Back.Secret, Curl: curl(d, d.Back.Secret)}
	}
	return p
}

func sub(d Data) string {
	if d.Report.Last == nil {
		return "Attendances as learning systems report them. No statement was kept yet."
	}
	return "Attendances as learning systems report them. The last statement was kept " + ui.Ago(d.Now.Sub(*d.Report.Last)) + "."
}

func state(d Data) ui.ChipProps {
	switch {
	case d.Report.Last == nil:
		return ui.ChipProps{Label: "Nothing yet", Icon: ui.IconCircleDashed}
	case d.Report.Waiting > 0:
		return ui.ChipProps{Label: ui.Counted(d.Report.Waiting, "course waits", "courses wait"), Tone: ui.ToneWarn, Icon: ui.IconClockAlert}
	}
	return ui.ChipProps{Label: "Every course is decided", Tone: ui.ToneGood, Icon: ui.IconCheck}
}

func tiles(d Data) []ui.StatTileProps {
	r := d.Report
	last := ui.StatTileProps{Label: "Last statement", Value: ui.NotYet("the first statement")}
	if r.Last != nil {
		last.Value = ui.Known(ui.Ago(d.Now.Sub(*r.Last)))
		last.Meta = ui.Date(r.Last.UTC(), d.Now) + " " + ui.Clock(r.Last.UTC()) + " UTC"
	}
	return []ui.StatTileProps{
		last,
		{Label: "Statements kept", Value: ui.Known(ui.Count(r.Statements)), Meta: ui.Counted(r.Voided, "more was voided", "more were voided")},
		{Label: "Courses", Value: ui.Known(ui.Count(r.All)), Meta: ui.Counted(r.Waiting, "waits for a decision", "wait for a decision")},
	}
}

func setup(d Data) Setup {
	s := Setup{
		Facts: []ui.Pair{
			{Name: "Endpoint", Value: endpoint(d)},
			{Name: "Version", Value: "xAPI 1.0.3 or 2.0"},
			{Name: "Sign in with", Value: "Bearer token; or Basic, any user name, the token as password"},
			{Name: "Verbs that count", Value: "attended, completed, passed (as completed), voided"},
			{Name: "People", Value: "By mbox, their email address. Other names of people are not kept"},
		},
		Curl: curl(d, "TOKEN"), Lead: d.Lead, Confirm: d.Confirm, Name: d.Back.TokenName, Wrong: d.Back.TokenError,
	}
	for _, t := range d.Report.Tokens {
		s.Tokens = append(s.Tokens, token(t, d))
	}
	return s
}

func endpoint(d Data) string { return d.PublicURL.JoinPath(route.XAPI).String() + "/" }

// curl is a request to try the endpoint with. It names nobody: example.com has no people.
func curl(d Data, token string) string {
	return "curl " + endpoint(d) + "statements \\\n" +
		"  -H 'Authorization: Bearer " + token + "' \\\n" +
		"  -H 'X-Experience-API-Version: 1.0.3' \\\n" +
		"  -H 'Content-Type: application/json' \\\n" +
		`  -d '{"actor":{"mbox":"mailto:ada@example.com"},` + "\n" +
		`       "verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},` + "\n" +
		`       "object":{"id":"https://lms.example.com/course/101"}}'`
}

func token(t enablement.LearningToken, d Data) Token {
	row := Token{Name: t.Name, Made: ui.Date(t.CreatedAt.UTC(), d.Now), Used: "Not yet"}
	if t.LastUsedAt != nil {
		row.Used = ui.Ago(d.Now.Sub(*t.LastUsedAt))
	}
	switch {
	case t.RevokedAt != nil:
		row.Revoked = "Revoked " + ui.Date(t.RevokedAt.UTC(), d.Now)
	case d.Lead:
		row.RevokePath = route.LearningTokens + "/" + strconv.FormatInt(t.ID, 10) + "/revoke"
	}
	return row
}

func left(d Data) []Left {
	var out []Left
	for _, c := range d.Report.Left {
		w := reasonWords[c.Reason]
		out = append(out, Left{What: w[0], Times: ui.Count(c.Times), Last: ui.Ago(d.Now.Sub(c.Last)), Do: w[1]})
	}
	return out
}

var reasonWords = map[enablement.Reason][2]string{
	enablement.OtherVerb:    {"Statements with another verb", "Nothing. Only attended, completed, passed and voided count."},
	enablement.NoMailbox:    {"Statements that name a person by something else than mbox", "Let the learning system send email addresses as mbox."},
	enablement.GroupOfMany:  {"Statements about a group", "Let the learning system send one statement for each person."},
	enablement.NotActivity:  {"Statements about something else than an activity", "Nothing, unless courses are missing here."},
	enablement.Malformed:    {"Requests with a malformed statement", "Read the answer that the learning system got: it names the statement and what is wrong."},
	enablement.Contradicts:  {"Requests that change a statement kept before", "Let the learning system void the first statement and send a new one."},
	enablement.WrongVersion: {"Requests in another version of xAPI", "Set the learning system to xAPI 1.0.3."},
	enablement.WrongType:    {"Requests that are no JSON, or carry attachments", "Send statements as application/json, without attachments."},
	enablement.TooLarge:     {"Requests larger than 1 MiB or 1,000 statements", "Send fewer statements at a time."},
	enablement.BadToken:     {"Requests without a token in use", "Enter a token from this page into the learning system."},
}

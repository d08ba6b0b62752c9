package route

import (
	"net/url"
	"strconv"
)

// What belongs to champions, their day, and what they log.
const (
	Today       = "/today"        // a champion's day
	TodayPeople = "/today/people" // who to start with

	TodayMessages = "/today/messages" // what a champion's people hear
	TodayWins     = "/today/wins"
	TodayHelp     = "/today/help"
	Ticks         = "/today/ticks" // takes a tick, or its end

	Touchpoints   = "/touchpoints" // all of them for leads; takes a new one
	NewTouchpoint = "/touchpoints/new"
	Wins          = "/wins" // all of them for leads; takes a new one
	NewWin        = "/wins/new"

	Champions   = "/champions" // the register; takes a nomination
	NewChampion = "/champions/new"
	Candidates  = "/champions/candidates"
	Coverage    = "/champions/coverage" // takes how many there should be
	Roll        = "/champions/roll"     // a quarter's contributions
	Kit         = "/champions/kit"      // the champion kit and the tips
	Volunteer   = "/volunteer"          // offer oneself, or somebody one manages
	Accept      = "/accept"             // where an invitation leads
)

// What belongs to trainings, the library and support.
const (
	Trainings   = "/trainings"
	NewTraining = "/trainings/new"
	Series      = "/trainings/series"
	NewSeries   = "/trainings/series/new"
	Formats     = "/trainings/formats"    // what each kind of session is made of
	Curriculum  = "/trainings/curriculum" // which features were covered
	Completion  = "/trainings/completion" // who was at one, by department
	Learning    = "/trainings/learning"   // learning systems: tokens, courses
	Reminders   = "/trainings/reminders"  // what would be sent tomorrow
	CheckIn     = "/check-in"
	XAPI        = "/xapi" // where learning systems send statements

	Library = "/library"

	Support = "/support"
	Issues  = "/support/issues"
)

// What the page of learning systems takes: tokens, and what courses count as.
const (
	LearningTokens = Learning + "/tokens"
	Courses        = Learning + "/courses"
)

// Champion is the page of one entry of the register.
func Champion(id int64) string { return Champions + "/" + strconv.FormatInt(id, 10) }

// Invitation is the link a champion accepts by.
func Invitation(secret string) string { return Accept + "/" + url.PathEscape(secret) }

// Touchpoint is the address of one touchpoint.
func Touchpoint(id int64) string { return Touchpoints + "/" + strconv.FormatInt(id, 10) }

// Win is the page of one win.
func Win(id int64) string { return Wins + "/" + strconv.FormatInt(id, 10) }

// Training is the page of one session.
func Training(id int) string { return Trainings + "/" + strconv.Itoa(id) }

// OneSeries is the page of one series of sessions.
func OneSeries(id int) string { return Series + "/" + strconv.Itoa(id) }

// Door is the page with the code that people at a session check in by.
func Door(id int) string { return Training(id) + "/door" }

// Guide is the page of one guide of the library.
func Guide(id int) string { return Library + "/" + strconv.Itoa(id) }

// Issue is the page of one issue that a champion reported.
func Issue(id int64) string { return Issues + "/" + strconv.FormatInt(id, 10) }

// SignUp is where people sign up for a session.
func SignUp(id int) string { return Training(id) + "/sign-up" }

// Leave is where people take their sign-up back.
func Leave(id int) string { return Training(id) + "/leave" }

// Deliverable is where people say what they made in a session.
func Deliverable(id int) string { return Training(id) + "/deliverable" }

// List is the page with everybody who signed up for a session, or came.
func List(id int) string { return Training(id) + "/list" }

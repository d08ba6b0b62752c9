package enablement

// Format is how a kind of session goes: a template to plan one from.
type Format struct {
	Kind    Kind
	Purpose string
	Length  string // in words; Minutes is what a new one begins with
	Minutes int
	Rhythm  string // how often
	Who     string
	Agenda  []Step // its minutes add up to Minutes
	Prepare []string
	Ends    string // what it must end with
	About   string // what the invitation says
	Covers  []Feature
}

// Step is a part of a session.
type Step struct {
	Minutes int
	What    string
}

// FormatOf returns the format of a kind; without one, false.
func FormatOf(k Kind) (Format, bool) {
	for _, f := range Formats() {
		if f.Kind == k {
			return f, true
		}
	}
	return Format{}, false
}

// Formats returns the format of every kind, in the order of [Kinds].
func Formats() []Format {
	return []Format{allStaff101(), departmentSession(), helpDesk(), userGroup()}
}

func allStaff101() Format {
	return Format{
		Kind:    AllStaff101,
		Purpose: "Everybody hands over one piece of real work and takes the finished result home. The interface is learned on the way, by using it.",
		Length:  "30 to 60 minutes", Minutes: 45, Rhythm: "Before and shortly after each wave opens",
		Who: "Everybody of a wave, across departments; champions help in the room.",
		Agenda: []Step{
			{5, "Why delegating is not chatting: describe the outcome, give material and tools, come back to finished work."},
			{5, "The host hands over a task of their own, in the folder it lives in, and reads aloud what good looks like."},
			{20, "Everybody hands over theirs: choose the folder, describe the result, let it work. Champions go round."},
			{10, "Open what came back, ask for what is missing, save it."},
			{5, "Everybody writes down what they made. Where to ask afterwards."},
		},
		Prepare: []string{
			"The app is installed and signed in for everybody invited, a day before.",
			"Everybody is asked to bring one task that is due this week, and its material.",
			"A folder of harmless sample material for those who come without.",
			"A champion of each department invited.",
		},
		Ends:   "Every attendee has made a deliverable from their own work: a file that somebody can use. An answer in a chat does not count.",
		About:  "Bring one task that is due this week and the material it needs. You leave with the finished piece of work.",
		Covers: []Feature{FileAccess, Connectors},
	}
}

func departmentSession() Format {
	return Format{
		Kind:    Department,
		Purpose: "A team does a task of its own, from start to finish, with the skills and plugins that fit its work.",
		Length:  "60 to 90 minutes", Minutes: 60, Rhythm: "Once as a department joins, again when its work or its plugins change",
		Who: "One department, its champion as host, and the executive who sponsors it.",
		Agenda: []Step{
			{5, "The sponsor says which work of this team should change, and why it matters."},
			{10, "The champion does one recurring task of the team, with the team's own material."},
			{30, "Everybody does a task from this week's list, starting from a workflow template of the team."},
			{10, "Compare results: what had to be asked twice goes into the template or a skill."},
			{5, "Agree on two workflows that everybody tries until the next session."},
		},
		Prepare: []string{
			"Two or three workflows of the team that end in a document, chosen with its champion.",
			"A template for each of them, ready to be changed.",
			"The skills, plugins and connectors of the team are allowed, and tried by the host.",
			"The sponsor has the first five minutes in their calendar.",
		},
		Ends:   "Every attendee has made a deliverable from the team's real work. Watching a demonstration does not count.",
		About:  "We do real work of this team, with its own templates and plugins. Bring a task from your list of this week.",
		Covers: []Feature{FileAccess, Connectors, Skills, Plugins},
	}
}

func helpDesk() Format {
	return Format{
		Kind:    OfficeHours,
		Purpose: "A place to bring work that got stuck, and to get on with it at once.",
		Length:  "60 minutes, people drop in", Minutes: 60, Rhythm: "Every week or every other week",
		Who: "Anybody; champions take turns as hosts.",
		Agenda: []Step{
			{5, "Whoever comes says what they are working on; the hosts share out who helps whom."},
			{50, "Work at it side by side. What several people ask is shown to all."},
			{5, "Note what came up: a tip, a missing connector, an issue for support."},
		},
		Prepare: []string{
			"Two champions, so that one can sit down with somebody.",
			"Who decides on access, connectors and spend, to pass on what cannot be settled here.",
			"A link for those who join from afar.",
		},
		Ends:   "Everybody who brought a task knows its next step, and what could not be solved has an owner.",
		About:  "Drop in with a real task, whenever it suits you. Champions help on the spot.",
		Covers: []Feature{},
	}
}

func userGroup() Format {
	return Format{
		Kind:    UserGroup,
		Purpose: "Teams show each other what they have built, so that it is used more than once.",
		Length:  "45 to 60 minutes", Minutes: 60, Rhythm: "Every month",
		Who: "Everybody who uses Cowork already; two or three teams present.",
		Agenda: []Step{
			{5, "What changed since last time: new connectors, plugins and features."},
			{30, "Two or three teams show a skill, plugin or scheduled task, and the work that comes out of it."},
			{15, "Questions, and who would like to take something over."},
			{10, "Choose what goes into the marketplace or the library, and who prepares it."},
		},
		Prepare: []string{
			"Presenters were found two weeks ahead, from different departments.",
			"Each of them shows a result first and how it was made second.",
			"A place where what is shown can be taken from afterwards.",
		},
		Ends:   "At least one thing shown has an owner who makes it available to others.",
		About:  "Two or three teams show skills and plugins that they built, with the results. Come to take something home.",
		Covers: []Feature{Skills, Plugins, ScheduledTasks},
	}
}

package adoption

// plays say what to do about a metric that is under target, most useful first.
var plays = map[Key][]string{
	ActivationRate: {
		"Check that the desktop app is installed for the cohort, and fix the installation first.",
		"Send the launch message again, from the department head, with the sign-in link.",
		"Ask each champion to sit with five people who have not signed in.",
	},
	DelegationRate: {
		"Run a 30-minute session on delegating one real task from the department's own work.",
		"Give each team three ready-made first tasks to try this week.",
		"Ask managers to hand over one recurring task at the next team meeting.",
	},
	WeeklyActives: {
		"Put one Cowork task into a meeting that already happens every week.",
		"Send a weekly spotlight with one task that worked in the department.",
		"Ask champions to talk to people who were active and stopped.",
	},
	Week2Retention: {
		"Write to people seven days after their first task with a second one to try.",
		"Invite everybody who began in the last two weeks to office hours.",
		"Ask people who stopped after one week what got in their way.",
	},
	DaysTrainingToFirstTask: {
		"End every training with a real task delegated in the room.",
		"Book training in the week people get access, not before.",
		"Follow up three days after training with those who have not begun.",
	},
	SessionsPerActiveUser: {
		"Collect the five tasks people repeat most and write them up as skills.",
		"Show how to schedule a recurring task.",
		"Pair occasional people with daily ones for a week.",
	},
	AdvancedFeatureUptake: {
		"Demonstrate the connectors that are switched on, with the department's own documents.",
		"Publish the three most used skills and how to call them.",
		"Check that people have connected their own accounts: a connector needs both consents.",
	},
	ChampionTouchpoints: {
		"Agree with each champion on two fixed hours a week for their department.",
		"Name a second champion where one covers more than fifty people.",
		"Give champions the list of people who are waiting for help.",
	},
	HelpSessionParticipation: {
		"Move office hours to a time the department is at its desk.",
		"Announce each session with the one question it will answer.",
		"Ask managers to send one person from each team.",
	},
	HoursReallocatedPerWeek: {
		"Ask people what they now do with the time, and write it down with them.",
		"Remind those who have not answered the survey.",
		"Pick one workflow in each department and measure it before and after.",
	},
	NamedWins: {
		"Ask each champion for one win this week.",
		"Interview the three most active people for a story.",
		"Make room for one win in the monthly team meeting.",
	},
	LiveWorkflows: {
		"Choose one workflow with its owner and bring it live this month.",
		"Unblock the workflow that has been in preparation longest.",
		"Review which workflows have stopped, and why.",
	},
	CostToValue: {
		"Look at the ten costliest workflows and what they return.",
		"Set spend limits where cost rises without use.",
		"Ask for survey answers in the departments that cost most.",
	},
}

// Plays returns what to do about a metric that is under target: short
// imperative sentences, most useful first.
func Plays(k Key) []string { return append([]string(nil), plays[k]...) }

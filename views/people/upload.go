package people

import "groundswell/views/ui"

// UploadProps is the page where a file is chosen.
type UploadProps struct {
	Head    ui.PageHeadProps
	Kinds   []ui.Option // what may be imported, each its own address
	Kind    Kind
	Action  string
	Text    string // pasted, kept when the form comes back
	Error   string // at the file: what is wrong with it and how to mend it
	AtText  string // the same, at the pasted text
	Sample  string
	Imports []Import
}

// Kind is what files of one kind look like.
type Kind struct {
	Key, Title string
	About      string // what the file is and what becomes of it
	Columns    []Column
}

// Column is a column of a file.
type Column struct {
	Name     string
	Required bool
	About    string
	Example  string
}

// Import is a file that was applied.
type Import struct {
	What, File, When, Who       string
	Rows, Added, Changed, Skips string
}

// People is what a roster file looks like.
func People() Kind {
	return Kind{
		Key: "people", Title: "People",
		About: "One row per person. A row updates whoever has that email and adds who is new. Nobody is ever deleted.",
		Columns: []Column{
			{"email", true, "The address they sign in with. Capital letters do not matter.", "ada.novak@aldermere.example"},
			{"name", false, "As it should be shown.", "Ada Novak"},
			{"department", false, "Created when it does not exist yet; you are told first.", "Claims Operations"},
			{"wave", false, "The launch they belong to.", "Wave 1"},
			{"title", false, "What they do.", "Claims handler"},
			{"manager_email", false, "Whom they report to.", "lena.sorel@aldermere.example"},
			{"location", false, "Where they work.", "Rotterdam"},
			{"effective_from", false, "The day a move counts from, like 2026-11-02. Without it the row holds for all days. Several rows for one person must all have one.", "2026-11-02"},
		},
	}
}

// Training is what a file of attendances looks like.
func Training() Kind {
	return Kind{
		Key: "training", Title: "Training",
		About: "One row per person and session. A row seen before updates status and minutes. Sessions become notes on charts.",
		Columns: []Column{
			{"email", true, "Who was there. They need not be a member yet.", "ada.novak@aldermere.example"},
			{"session", true, "What it was called.", "Cowork 101, morning"},
			{"kind", true, "all_staff_101, department, office_hours or user_group.", "all_staff_101"},
			{"date", true, "The day it took place, like 2026-11-02.", "2026-11-02"},
			{"status", true, "attended, completed or no_show.", "attended"},
			{"minutes", false, "How long they were there. Empty means not reported.", "45"},
		},
	}
}

// Touchpoints is what a file of touchpoints looks like.
func Touchpoints() Kind {
	return Kind{
		Key: "touchpoints", Title: "Touchpoints",
		About: "One row for each time a champion helped a person or a department. Importing the same file twice adds nothing.",
		Columns: []Column{
			{"date", true, "The day of the touchpoint, like 2026-11-02.", "2026-11-02"},
			{"champion_email", true, "Who helped.", "tomas.lindqvist@aldermere.example"},
			{"user_email", false, "Who was helped. Either this or department, never both.", "ada.novak@aldermere.example"},
			{"department", false, "The department that was helped as a whole.", ""},
			{"kind", false, "A word of your own.", "pairing"},
			{"note", false, "What it was about. Several lines are kept.", "First claim summary together"},
		},
	}
}

// Devices is what the inventory of a device manager looks like.
func Devices() Kind {
	return Kind{
		Key: "devices", Title: "Devices",
		About: "One row per machine, as the device manager exports them. A file is the whole inventory: a machine that it does not list is gone.",
		Columns: []Column{
			{"device", true, "The machine's own name. It appears once.", "AL-20417"},
			{"email", true, "Who has it. Machines of people who are neither on the roster nor members are left out.", "ada.novak@aldermere.example"},
			{"platform", false, "windows, macos, or whatever the device manager calls it.", "windows"},
			{"app_version", false, "The version of the desktop app. Empty means that it is not installed.", "1.4.210"},
			{"last_seen", false, "The day it was last online, like 2026-11-02.", "2026-11-02"},
		},
	}
}

// Kinds returns what may be imported, in the order of the tabs.
func Kinds() []Kind { return []Kind{People(), Training(), Touchpoints(), Devices()} }

// KindOf finds a kind by its key.
func KindOf(key string) (Kind, bool) {
	for _, k := range Kinds() {
		if k.Key == key {
			return k, true
		}
	}
	return Kind{}, false
}

package web

import (
	"strings"

	"groundswell/internal/enablement"
	roster "groundswell/internal/people"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// trainingRun words what an import of attendances would change.
func trainingRun(d enablement.Difference, l lister) dryRun {
	run := dryRun{
		report: d.Report, digest: sheet.Digest(d), changes: d.New + d.Updated.Count, one: "attendance", many: "attendances",
		verdict: sentence("attendance", "attendances", deed{"adds", d.New, ""}, deed{"changes", d.Updated.Count, ""}),
		done:    sentence("attendance", "attendances", deed{"", d.New, "added"}, deed{"", d.Updated.Count, "changed"}),
		same:    "Nothing to import: these attendances are kept already",
		parts: []views.Part{
			partOf("New", "not kept yet", "new", d.New),
			partOf("Changed", "another status or other minutes", "changed", d.Updated.Count),
			partOf("As before", "nothing to change", "same", d.Unchanged),
			partOf("Outranked", "known better here", "same", d.Outranked.Count),
			partOf("Unusable", "rows, each with its line below", "bad", d.Bad),
		},
		notes: ignored(d.Report),
	}
	run.lists = append(l.problems(d.Report), section(l, views.Section{ID: "sessions", Title: "New sessions", Sub: "Trainings for all staff and for departments become notes on charts", Tone: ui.ToneGood, Icon: ui.IconGraduationCap, Open: true, Columns: []string{"Session", "Kind", "Day", "Line"}}, d.Sessions, l.sessionCells)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "changed", Title: "Changed", Tone: ui.ToneWarn, Icon: ui.IconPencilLine, Columns: []string{"Person", "Session", "Before and after"}}, d.Updated, l.updatedCells)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "outranked", Title: "Outranked", Sub: "The door or the list says more: it stays as it is", Tone: ui.ToneNone, Icon: ui.IconInfo, Columns: []string{"Person", "Session", "Here and in the file"}}, d.Outranked, l.updatedCells)...)
	run.lists = append(run.lists, strangers(l, d.Strangers, attendee)...)
	return run
}

func attendee(w enablement.Who) roster.Who { return roster.Who{Line: w.Line, Email: w.Email} }

func (l lister) sessionCells(s enablement.SessionAdded) []views.Cell {
	return []views.Cell{{Text: s.Session.Name}, {Text: kindWords(s.Session.Kind)}, {Text: ui.Date(s.Session.Day.Time(), l.today)}, {Text: ui.Count(s.Line)}}
}

func kindWords(k enablement.Kind) string {
	switch k {
	case enablement.AllStaff101:
		return "All staff 101"
	case enablement.OfficeHours:
		return "Office hours"
	case enablement.UserGroup:
		return "User group"
	}
	return "Department"
}

func (l lister) updatedCells(u enablement.Updated) []views.Cell {
	out := []views.Cell{{Text: u.Email}, {Text: u.Session.Name, Sub: ui.Date(u.Session.Day.Time(), l.today)}, {}}
	for _, f := range u.Fields {
		out[2].Fields = append(out[2].Fields, views.Cell{Text: spoken(f.New), Was: spoken(f.Old), Changed: true, Sub: f.Name})
	}
	return out
}

// spoken writes a status as words.
func spoken(v string) string { return strings.ReplaceAll(v, "_", " ") }

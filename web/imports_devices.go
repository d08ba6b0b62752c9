package web

import (
	"groundswell/internal/rollout"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// deviceRun words what an inventory would change.
func deviceRun(d rollout.InventoryDifference, l lister) dryRun {
	run := dryRun{
		report: d.Report, digest: sheet.Digest(d), changes: d.New + d.Changed.Count + d.Gone.Count, one: "machine", many: "machines",
		verdict: sentence("machine", "machines", deed{"adds", d.New, ""}, deed{"changes", d.Changed.Count, ""}, deed{"drops", d.Gone.Count, ""}),
		done:    sentence("machine", "machines", deed{"", d.New, "added"}, deed{"", d.Changed.Count, "changed"}, deed{"", d.Gone.Count, "dropped"}),
		same:    "Nothing to import: the inventory says all of this already",
		parts: []views.Part{
			partOf("New", "not in the inventory yet", "new", d.New),
			partOf("Changed", "another owner, platform, version or day", "changed", d.Changed.Count),
			partOf("As before", "nothing to change", "same", d.Unchanged),
			partOf("Left out", "of nobody who is known here", "moved", d.Strangers.Count),
			partOf("Unusable", "rows, each with its line below", "bad", d.Bad),
		},
		notes: ignored(d.Report),
	}
	if run.changes == 0 && d.Unchanged > 0 {
		run.again = "Keep it as of today"
		run.done = "nothing changed since the last inventory"
	}
	if d.Shrinks() {
		run.confirm = "The other " + ui.Counted(d.Gone.Count, "machine is", "machines are") + " really gone"
		run.notes = append(run.notes, ui.BannerProps{
			Title: "More than half of the inventory would go", Tone: ui.ToneWarn,
			Body: ui.Count(d.Gone.Count) + " of " + ui.Counted(d.Had, "machine", "machines") + " are not in this file. A file is the whole inventory: is this a part of it?",
		})
	}
	run.lists = append(l.problems(d.Report), l.devices(d)...)
	return run
}

// devices lists what becomes of machines.
func (l lister) devices(d rollout.InventoryDifference) []views.Section {
	gone := views.Section{ID: "gone", Title: "Gone", Sub: "In the inventory, but not in this file", Tone: ui.ToneWarn, Icon: ui.IconCircleX, Columns: []string{"Machine"}}
	out := section(l, gone, d.Gone, func(name string) []views.Cell { return []views.Cell{{Text: name}} })
	changed := views.Section{ID: "changed", Title: "Changed", Tone: ui.ToneWarn, Icon: ui.IconPencilLine, Columns: []string{"Machine", "Before and after"}}
	out = append(out, section(l, changed, d.Changed, deviceCells)...)
	left := views.Section{ID: "strangers", Title: "Left out", Sub: "Of people who are neither on the roster nor members", Icon: ui.IconCircleDashed, Columns: []string{"Machine", "Person", "Line"}}
	return append(out, section(l, left, d.Strangers, func(o rollout.DeviceOwner) []views.Cell {
		return []views.Cell{{Text: o.Device}, {Text: o.Email}, {Text: ui.Count(o.Line)}}
	})...)
}

func deviceCells(c rollout.DeviceChanged) []views.Cell {
	out := []views.Cell{{Text: c.Device, Sub: c.Email}, {}}
	for _, f := range c.Fields {
		out[1].Fields = append(out[1].Fields, views.Cell{Text: f.New, Was: f.Old, Changed: true, Sub: spoken(f.Name)})
	}
	return out
}

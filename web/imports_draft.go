package web

import (
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// draftProps words a dry run and offers what can be done with it.
func draftProps(d sheet.Draft, run dryRun) views.DraftProps {
	until := ui.Clock(d.CreatedAt.UTC().Add(draftLife)) + " UTC"
	p := views.DraftProps{
		Head: ui.PageHeadProps{
			Title: d.File, Crumbs: []ui.Link{{Label: "People", URL: route.People}, {Label: "Import a file", URL: route.With(route.Imports, "what", string(d.Kind))}},
			Sub: "Nothing is changed until you import it. The file waits until " + until + ".",
		},
		Chips:   []ui.ChipProps{{Label: kindOf(string(d.Kind)).Title, Icon: ui.IconFileSpreadsheet}, {Label: ui.Counted(run.report.Rows, "row", "rows")}},
		Verdict: run.sentence(), Parts: run.parts, Notes: run.notes, Lists: run.lists,
		Action: route.Import(d.ID) + "/apply", Discard: route.Import(d.ID) + "/discard", Digest: run.digest,
	}
	run.offer(&p)
	return p
}

// sentence is the verdict.
func (run dryRun) sentence() string {
	bad := ""
	if n := run.report.Bad; n > 0 {
		bad = ui.Counted(n, "row cannot be used", "rows cannot be used")
	}
	switch {
	case run.report.Bad == run.report.Rows:
		return "No row of this file can be used"
	case run.changes == 0 && bad == "":
		return run.same
	case run.changes == 0:
		return bad + "; the others change nothing"
	case bad != "":
		return "This " + run.verdict + "; " + bad
	}
	return "This " + run.verdict
}

// offer decides which buttons there are.
func (run dryRun) offer(p *views.DraftProps) {
	p.Confirm = run.confirm
	switch {
	case run.report.Bad == run.report.Rows:
		p.Body = "Correct the lines below in the file, then upload it again. Nothing was imported."
	case run.changes == 0 && run.report.Bad > 0:
		p.Body = "Correct the lines below in the file, then upload it again."
	case run.changes == 0 && run.again != "":
		p.All = run.again
	case run.changes == 0:
		p.Body = "You can discard the file."
	case run.report.Bad > 0:
		p.Good, p.Why = "Import the good rows only", ui.Counted(run.report.Bad, "row is", "rows are")+" left out; "+run.counted()+" "+verb(run.changes)+" imported. Or correct the file and upload it again."
	default:
		p.All = "Import " + run.counted()
	}
}

// counted is how much changes: "229 people".
func (run dryRun) counted() string { return ui.Counted(run.changes, run.one, run.many) }

func verb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// imported says what an import did, for the page after it.
func imported(d sheet.Draft, run dryRun) string {
	text := "Imported " + d.File + ": " + run.done + "."
	if n := run.report.Bad; n > 0 {
		text += " " + ui.Counted(n, "row was", "rows were") + " left out."
	}
	return text
}

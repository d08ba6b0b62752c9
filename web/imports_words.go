package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/internal/sheet"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// dryRun is what a file would change, in the words of its views.
type dryRun struct {
	report    sheet.Report
	digest    string // of all of it
	changes   int    // people, attendances or touchpoints that change
	one, many string // what they are: person, people
	verdict   string // what it does, as a part of a sentence: "adds 212 people and moves 14"
	same      string // what a file that changes nothing is told
	done      string // the same, after it was done: "212 added, 14 moved"
	parts     []views.Part
	notes     []ui.BannerProps
	lists     []views.Section
	again     string // what to do with a file that changes nothing; "" for nothing
	confirm   string // what has to be ticked first
}

const (
	rowsAPage = 25
	openRows  = 10 // a list of so few is not folded
)

// lister draws the lists of a dry run, each at the page that the address names.
type lister struct {
	path  string
	query url.Values
	today time.Time
}

// section draws one list; row turns an entry into cells.
func section[T any](l lister, s views.Section, list sheet.Listing[T], row func(T) []views.Cell) []views.Section {
	if list.Count == 0 {
		return nil
	}
	pages := (len(list.Items) + rowsAPage - 1) / rowsAPage
	at, err := strconv.Atoi(l.query.Get(s.ID))
	at = min(max(at, 1), pages)
	s.Count = ui.Count(list.Count)
	s.Open = s.Open || list.Count <= openRows || err == nil
	first, last := (at-1)*rowsAPage, min(at*rowsAPage, len(list.Items))
	for _, item := range list.Items[first:last] {
		s.Rows = append(s.Rows, row(item))
	}
	if pages > 1 || list.More() > 0 {
		s.Pages = &ui.PagesProps{Label: l.label(first+1, last, list.Count, list.More()), Prev: l.turn(s.ID, at-1, pages), Next: l.turn(s.ID, at+1, pages)}
	}
	return []views.Section{s}
}

func (l lister) label(first, last, count, more int) string {
	text := ui.Count(first) + "–" + ui.Count(last) + " of " + ui.Count(count)
	if more > 0 {
		text += ". The first " + ui.Count(count-more) + " are listed."
	}
	return text
}

func (l lister) turn(id string, to, pages int) string {
	if to < 1 || to > pages {
		return ""
	}
	return route.With(l.path, id, strconv.Itoa(to)) + "#" + id
}

// problems lists the rows that cannot be used.
func (l lister) problems(r sheet.Report) []views.Section {
	s := views.Section{ID: "bad", Title: "Rows that cannot be used", Tone: ui.ToneBad, Icon: ui.IconCircleX, Open: true, Columns: []string{"Line", "What is wrong"}}
	return section(l, s, r.Problems, problemCells)
}

func problemCells(p sheet.Problem) []views.Cell {
	return []views.Cell{{Text: "Line " + strconv.Itoa(p.Line)}, {Text: p.Say}}
}

// ignored says which columns were not read.
func ignored(r sheet.Report) []ui.BannerProps {
	if len(r.Unknown) == 0 {
		return nil
	}
	return []ui.BannerProps{{
		Title: ui.Counted(len(r.Unknown), "column is", "columns are") + " not known here",
		Body:  "Ignored: " + strings.Join(r.Unknown, ", ") + ".",
	}}
}

// deed is what a file does to so many.
type deed struct {
	before string
	n      int
	after  string
}

// sentence joins what a file does, naming what it does it to once: "adds 2
// people, moves 14 and changes 3".
func sentence(one, many string, deeds ...deed) string {
	var said []string
	for _, d := range deeds {
		if d.n == 0 {
			continue
		}
		count := ui.Count(d.n)
		if len(said) == 0 {
			count = ui.Counted(d.n, one, many)
		}
		said = append(said, strings.TrimSpace(d.before+" "+count+" "+d.after))
	}
	if len(said) < 2 {
		return strings.Join(said, "")
	}
	return strings.Join(said[:len(said)-1], ", ") + " and " + said[len(said)-1]
}

func partOf(label, note, look string, rows int) views.Part {
	return views.Part{Label: label, Note: note, Look: look, Rows: rows}
}

// peopleRun words what an import of people would change.
func peopleRun(d roster.Difference, l lister) dryRun {
	run := dryRun{
		report: d.Report, digest: sheet.Digest(d), changes: d.People - d.Unchanged, one: "person", many: "people",
		verdict: sentence("person", "people", deed{"adds", d.New.Count, ""}, deed{"moves", d.Moved.Count, ""},
			deed{"changes", d.Changed.Count, ""}, deed{"gives", d.Renamed.Count, "a new address"}),
		done: sentence("person", "people", deed{"", d.New.Count, "added"}, deed{"", d.Moved.Count, "moved"},
			deed{"", d.Changed.Count, "changed"}, deed{"", d.Renamed.Count, "with a new address"}),
		same: "Nothing to import: the roster says all of this already",
		parts: []views.Part{
			partOf("New", "not in the roster yet", "new", d.New.Count),
			partOf("Moved", "to another department or wave", "moved", d.Moved.Count),
			partOf("Changed", "name, title, manager, location or address", "changed", d.Changed.Count+d.Renamed.Count),
			partOf("As before", "nothing to change", "same", d.Unchanged),
			partOf("Unusable", "rows, each with its line below", "bad", d.Bad),
		},
		notes: ignored(d.Report),
	}
	run.lists = append(l.problems(d.Report), l.places(d)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "moved", Title: "Moved", Tone: ui.ToneTide, Icon: ui.IconArrowRightLeft, Columns: []string{"Person", "Department", "Wave", "Since"}}, d.Moved, l.movedCells)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "changed", Title: "Changed", Tone: ui.ToneWarn, Icon: ui.IconPencilLine, Columns: []string{"Person", "Before and after"}}, d.Changed, changedCells)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "addresses", Title: "New addresses", Sub: "Known as a member by the new address already", Tone: ui.ToneWarn, Icon: ui.IconMail, Columns: []string{"Person", "Address"}}, d.Renamed, renamedCells)...)
	run.lists = append(run.lists, section(l, views.Section{ID: "new", Title: "New", Tone: ui.ToneGood, Icon: ui.IconUserPlus, Columns: []string{"Person", "Department", "Wave", "Line"}}, d.New, addedCells)...)
	run.lists = append(run.lists, strangers(l, d.Strangers, itself)...)
	return run
}

// places lists departments and waves that do not exist yet.
func (l lister) places(d roster.Difference) []views.Section {
	s := views.Section{ID: "departments", Title: "New departments", Sub: "Created with the import", Tone: ui.ToneWarn, Icon: ui.IconBuilding2, Open: true, Columns: []string{"Department", "Rows"}}
	w := views.Section{ID: "waves", Title: "New waves", Sub: "Created with the import", Tone: ui.ToneWarn, Icon: ui.IconFlag, Open: true, Columns: []string{"Wave", "Rows"}}
	return append(names(l, s, d.Departments), names(l, w, d.Waves)...)
}

// names lists names with those they may be other spellings of, when there are such.
func names(l lister, s views.Section, list sheet.Listing[roster.Name]) []views.Section {
	alike := slices.ContainsFunc(list.Items, func(n roster.Name) bool { return n.Like != "" })
	if alike {
		s.Sub, s.Columns = "Created with the import, unless another spelling is meant", append(s.Columns, "Did you mean")
	}
	return section(l, s, list, func(n roster.Name) []views.Cell {
		out := []views.Cell{{Text: n.Name}, {Text: ui.Count(n.Rows)}}
		if alike {
			out = append(out, views.Cell{Text: n.Like})
		}
		return out
	})
}

func whoCell(w roster.Who) views.Cell {
	if w.Name == "" {
		return views.Cell{Text: w.Email}
	}
	return views.Cell{Text: w.Name, Sub: w.Email}
}

func addedCells(a roster.Added) []views.Cell {
	return []views.Cell{whoCell(a.Who), {Text: a.Department}, {Text: a.Wave}, {Text: strconv.Itoa(a.Line)}}
}

func (l lister) movedCells(m roster.Moved) []views.Cell {
	on := "All days"
	if m.On != nil {
		on = ui.Date(m.On.Time(), l.today)
	}
	return []views.Cell{whoCell(m.Who), turned(m.From.Department, m.To.Department), turned(m.From.Wave, m.To.Wave), {Text: on}}
}

// turned is a value that may have become another.
func turned(was, is string) views.Cell {
	return views.Cell{Text: is, Was: was, Changed: was != is}
}

func changedCells(c roster.Changed) []views.Cell {
	out := []views.Cell{whoCell(c.Who), {}}
	for _, f := range c.Fields {
		out[1].Fields = append(out[1].Fields, views.Cell{Text: f.New, Was: f.Old, Changed: true, Sub: f.Name})
	}
	return out
}

func renamedCells(r roster.Renamed) []views.Cell {
	return []views.Cell{whoCell(r.Who), turned(r.Old, r.Email)}
}

// strangers lists people of a file whom nobody knows yet.
func strangers[T any](l lister, list sheet.Listing[T], who func(T) roster.Who) []views.Section {
	s := views.Section{ID: "strangers", Title: "Neither members nor invited", Sub: "They count once they arrive", Icon: ui.IconCircleDashed, Columns: []string{"Person", "Line"}}
	return section(l, s, list, func(item T) []views.Cell {
		w := who(item)
		return []views.Cell{whoCell(w), {Text: strconv.Itoa(w.Line)}}
	})
}

func itself(w roster.Who) roster.Who { return w }

// touchpointRun words what an import of touchpoints would add.
func touchpointRun(d roster.TouchpointDifference, l lister) dryRun {
	run := dryRun{
		report: d.Report, digest: sheet.Digest(d), changes: d.New, one: "touchpoint", many: "touchpoints",
		verdict: sentence("touchpoint", "touchpoints", deed{"adds", d.New, ""}), done: sentence("touchpoint", "touchpoints", deed{"", d.New, "added"}),
		same: "Nothing to import: these touchpoints are kept already",
		parts: []views.Part{
			partOf("New", "not imported before", "new", d.New),
			partOf("As before", "imported before", "same", d.Unchanged),
			partOf("Unusable", "rows, each with its line below", "bad", d.Bad),
		},
		notes: ignored(d.Report),
	}
	run.lists = append(l.problems(d.Report), section(l, views.Section{ID: "notices", Title: "Taken, with a remark", Tone: ui.ToneWarn, Icon: ui.IconInfo, Columns: []string{"Line", "How"}}, d.Notices, problemCells)...)
	run.lists = append(run.lists, strangers(l, d.Strangers, itself)...)
	return run
}

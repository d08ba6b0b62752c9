package learning

import (
	"slices"
	"strconv"

	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

func courses(d Data) Courses {
	r := d.Report
	c := Courses{
		Title: "Courses", Sub: "What each counts as; those that wait come first", Search: d.Filter.Search,
		Searches: r.All > enablement.CoursesAPage || d.Filter.Search != "",
	}
	shown := r.Courses
	if back := d.Back.Course; back != nil && !slices.ContainsFunc(shown, func(c enablement.CourseCount) bool { return c.ID == back.ID }) {
		shown = append([]enablement.CourseCount{{Course: *back}}, shown...)
	}
	for _, one := range shown {
		c.Rows = append(c.Rows, course(one, d))
	}
	if r.Matching > enablement.CoursesAPage {
		c.Pages = coursePages(d)
	}
	return c
}

func coursePages(d Data) *ui.PagesProps {
	first := d.Filter.Page*enablement.CoursesAPage + 1
	last := min(first+enablement.CoursesAPage-1, d.Report.Matching)
	p := &ui.PagesProps{Label: ui.Count(first) + "–" + ui.Count(last) + " of " + ui.Count(d.Report.Matching)}
	at := func(page int) string {
		return route.With(route.Learning, "q", d.Filter.Search, "page", strconv.Itoa(page+1)) + "#courses"
	}
	if d.Filter.Page > 0 {
		p.Prev = at(d.Filter.Page - 1)
	}
	if last < d.Report.Matching {
		p.Next = at(d.Filter.Page + 1)
	}
	return p
}

func course(c enablement.CourseCount, d Data) Course {
	row := Course{ID: strconv.Itoa(c.ID), Name: c.Name, Activity: c.Activity, State: courseState(c.Course), Known: courseKnown(c, d)}
	if !d.Lead {
		return row
	}
	typed, back := enablement.Decision{Name: c.Name, Kind: c.Kind, Ignored: c.Ignored}, d.Back.Course
	row.Open = c.Waits()
	row.Form = &CourseForm{Action: route.Courses + "/" + row.ID, Version: strconv.Itoa(c.Version)}
	if back != nil && back.ID == c.ID {
		typed, row.Open = d.Back.Typed, true
		row.Form.refuse(*back, d.Back)
	}
	row.Form.Name, row.Form.Counts = typed.Name, counts(typed)
	return row
}

// refuse says why the form came back. After a conflict it is about the course as
// it is now, so that saving again is a decision made on what is shown.
func (f *CourseForm) refuse(now enablement.Course, back Returned) {
	f.WrongName, f.WrongCounts = back.Fault.Fields["name"], back.Fault.Fields["kind"]
	f.Version = strconv.Itoa(now.Version)
	if back.Fault.Kind == fault.Conflict {
		f.Conflict = &ui.BannerProps{
			Title: "Changed meanwhile: “" + now.Name + "” " + says(now.Kind, now.Ignored) + ".", Tone: ui.ToneWarn, Alert: true,
			Body: "What you chose is kept below and not saved. Save it to replace that.",
		}
	}
}

func counts(d enablement.Decision) []ui.Choice {
	chosen := string(d.Kind)
	if d.Ignored {
		chosen = Ignored
	}
	out := []ui.Choice{{Value: Undecided, Label: "Not decided yet"}}
	for _, k := range enablement.Kinds() {
		out = append(out, ui.Choice{Value: string(k), Label: k.Name()})
	}
	out = append(out, ui.Choice{Value: Ignored, Label: "Nothing: ignore it"})
	for i := range out {
		out[i].Chosen = out[i].Value == chosen
	}
	return out
}

func courseState(c enablement.Course) ui.ChipProps {
	switch {
	case c.Waits():
		return ui.ChipProps{Label: "Waits", Tone: ui.ToneWarn, Icon: ui.IconClockAlert}
	case c.Ignored:
		return ui.ChipProps{Label: "Ignored", Icon: ui.IconEyeOff}
	}
	return ui.ChipProps{Label: c.Kind.Name(), Tone: ui.ToneGood, Icon: ui.IconCheck}
}

func courseKnown(c enablement.CourseCount, d Data) string {
	if c.Statements == 0 || c.Last == nil {
		return "No statement that counts"
	}
	return ui.Counted(c.Statements, "statement", "statements") + " about " + ui.Counted(c.People, "person", "people") +
		", last of " + ui.Date(c.Last.UTC(), d.Now)
}

func says(k enablement.Kind, ignored bool) string {
	switch {
	case ignored:
		return "is ignored"
	case k == "":
		return "is not decided"
	}
	return "counts as " + k.Name()
}

// Decided says what became of a course.
func Decided(d enablement.Decision) string {
	return "Saved: “" + enablement.CourseName(d.Name) + "” " + says(d.Kind, d.Ignored) + "."
}

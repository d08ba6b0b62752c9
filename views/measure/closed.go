package measure

import (
	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// Closed is what a page shows of a month that was closed.
type Closed struct {
	Closing   adoption.Closing
	Revisions adoption.Revisions // figures that moved since
	Restored  bool               // the figures of whom the page is about are the closed ones
}

// closedNotice says that figures are those of a closed month, and which are not.
func (p pageData) closedNotice() []ui.BannerProps {
	if p.Closed == nil {
		return nil
	}
	month := p.Closed.Closing.Month.Time().Format("January 2006")
	b := ui.BannerProps{Icon: ui.IconClock}
	switch {
	case p.Closed.Restored:
		b.Title = month + " is closed"
		b.Body = "Its figures stand as they were on data through " + p.date(p.Closed.Closing.Through) + ". " + p.moved() +
			" Charts are drawn from the data as it is now."
	default:
		b.Title = month + " is closed, for everyone and for each cohort alone"
		b.Body = "Figures of this selection are as of now."
	}
	return []ui.BannerProps{b}
}

// moved says how many figures of the page read otherwise now.
func (p pageData) moved() string {
	if len(p.Closed.Revisions) == 0 {
		return "None has changed since."
	}
	return "What has changed since is written beside it as “now”."
}

func (p pageData) one() string {
	one, _ := byWord(p.By)
	return one
}

// whole is whom the page is about, as revisions name it.
func (p pageData) whole() adoption.Cohort {
	if p.Answer.Cohort != nil {
		return *p.Answer.Cohort
	}
	return adoption.Everyone()
}

// revision is what a figure of a closed month is now, false when it reads the same.
func (p pageData) revision(c adoption.Cohort, k adoption.Key) (adoption.Figure, bool) {
	if p.Closed == nil {
		return adoption.Figure{}, false
	}
	return p.Closed.Revisions.Of(c, k)
}

// now is the line of a tile that says what its closed figure is now; "" when it reads the same.
func (p pageData) nowLine(f adoption.Figure) string {
	r, ok := p.revision(p.whole(), f.Key)
	if !ok {
		return ""
	}
	text := p.written(r)
	if of := ofText(r); of != "" {
		text += ", " + of
	}
	if was := p.written(f); was == p.written(r) && ofText(f) == ofText(r) {
		return ""
	}
	return "now " + text
}

// written is a figure as text: its value with its unit, or that there is none.
func (p pageData) written(f adoption.Figure) string {
	if !f.Known() {
		return "not known"
	}
	text, unit := amount(f.Key, f.Unit, *f.Value)
	if unit != "" {
		text += " " + unit
	}
	return text
}

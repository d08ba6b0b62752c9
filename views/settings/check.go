package settings

import (
	"time"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// CheckLine says whether the sets of people agree with the facts they are made of.
type CheckLine struct {
	Text string
	Tone ui.Tone
	Icon ui.Glyph
}

// checkLate is how old a nightly comparison may be before it is missed.
const checkLate = 50 * time.Hour

// NewCheck words the last comparison, nil before the first one.
func NewCheck(c *adoption.IndexCheck, now time.Time) CheckLine {
	if c == nil {
		return CheckLine{Text: "The sets of people have not been compared with the facts yet. It is done every night.", Icon: ui.IconCircleDashed}
	}
	when := "checked " + momentText(c.At.UTC(), now.UTC())
	switch n := len(c.Differences); {
	case n > 0:
		text := ui.Counted(n, "difference", "differences") + " between the sets of people and the facts, " + when + ". Run server reindex; server reindex --verify lists them."
		return CheckLine{Text: text, Tone: ui.ToneBad, Icon: ui.IconCircleX}
	case now.Sub(c.At) > checkLate:
		return CheckLine{Text: "The sets of people agreed with the facts, " + when + ". That is long ago: check that a worker runs.", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	}
	return CheckLine{Text: "The sets of people agree with the facts, " + when + ".", Tone: ui.ToneGood, Icon: ui.IconCircleCheck}
}

// momentText writes a moment: 03:10 today, 03:10 yesterday, 03:10 on Thu 19 Nov.
func momentText(at, now time.Time) string {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch day(at) {
	case day(now):
		return ui.Clock(at) + " today"
	case day(now.AddDate(0, 0, -1)):
		return ui.Clock(at) + " yesterday"
	}
	return ui.Clock(at) + " on " + ui.Date(at, now)
}

// checkTone is the class of the line's icon.
func checkTone(t ui.Tone) string {
	if t == ui.ToneNone {
		return "dim"
	}
	return string(t) + "-t"
}

package comms

import (
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/comms"
	"groundswell/internal/day"
)

var statuses = []comms.Status{comms.StatusSent, comms.StatusScheduled, comms.StatusHeld, comms.StatusDraft, comms.StatusNeedsApproval, comms.StatusNoOwner, comms.StatusMissed}

func someDot(t *rapid.T, launch day.Date) Dot {
	return Dot{
		Title: rapid.StringN(1, 40, -1).Draw(t, "title"), Look: LookOf(rapid.SampledFrom(statuses).Draw(t, "status")),
		Day: launch + day.Date(rapid.IntRange(-20, 16).Draw(t, "day")),
	}
}

// Whatever is on a lane and however wide it is, no label touches another label or a dot
// of its row, dots do not hide each other, and everything stays on the drawing.
func TestLabelsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		launch := day.Of(2026, 12, 1)
		a := axis{launch, launch + day.Date(rapid.IntRange(-30, 30).Draw(t, "today"))}
		l := a.draw(Stage{Dots: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Dot { return someDot(t, launch) }), 0, 40).Draw(t, "dots")})
		labels, least := l.Labels, narrowest
		if rapid.Bool().Draw(t, "roomy") {
			labels, least = l.Roomy, roomy
		}
		width := rapid.Float64Range(least, widest).Draw(t, "width")
		var boxes []box
		for _, d := range l.Dots {
			x := d.at*width + float64(d.dx)
			boxes = append(boxes, box{x - radius, x + radius, d.y, true, d.Day})
		}
		for _, s := range labels {
			p := s.span()
			boxes = append(boxes, box{p.at*width + p.from, p.at*width + p.to, s.y, false, day.None})
		}
		for i, b := range boxes {
			if b.from < 0 || b.to > width || b.y+radius > float64(l.Height) {
				t.Fatalf("%+v leaves the lane of %g by %d", b, width, l.Height)
			}
			for _, o := range boxes[:i] {
				if b.y == o.y && b.from < o.to && o.from < b.to && !(b.dot && o.dot && b.day == o.day) {
					t.Fatalf("%+v meets %+v at %g", b, o, width)
				}
			}
		}
	})
}

type box struct {
	from, to, y float64
	dot         bool
	day         day.Date
}

// The list beside the drawing holds every occurrence once: those drawn, those outside, those without a day.
func TestListEqualsTheDrawing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		launch := day.Of(2026, 12, 1)
		dots := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Dot {
			d := someDot(t, launch)
			if rapid.Bool().Draw(t, "undated") {
				d.Day = day.None
			}
			return d
		}), 0, 30).Draw(t, "dots")
		l := axis{launch, launch}.draw(Stage{Dots: dots})
		if len(l.Dated)+len(l.Undated) != len(dots) {
			t.Fatalf("%d and %d are listed of %d", len(l.Dated), len(l.Undated), len(dots))
		}
		drawn := 0
		for _, d := range l.Dated {
			if (axis{launch, launch}).shows(d.Day) {
				drawn++
			}
		}
		if drawn != len(l.Dots) || (drawn < len(l.Dated)) != (l.Outside != "") {
			t.Fatalf("%d dots for %d days shown, and %q", len(l.Dots), drawn, l.Outside)
		}
	})
}

// Three that are held say it once; who is waited for is said before what went out.
func TestLabelsSayWhatMatters(t *testing.T) {
	launch := day.Of(2026, 12, 1)
	held := Dot{Title: "Onboarding guide", Look: LookOf(comms.StatusHeld), Day: launch}
	l := axis{launch, launch - 12}.draw(Stage{Dots: []Dot{held, held, held}})
	if len(l.Labels) != 1 || l.Labels[0].text != "Held until go" || len(l.Dots) != 3 {
		t.Errorf("held: %+v", l.Labels)
	}
	went := Dot{Title: "A letter from the leadership", Look: LookOf(comms.StatusSent), Day: launch - 9}
	asks := Dot{Title: "Training dates and your champion", Look: LookOf(comms.StatusNeedsApproval), Day: launch - 8}
	l = axis{launch, launch - 12}.draw(Stage{Dots: []Dot{went, asks}})
	if len(l.Labels) == 0 || !l.Labels[0].warn || l.Labels[0].text[:8] != "Training" {
		t.Errorf("labels: %+v", l.Labels)
	}
}

package touchpoint

import (
	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// ListProps is the page of touchpoints.
type ListProps struct {
	Head     ui.PageHeadProps
	New      string // where one is logged; "" for readers
	Filter   Filter
	CSV      ui.LinkButtonProps
	Note     string // what the download asks for first
	Sub      string
	Rows     []Row
	Pages    ui.PagesProps
	Totals   []ui.Pair
	Effect   EffectProps
	None     *ui.VoidProps // in place of rows
	Amending bool          // somebody may change some of them
}

func (p ListProps) columns() []ui.Column {
	out := []ui.Column{{Label: "Day"}, {Label: "With"}, {Label: "Department"}, {Label: "Kind"}, {Label: "Outcome"}, {Label: "Champion"}}
	if p.Amending {
		out = append(out, ui.Column{Label: "Change", Hidden: true})
	}
	return out
}

// Filter narrows the list.
type Filter struct {
	Action                              string
	Text                                string
	Departments, Champions, Kinds, Span []ui.Choice
	Clear                               string // the list without filters; "" when there are none
}

// Row is a touchpoint.
type Row struct {
	Day, With, Department, Kind, Outcome, Champion, Note string
	Whole                                                bool
	Change                                               string // where it is changed; "" for none
}

// EffectProps is what was observed after touchpoints.
type EffectProps struct {
	Sub    string
	Groups []EffectGroup
	None   string // said in place of groups
	Def    ui.DefinitionProps
}

// EffectGroup is one group of people and what they did.
type EffectGroup struct {
	Name  string
	Value string // share; "" when there is none
	Of    string // of how many
	Open  string // who cannot be judged yet; "" for nobody
}

// NewEffect words what followed the touchpoints of a period.
func NewEffect(e adoption.Effect, period string) EffectProps {
	p := EffectProps{Sub: period, Def: effectDefinition()}
	if e.Touched == (adoption.Followed{}) {
		p.None = "Nobody was touched for the first time in these days before their first task."
		return p
	}
	p.Groups = []EffectGroup{group("Touched", e.Touched), group("Not touched, same departments", e.Others)}
	return p
}

func group(name string, f adoption.Followed) EffectGroup {
	g := EffectGroup{Name: name}
	switch {
	case f.Withheld:
		g.Of = adoption.WithheldReason
	case f.People() == 0:
		g.Of = "Nobody"
	case f.Judged == 0:
		g.Of = "Nobody can be judged yet"
	default:
		g.Value = ui.Percent(float64(f.Delegated) / float64(f.Judged))
		g.Of = ui.Count(f.Delegated) + " of " + ui.Count(f.Judged) + " delegated within 14 days"
	}
	if f.Open > 0 {
		g.Open = ui.Count(f.Open) + " cannot be judged yet; " + ui.Count(f.Early) + " of them have delegated already"
	}
	return g
}

func effectDefinition() ui.DefinitionProps {
	return ui.DefinitionProps{
		ID: "def-effect", Title: "What followed",
		Sentence: "Touched: members whose first touchpoint ever lies in these days and who had delegated no task before it. It followed when their first task is on that day or in the 14 days after it. Not touched: members of the same departments whom nobody touched until the last of these days and who had no task before the first of those touchpoints; their 14 days begin with it.",
		LeftOut:  "Touchpoints for a whole department, people who are no members, and whoever was delegating already. Whose 14 days are not over is in neither share.",
		Source:   "Touchpoints, and Claude usage up to the last complete day. People who are helped differ from those who are not: this is observed, not caused.",
	}
}

// PhoneListProps are touchpoints as a champion reads them on a phone.
type PhoneListProps struct {
	New    string
	Views  []ui.Option // yours, and everybody's
	Title  string
	Rows   []Row
	None   string
	Next   string
	Totals string
}

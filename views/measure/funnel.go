package measure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// FunnelProps is the funnel's card.
type FunnelProps struct {
	Sub     string
	Funnel  ui.FunnelProps
	Callout string
	Next    string // the play that addresses the widest loss
	Open    *ui.Link
}

func (p pageData) funnel() FunnelProps {
	r := p.Funnel
	out := FunnelProps{Sub: p.who() + ", to " + p.date(p.covered().To)}
	out.Funnel = ui.FunnelProps{Title: "From access to habit", Empty: "Nobody to count in this period."}
	if r.Withheld {
		out.Funnel.Empty = "Hidden: " + p.withheld().Why + "."
		return out
	}
	if !p.Answer.Through.Known() || p.Answer.Covered.Days() == 0 {
		return out
	}
	count := func(n int) ui.Reading { return ui.Read(float64(n)) }
	licensed := ui.Reading{}
	if r.Licensed.Count != nil {
		licensed = count(*r.Licensed.Count)
	}
	out.Funnel.Stages = []ui.FunnelStage{
		{Name: "Licensed", People: licensed},
		{Name: "Signed in", People: count(r.SignedIn), Loss: p.loss(r.Licensed.Count, r.SignedIn, "not signed in")},
		{Name: "First real task", People: count(r.Delegated), Loss: p.loss(&r.SignedIn, r.Delegated, "signed in, no task yet")},
		{Name: "Habit", People: count(r.Habitual), Loss: p.loss(&r.Delegated, r.Habitual, "delegated, no habit yet")},
	}
	for i := range out.Funnel.Stages[1:] {
		if s := &out.Funnel.Stages[i+1]; s.Loss != "" {
			s.Who = whereMost(p.lost(stage(i + 1)))
		}
	}
	out.Callout = p.gap(r)
	p.nextStep(r, &out)
	return out
}

// stage is a step of the funnel after the first.
type stage int

const (
	signedIn  stage = 1
	delegated stage = 2
	habitual  stage = 3
)

// missed is how many of a row did not get to a stage from the one before.
func (s stage) missed(r adoption.FunnelRow) int {
	switch s {
	case delegated:
		return r.SignedIn - r.Delegated
	case habitual:
		return r.Delegated - r.Habitual
	}
	if r.Licensed.Count == nil {
		return 0
	}
	return *r.Licensed.Count - r.SignedIn
}

// metric is the metric whose plays bring people to a stage.
func (s stage) metric() adoption.Key {
	switch s {
	case delegated:
		return adoption.DelegationRate
	case habitual:
		return adoption.Week2Retention
	}
	return adoption.ActivationRate
}

// lostIn is how many a cohort lost before a stage.
type lostIn struct {
	cohort adoption.Cohort
	people int
}

// lost returns where people were lost before a stage, most first, and how many of
// them cannot be there yet because their wave has not opened; none where there is
// one cohort only.
func (p pageData) lost(s stage) (out []lostIn, early int) {
	if len(p.Stages) < 2 {
		return nil, 0
	}
	for _, r := range p.Stages {
		n := s.missed(r)
		if n <= 0 || r.Withheld || r.Cohort.Merged {
			continue
		}
		if _, later := p.Opens[r.Cohort.Slug]; later {
			early += n
			continue
		}
		out = append(out, lostIn{r.Cohort, n})
	}
	slices.SortStableFunc(out, func(a, b lostIn) int { return cmp.Compare(b.people, a.people) })
	if p.By == adoption.ByGroup {
		early = 0 // groups overlap: they do not add up
	}
	return out, early
}

// whereMost names the two cohorts that lost most: "54 in Claims, 12 in Legal";
// before them those whose wave has not opened.
func whereMost(lost []lostIn, early int) string {
	var out []string
	if early > 0 {
		out = append(out, ui.Count(early)+" before their wave opens")
	}
	for _, l := range lost[:min(2, len(lost))] {
		out = append(out, ui.Count(l.people)+" in "+l.cohort.Name)
	}
	return strings.Join(out, ", ")
}

// nextStep says what usually helps against the loss to work on, and leads to the
// cohort that lost most.
func (p pageData) nextStep(r adoption.FunnelRow, out *FunnelProps) {
	s, ok := widest(r)
	if !ok {
		return
	}
	if plays := adoption.Plays(s.metric()); len(plays) > 0 {
		out.Next = plays[0]
	}
	if lost, _ := p.lost(s); len(lost) > 0 {
		out.Open = &ui.Link{Label: "Open " + lost[0].cohort.Name, URL: p.cohort(lost[0].cohort)}
	}
}

// widest is the stage whose loss to work on first: the greater one before a
// first task; a habit takes weeks, so it comes only when nobody is lost before.
func widest(r adoption.FunnelRow) (stage, bool) {
	idle, looking := signedIn.missed(r), delegated.missed(r)
	switch {
	case idle <= 0 && looking <= 0:
		return habitual, habitual.missed(r) > 0
	case idle > looking:
		return signedIn, true
	}
	return delegated, true
}

// loss says how many did not reach a stage; "" when nobody was lost.
func (p pageData) loss(before *int, here int, words string) string {
	if before == nil || *before <= here {
		return ""
	}
	return ui.Count(*before-here) + " " + words
}

// gap says the loss to work on; "" when nobody is lost.
func (p pageData) gap(r adoption.FunnelRow) string {
	s, ok := widest(r)
	n := s.missed(r)
	switch {
	case !ok:
		return ""
	case s == habitual:
		return fmt.Sprintf("What is left is habit: %s delegated a task but not in three of the last four weeks.", people(n))
	case s == signedIn:
		return fmt.Sprintf("The gap to close first is before sign-in: %s not used Claude yet.", people(n, "licensed")+have(n))
	}
	return fmt.Sprintf("The gap to close first is after sign-in: %s not delegated a task yet.", people(n)+have(n))
}

// people counts people, with a word before them: "1 licensed person".
func people(n int, kind ...string) string {
	word := "people"
	if n == 1 {
		word = "person"
	}
	return strings.Join(append(append([]string{ui.Count(n)}, kind...), word), " ")
}

func have(n int) string {
	if n == 1 {
		return " has"
	}
	return " have"
}

package recognition

import (
	"strconv"
	"time"

	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// OneProps is what stands on a champion's page.
type OneProps struct {
	Thanks    []Said
	Badges    []BadgeRow
	Suggested []Suggested
	Form      *FormProps // nil for readers, and for who is no champion
}

// Said is thanks in words.
type Said struct{ Words, By string }

// BadgeRow is a badge that was given.
type BadgeRow struct {
	Name, For, Because, By string
	TakeBack               string // posted to; "" for readers
}

// Suggested is a badge whose contribution is there.
type Suggested struct{ Key, Name, Words string }

// FormProps are the forms of a lead.
type FormProps struct {
	ThankURL, BadgeURL string
	Key                string // of the form
	Words              string // as typed
	Because            string
	Badges             []ui.Choice // those not given yet
	Errors             map[string]string
}

// Typed is what a lead typed and could not be kept.
type Typed struct {
	Key, Words, Badge, Because string
	Errors                     map[string]string
}

// NewOne is what there is to show of a champion; lead says that its forms are.
func NewOne(id people.ChampionID, r people.Recognition, typed Typed, lead bool, now time.Time) OneProps {
	at := route.Champion(int64(id))
	var p OneProps
	for _, t := range r.Thanks {
		p.Thanks = append(p.Thanks, Said{t.Words, by(t.ByName, t.At, now)})
	}
	given := map[people.Badge]bool{}
	for _, b := range r.Badges {
		given[b.Badge] = true
		row := BadgeRow{Name: b.Badge.Name(), For: b.Badge.For(), Because: b.Because, By: by(b.ByName, b.At, now)}
		if lead {
			row.TakeBack = at + "/badges/" + string(b.Badge) + "/take-back"
		}
		p.Badges = append(p.Badges, row)
	}
	for _, s := range r.Deeds.Suggests(r.Badges) {
		p.Suggested = append(p.Suggested, Suggested{string(s.Badge), s.Badge.Name(), s.Since})
	}
	if !lead {
		return p
	}
	p.Form = &FormProps{ThankURL: at + "/thanks", BadgeURL: at + "/badges", Key: typed.Key, Words: typed.Words, Because: typed.Because, Errors: typed.Errors}
	for _, b := range people.Badges() {
		if !given[b] {
			p.Form.Badges = append(p.Form.Badges, ui.Choice{Value: string(b), Label: b.Name() + ": " + b.For(), Chosen: typed.Badge == string(b)})
		}
	}
	return p
}

func by(name string, at, now time.Time) string {
	day := ui.Date(at.UTC(), now.UTC())
	if name == "" {
		return day
	}
	return name + ", " + day
}

var most = strconv.Itoa(people.MaxThanks)

// SaidOf is thanks as a start page shows them.
func SaidOf(t people.Thanks, now time.Time) Said { return Said{t.Words, by(t.ByName, t.At, now)} }

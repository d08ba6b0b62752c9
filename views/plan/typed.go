package plan

import "groundswell/views/ui"

// Typed is a form that came back: what was typed into it, and what is wrong with
// it by field. The zero Typed is a form that nobody sent.
type Typed struct {
	Form   string // which of the page's forms
	Values map[string]string
	Errors map[string]string
	Waits  []string // tasks chosen to wait for
}

// of returns what was typed into one of the page's forms.
func (t Typed) of(form string) Typed {
	if t.Form != form {
		return Typed{}
	}
	return t
}

func (t Typed) sent() bool { return t.Form != "" }

func (t Typed) value(field string) string { return t.Values[field] }

// or is what was typed, else what stands.
func (t Typed) or(field, stands string) string {
	if v, ok := t.Values[field]; ok {
		return v
	}
	return stands
}

func (t Typed) err(field string) string { return t.Errors[field] }

// sentence is what happened and who did it.
func (l Line) sentence() string {
	if l.Who == "" {
		return l.Say
	}
	return l.Who + ": " + l.Say
}

// changed is the banner over what somebody else changed meanwhile.
func changed(by, what string) *ui.BannerProps {
	return &ui.BannerProps{Title: by + " changed this task meanwhile", Body: what + " Nothing of yours was kept yet: look at it again, and send it once more if it still holds.", Tone: ui.ToneWarn, Alert: true}
}

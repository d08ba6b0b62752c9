package measure

import "github.com/a-h/templ"

// swap makes a link replace one card and leave the rest of the page, and the
// reader's place in it, alone. Without script it is a link.
func swap(id string) templ.Attributes {
	return templ.Attributes{
		"hx-boost": "true", "hx-target": "#" + id, "hx-select": "#" + id, "hx-swap": "outerMorph", "hx-push-url": "true",
	}
}

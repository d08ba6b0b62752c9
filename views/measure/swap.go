package measure

import "github.com/a-h/templ"

// swap makes a link change the page where it stands: focus and scrolling stay.
// All of the page is taken over, since its other links carry this choice along.
// Without script it is a link.
func swap() templ.Attributes {
	return templ.Attributes{
		"hx-boost": "true", "hx-target": "#main", "hx-select": "#main", "hx-swap": "outerMorph show:none", "hx-push-url": "true",
	}
}

package layout

import "groundswell/views/ui"

// Tab is one of the few pages at the foot of a phone.
type Tab struct {
	Label   string
	URL     string
	Icon    ui.Glyph
	Current bool
}

// PhoneProps is the frame of a page made for a phone. With Back set it is a sheet:
// something to fill in, that ends where Back leads. Without a Heading the page
// brings its own h1 and the head shows the organization.
type PhoneProps struct {
	Props
	Heading string
	Sub     string // under the heading, such as "Thu 19 Nov"
	Home    string // where the mark leads
	Back    string
	Tabs    []Tab
}

// others returns the pages that the menu lists: those that are no tab.
func (p PhoneProps) others() []Item {
	var out []Item
	for _, it := range p.Items {
		if !p.isTab(it.URL) {
			out = append(out, it)
		}
	}
	return out
}

func (p PhoneProps) isTab(url string) bool {
	for _, t := range p.Tabs {
		if t.URL == url || len(t.URL) > len(url) && t.URL[:len(url)+1] == url+"?" {
			return true
		}
	}
	return false
}

// kind names the document for the stylesheet.
func (p PhoneProps) kind() string {
	switch {
	case p.Back != "":
		return "ph-body ph-filled"
	case p.Heading == "":
		return "ph-body ph-wide"
	}
	return "ph-body"
}

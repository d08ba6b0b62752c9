package letter

import (
	"context"
	"io"
	"regexp"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
)

// Text draws Markdown within a page, as the mail has it. Placeholders that are not
// filled stand out.
func Text(body, site string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		drawn, err := Markdown(body, site)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, placeholderShown.ReplaceAllStringFunc(drawn, mark))
		return err
	})
}

var placeholderShown = regexp.MustCompile(`\{\{\s*[A-Za-z_]+\s*\}\}`)

// mark sets a placeholder apart. Within an attribute none can stand: addresses escape its braces.
func mark(written string) string {
	if len(comms.Uses(written)) == 0 {
		return written
	}
	return `<span class="place">` + written + `</span>`
}

// Footer draws what stands below a letter, within a page.
func Footer(p Props) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, line := range p.footer() {
			if _, err := io.WriteString(w, "<p>"+line+"</p>"); err != nil {
				return err
			}
		}
		return nil
	})
}

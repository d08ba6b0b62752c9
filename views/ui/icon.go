package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Glyph names a drawing of the kit: one of the Icon… constants.
type Glyph string

// Icon draws g at 16 px, hidden from screen readers: the words beside it say
// what it means. Classes: s (14 px), xs (12 px), l (20 px), end (after the label).
// The drawings are constants of this package, so writing them raw is safe.
func Icon(g Glyph, classes ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		inner, ok := drawings[g]
		if !ok {
			return nil
		}
		class := strings.Join(append([]string{"icon"}, classes...), " ")
		_, err := io.WriteString(w, `<svg class="`+templ.EscapeString(class)+`" viewBox="0 0 24 24" aria-hidden="true">`+inner+`</svg>`)
		return err
	})
}

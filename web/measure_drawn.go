package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/views/measure"
)

// maxDrawn bounds how many drawn pages are kept: a rollout has few periods and
// groups that people look at, and a page is some tens of KB.
const maxDrawn = 96

// drawnPages keeps the bodies of figure pages as of one index: what a page says
// follows from the index, the question and who asks, and from nothing else. The
// zero value is ready; it is safe for concurrent use.
type drawnPages struct {
	mu    sync.Mutex
	index *adoption.Index
	kept  map[drawnKey][]byte
}

// drawnKey is the question, and what of its asker a page depends on.
type drawnKey struct {
	question string
	reader   measure.Reader
	head     bool // the page's head, apart from the rest
}

func (k drawnKey) ofHead() drawnKey {
	k.head = true
	return k
}

func keyOf(q measured) drawnKey {
	return drawnKey{fmt.Sprint(q.filters.Address(), "|", q.filters.Period, "|", q.filters.Ignored, "|", q.closed), q.reader, false}
}

// find returns the page drawn of x under k, nil when there is none.
func (d *drawnPages) find(x *adoption.Index, k drawnKey) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.index != x {
		return nil
	}
	return d.kept[k]
}

// keep remembers a page of x and forgets those of other indexes.
func (d *drawnPages) keep(x *adoption.Index, k drawnKey, body []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.index != x || len(d.kept) >= maxDrawn {
		d.index, d.kept = x, map[drawnKey][]byte{}
	}
	d.kept[k] = body
}

// drawBody renders a page's body into bytes of their own.
func drawBody(ctx context.Context, c templ.Component) ([]byte, error) {
	var buf bytes.Buffer
	if err := c.Render(ctx, &buf); err != nil {
		return nil, fmt.Errorf("draw the page: %w", err)
	}
	return append([]byte{}, buf.Bytes()...), nil // never nil, and no longer than it is
}

// written is a component that was drawn before.
func written(body []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

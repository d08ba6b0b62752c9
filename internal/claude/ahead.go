package claude

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"groundswell/internal/pull"
)

// cursorWithin is how near the end of a page its next cursor is looked for.
const cursorWithin = 512

// readAhead is the page after the last one, asked for while that one is
// decoded: on a page of people, waiting and decoding take about as long. One
// page is ahead at most, and it counts against the pace like any other. Behind a
// unit's last page it is the first page of the unit that is expected then.
type readAhead struct {
	mu       sync.Mutex
	next     *answer
	expected *pull.Unit
}

// Expect says which unit will be asked for after the one that is being read now.
func (c *Client) Expect(u pull.Unit) {
	c.ahead.mu.Lock()
	defer c.ahead.mu.Unlock()
	c.ahead.expected = &u
}

// unit returns the expected unit, once.
func (r *readAhead) unit() *pull.Unit {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.expected
	r.expected = nil
	return u
}

// answer is what a request brought, once done is closed.
type answer struct {
	url  string
	done chan struct{}
	body []byte
	id   string
	t    *trouble
}

// take returns the answer for url if it was asked for ahead, and forgets it. An
// answer for anything else is dropped: the reader went another way.
func (r *readAhead) take(url string) *answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.next
	r.next = nil
	if a == nil || a.url != url {
		return nil
	}
	return a
}

func (r *readAhead) put(a *answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = a
}

// lookAhead asks for the page that body names as its next one; behind the last
// one, for the first page of the unit that is expected.
func (c *Client) lookAhead(ctx context.Context, u pull.Unit, body []byte) {
	if u.Source != pull.Users {
		return // other listings are a page or two
	}
	cursor := cursorAtEnd(body)
	if cursor == "" {
		next := c.ahead.unit()
		if next == nil {
			return
		}
		u = *next
	}
	ep, err := endpointOf(u, cursor)
	if err != nil || c.past.limited(ep, time.Now()) != nil {
		return
	}
	a := &answer{url: ep.url(), done: make(chan struct{})}
	c.ahead.put(a)
	go func() {
		defer close(a.done)
		if err := c.limit.Wait(ctx); err != nil {
			a.t = unreachable(err)
			return
		}
		ctx, cancel := context.WithTimeout(ctx, c.cfg.Attempt)
		defer cancel()
		a.body, a.id, a.t = c.get(ctx, ep)
	}()
}

// wait returns what the request brought.
func (a *answer) wait(ctx context.Context) (body []byte, requestID string, t *trouble) {
	select {
	case <-a.done:
		return a.body, a.id, a.t
	case <-ctx.Done():
		return nil, "", unreachable(ctx.Err())
	}
}

// cursorAtEnd returns the next_page that stands near the end of a page, "" when
// there is none. It is a guess that decoding confirms.
func cursorAtEnd(body []byte) string {
	tail := body[max(0, len(body)-cursorWithin):]
	_, rest, found := bytes.Cut(tail, []byte(`"next_page":`))
	if !found {
		return ""
	}
	var cursor *string
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&cursor); err != nil || cursor == nil {
		return ""
	}
	return *cursor
}

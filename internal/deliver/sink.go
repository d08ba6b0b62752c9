package deliver

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"groundswell/internal/fault"
)

// sinkHolds is how many a sink keeps: the last ones.
const sinkHolds = 200

// Sink takes mails and posts and keeps them in memory: nothing leaves the
// program. It stands in for a mail server and for chats where there are none.
type Sink struct {
	mu    sync.Mutex
	taken int
	kept  []Taken // oldest first
}

// Taken is what a sink took.
type Taken struct {
	No     int // 1, 2, … in the order they came
	At     time.Time
	Format Format // "" for a mail
	Mail   Mail   // of a mail
	Raw    string // of a mail: as it would have gone over the wire
	Note   Note   // of a post
}

// sinkSender is whom a sink's mails are from.
var sinkSender = mail.Address{Name: "Cowork rollout", Address: "rollout@example.com"}

// Send takes a mail.
func (s *Sink) Send(_ context.Context, m Mail) Receipt {
	raw, err := m.render(sinkSender)
	if err != nil {
		return Receipt{State: Refused, Say: sayable(err.Error(), hidden(m)...), Address: !Mailable(m.To)}
	}
	s.take(Taken{At: m.At, Mail: m, Raw: string(raw)})
	return Receipt{State: Sent, Code: 250}
}

// Post takes a post; the address is forgotten.
func (s *Sink) Post(_ context.Context, f Format, _ string, n Note) Receipt {
	s.take(Taken{At: time.Now(), Format: f, Note: n})
	return Receipt{State: Sent, Code: 200}
}

// Check finds fault only with what is no address at all: nothing is dialled.
func (s *Sink) Check(_ context.Context, address string) error {
	if !strings.HasPrefix(address, "https://") {
		return fault.Field("address", "This is not an address. Paste the webhook's address as the chat showed it; it begins with https://.")
	}
	_, err := Allowed{}.webhook(address)
	return err
}

func (s *Sink) take(t Taken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken++
	t.No = s.taken
	s.kept = append(s.kept, t)
	if len(s.kept) > sinkHolds {
		s.kept = slices.Clone(s.kept[len(s.kept)-sinkHolds:])
	}
}

// Taken returns what was taken last, the latest first.
func (s *Sink) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.kept)
	slices.Reverse(out)
	return out
}

// One returns what was taken under a number; false when it is not kept any more.
func (s *Sink) One(no int) (Taken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.kept {
		if t.No == no {
			return t, true
		}
	}
	return Taken{}, false
}

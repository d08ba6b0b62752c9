package web

import (
	"context"
	"sync"
	"time"

	"groundswell/internal/telemetry"
	"groundswell/views/ui"
)

// pulseFor is how long the foot of the sidebar uses what it knows of telemetry:
// every page has one, and none waits for it more often than that.
const pulseFor = 30 * time.Second

// lastPulse is what was last known of telemetry. The zero value is ready; it is
// safe for concurrent use.
type lastPulse struct {
	mu    sync.Mutex
	asked time.Time
	pulse telemetry.Pulse
}

// heard says for the foot of the sidebar when the desktop apps were last heard;
// nothing before the first time, or when that cannot be known now.
func (s *Server) heard(ctx context.Context, now time.Time) []string {
	if s.Telemetry.Book == nil {
		return nil
	}
	p := s.pulse.ask(ctx, s.Telemetry.Book, now)
	if p.Never() {
		return nil
	}
	return []string{"Telemetry " + ui.Ago(now.Sub(p.Last))}
}

func (l *lastPulse) ask(ctx context.Context, book TelemetryBook, now time.Time) telemetry.Pulse {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now.Sub(l.asked); age >= 0 && age < pulseFor {
		return l.pulse
	}
	if p, err := book.TelemetryPulse(ctx); err == nil {
		l.pulse, l.asked = p, now
	}
	return l.pulse
}

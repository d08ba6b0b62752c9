package comms

import (
	"time"
)

// Standing counts the messages before and on the day of a launch, each once: nobody owns it, it
// wants approval, its day passed and it never went out, or none of these.
type Standing struct {
	Messages   int
	Unowned    int
	Unapproved int
	Unsent     int // of those before the launch
	Sent       int
}

// Add adds up two waves.
func (s Standing) Add(o Standing) Standing {
	return Standing{s.Messages + o.Messages, s.Unowned + o.Unowned, s.Unapproved + o.Unapproved, s.Unsent + o.Unsent, s.Sent + o.Sent}
}

// Standings returns how the messages of each wave's launch stand, by wave; a wave without
// any is absent. What was cancelled or put away is not counted.
func Standings(all []Message, launches []Launch, now time.Time) map[int]Standing {
	byWave := map[int]Launch{}
	for _, l := range launches {
		byWave[l.Wave] = l
	}
	out := map[int]Standing{}
	for _, m := range all {
		first, ok := m.First()
		if !ok || m.Wave == 0 || !m.ArchivedAt.IsZero() || m.Stage != PreLaunch && m.Stage != LaunchDay {
			continue
		}
		out[m.Wave] = out[m.Wave].Add(m.standing(first, byWave[m.Wave], now))
	}
	return out
}

func (m Message) standing(first Occurrence, launch Launch, now time.Time) Standing {
	s := Standing{Messages: 1}
	switch status := m.Status(first, launch); {
	case status == StatusSent || status == StatusGoing:
		s.Sent = 1
	case m.Stage == PreLaunch && (status == StatusMissed || first.over(now)):
		s.Unsent = 1
	case status == StatusNoOwner:
		s.Unowned = 1
	case status == StatusDraft || status == StatusNeedsApproval:
		s.Unapproved = 1
	}
	return s
}

// over reports whether the day of an occurrence has passed where it goes out.
func (o Occurrence) over(now time.Time) bool {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return o.Day.Known() && o.Day < todayIn(zone, now)
}

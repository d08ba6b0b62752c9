package comms

import (
	"time"

	"groundswell/internal/day"
)

// Sheet is one message with everything its page tells besides whom it reaches.
type Sheet struct {
	Message   Message
	Versions  []Text // the latest first
	Channels  []Channel
	Champions []string // names of champions, for the delegation check
	Done      []Done   // what was done to it, the latest first
	Beside    []Beside // what else goes out on its days, by day
}

// Beside is a time of another message on a day that a message goes out, with what tells
// whether the same people get both.
type Beside struct {
	Title      string
	Message    MessageID
	Occurrence OccurrenceID
	Day        day.Date
	Audience   Audience
	Channels   []int
}

// Clashes returns the times of others that may reach the same people, by the time of the
// message they clash with. How many people they share is for whoever can count.
func (s Sheet) Clashes() map[OccurrenceID][]Beside {
	all, by := []Message{s.Message}, map[OccurrenceID]Beside{}
	for _, b := range s.Beside {
		by[b.Occurrence] = b
		all = append(all, Message{
			ID: b.Message, Title: b.Title, Text: Text{Audience: b.Audience, Channels: b.Channels},
			Occurrences: []Occurrence{{ID: b.Occurrence, Day: b.Day, State: Planned}},
		})
	}
	out := map[OccurrenceID][]Beside{}
	for _, c := range Conflicts(all) {
		if other, beside := by[c.A]; beside && s.Message.occurrence(c.B) >= 0 {
			out[c.B] = append(out[c.B], other)
		}
		if other, beside := by[c.B]; beside && s.Message.occurrence(c.A) >= 0 {
			out[c.A] = append(out[c.A], other)
		}
	}
	return out
}

// Done is something that was done to a message, from the audit log.
type Done struct {
	At     time.Time
	By     string // "" for what the program did by itself
	Action string
	Detail map[string]string
}

// Testing is what is sent when somebody sends a message to themselves.
type Testing struct {
	Message MessageID
	N       int
	Title   string
	Key     string // of the form: sent twice it counts once
	Letter  Letter
}

// MaxTests is how many tests one person may send themselves in an hour.
const MaxTests = 10

// TestOf is a message as it is mailed to whoever tests it.
func TestOf(m Message, to Recipient, v Values, key string) (Testing, error) {
	subject, err := FillSubject(m.Subject, v)
	if err != nil {
		return Testing{}, err
	}
	body, err := Fill(m.Body, v)
	if err != nil {
		return Testing{}, err
	}
	return Testing{Message: m.ID, N: m.N, Title: m.Title, Key: key, Letter: Letter{To: to, Subject: "Test: " + subject, Body: body}}, nil
}

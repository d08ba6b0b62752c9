package comms

import "time"

// Sheet is one message with everything its page tells besides whom it reaches.
type Sheet struct {
	Message   Message
	Versions  []Text // the latest first
	Channels  []Channel
	Champions []string // names of champions, for the delegation check
	Done      []Done   // what was done to it, the latest first
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

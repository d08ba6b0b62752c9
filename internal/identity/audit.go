package identity

import (
	"strconv"
	"time"
)

// Event is something an actor did, as the audit log keeps it. Detail holds ids
// and values of settings: no names, no emails, no secrets.
type Event struct {
	By      Actor
	Action  string // "role.granted"
	Subject string // "account/12"
	Detail  map[string]string
}

// ActorKind names what kind of actor acted: person, token or command.
func (e Event) ActorKind() string {
	switch {
	case e.By.Account != 0:
		return "person"
	case e.By.Token != 0:
		return "token"
	}
	return "command"
}

// Entry is an event in the audit log.
type Entry struct {
	Seq          int64
	At           time.Time
	ActorKind    string
	ActorAccount AccountID
	ActorToken   int64
	Action       string
	Subject      string
	Detail       string // JSON
}

// Operator is whoever runs the program's commands on its machine: they may do what a lead may.
func Operator() Actor { return Actor{Name: "command line", Roles: []Role{Lead}} }

func accountSubject(id AccountID) string { return "account/" + strconv.FormatInt(int64(id), 10) }
func tokenSubject(id int64) string       { return "token/" + strconv.FormatInt(id, 10) }

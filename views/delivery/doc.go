// Package delivery draws what went out: the state of sending, every recipient's
// copy, mail that came back, and what was observed after a message. Who may change
// anything is decided before.
package delivery

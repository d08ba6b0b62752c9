// Package comms is the calendar of messages: what is told to whom and when, who
// approved it, and what became of every single one that went out. It plans
// against the launches of waves, counts audiences, and says when something is
// due; it never sends anything itself and knows neither SQL nor a mail server.
package comms

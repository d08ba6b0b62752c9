// Package comms draws the calendar of messages: the stages of a wave as lanes, a
// month, a list, and the rail beside them. Its Props carry decisions already made;
// only where things stand in a drawing is decided here.
package comms

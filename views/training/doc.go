// Package training draws the pages of planning sessions: the agenda, the forms of a
// session and of a series, the formats and the curriculum. It draws what it is given.
package training

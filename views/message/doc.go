// Package message draws one message: its page, the form it is written in, its versions,
// and what a recipient will read.
package message

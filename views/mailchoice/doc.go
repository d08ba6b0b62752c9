// Package mailchoice is what each person gets by mail, how they end it without signing in,
// and what goes out by itself.
package mailchoice

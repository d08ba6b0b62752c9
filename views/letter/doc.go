// Package letter turns the Markdown of a message into the mail that people get: HTML
// that common clients show, and plain text that says the same. Nothing in it is loaded
// from elsewhere, nothing in it runs, and it reads well without its style.
package letter

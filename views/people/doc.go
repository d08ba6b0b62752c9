// Package people draws the roster and its imports: who is in it and how far each
// is, the upload of a file, and what a file would change before it does. It is
// told what to show; what a file means is decided in internal/people and
// internal/enablement.
package people

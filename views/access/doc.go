// Package access draws what enforcing roles would do to whom, why, and what puts
// it right; why one person has what they have; and what the most restrictive
// spend limit does. Its Props carry decisions already made.
package access

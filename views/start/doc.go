// Package start is the guided start of a rollout and the page on which its
// answers are changed later. Its props carry decisions already made.
package start

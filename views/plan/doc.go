// Package plan draws the pages of the plan: its list and timeline, the page of a
// task with its forms, its history and what its owners would be reminded of. It
// turns a [groundswell/internal/rollout.Plan] into rows and words for one
// [Reader]; what anybody may do was decided before.
package plan

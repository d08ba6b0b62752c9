// Package gate draws the gates in front of what cannot be undone: the card that
// stands beside the plan and the dry run, the page of one gate, the page that asks
// before a gate is opened, and the list of all.
package gate

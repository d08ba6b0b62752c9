// Package support draws where people ask for help: channels, escalation paths,
// who is on call, and the issues that champions report until somebody has
// answered. What may be changed is decided before.
package support

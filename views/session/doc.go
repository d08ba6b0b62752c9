// Package session holds the pages around being signed in: sign-in, personas, the
// account, a role still missing, and the page of an error.
package session

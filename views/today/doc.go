// Package today draws a champion's day on the phone: how the department stands,
// what the day asks, with whom to begin; and what people without a role are told.
package today

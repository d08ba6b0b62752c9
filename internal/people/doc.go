// Package people holds the roster: people, their departments and waves from a
// day on, and the touchpoints of champions with them. It decides what an imported
// file changes; it knows neither the web nor SQL.
package people

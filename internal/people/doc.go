// Package people holds the roster: people, their departments and waves from a
// day on, the register of champions, and their touchpoints. It decides what an
// imported file changes, and who becomes and stays a champion; it knows neither
// the web nor SQL.
package people

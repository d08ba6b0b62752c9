// Package enablement holds trainings and help sessions and who attended them. It
// decides what an imported file changes; it knows neither the web nor SQL.
package enablement

// Package touchpoint draws the pages on which touchpoints are logged, taken back
// and listed, and what followed them.
package touchpoint

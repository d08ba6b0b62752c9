// Package win holds the pages of wins: the sheet that one is logged on, a
// champion's list, the list of all and the page of one. Who may see and do what
// is decided before.
package win

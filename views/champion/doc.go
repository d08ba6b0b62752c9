// Package champion holds the pages of the register of champions: how departments
// are covered, one entry, who may be asked, and the pages on which people offer
// themselves and answer an invitation. Its Props are made from the register; what
// may be done is decided by whoever makes them.
package champion

// Package phone holds the parts of pages made for a phone: cards, the summary
// with its bar, lists of rows with a tick or a person, and what sheets are filled
// in with. They know no domain; who may see what is decided before.
package phone

// Package claude reads Anthropic's admin and analytics API and turns its pages
// into our facts. It is the only room that names an SDK type: the SDK sends the
// requests and reads the errors, this package paces them, decides what is worth
// another try, and decodes with lean types in which null stays null. It stores
// nothing and decides nothing about which day or list is read next; that is
// pull's. It never logs the key, an address of a person or a body.
package claude

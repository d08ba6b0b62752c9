// Package library draws the library of guides, the champion kit and the tips of
// the weeks. Text that people write is Markdown; it is drawn without HTML of
// their own and with links that lead where they seem to.
package library

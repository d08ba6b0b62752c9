// Package check draws the checks behind the evidence: what each looks at, what it
// found, and what it said before.
package check

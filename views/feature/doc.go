// Package feature draws what people use inside Cowork: skills, connectors,
// plugins and artifacts, ranked and one by one; and what Claude costs, by product,
// by group and against the spend limits that bind. It shows what the reports say.
package feature

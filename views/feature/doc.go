// Package feature draws what people use inside Cowork: skills, connectors,
// plugins and artifacts, ranked and one by one. It shows what the reports say;
// what a reader may not see has been taken out before.
package feature

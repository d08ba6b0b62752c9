// Package measure is the overview and the three pages of the Measure group. It
// turns what the engine answered into the Props of the kit: every sentence is
// made of the same figures that stand below it. It asks nobody anything and
// computes no metric.
package measure

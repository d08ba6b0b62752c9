// Package cohort is the list of cohorts and the page of each. It turns what the
// engine answered into the Props of the kit, with the parts that the pages of
// figures are made of (views/measure). It asks nobody anything and computes no metric.
package cohort

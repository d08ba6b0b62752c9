// Package learning draws what is known of trainings from learning systems, who
// was at one by department, and what people would be reminded of.
package learning

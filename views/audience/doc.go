// Package audience draws the choice of whom a message is for, how many it reaches
// now, and who they are. It decides nothing: who may see names is decided before.
package audience

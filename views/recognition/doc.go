// Package recognition draws what champions are thanked and honoured for, and the
// roll of a quarter. It shows what they did for others, never how much they use
// anything themselves, and orders nobody by a number.
package recognition

// Package value is about what people get back: the finished work that they name,
// who says so, and when it may be told. It knows neither the web nor SQL.
package value

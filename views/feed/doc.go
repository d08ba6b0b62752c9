// Package feed draws the page of somebody's calendar address.
package feed

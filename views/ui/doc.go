// Package ui is the kit that every page is made of: buttons, fields, tables,
// tiles, banners, charts, and the only functions that turn a number or a day
// into words. Components take small Props that carry decisions already made;
// the package knows no domain, no request and no address of the site.
package ui

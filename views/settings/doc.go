// Package settings holds the pages behind the organization's menu: where the
// data comes from, and who has access.
package settings

//go:build !linux

package pgembed

import "syscall"

// dieWithUs does nothing here: a keeper ends the server when this program ends.
func dieWithUs(*syscall.SysProcAttr, bool) {}

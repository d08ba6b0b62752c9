package pgembed

import "syscall"

// dieWithUs has the kernel end the server when this program ends, however it ends.
func dieWithUs(attr *syscall.SysProcAttr, disposable bool) {
	attr.Pdeathsig = syscall.SIGINT
	if disposable {
		attr.Pdeathsig = syscall.SIGQUIT
	}
}

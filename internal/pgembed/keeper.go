package pgembed

import (
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
)

// keeper is a shell that waits for this program to end. The pipe between them
// closes when it does, even by kill -9; the shell then ends the server, where
// the system has no parent-death signal, and removes a disposable directory.
type keeper struct {
	pipe io.WriteCloser
	cmd  *exec.Cmd
}

// vigil is the shell's script: $1 is the server, $2 the signal to end it with, $3 what to remove.
const vigil = `read -r _ || kill -"$2" "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done
if [ -n "$3" ]; then rm -rf -- "$3"; fi`

// watch starts a keeper where one is needed; elsewhere it returns nil.
func watch(pid int, cfg Config, h home) (*keeper, error) {
	if runtime.GOOS == "linux" && !cfg.Discard {
		return nil, nil
	}
	sig, remove := "INT", ""
	if cfg.Discard {
		sig, remove = "QUIT", h.dir
	}
	cmd := exec.Command("/bin/sh", "-c", vigil, "keeper", strconv.Itoa(pid), sig, remove)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Dir = "/"
	pipe, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot start the process that tidies up after us: %w", err)
	}
	return &keeper{pipe: pipe, cmd: cmd}, nil
}

// release tells the keeper that the server has been stopped and waits until it has tidied up.
func (k *keeper) release() {
	if k == nil {
		return
	}
	_, _ = io.WriteString(k.pipe, "stopped\n")
	_ = k.pipe.Close()
	_ = k.cmd.Wait()
}

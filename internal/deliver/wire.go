package deliver

import (
	"errors"
	"net"
	"sync"
)

// maxAnswer bounds what a server may say between two things we say, certificates included.
const maxAnswer = 64 << 10

// errTooMuch ends the reading of a server that never stops talking.
var errTooMuch = errors.New("the server's answer is longer than what is read")

// wire is a connection that bounds what the other side may say and remembers
// whether everything that was written left this machine. It lies beneath TLS:
// when its last write failed, the other side cannot have read the end of it.
type wire struct {
	net.Conn
	mu     sync.Mutex
	heard  int
	broken error // of the first write that failed
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	left := maxAnswer - w.heard
	w.mu.Unlock()
	if left <= 0 {
		return 0, errTooMuch
	}
	n, err := w.Conn.Read(p[:min(len(p), left)])
	w.mu.Lock()
	w.heard += n
	w.mu.Unlock()
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = 0
	if err != nil && w.broken == nil {
		w.broken = err
	}
	return n, err
}

// wroteAll reports whether every write succeeded so far.
func (w *wire) wroteAll() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken == nil
}

package delivertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// journal is a file of mails, one JSON object a line, that survives a kill.
type journal struct {
	file   *os.File
	before []Kept // what was in it
}

func openJournal(path string) (*journal, error) {
	if path == "" {
		return &journal{}, nil
	}
	before, err := ReadLog(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the log of mails: %w", err)
	}
	return &journal{f, before}, nil
}

// add writes a mail and waits until the disk has it.
func (j *journal) add(k Kept) error {
	if j.file == nil {
		return nil
	}
	line, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) close() {
	if j.file != nil {
		j.file.Close()
	}
}

// ReadLog returns the mails that a server's log holds. A last line that was cut off counts as none.
func ReadLog(path string) ([]Kept, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Kept
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		var k Kept
		if err := json.Unmarshal(line, &k); err != nil {
			return nil, fmt.Errorf("mail %d of the log: %w", len(out)+1, err)
		}
		out = append(out, k)
	}
}

package store

import (
	"encoding/binary"
	"io"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// usageCopy writes a day's rows in Postgres' binary COPY format, as they are
// read: no row is boxed, no day is held twice.
type usageCopy struct {
	day   day.Date
	left  []adoption.Entry
	chunk []byte // reused for every piece
	buf   []byte // what of it is still to be handed out
	begun bool
	ended bool
}

const (
	copyChunk   = 64 * 1024
	copyRowMax  = 2 + 10*8
	copyColumns = 10
	// pgEpoch is 2000-01-01, from which Postgres counts days.
	pgEpoch = day.Date(10957)
)

var copyHeader = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// Read hands out the next piece of the stream.
func (c *usageCopy) Read(p []byte) (int, error) {
	if len(c.buf) == 0 {
		c.fill()
	}
	if len(c.buf) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.buf)
	c.buf = c.buf[n:]
	return n, nil
}

func (c *usageCopy) fill() {
	if c.chunk == nil {
		c.chunk = make([]byte, 0, copyChunk)
	}
	c.buf = c.chunk
	if !c.begun {
		c.begun = true
		c.buf = append(c.buf, copyHeader...)
	}
	for len(c.left) > 0 && len(c.buf) < copyChunk-copyRowMax {
		if c.left[0].SignedIn {
			c.row(c.left[0])
		}
		c.left = c.left[1:]
	}
	if len(c.left) == 0 && !c.ended {
		c.ended = true
		c.buf = append(c.buf, 0xff, 0xff)
	}
}

func (c *usageCopy) row(e adoption.Entry) {
	c.buf = binary.BigEndian.AppendUint16(c.buf, copyColumns)
	c.int4(int32(c.day - pgEpoch))
	for _, v := range counts(e) {
		if v < 0 {
			c.buf = append(c.buf, 0xff, 0xff, 0xff, 0xff) // null
			continue
		}
		c.int4(v)
	}
	c.buf = append(c.buf, 0, 0, 0, 1, flag(e.Unified))
}

func (c *usageCopy) int4(v int32) {
	c.buf = append(c.buf, 0, 0, 0, 4)
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(v))
}

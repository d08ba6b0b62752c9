package telemetry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"slices"
	"time"
)

// hasher makes keys of records and hashes of people under a key of the server,
// so that neither can be tried out against a list of guesses.
type hasher struct{ secret []byte }

// key is what makes a record one of a kind. Records of a session are told apart
// by their place in it; others by all that may be read of them.
func (h hasher) key(name string, r *record) []byte {
	m := hmac.New(sha256.New, h.secret)
	feed(m, "event", name, r.attrs[attrTime])
	feedNumber(m, r.nanos)
	if r.attrs[attrSession] != "" && r.attrs[attrSequence] != "" {
		feed(m, r.attrs[attrSession], r.attrs[attrSequence], r.attrs[attrPrompt])
		return m.Sum(nil)[:KeyBytes]
	}
	feedNumber(m, r.observed)
	for _, k := range slices.Sorted(maps.Keys(r.attrs)) {
		feed(m, k, r.attrs[k])
	}
	return m.Sum(nil)[:KeyBytes]
}

// who stands for an account on one day: the next day it is another, so that days
// cannot be joined.
func (h hasher) who(account string, at time.Time) []byte {
	if account == "" {
		return nil
	}
	m := hmac.New(sha256.New, h.secret)
	feed(m, "person", at.UTC().Format(time.DateOnly), account)
	return m.Sum(nil)[:WhoBytes]
}

// feed writes texts so that no two lists of them read the same.
func feed(m hash.Hash, texts ...string) {
	for _, s := range texts {
		feedNumber(m, uint64(len(s)))
		m.Write([]byte(s))
	}
}

func feedNumber(m hash.Hash, n uint64) {
	m.Write(binary.BigEndian.AppendUint64(nil, n))
}

package comms

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"groundswell/internal/identity"
)

// Feed is somebody's calendar address. Its secret is kept as a hash only.
type Feed struct {
	CreatedAt time.Time
	ReadAt    time.Time // zero: no program asked yet; to the hour
}

// feedSecret is the length of a calendar address's secret in bytes.
const feedSecret = 32

// NewFeedSecret makes a secret of 256 bits, as it stands in an address.
func NewFeedSecret() string {
	b := make([]byte, feedSecret)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// FeedHash is what is kept of a secret; false for a text that is none.
func FeedHash(secret string) ([sha256.Size]byte, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(b) != feedSecret {
		return [sha256.Size]byte{}, false
	}
	return sha256.Sum256(b), true
}

// Concerns reports whether an audience may hold people of a department, or its champions.
// waves are those that the department has people in.
func (a Audience) Concerns(department int, waves []int) bool {
	if a.Who == WhoRoles {
		return slices.Contains(a.Roles, identity.Champion)
	}
	return a.Who.Valid() && within(a.Departments, department) &&
		(len(a.Waves) == 0 || slices.ContainsFunc(waves, func(w int) bool { return slices.Contains(a.Waves, w) }))
}

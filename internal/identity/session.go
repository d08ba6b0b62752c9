package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"
)

// How long a session lasts, and how long after proving who they are a person may
// change keys and roles without proving it again.
const (
	SessionIdle     = 8 * time.Hour
	SessionAbsolute = 24 * time.Hour
	FreshFor        = 15 * time.Minute
	touchEvery      = time.Minute
)

const (
	sessionIDBytes = 16
	secretBytes    = 32
)

// Session is one browser's sign-in. The cookie is "id.secret"; only a hash of the secret is kept.
type Session struct {
	ID              string
	SecretHash      []byte
	Account         AccountID
	Label           string // browser and system, for the person to recognise
	CreatedAt       time.Time
	SeenAt          time.Time
	AuthenticatedAt time.Time
}

// newSession makes a session and the cookie value that opens it.
func newSession(account AccountID, label string, authenticated, now time.Time) (Session, string) {
	id, secret := randomText(sessionIDBytes), randomText(secretBytes)
	hash := sha256.Sum256([]byte(secret))
	return Session{
		ID: id, SecretHash: hash[:], Account: account, Label: clip(label),
		CreatedAt: now, SeenAt: now, AuthenticatedAt: authenticated,
	}, id + "." + secret
}

// Alive reports whether s has neither been idle nor lasted too long at now.
func (s Session) Alive(now time.Time) bool {
	return now.Sub(s.SeenAt) < SessionIdle && now.Sub(s.CreatedAt) < SessionAbsolute
}

// Fresh reports whether the person proved who they are recently enough for changes of keys and roles.
func (s Session) Fresh(now time.Time) bool { return now.Sub(s.AuthenticatedAt) < FreshFor }

func (s Session) stale(now time.Time) bool { return now.Sub(s.SeenAt) >= touchEvery }

func (s Session) opens(secret string) bool {
	hash := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(hash[:], s.SecretHash) == 1
}

// splitCookie takes a cookie value apart; ok is false for anything of another shape.
func splitCookie(value string) (id, secret string, ok bool) {
	id, secret, ok = strings.Cut(value, ".")
	enc := base64.RawURLEncoding
	ok = ok && len(id) == enc.EncodedLen(sessionIDBytes) && len(secret) == enc.EncodedLen(secretBytes)
	return id, secret, ok
}

func randomText(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

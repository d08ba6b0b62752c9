package identity

import (
	"crypto/sha256"
	"strings"
	"time"

	"groundswell/internal/fault"
)

// tokenPrefix makes a leaked token recognisable to secret scanners.
const tokenPrefix = "gsw_"

// Token lets a program ask in a role. Its text is shown once; only a hash is kept.
type Token struct {
	ID         int64
	Name       string
	Role       Role
	Hash       []byte
	CreatedBy  AccountID // 0: the command line
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	RevokedAt  *time.Time
	LastUsedAt *time.Time // to the minute; nil while unused
}

// TokenRoles returns the roles a token may have.
func TokenRoles() []Role { return []Role{Lead, Executive, Auditor} }

// newToken checks what was asked for and makes the token and its text.
func newToken(by Actor, name string, role Role, expires *time.Time, now time.Time) (Token, string, error) {
	if !by.Has(Lead) {
		return Token{}, "", fault.New(fault.Forbidden, "Only a rollout lead makes tokens.")
	}
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return Token{}, "", fault.Field("name", "Name the token after what will use it, in at most 200 characters.")
	}
	if role != Lead && role != Executive && role != Auditor {
		return Token{}, "", fault.Field("role", "A token is a lead, an executive or an auditor.")
	}
	if expires != nil && !expires.After(now) {
		return Token{}, "", fault.Field("expires", "Choose a day that is still to come.")
	}
	text := tokenPrefix + randomText(secretBytes)
	return Token{Name: name, Role: role, Hash: hashToken(text), CreatedBy: by.Account, CreatedAt: now, ExpiresAt: expires}, text, nil
}

// Usable reports whether t opens anything at now.
func (t Token) Usable(now time.Time) bool {
	return t.RevokedAt == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt))
}

// Actor returns t as the one who is asking.
func (t Token) Actor() Actor { return Actor{Token: t.ID, Name: t.Name, Roles: []Role{t.Role}} }

func (t Token) stale(now time.Time) bool {
	return t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= touchEvery
}

func hashToken(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:]
}

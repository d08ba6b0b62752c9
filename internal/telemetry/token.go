package telemetry

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// tokenPrefix makes a leaked token recognisable to secret scanners, and tells it
// from those of the API.
const tokenPrefix = "gswt_"

const (
	tokenBytes = 32
	maxTokens  = 20 // in use at a time
	maxTitle   = 100
)

// Token lets desktop apps send events and opens nothing else. Its text is shown
// once; only a hash is kept.
type Token struct {
	ID         int64
	Name       string
	Hash       []byte
	CreatedBy  identity.AccountID // 0: the command line
	CreatedAt  time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time // to the minute; nil while unused
}

// NewToken checks what was asked for and makes the token and its text. have are
// the tokens there are.
func NewToken(by identity.Actor, name string, have []Token, now time.Time) (Token, string, error) {
	if !by.Has(identity.Lead) {
		return Token{}, "", fault.New(fault.Forbidden, "Only a rollout lead makes tokens.")
	}
	name = strings.Join(strings.Fields(strings.Map(printable, name)), " ")
	if name == "" || utf8.RuneCountInString(name) > maxTitle {
		return Token{}, "", fault.Field("name", "Name the token after where it is pasted, in at most 100 characters.")
	}
	live := 0
	for _, t := range have {
		if t.RevokedAt != nil {
			continue
		}
		live++
		if strings.EqualFold(t.Name, name) {
			return Token{}, "", fault.Field("name", "A token in use has this name. Choose another, or revoke that one first.")
		}
	}
	if live >= maxTokens {
		return Token{}, "", fault.Field("name", "Twenty tokens are in use. Revoke one that is not needed first.")
	}
	secret := make([]byte, tokenBytes)
	rand.Read(secret)
	text := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := hashToken(text)
	return Token{Name: name, Hash: hash[:], CreatedBy: by.Account, CreatedAt: now}, text, nil
}

func hashToken(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }

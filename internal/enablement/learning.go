package enablement

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// LearningKeeper keeps what learning systems say, and the tokens they say it with.
type LearningKeeper interface {
	// LearningToken returns the token in use with this hash; NotFound when there is none.
	LearningToken(ctx context.Context, hash []byte) (LearningToken, error)
	// UseLearningToken notes that a token was used, to the minute.
	UseLearningToken(ctx context.Context, t LearningToken, now time.Time) error
	// AddLearningToken lends the tokens in use to fn and keeps the one it makes.
	AddLearningToken(ctx context.Context, by identity.Actor, now time.Time, fn func(have []LearningToken) (LearningToken, error)) (LearningToken, error)
	// RevokeLearningToken ends a token; NotFound when it is not in use.
	RevokeLearningToken(ctx context.Context, by identity.Actor, id int64, now time.Time) error

	// UpdateStatements lends what is known of the statements with these ids to fn,
	// keeps what it decides, and with it the attendances that follow, all or nothing.
	UpdateStatements(ctx context.Context, ids []string, now time.Time, fn func(Shelf) (Arrival, error)) error
	// UpdateCourse lends a course to fn and keeps what it made of it, with the
	// attendances that follow; NotFound when there is no such course.
	UpdateCourse(ctx context.Context, by identity.Actor, id int, now time.Time, fn func(*Course) error) error
	// Course returns a course; NotFound when there is none.
	Course(ctx context.Context, id int) (Course, error)
	// NoteRefusal counts a request that was refused.
	NoteRefusal(ctx context.Context, why Reason, now time.Time) error
	// LearningReport tells what has arrived.
	LearningReport(ctx context.Context, f CourseFilter, now time.Time) (LearningReport, error)
}

// LearningService takes in what learning systems say of courses. Its statements
// count as attendances as soon as a lead has said what their course is.
type LearningService struct {
	Keeper LearningKeeper
}

// learningPrefix makes a leaked token recognisable to secret scanners, and tells
// it from those of the API and of telemetry.
const learningPrefix = "gswl_"

const (
	learningSecret    = 32 // bytes
	maxLearningTokens = 20 // in use at a time
	maxTokenName      = 100
)

// LearningToken lets a learning system send statements and opens nothing else.
// Its text is shown once; only a hash is kept.
type LearningToken struct {
	ID         int64
	Name       string
	Hash       []byte
	CreatedBy  identity.AccountID // 0: the command line
	CreatedAt  time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time // to the minute; nil while unused
}

func (t LearningToken) stale(now time.Time) bool {
	return t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= time.Minute
}

// CreateToken makes a token for a learning system and returns its text, which is kept nowhere.
func (s *LearningService) CreateToken(ctx context.Context, by identity.Actor, name string, now time.Time) (LearningToken, string, error) {
	text := ""
	t, err := s.Keeper.AddLearningToken(ctx, by, now, func(have []LearningToken) (t LearningToken, err error) {
		t, text, err = newLearningToken(by, name, have, now)
		return t, err
	})
	return t, text, err
}

func newLearningToken(by identity.Actor, name string, have []LearningToken, now time.Time) (LearningToken, string, error) {
	if !by.Has(identity.Lead) {
		return LearningToken{}, "", fault.New(fault.Forbidden, "Only a rollout lead makes tokens.")
	}
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || utf8.RuneCountInString(name) > maxTokenName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return LearningToken{}, "", fault.Field("name", "Name the token after the learning system, in at most 100 characters.")
	}
	for _, t := range have {
		if t.Name == name {
			return LearningToken{}, "", fault.Field("name", "A token in use has this name. Choose another, or revoke that one first.")
		}
	}
	if len(have) >= maxLearningTokens {
		return LearningToken{}, "", fault.Field("name", "Twenty tokens are in use. Revoke one that is not needed first.")
	}
	secret := make([]byte, learningSecret)
	rand.Read(secret)
	text := learningPrefix + base64.RawURLEncoding.EncodeToString(secret)
	hash := sha256.Sum256([]byte(text))
	return LearningToken{Name: name, Hash: hash[:], CreatedBy: by.Account, CreatedAt: now}, text, nil
}

// RevokeToken ends a token at once. Who may is the caller's route to say, and the rule's: leads only.
func (s *LearningService) RevokeToken(ctx context.Context, by identity.Actor, id int64, now time.Time) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Only a rollout lead revokes tokens.")
	}
	return s.Keeper.RevokeLearningToken(ctx, by, id, now)
}

// Admit finds the token with this text. Any other text is Unauthenticated.
func (s *LearningService) Admit(ctx context.Context, text string, now time.Time) (LearningToken, error) {
	wrong := fault.New(fault.Unauthenticated, "This needs a token of a learning system that is in use. Nothing was kept.")
	if !strings.HasPrefix(text, learningPrefix) {
		return LearningToken{}, wrong
	}
	hash := sha256.Sum256([]byte(text))
	t, err := s.Keeper.LearningToken(ctx, hash[:])
	if fault.Is(err, fault.NotFound) {
		return LearningToken{}, wrong
	}
	if err == nil && t.stale(now) {
		err = s.Keeper.UseLearningToken(ctx, t, now)
	}
	return t, err
}

// Receive takes in the statements of a request, all or none, and returns their
// ids in order. A statement that was kept before counts once: the same again
// changes nothing, the same id with other content is a Conflict.
func (s *LearningService) Receive(ctx context.Context, t LearningToken, body []byte, now time.Time) ([]string, error) {
	heard, err := ReadStatements(body, now)
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, t, heard, now)
}

// Put takes in one statement under an id that the address gives.
func (s *LearningService) Put(ctx context.Context, t LearningToken, id string, body []byte, now time.Time) error {
	id, why := readID(id)
	if why != "" {
		return fault.New(fault.Invalid, "Nothing of this request was kept. Give a UUID as statementId in the address.")
	}
	heard, err := ReadStatements(body, now)
	if err != nil {
		return err
	}
	if len(heard) != 1 || heard[0].ID != "" && heard[0].ID != id {
		return fault.New(fault.Invalid, "Nothing of this request was kept. Put exactly one statement, with the id of the address or with none.")
	}
	heard[0].ID = id
	_, err = s.keep(ctx, t, heard, now)
	return err
}

func (s *LearningService) keep(ctx context.Context, t LearningToken, heard []Heard, now time.Time) ([]string, error) {
	ids := make([]string, len(heard))
	for i := range heard {
		if heard[i].ID == "" {
			heard[i].ID = newStatementID()
		}
		ids[i] = heard[i].ID
		if heard[i].Kept != nil {
			heard[i].Kept.ID = ids[i]
		}
	}
	if len(heard) == 0 {
		return ids, nil
	}
	err := s.Keeper.UpdateStatements(ctx, named(heard), now, func(on Shelf) (Arrival, error) {
		a, err := on.sort(heard)
		a.Token = t.ID
		return a, err
	})
	return ids, err
}

// newStatementID makes a random UUID for a statement that came without an id.
func newStatementID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Refused counts a request that was not taken.
func (s *LearningService) Refused(ctx context.Context, why Reason, now time.Time) error {
	return s.Keeper.NoteRefusal(ctx, why, now)
}

// Report tells what has arrived.
func (s *LearningService) Report(ctx context.Context, f CourseFilter, now time.Time) (LearningReport, error) {
	return s.Keeper.LearningReport(ctx, f, now)
}

// Decide keeps what a lead says a course counts as. A decision made on an older
// version of the course is a Conflict and changes nothing.
func (s *LearningService) Decide(ctx context.Context, by identity.Actor, d Decision, now time.Time) error {
	return s.Keeper.UpdateCourse(ctx, by, d.Course, now, func(c *Course) error { return c.decide(by, d) })
}

// Course returns a course as it is now; NotFound when there is none.
func (s *LearningService) Course(ctx context.Context, id int) (Course, error) {
	return s.Keeper.Course(ctx, id)
}

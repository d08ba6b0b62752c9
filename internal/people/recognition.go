package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// MaxThanks is how long thanks, and the reason of a badge, may be.
const MaxThanks = 500

// Badge is given for one kind of contribution, at most once to a champion.
type Badge string

// The badges. They are for what somebody did for others, never for how much they
// use anything themselves.
const (
	BadgeFirstSetups Badge = "first-setups"
	BadgeAnswers     Badge = "answers"
	BadgeShowAndTell Badge = "show-and-tell"
	BadgeTrainer     Badge = "trainer"
	BadgeStories     Badge = "stories"
	BadgeSustained   Badge = "sustained"
)

// From how many on a badge is suggested.
const (
	setupsForBadge   = 5
	answersForBadge  = 10
	showsForBadge    = 3
	sessionsForBadge = 2
	winsForBadge     = 3
	weeksForBadge    = 4 // of the last four whole weeks
)

// Badges returns every badge, in the order of the page.
func Badges() []Badge {
	return []Badge{BadgeFirstSetups, BadgeAnswers, BadgeShowAndTell, BadgeTrainer, BadgeStories, BadgeSustained}
}

// Valid reports whether b is a badge.
func (b Badge) Valid() bool { return slices.Contains(Badges(), b) }

// Name is the badge in words.
func (b Badge) Name() string {
	return map[Badge]string{
		BadgeFirstSetups: "First steps", BadgeAnswers: "Answers", BadgeShowAndTell: "Show and tell",
		BadgeTrainer: "Trainer", BadgeStories: "Stories", BadgeSustained: "Steady month",
	}[b]
}

// For says what a badge is given for.
func (b Badge) For() string {
	return map[Badge]string{
		BadgeFirstSetups: "Helped people set up Cowork for the first time",
		BadgeAnswers:     "Answered the questions of colleagues",
		BadgeShowAndTell: "Showed their own work to others",
		BadgeTrainer:     "Led training or help sessions",
		BadgeStories:     "Wrote down wins of others that were published",
		BadgeSustained:   "Helped somebody in each of four weeks in a row",
	}[b]
}

// Deeds are what a champion did for others, counted over all time.
type Deeds struct {
	Setups, Answers, Shows int // touchpoints by kind
	Sessions               int // led, and held
	Wins                   int // logged by them, and published
	Weeks                  int // of the last four whole weeks, those with any of it
}

// Suggestion is a badge whose contribution is there and that was not given yet.
type Suggestion struct {
	Badge Badge
	Since string // what is there, in words
}

// Suggests returns the badges that a lead may want to give. Nothing gives one by itself.
func (d Deeds) Suggests(given []GivenBadge) []Suggestion {
	var out []Suggestion
	has := func(b Badge) bool { return slices.ContainsFunc(given, func(g GivenBadge) bool { return g.Badge == b }) }
	offer := func(b Badge, n, least int, words string) {
		if n >= least && !has(b) {
			out = append(out, Suggestion{b, fmt.Sprintf("%d %s", n, words)})
		}
	}
	offer(BadgeFirstSetups, d.Setups, setupsForBadge, "first setups")
	offer(BadgeAnswers, d.Answers, answersForBadge, "questions answered")
	offer(BadgeShowAndTell, d.Shows, showsForBadge, "show-and-tells")
	offer(BadgeTrainer, d.Sessions, sessionsForBadge, "sessions led")
	offer(BadgeStories, d.Wins, winsForBadge, "wins published")
	offer(BadgeSustained, d.Weeks, weeksForBadge, "weeks in a row")
	return out
}

// Thanks are a lead's words to a champion.
type Thanks struct {
	ID     int64
	Words  string
	ByName string
	At     time.Time
}

// GivenBadge is a badge that a lead gave.
type GivenBadge struct {
	Badge   Badge
	Because string
	ByName  string
	At      time.Time
}

// Recognition is what a champion was thanked and honoured for, newest first, and
// what they did.
type Recognition struct {
	Thanks []Thanks
	Badges []GivenBadge
	Deeds  Deeds
}

// RecognitionKeeper keeps thanks and badges. A champion who never was one is NotFound.
type RecognitionKeeper interface {
	// AddThanks keeps thanks once for each key.
	AddThanks(ctx context.Context, by identity.Actor, champion ChampionID, words, key string, now time.Time) error
	// GiveBadge keeps a badge; one that was given already stays as it is.
	GiveBadge(ctx context.Context, by identity.Actor, champion ChampionID, b Badge, because string, now time.Time) error
	// TakeBadge forgets that a badge was given.
	TakeBadge(ctx context.Context, by identity.Actor, champion ChampionID, b Badge, now time.Time) error
}

// RecognitionService thanks champions and gives badges. Only rollout leads may.
type RecognitionService struct {
	Keeper RecognitionKeeper
}

// Thank tells a champion thanks, in the lead's own words and name. The same key
// twice is thanks once.
func (s *RecognitionService) Thank(ctx context.Context, by identity.Actor, champion ChampionID, words, key string, now time.Time) error {
	if err := mayRecognize(by); err != nil {
		return err
	}
	words = oneLine(words)
	if words == "" {
		return fault.Field("words", "Write what you thank them for.")
	}
	if err := fits("words", words); err != nil {
		return err
	}
	return s.Keeper.AddThanks(ctx, by, champion, words, key, now)
}

// Give gives a badge. Giving one again changes nothing.
func (s *RecognitionService) Give(ctx context.Context, by identity.Actor, champion ChampionID, b Badge, because string, now time.Time) error {
	if err := mayRecognize(by); err != nil {
		return err
	}
	if !b.Valid() {
		return fault.Field("badge", "Choose one of the badges.")
	}
	because = oneLine(because)
	if err := fits("because", because); err != nil {
		return err
	}
	return s.Keeper.GiveBadge(ctx, by, champion, b, because, now)
}

// TakeBack takes a badge back. One that was not given changes nothing.
func (s *RecognitionService) TakeBack(ctx context.Context, by identity.Actor, champion ChampionID, b Badge, now time.Time) error {
	if err := mayRecognize(by); err != nil {
		return err
	}
	if !b.Valid() {
		return fault.New(fault.NotFound, "There is no such badge.")
	}
	return s.Keeper.TakeBadge(ctx, by, champion, b, now)
}

func mayRecognize(by identity.Actor) error {
	if !by.Has(identity.Lead) {
		return fault.New(fault.Forbidden, "Rollout leads thank champions and give badges.")
	}
	return nil
}

func fits(field, text string) error {
	if n := utf8.RuneCountInString(text); n > MaxThanks {
		return fault.Field(field, fmt.Sprintf("At most %d characters; these are %d.", MaxThanks, n))
	}
	return nil
}

// oneLine is text with single spaces and without characters that control or turn it.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)), " ")
}

package enablement

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Audience is whom a guide is written for, and thereby who may read it.
type Audience string

// The audiences.
const (
	ForUsers     Audience = "users"     // whoever works with Cowork
	ForGeneral   Audience = "general"   // whoever works with AI at all
	ForAdmins    Audience = "admins"    // whoever sets Cowork up
	ForChampions Audience = "champions" // whoever helps others with it
)

// Audiences returns every audience, in the order of the library.
func Audiences() []Audience { return []Audience{ForUsers, ForGeneral, ForAdmins, ForChampions} }

// Valid reports whether a is an audience.
func (a Audience) Valid() bool { return slices.Contains(Audiences(), a) }

// Name is a's heading in the library.
func (a Audience) Name() string {
	return map[Audience]string{
		ForUsers: "Working with Cowork", ForGeneral: "Working with AI", ForAdmins: "For administrators", ForChampions: "For champions",
	}[a]
}

// Readable returns the audiences whose guides an actor may read. What is written
// for others does not exist for them, in lists, counts and searches alike.
func Readable(by identity.Actor) []Audience {
	out := []Audience{ForUsers, ForGeneral}
	if by.HasAny(identity.Lead, identity.Owner, identity.Auditor) {
		out = append(out, ForAdmins)
	}
	if by.HasAny(identity.Lead, identity.Champion, identity.Auditor) {
		out = append(out, ForChampions)
	}
	return out
}

// Slot is the place a guide has outside the library. The zero Slot is the library itself.
type Slot string

// The slots: the pages of the champion kit, and the tips of the weeks.
const (
	SlotDelegating Slot = "delegating"
	SlotContacts   Slot = "contacts"
	SlotReporting  Slot = "reporting"
	SlotTip        Slot = "tip"
)

// KitSlots returns the pages of the champion kit in their order.
func KitSlots() []Slot { return []Slot{SlotDelegating, SlotContacts, SlotReporting} }

// InKit reports whether s is a page of the champion kit.
func (s Slot) InKit() bool { return slices.Contains(KitSlots(), s) }

// GuideText is what a guide says: a title with a short text in Markdown, a link, or both.
type GuideText struct {
	Title, Body, URL string
}

// Guide is a link or a short text of the library, a page of the champion kit, or
// the tip of a week, as its latest version has it.
type Guide struct {
	GuideText
	ID         int // 0: shipped text that nobody changed yet
	Audience   Audience
	Slot       Slot
	Week       day.Date  // the Monday of a tip; [day.None] else
	ArchivedAt time.Time // zero: it is in the library
	Version    int       // counts changes of the guide, for optimistic locking
	N          int       // counts versions of its text
	EditedAt   time.Time
	EditedBy   string // "" when nobody is known to have
	Opens      int    // in the last 28 days, by anybody
}

// Archived reports whether g was taken out of the library.
func (g Guide) Archived() bool { return !g.ArchivedAt.IsZero() }

// Host is where a link leads, "" for a guide without one.
func (t GuideText) Host() string {
	u, err := url.Parse(t.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// GuideVersion is one version of a guide's text.
type GuideVersion struct {
	GuideText
	N  int
	At time.Time
	By string // "" for text that was shipped
}

// GuideEdit is a guide as somebody wants it.
type GuideEdit struct {
	Audience Audience
	GuideText
}

// NewTip is the tip somebody plans for a week, and the version they saw of the
// one that was planned before; 0 for none.
type NewTip struct {
	Week day.Date
	Seen int
	GuideText
}

// The most letters that a guide takes.
const (
	MaxTitle = 120
	MaxBody  = 20_000
	maxURL   = 1_000
)

// Check returns e without what is not seen, or an Invalid fault that names every field.
func (e GuideEdit) Check() (GuideEdit, error) {
	w := wrong{}
	if !e.Audience.Valid() {
		w.add("audience", "Choose whom it is for.")
	}
	e.GuideText = e.tidy(w)
	return e, w.fault()
}

// Check returns t without what is not seen, or an Invalid fault that names every field.
func (t GuideText) Check() (GuideText, error) {
	w := wrong{}
	t = t.tidy(w)
	return t, w.fault()
}

// Check is [GuideText.Check], and faults unless the week begins on a Monday.
func (n NewTip) Check() (NewTip, error) {
	if !n.Week.Known() || n.Week.Monday() != n.Week {
		return n, fault.Field("week", "A week begins on a Monday.")
	}
	text, err := n.GuideText.Check()
	n.GuideText = text
	return n, err
}

func (t GuideText) tidy(w wrong) GuideText {
	t.Title, t.Body, t.URL = plainLine(t.Title), plainText(t.Body), strings.TrimSpace(t.URL)
	w.add("title", textWrong(t.Title, MaxTitle, "Give it a title."))
	if utf8.RuneCountInString(t.Body) > MaxBody {
		w.add("body", "Use at most 20,000 letters. Link to what is longer.")
	}
	w.add("url", webAddressWrong(t.URL))
	if t.Body == "" && t.URL == "" {
		w.add("body", "Write a text or give a link.")
	}
	return t
}

// plainLine returns text on one line, without what is not seen: it could turn what
// stands around it, or hide what it says.
func plainLine(text string) string { return line(visible(text)) }

// plainText is plainLine for text of several lines.
func plainText(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.TrimSpace(visible(text))
}

// visible drops control and format characters, such as those that turn the direction
// of writing, and keeps lines, tabs and the joiners that some scripts need.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\u200c', r == '\u200d':
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

const sayAddress = "Write an address as the browser shows it, such as https://example.com/guide."

// webAddressWrong says why an address on the web may not lead where it seems to:
// it has another scheme, no plain host, or a name before the host.
func webAddressWrong(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	switch {
	case len(address) > maxURL:
		return "Use at most 1,000 letters."
	case err != nil, strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }):
		return sayAddress
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.User != nil, u.Opaque != "":
		return sayAddress
	}
	return ""
}

package comms

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"groundswell/internal/fault"
)

// Placeholder is a word of a text, written {{name}}, that says something else to
// each recipient.
type Placeholder struct {
	Name    string
	Means   string // what is written for it
	Instead string // what is written to somebody of whom it is not known; "" for a link
	Link    bool   // an address
}

// The names of placeholders.
const (
	PlaceName          = "name"
	PlaceChampion      = "champion"
	PlaceDepartment    = "department"
	PlaceWave          = "wave"
	PlaceWaveDate      = "wave_date"
	PlaceTrainingDates = "training_dates"
	PlaceLibraryLink   = "library_link"
	PlaceTrainingsLink = "trainings_link"
	PlaceSupportLink   = "support_link"
	PlaceAppLink       = "app_link"
)

// Connector is the placeholder of templates that is filled in when a message is made from one.
const Connector = "connector"

var placeholders = []Placeholder{
	{Name: PlaceName, Means: "Their name", Instead: "colleague"},
	{Name: PlaceChampion, Means: "The champions of their department", Instead: "your champion"},
	{Name: PlaceDepartment, Means: "Their department", Instead: "your department"},
	{Name: PlaceWave, Means: "The wave of this message, else the one they are in", Instead: "your wave"},
	{Name: PlaceWaveDate, Means: "The day that wave opens, as Tue 1 Dec", Instead: "a day still to be set"},
	{Name: PlaceTrainingDates, Means: "The next sessions they can join", Instead: "dates still to be set"},
	{Name: PlaceLibraryLink, Means: "The address of the library", Link: true},
	{Name: PlaceTrainingsLink, Means: "The address of the training agenda", Link: true},
	{Name: PlaceSupportLink, Means: "The address of the support channel, else of the support page", Link: true},
	{Name: PlaceAppLink, Means: "The address of the guide to installing the app, else of the library", Link: true},
}

// Placeholders returns the placeholders a message may hold, in the order they are shown.
func Placeholders() []Placeholder { return slices.Clone(placeholders) }

// Values are what placeholders mean to one recipient, by name, as plain text. What is
// missing is not known.
type Values map[string]string

// SampleValues are those of an invented person, for whoever may not see the recipients.
// site is where this site is served.
func SampleValues(site string) Values {
	return Values{
		PlaceName: "Robin Example", PlaceChampion: "Kim Example", PlaceDepartment: "Example department", PlaceWave: "Example wave",
		PlaceWaveDate: "Tue 1 Dec", PlaceTrainingDates: "Cowork 101 (Tue 24 Nov, 14:00)", PlaceLibraryLink: site + "/library",
		PlaceTrainingsLink: site + "/trainings", PlaceSupportLink: site + "/support", PlaceAppLink: site + "/library",
	}
}

var placeholderShape = regexp.MustCompile(`\{\{([^{}\n]*)\}\}`)

// placeholderNamed finds a placeholder as it is written between the braces.
func placeholderNamed(written string) (Placeholder, bool) {
	name := strings.ToLower(strings.TrimSpace(written))
	i := slices.IndexFunc(placeholders, func(p Placeholder) bool { return p.Name == name })
	if i < 0 {
		return Placeholder{}, false
	}
	return placeholders[i], true
}

// Uses returns the placeholders that texts hold, each once, in the order of the list.
func Uses(texts ...string) []Placeholder {
	all := strings.Join(texts, "\n")
	held := map[string]bool{}
	for _, m := range placeholderShape.FindAllStringSubmatch(all, -1) {
		if p, ok := placeholderNamed(m[1]); ok {
			held[p.Name] = true
		}
	}
	return slices.DeleteFunc(Placeholders(), func(p Placeholder) bool { return !held[p.Name] })
}

// Fill writes the values into Markdown. A value stands there as the text it is: it makes
// no heading, link or emphasis. A placeholder there is not is Invalid.
func Fill(text string, v Values) (string, error) {
	return fill("body", text, func(p Placeholder) string {
		if p.Link {
			return safeAddress(v[p.Name])
		}
		return escapeMarkdown(v[p.Name])
	})
}

// FillSubject writes the values into a subject, which is plain text on one line
// afterwards, whatever the values hold.
func FillSubject(text string, v Values) (string, error) {
	filled, err := fill("subject", text, func(p Placeholder) string { return oneLine(v[p.Name]) })
	return oneLine(filled), err
}

func fill(field, text string, value func(Placeholder) string) (string, error) {
	if wrong := unknownPlaceholder(text); wrong != "" {
		return "", fault.Field(field, wrong)
	}
	var out strings.Builder
	rest := 0
	for _, at := range placeholderShape.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[rest:at[0]])
		rest = at[1]
		p, _ := placeholderNamed(text[at[2]:at[3]])
		filled := value(p)
		if filled == "" {
			filled = insteadAt(out.String(), p.Instead)
		}
		out.WriteString(filled)
	}
	out.WriteString(text[rest:])
	return out.String(), nil
}

// insteadAt begins with a capital where a sentence does.
func insteadAt(before, instead string) string {
	trimmed := strings.TrimRight(before, " ")
	if trimmed != "" && !strings.HasSuffix(trimmed, "\n") && (trimmed == before || !strings.ContainsAny(trimmed[len(trimmed)-1:], ".!?")) {
		return instead
	}
	first, n := utf8.DecodeRuneInString(instead)
	if n == 0 {
		return instead
	}
	return string(unicode.ToUpper(first)) + instead[n:]
}

// unknownPlaceholder says which placeholder of a text there is not, and what may have
// been meant; "" when all are known.
func unknownPlaceholder(text string) string {
	for _, m := range placeholderShape.FindAllStringSubmatch(text, -1) {
		if _, ok := placeholderNamed(m[1]); ok {
			continue
		}
		if strings.EqualFold(strings.TrimSpace(m[1]), Connector) {
			return "Write the name of the connector instead of {{connector}}: only templates leave it open."
		}
		return "There is no placeholder {{" + shorten(m[1], 40) + "}}. Did you mean {{" + meant(m[1]) + "}}?"
	}
	return ""
}

// otherWords are what people write for a placeholder.
var otherWords = map[string]string{
	"first_name": PlaceName, "firstname": PlaceName, "full_name": PlaceName, "recipient": PlaceName, "person": PlaceName,
	"team": PlaceDepartment, "cohort": PlaceWave, "launch_date": PlaceWaveDate, "launch": PlaceWaveDate, "date": PlaceWaveDate, "day": PlaceWaveDate,
	"dates": PlaceTrainingDates, "training": PlaceTrainingDates, "sessions": PlaceTrainingDates, "training_link": PlaceTrainingsLink,
	"guides": PlaceLibraryLink, "link": PlaceLibraryLink, "help": PlaceSupportLink, "help_link": PlaceSupportLink, "channel": PlaceSupportLink,
	"install": PlaceAppLink, "install_link": PlaceAppLink, "download": PlaceAppLink, "download_link": PlaceAppLink, "app": PlaceAppLink,
}

// meant returns the placeholder that is nearest to what was written.
func meant(written string) string {
	word := strings.ToLower(strings.Join(strings.FieldsFunc(written, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "_"))
	if name, ok := otherWords[word]; ok {
		return name
	}
	nearest := slices.MinFunc(placeholders, func(a, b Placeholder) int {
		return cmp.Compare(distance(word, a.Name), distance(word, b.Name))
	})
	return nearest.Name
}

// distance counts the letters to add, drop or change to make one word of another.
func distance(a, b string) int {
	if len(a) > 64 {
		a = a[:64]
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}

// Missing is a placeholder whose value is not known of some recipients.
type Missing struct {
	Placeholder
	People int
}

// MissingValues counts of how many recipients the values are not known that the texts ask for.
func MissingValues(values map[string]Values, texts ...string) []Missing {
	var out []Missing
	for _, p := range Uses(texts...) {
		m := Missing{Placeholder: p}
		for _, v := range values {
			if v[p.Name] == "" {
				m.People++
			}
		}
		if m.People > 0 {
			out = append(out, m)
		}
	}
	return out
}

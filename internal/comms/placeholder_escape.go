package comms

import (
	"net/url"
	"strings"
	"unicode"
)

// punctuation is what Markdown gives a meaning to; a backslash takes it away.
const punctuation = "!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~"

// escapeMarkdown writes a value so that Markdown reads it as the text it is, on one line.
func escapeMarkdown(value string) string {
	var out strings.Builder
	for _, r := range oneLine(value) {
		if strings.ContainsRune(punctuation, r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// oneLine keeps the letters of a text: every run of spaces and breaks is one space,
// and nothing is left that controls how text is shown or sent.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cc, r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// safeAddress writes an address of the web so that Markdown takes it whole, bare or
// as the target of a link; "" for anything else.
func safeAddress(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	return addressEscapes.Replace(u.String())
}

var addressEscapes = strings.NewReplacer(
	" ", "%20", "(", "%28", ")", "%29", "*", "%2A", "'", "%27", "!", "%21", ";", "%3B", "\"", "%22", "<", "%3C", ">", "%3E",
	"\\", "%5C", "`", "%60", "|", "%7C", "{", "%7B", "}", "%7D", "^", "%5E", "~", "%7E",
)

// shorten cuts a text for a sentence that quotes it.
func shorten(text string, most int) string {
	all := []rune(oneLine(text))
	if len(all) <= most {
		return string(all)
	}
	return string(all[:most-1]) + "…"
}

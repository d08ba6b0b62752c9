package letter

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"groundswell/internal/comms"
)

// Props is a mail to one person.
type Props struct {
	Subject string
	Body    string // Markdown, placeholders filled
	Site    string // where this site is served: addresses within it are made whole by it
	Org     string // whose rollout it is
	Why     string // why they get it; see [Why]
	// Unsubscribe is where mails of this kind end without signing in; "" where they cannot be ended.
	Unsubscribe string
	Mandatory   bool // it goes to those who opted out too
}

// Why says why somebody gets a mail of a kind.
func Why(kind comms.MailingKind) string {
	switch kind {
	case comms.KindTest:
		return "You sent this test to yourself. Nobody else got it."
	case comms.KindTasks:
		return "You get this because you own tasks of the rollout."
	case comms.KindChampion:
		return "You get this because you are a champion of the rollout."
	case comms.KindFailures:
		return "You get this because you are a lead of the rollout."
	case comms.KindReport:
		return "You get this because you may read the monthly report."
	case comms.KindReminder, comms.KindSeat:
		return "You get this because you signed up for a session."
	}
	return "You get this because you are part of the rollout."
}

// ending is the last line: how to end mails of this kind, or that nobody can.
func (p Props) ending() string {
	switch {
	case p.Mandatory:
		return "Everybody it is meant for gets this one, whatever they chose."
	case p.Unsubscribe == "":
		return "Mails of this kind cannot be ended."
	}
	return "Do not want mails like this?"
}

// HTML returns the mail as a document of its own.
func HTML(p Props) (string, error) {
	body, err := Markdown(p.Body, p.Site)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, head, templ.EscapeString(p.Subject), style)
	if first := preheader(p.Body); first != "" {
		fmt.Fprintf(&out, "<div class=\"preheader\" hidden>%s</div>\n", templ.EscapeString(first))
	}
	fmt.Fprintf(&out, "<div class=\"letter\">\n%s</div>\n<div class=\"footer\">\n", body)
	for _, line := range p.footer() {
		fmt.Fprintf(&out, "<p>%s</p>\n", line)
	}
	out.WriteString("</div>\n</body>\n</html>\n")
	return out.String(), nil
}

// footer is what stands below every letter, as HTML.
func (p Props) footer() []string {
	why := p.Why
	if p.Org != "" {
		why = strings.TrimSpace(why + " Sent by the Cowork rollout of " + p.Org + ".")
	}
	last := templ.EscapeString(p.ending())
	if to, ok := whole(p.Unsubscribe, p.Site); ok && !p.Mandatory {
		last += ` <a href="` + templ.EscapeString(to) + `">Unsubscribe</a>`
	}
	return []string{templ.EscapeString(why), last}
}

// preheaderMost is how many letters mail programs show beside the subject.
const preheaderMost = 100

// preheader is what mail programs show beside the subject: the first words after the greeting.
func preheader(body string) string {
	var out []string
	for line := range strings.SplitSeq(plainText(body, ""), "\n") {
		line = strings.TrimSpace(line)
		if len(out) == 0 && strings.HasSuffix(line, ",") && utf8.RuneCountInString(line) <= 40 {
			continue
		}
		if line != "" {
			out = append(out, line)
		}
	}
	all := []rune(strings.Join(out, " "))
	if len(all) <= preheaderMost {
		return string(all)
	}
	cut := string(all[:preheaderMost])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// Plain returns the mail as text: lines of at most 76 letters, addresses spelled out.
func Plain(p Props) string {
	lines := []string{strings.TrimRight(plainText(p.Body, p.Site), "\n"), "", "-- "}
	why := p.Why
	if p.Org != "" {
		why = strings.TrimSpace(why + " Sent by the Cowork rollout of " + p.Org + ".")
	}
	lines = append(lines, wrap(why, lineLength), wrap(p.ending(), lineLength))
	if to, ok := whole(p.Unsubscribe, p.Site); ok && !p.Mandatory {
		lines = append(lines, "Unsubscribe: "+to)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Markdown returns the HTML of a text: HTML in it stands there as it was typed, pictures
// become their description, and links lead to the web, to mail, or to site.
func Markdown(body, site string) (string, error) {
	var out bytes.Buffer
	if err := markdownFor(site).Convert([]byte(body), &out); err != nil {
		return "", fmt.Errorf("draw a letter: %w", err)
	}
	return out.String(), nil
}

const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>%s</title>
<style>%s</style>
</head>
<body>
`

// style is all the style there is: a mail that loses it still reads well.
const style = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 24px 16px; background: #ffffff; color: #14181a; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.preheader { display: none; max-height: 0; overflow: hidden; }
.letter, .footer { max-width: 600px; margin: 0 auto; overflow-wrap: break-word; }
.letter p, .letter ul, .letter ol, .letter blockquote, .letter pre { margin: 0 0 16px; }
.letter h2, .letter h3 { margin: 24px 0 8px; font-size: 18px; line-height: 1.3; }
.letter li { margin: 0 0 6px; }
.letter blockquote { padding: 0 0 0 12px; border-left: 3px solid #c9d2d0; }
.letter pre { white-space: pre-wrap; }
.letter a { color: #0b6b83; }
.footer { padding-top: 16px; border-top: 1px solid #dfe4e2; color: #5b6663; font-size: 13px; }
.footer p { margin: 0 0 6px; }
.footer a { color: #5b6663; }
@media (prefers-color-scheme: dark) {
body { background: #14181a; color: #eef1ef; }
.letter a { color: #7cc7da; }
.letter blockquote { border-left-color: #3b4543; }
.footer { color: #a4aeab; border-top-color: #313a38; }
.footer a { color: #a4aeab; }
}
`

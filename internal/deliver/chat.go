package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/outward"
)

// Format is what a chat's webhook takes.
type Format string

// The formats.
const (
	Slack Format = "slack" // {"text": …}, as Slack and the chats that follow it take it
	Teams Format = "teams" // a message with an adaptive card, as Workflows of Microsoft Teams take it
)

// Note is one post in a chat. Text is in the dialect of its format.
type Note struct {
	Subject string
	Text    string
}

// Chat posts to webhooks. Whoever knows a webhook's address can post there, so
// no address is ever part of a receipt, an error or a log.
type Chat struct {
	client *http.Client
	allow  Allowed
}

// PostTakes bounds a post, with its answer.
const PostTakes = 20 * time.Second

const (
	maxPostAnswer = 16 << 10
	longestAfter  = 6 * time.Hour // of what a Retry-After is believed
)

// NewChat makes a chat client. Private addresses and plain http are for those of allow only.
func NewChat(allow Allowed) *Chat {
	g := guard{allow: allow, names: systemNames}
	transport := &http.Transport{
		DialContext:            g.dial,
		TLSHandshakeTimeout:    PostTakes,
		ResponseHeaderTimeout:  PostTakes,
		MaxResponseHeaderBytes: maxPostAnswer,
		DisableKeepAlives:      true, // a connection that idled may break under a post, and nobody knows then whether it arrived
	}
	return &Chat{allow: allow, client: &http.Client{
		Transport:     outward.Bounded{Next: transport, Limit: func(*http.Response) int64 { return maxPostAnswer }},
		Timeout:       PostTakes,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Check says what is wrong with a webhook's address, as far as that shows without posting.
func (c *Chat) Check(ctx context.Context, address string) error {
	u, err := c.allow.webhook(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, PostTakes)
	defer cancel()
	if _, err := (guard{allow: c.allow, names: systemNames}).find(ctx, u.Hostname(), u.Port()); err != nil {
		return fault.Field("address", capital(briefPost(err)))
	}
	return nil
}

// Post tries once to post a note.
func (c *Chat) Post(ctx context.Context, f Format, address string, n Note) Receipt {
	u, err := c.allow.webhook(address)
	if err != nil {
		return Receipt{State: Refused, Say: fault.Say(err)}
	}
	raw, err := json.Marshal(payload(f, n))
	if err != nil {
		return Receipt{State: Refused, Say: "The post cannot be written as JSON."}
	}
	body := &once{Reader: bytes.NewReader(raw)}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), body)
	if err != nil {
		return Receipt{State: Refused, Say: "The address is not one that can be posted to."}
	}
	req.ContentLength = int64(len(raw))
	req.Header.Set("Content-Type", "application/json")
	res, err := c.client.Do(req)
	if err != nil {
		return unanswered(err, body.handedOver.Load())
	}
	defer res.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(res.Body, maxPostAnswer))
	return answered(res, string(said), time.Now())
}

// unanswered judges a post without an answer: it cannot have arrived while its last byte was still here.
func unanswered(err error, handedOver bool) Receipt {
	if handedOver {
		return Receipt{State: Unknown, Say: "The chat had the whole post and gave no clear answer."}
	}
	return Receipt{State: Retry, Down: true, Say: briefPost(err)}
}

// answered judges an answer. A gateway that gave up says nothing about what became of the post.
func answered(res *http.Response, body string, now time.Time) Receipt {
	code := res.StatusCode
	r := Receipt{Code: code, Say: spoken(res, body)}
	switch {
	case code >= 200 && code <= 299:
		return accepted(r, body)
	case code >= 300 && code <= 399:
		r.State, r.Say = Refused, "The address leads elsewhere, and nothing is followed."
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		r.State, r.After = Retry, retryAfter(res.Header.Get("Retry-After"), now)
		r.Down = true
	case code == http.StatusRequestTimeout || code == http.StatusTooEarly:
		r.State = Retry
	case code >= 400 && code <= 499:
		r.State = Refused
	default:
		r.State = Unknown
	}
	return r
}

// accepted reads a good answer. The old connectors of Teams say 200 also when Teams itself did not take the post.
func accepted(r Receipt, body string) Receipt {
	if !strings.Contains(body, "delivery failed") {
		return Receipt{State: Sent, Code: r.Code}
	}
	r.State = Refused
	if strings.Contains(body, "HTTP error 429") {
		r.State, r.Down = Retry, true
	}
	return r
}

// spoken is an answer in a few words: its status, and its text where that is one.
func spoken(res *http.Response, body string) string {
	say := strconv.Itoa(res.StatusCode) + " " + http.StatusText(res.StatusCode)
	if strings.Contains(body, "<") || strings.HasPrefix(strings.TrimSpace(body), "{") {
		return say
	}
	if text := sayable(body, secretsOf(res.Request.URL)...); text != "" {
		return say + ": " + text
	}
	return say
}

// secretsOf are the parts of a webhook's address that an answer may repeat and nobody may read.
func secretsOf(u *url.URL) []string {
	hide := []string{u.RequestURI(), u.Path}
	for part := range strings.FieldsFuncSeq(u.Path+"/"+u.RawQuery, func(r rune) bool { return strings.ContainsRune("/?&=", r) }) {
		if len(part) >= shortestSecret {
			hide = append(hide, part)
		}
	}
	return hide
}

// shortestSecret is what of an address could be more than a word of it.
const shortestSecret = 8

// retryAfter reads how long to wait: seconds or a date; what is absurd counts as nothing said.
func retryAfter(said string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(said)); err == nil {
		return bounded(time.Duration(min(max(seconds, 0), int(longestAfter/time.Second))) * time.Second)
	}
	if at, err := http.ParseTime(said); err == nil {
		return bounded(at.Sub(now))
	}
	return 0
}

func bounded(d time.Duration) time.Duration { return min(max(d, 0), longestAfter) }

// payload is a note as the webhook takes it.
func payload(f Format, n Note) any {
	if f == Teams {
		return card(n)
	}
	return map[string]string{"text": callNobody(strings.TrimSpace("*" + slackText(oneLine(n.Subject)) + "*\n\n" + n.Text))}
}

// slackText keeps what Slack reads as commands from being read as such.
func slackText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", "∗").Replace(s)
}

// everybody finds what chats that take Slack's format, though not Slack itself, read as a call
// to everybody in the room: "@here", "@*all*". Where links lead is passed over.
var everybody = regexp.MustCompile(`(?i)<(?:https?|mailto):[^|>]*|@[*_]*(?:here|channel|all|everyone|everybody|team|group|room|topic|stream)\b`)

// ofAnAddress follows what is the beginning of a host.
var ofAnAddress = regexp.MustCompile(`^[.-][a-zA-Z0-9]`)

// callNobody puts an invisible letter behind the @ of a call to everybody, which makes a word of it.
func callNobody(text string) string {
	var out strings.Builder
	rest := 0
	for _, at := range everybody.FindAllStringIndex(text, -1) {
		if text[at[0]] == '<' || ofAnAddress.MatchString(text[at[1]:]) && at[0] > 0 && text[at[0]-1] > ' ' {
			continue
		}
		out.WriteString(text[rest:at[0]+1] + "\u2060")
		rest = at[0] + 1
	}
	return out.String() + text[rest:]
}

// teamsText keeps what the cards of Teams read as Markdown from being read as such.
func teamsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`).Replace(s)
}

type element map[string]any

// card is an adaptive card: the subject as its heading, a block for every paragraph.
func card(n Note) element {
	body := []element{{"type": "TextBlock", "text": teamsText(oneLine(n.Subject)), "weight": "Bolder", "size": "Medium", "wrap": true}}
	for part := range strings.SplitSeq(n.Text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			body = append(body, element{"type": "TextBlock", "text": part, "wrap": true})
		}
	}
	content := element{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"body": body, "msteams": element{"width": "Full"},
	}
	return element{"type": "message", "attachments": []element{{
		"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": content,
	}}}
}

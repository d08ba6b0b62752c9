package comms

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"strings"
)

const (
	linkMAC     = 16   // bytes of a token that prove it is ours
	maxLinkPath = 1000 // a longer path is not counted
)

// LinkCounter turns the links of a message that lead to our own site into links
// that are counted when they are opened. A token names the delivery and the path
// and cannot be made without a key, so that it leads nowhere but to our own pages.
type LinkCounter struct {
	Keys [][]byte                  // the current first; seal.Keyring.Derive("links")
	At   func(token string) string // the path of a counted link; route.CountedLink
}

// Token names a delivery and the path its link leads to.
func (c LinkCounter) Token(d DeliveryID, path string) string {
	body := append(binary.AppendUvarint(nil, uint64(d)), path...)
	return base64.RawURLEncoding.EncodeToString(append(linkSum(c.Keys[0], body), body...))
}

// Open reads a token; false for one that no key of ours made.
func (c LinkCounter) Open(token string) (d DeliveryID, path string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= linkMAC {
		return 0, "", false
	}
	sum, body := raw[:linkMAC], raw[linkMAC:]
	for _, key := range c.Keys {
		ok = ok || hmac.Equal(sum, linkSum(key, body))
	}
	id, n := binary.Uvarint(body)
	if !ok || n <= 0 {
		return 0, "", false
	}
	return DeliveryID(id), string(body[n:]), true
}

func linkSum(key, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	return mac.Sum(nil)[:linkMAC]
}

// ownPath is what may follow the address of our site in a link: it ends where
// Markdown or the sentence goes on.
const ownPath = `(?:/[A-Za-z0-9\-._~%!$&*+,;=:@/?#']*)?`

// linkFinder finds in Markdown what could be links of ours: targets of links and
// of their definitions, addresses in angle brackets, and those that stand by
// themselves. What is code is found as well, and so left alone.
func linkFinder(site string) *regexp.Regexp {
	own := regexp.QuoteMeta(site) + ownPath
	return regexp.MustCompile("(`[^`]*`)" +
		`|((?:!?\[[^\[\]]*)?\](?:\(|:)\s*<?)([^\s<>()]+)` +
		`|<(` + own + `)>` +
		`|(` + own + `)`)
}

// The groups of a [linkFinder].
const (
	inCode = iota + 1
	inOpening
	inTarget
	inAngles
	inBare
)

// CountLinks returns a message's Markdown with its links to our own site turned
// into counted ones; a link without a host is one of ours. What stands as a bare
// address keeps that address as its text. site is the public address, without a
// slash at its end. Without keys nothing is counted, and links only become whole.
func (c LinkCounter) CountLinks(markdown, site string, d DeliveryID) string {
	site = strings.TrimSuffix(site, "/")
	if site == "" {
		return markdown
	}
	out, at := strings.Builder{}, 0
	for _, m := range linkFinder(site).FindAllStringSubmatchIndex(markdown, -1) {
		out.WriteString(markdown[at:m[0]])
		out.WriteString(c.counted(markdown, m, site, d))
		at = m[1]
	}
	out.WriteString(markdown[at:])
	return out.String()
}

// counted is what was found, as it is sent.
func (c LinkCounter) counted(text string, m []int, site string, d DeliveryID) string {
	group := func(n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return text[m[2*n]:m[2*n+1]]
	}
	whole := text[m[0]:m[1]]
	switch angles, bare := group(inAngles), group(inBare); {
	case group(inTarget) != "" && !strings.HasPrefix(whole, "!") && !strings.ContainsAny(next(text[m[1]:]), "(<"):
		if to, ours := c.lead(group(inTarget), site, d); ours {
			return group(inOpening) + to
		}
	case angles != "":
		if to, ours := c.lead(angles, site, d); ours {
			return "[" + plainAddress(angles) + "](" + to + ")"
		}
	case bare != "" && !goesOn(text[m[1]:]):
		address := strings.TrimRight(bare, ".,;:!?'*_~")
		if to, ours := c.lead(address, site, d); ours {
			return "[" + plainAddress(address) + "](" + to + ")" + bare[len(address):]
		}
	}
	return whole
}

// next is the character that comes next, "" at the end.
func next(rest string) string {
	if rest == "" {
		return ""
	}
	return rest[:1]
}

// hostGoesOn is what follows an address of which ours is only the beginning.
var hostGoesOn = regexp.MustCompile(`^[.:]?[A-Za-z0-9@\-\x{80}-\x{10ffff}]`)

// goesOn reports whether what follows makes an address that of another site.
func goesOn(rest string) bool { return hostGoesOn.MatchString(rest) }

// lead returns the counted address of one of ours; false for any other.
func (c LinkCounter) lead(address, site string, d DeliveryID) (string, bool) {
	path := strings.TrimPrefix(address, site)
	if path == "" {
		path = "/"
	}
	switch {
	case !strings.HasPrefix(path, "/"), strings.HasPrefix(path, "//"), strings.ContainsAny(path, "\\ "):
		return "", false
	case len(c.Keys) == 0 || c.At == nil || len(path) > maxLinkPath:
		return site + path, true
	}
	return site + c.At(c.Token(d, path)), true
}

// plainAddress is an address as the text of a link, in which nothing is Markdown.
func plainAddress(address string) string {
	return strings.NewReplacer("_", `\_`, "*", `\*`, "~", `\~`, "&", `\&`).Replace(address)
}

// placeholderLink finds a placeholder that is filled with an address of ours.
var placeholderLink = regexp.MustCompile(`\{\{\s*[a-z]+_link\s*\}\}`)

// LinksToUs reports whether a text has a link whose opening can be counted.
func LinksToUs(markdown, site string) bool {
	if placeholderLink.MatchString(markdown) {
		return true
	}
	once := LinkCounter{Keys: [][]byte{{0}}, At: func(token string) string { return "/" + token }}
	return once.CountLinks(markdown, site, 0) != markdown
}

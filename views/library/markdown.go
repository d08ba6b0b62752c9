package library

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown turns people's text into HTML. HTML in it stands there as it was
// typed; pictures become their description.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Linkify),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(plainNodes{}, 1))),
)

// Markdown draws a text that somebody wrote. Links lead to the web, to mail or
// within this site, and name the host they lead to.
func Markdown(body string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var out bytes.Buffer
		if err := markdown.Convert([]byte(body), &out); err != nil {
			return fmt.Errorf("draw Markdown: %w", err)
		}
		_, err := out.WriteTo(w)
		return err
	})
}

// Excerpt returns the beginning of a text in plain words, of at most this many
// letters. Tables are left out.
func Excerpt(body string, most int) string {
	plain := []rune(plainWords([]byte(body)))
	if len(plain) <= most {
		return string(plain)
	}
	cut := string(plain[:most])
	if at := strings.LastIndexByte(cut, ' '); at > 0 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// plainWords returns the words of a text on one line, points of a list set apart.
func plainWords(source []byte) string {
	var out strings.Builder
	root := markdown.Parser().Parse(text.NewReader(source))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t, words := n.(*ast.Text); {
		case n.Kind() == east.KindTable:
			return ast.WalkSkipChildren, nil
		case words && entering:
			out.Write(t.Segment.Value(source))
			if t.SoftLineBreak() || t.HardLineBreak() {
				out.WriteByte(' ')
			}
		case !entering && n.Kind() == ast.KindListItem && n.NextSibling() != nil && endsInWord(out.String()):
			out.WriteString("; ")
		case !entering && n.Type() == ast.TypeBlock && n.Kind() != ast.KindTextBlock:
			out.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(out.String()), " ")
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// leads returns where a link may lead, "" for nowhere: the web, mail, or this site.
func leads(to string) (safe string, outward bool) {
	if strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "", false
	}
	u, err := url.Parse(to)
	switch {
	case err != nil, u.User != nil && u.Scheme != "mailto":
		return "", false
	case u.Scheme == "http" || u.Scheme == "https":
		if u.Hostname() == "" {
			return "", false
		}
		return u.String(), true
	case u.Scheme == "mailto":
		return u.String(), false
	case u.Scheme == "" && u.Host == "" && !strings.HasPrefix(to, "//"):
		return u.String(), false
	}
	return "", false
}

// plainNodes draws what goldmark would draw too freely: links, pictures, HTML and headings.
type plainNodes struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (p plainNodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, p.link)
	r.Register(ast.KindAutoLink, p.autoLink)
	r.Register(ast.KindImage, p.image)
	r.Register(ast.KindRawHTML, p.rawHTML)
	r.Register(ast.KindHTMLBlock, p.htmlBlock)
	r.Register(ast.KindHeading, p.heading)
}

func (plainNodes) link(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	to := string(util.URLEscape(n.(*ast.Link).Destination, true)) // as a browser would read it
	if entering {
		openLink(w, to)
		return ast.WalkContinue, nil
	}
	closeLink(w, to, labelOf(n, source))
	return ast.WalkContinue, nil
}

func (plainNodes) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := n.(*ast.AutoLink)
	to := string(a.URL(source))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(to, "mailto:") {
		to = "mailto:" + to
	}
	openLink(w, to)
	escape(w, a.Label(source))
	closeLink(w, to, string(a.Label(source)))
	return ast.WalkContinue, nil
}

func openLink(w util.BufWriter, to string) {
	safe, outward := leads(to)
	if safe == "" {
		return
	}
	_, _ = w.WriteString(`<a class="link" href="` + templ.EscapeString(safe) + `"`)
	if outward {
		_, _ = w.WriteString(` rel="noopener noreferrer"`)
	}
	_ = w.WriteByte('>')
}

// closeLink ends a link and names its host, unless its words do.
func closeLink(w util.BufWriter, to, label string) {
	safe, outward := leads(to)
	if safe == "" {
		return
	}
	_, _ = w.WriteString("</a>")
	if host := hostOf(safe); outward && !strings.HasPrefix(label, "http") && label != host {
		_, _ = w.WriteString(` <span class="host">` + templ.EscapeString(host) + `</span>`)
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// labelOf returns the words of a link.
func labelOf(n ast.Node, source []byte) string {
	var out strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			out.Write(t.Segment.Value(source))
		}
	}
	return out.String()
}

// image leaves a picture's description, which are its children.
func (plainNodes) image(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil
}

func (plainNodes) rawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		segments := n.(*ast.RawHTML).Segments
		for i := range segments.Len() {
			at := segments.At(i)
			escape(w, at.Value(source))
		}
	}
	return ast.WalkSkipChildren, nil
}

func (plainNodes) htmlBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if !entering {
		if block.HasClosure() {
			escape(w, block.ClosureLine.Value(source))
		}
		_, _ = w.WriteString("</p>\n")
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString("<p>")
	for i := range block.Lines().Len() {
		at := block.Lines().At(i)
		escape(w, at.Value(source))
	}
	return ast.WalkContinue, nil
}

// heading draws every heading below the title of its page.
func (plainNodes) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "h2"
	if n.(*ast.Heading).Level > 2 {
		tag = "h3"
	}
	if entering {
		_, _ = w.WriteString("<" + tag + ">")
	} else {
		_, _ = w.WriteString("</" + tag + ">\n")
	}
	return ast.WalkContinue, nil
}

func escape(w util.BufWriter, b []byte) { _, _ = w.WriteString(templ.EscapeString(string(b))) }

package letter

import (
	"net/url"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// drawers are those of each address the site is served at: there is one.
var drawers sync.Map

// markdownFor returns what draws texts of a site.
func markdownFor(site string) goldmark.Markdown {
	if m, ok := drawers.Load(site); ok {
		return m.(goldmark.Markdown)
	}
	m := goldmark.New(
		goldmark.WithExtensions(extension.Linkify),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodes{site}, 1))),
	)
	drawers.Store(site, m)
	return m
}

// whole returns an address as a mail may hold it: of the web or of mail, whole. One
// within the site is made whole by the site's; false for everything else.
func whole(to, site string) (string, bool) {
	if to == "" || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "", false
	}
	u, err := url.Parse(to)
	switch {
	case err != nil, u.User != nil && u.Scheme != "mailto":
		return "", false
	case u.Scheme == "http" || u.Scheme == "https":
		return u.String(), u.Hostname() != ""
	case u.Scheme == "mailto":
		return u.String(), true
	case u.Scheme == "" && u.Host == "" && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//"):
		return site + u.String(), site != ""
	}
	return "", false
}

// nodes draws what goldmark would draw too freely: links, pictures, HTML and headings.
type nodes struct{ site string }

// RegisterFuncs implements renderer.NodeRenderer.
func (n nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, n.link)
	r.Register(ast.KindAutoLink, n.autoLink)
	r.Register(ast.KindImage, n.image)
	r.Register(ast.KindRawHTML, n.rawHTML)
	r.Register(ast.KindHTMLBlock, n.htmlBlock)
	r.Register(ast.KindHeading, n.heading)
}

func (n nodes) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	to, ok := whole(destination(node.(*ast.Link)), n.site)
	switch {
	case !ok:
	case entering:
		_, _ = w.WriteString(`<a href="` + templ.EscapeString(to) + `">`)
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

// destination is where a link leads, as a mail program would read it.
func destination(l *ast.Link) string { return string(util.URLEscape(l.Destination, true)) }

// autoDestination is where an address that was typed bare leads.
func autoDestination(a *ast.AutoLink, source []byte) string {
	to := string(a.URL(source))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(to, "mailto:") {
		to = "mailto:" + to
	}
	return to
}

func (n nodes) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := node.(*ast.AutoLink)
	label := templ.EscapeString(string(a.Label(source)))
	if to, ok := whole(autoDestination(a, source), n.site); ok {
		label = `<a href="` + templ.EscapeString(to) + `">` + label + "</a>"
	}
	_, _ = w.WriteString(label)
	return ast.WalkContinue, nil
}

// image leaves a picture's description, which are its children.
func (nodes) image(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) {
	return ast.WalkContinue, nil
}

func (nodes) rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(templ.EscapeString(rawText(node, source)))
	}
	return ast.WalkSkipChildren, nil
}

func rawText(node ast.Node, source []byte) string {
	var out strings.Builder
	segments := node.(*ast.RawHTML).Segments
	for i := range segments.Len() {
		at := segments.At(i)
		out.Write(at.Value(source))
	}
	return out.String()
}

func (nodes) htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<p>" + templ.EscapeString(blockText(node, source)) + "</p>\n")
	}
	return ast.WalkSkipChildren, nil
}

// blockText is a block as it was typed: HTML, or code.
func blockText(node ast.Node, source []byte) string {
	var out strings.Builder
	for i := range node.Lines().Len() {
		at := node.Lines().At(i)
		out.Write(at.Value(source))
	}
	if h, ok := node.(*ast.HTMLBlock); ok && h.HasClosure() {
		out.Write(h.ClosureLine.Value(source))
	}
	return out.String()
}

// heading draws every heading below the subject.
func (nodes) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "h2"
	if node.(*ast.Heading).Level > 2 {
		tag = "h3"
	}
	if entering {
		_, _ = w.WriteString("<" + tag + ">")
	} else {
		_, _ = w.WriteString("</" + tag + ">\n")
	}
	return ast.WalkContinue, nil
}

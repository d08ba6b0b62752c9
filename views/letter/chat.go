package letter

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// dialect is how a chat writes what Markdown writes otherwise.
type dialect struct {
	strong, bullet string
	code           string // around code; "" where the chat has no such thing
	plain          *strings.Replacer
	link           func(to, label string) string
}

var slack = dialect{
	strong: "*", bullet: "• ", code: "`",
	plain: strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;"),
	link: func(to, label string) string {
		return "<" + strings.NewReplacer("|", "%7C", ">", "%3E").Replace(to) + "|" + strings.ReplaceAll(label, "|", " ") + ">"
	},
}

var teams = dialect{
	strong: "**", bullet: "- ",
	plain: strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`),
	link: func(to, label string) string {
		return "[" + label + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(to) + ")"
	},
}

// Slack writes Markdown as Slack and the chats that follow it read it. Nothing in it calls people.
func Slack(body, site string) string { return chatText(body, site, slack) }

// Teams writes Markdown as the cards of Microsoft Teams read it: paragraphs apart by an empty line.
func Teams(body, site string) string { return chatText(body, site, teams) }

func chatText(body, site string, d dialect) string {
	source := []byte(body)
	root := markdownFor(site).Parser().Parse(text.NewReader(source))
	return strings.Join(chatter{d, source, site}.blocks(root), "\n\n")
}

// chatter writes the blocks of a text for a chat.
type chatter struct {
	dialect
	source []byte
	site   string
}

func (c chatter) blocks(parent ast.Node) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if s := strings.TrimSpace(c.block(n)); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (c chatter) block(n ast.Node) string {
	switch n := n.(type) {
	case *ast.List:
		return c.list(n)
	case *ast.Heading:
		return c.strong + c.words(n) + c.strong
	case *ast.Blockquote:
		return "> " + strings.ReplaceAll(strings.Join(c.blocks(n), "\n"), "\n", "\n> ")
	case *ast.ThematicBreak:
		return ""
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		code := c.plain.Replace(strings.TrimRight(blockText(n, c.source), "\n"))
		if c.code == "" {
			return code
		}
		return "```\n" + code + "\n```"
	case *ast.HTMLBlock:
		return c.plain.Replace(blockText(n, c.source))
	}
	return c.words(n)
}

// list writes a point a line; what is below a point follows on lines of its own.
func (c chatter) list(l *ast.List) string {
	var out []string
	no := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := c.bullet
		if l.IsOrdered() {
			mark = strconv.Itoa(no) + ". "
			no++
		}
		out = append(out, mark+strings.ReplaceAll(strings.Join(c.blocks(item), "\n"), "\n", "\n    "))
	}
	return strings.Join(out, "\n")
}

// words writes what is inside a paragraph.
func (c chatter) words(parent ast.Node) string {
	var out strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out.WriteString(c.word(n))
	}
	return out.String()
}

func (c chatter) word(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Text:
		return c.text(n)
	case *ast.String:
		return c.plain.Replace(string(n.Value))
	case *ast.CodeSpan:
		return c.code + c.words(n) + c.code
	case *ast.Emphasis:
		if n.Level == 2 {
			return c.strong + c.words(n) + c.strong
		}
		return "_" + c.words(n) + "_"
	case *ast.Link:
		if to, ok := whole(destination(n), c.site); ok {
			return c.link(to, c.words(n))
		}
	case *ast.AutoLink:
		label := c.plain.Replace(string(n.Label(c.source)))
		if to, ok := whole(autoDestination(n, c.source), c.site); ok {
			return c.link(to, label)
		}
		return label
	case *ast.RawHTML:
		return c.plain.Replace(rawText(n, c.source))
	}
	return c.words(n)
}

func (c chatter) text(n *ast.Text) string {
	value := string(n.Segment.Value(c.source))
	if _, code := n.Parent().(*ast.CodeSpan); !code && !n.IsRaw() {
		value = asRead(value)
	}
	value = c.plain.Replace(value)
	switch {
	case n.HardLineBreak():
		return value + "\n"
	case n.SoftLineBreak():
		return value + " "
	}
	return value
}

package letter

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// lineLength is how long a line of plain text may be; an address may be longer.
const lineLength = 76

// plainText writes Markdown as plain text.
func plainText(body, site string) string {
	source := []byte(body)
	root := markdownFor(site).Parser().Parse(text.NewReader(source))
	return strings.Join(plainer{source, site}.blocks(root, lineLength), "\n")
}

// plainer writes the blocks of a text.
type plainer struct {
	source []byte
	site   string
}

// blocks returns the lines of what is below a node, an empty one between blocks.
func (p plainer) blocks(parent ast.Node, width int) []string {
	var out []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		lines := p.block(n, width)
		if len(lines) == 0 {
			continue
		}
		if len(out) > 0 && !tight(n) {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	return out
}

// tight reports whether no empty line stands before a block: a point of a short list, and what is in it.
func tight(n ast.Node) bool {
	if l, ok := n.Parent().(*ast.List); ok {
		return l.IsTight
	}
	if item, ok := n.Parent().(*ast.ListItem); ok {
		return item.Parent().(*ast.List).IsTight
	}
	return false
}

func (p plainer) block(n ast.Node, width int) []string {
	switch n := n.(type) {
	case *ast.List:
		return p.list(n, width)
	case *ast.Blockquote:
		return indent("> ", "> ", p.blocks(n, width-2))
	case *ast.ThematicBreak:
		return []string{"* * *"}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return indent("    ", "    ", strings.Split(strings.TrimRight(blockText(n, p.source), "\n"), "\n"))
	case *ast.HTMLBlock:
		return strings.Split(strings.TrimRight(blockText(n, p.source), "\n"), "\n")
	}
	words := p.inline(n)
	if strings.TrimSpace(words) == "" {
		return nil
	}
	var out []string
	for part := range strings.SplitSeq(words, "\n") {
		out = append(out, strings.Split(wrap(part, width), "\n")...)
	}
	return out
}

func (p plainer) list(l *ast.List, width int) []string {
	var out []string
	no := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if l.IsOrdered() {
			mark = strconv.Itoa(no) + ". "
			no++
		}
		if len(out) > 0 && !l.IsTight {
			out = append(out, "")
		}
		out = append(out, indent(mark, strings.Repeat(" ", len(mark)), p.blocks(item, width-len(mark)))...)
	}
	return out
}

// indent puts a mark before the first line and another before those that follow.
func indent(first, next string, lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		mark := next
		if i == 0 {
			mark = first
		}
		out[i] = strings.TrimRight(mark+line, " ")
	}
	return out
}

// inline returns the words of a block on one line; a hard break starts another.
func (p plainer) inline(block ast.Node) string {
	var out strings.Builder
	_ = ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				p.words(&out, n)
			}
		case *ast.String:
			if entering {
				out.Write(n.Value)
			}
		case *ast.AutoLink:
			if entering {
				out.Write(n.Label(p.source))
			}
		case *ast.RawHTML:
			if entering {
				out.WriteString(rawText(n, p.source))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if !entering {
				p.spell(&out, n)
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// words writes a piece of text as it reads: without what Markdown escapes.
func (p plainer) words(out *strings.Builder, n *ast.Text) {
	value := string(n.Segment.Value(p.source))
	if _, code := n.Parent().(*ast.CodeSpan); !code && !n.IsRaw() {
		value = asRead(value)
	}
	out.WriteString(value)
	switch {
	case n.HardLineBreak():
		out.WriteByte('\n')
	case n.SoftLineBreak():
		out.WriteByte(' ')
	}
}

var escapes = regexp.MustCompile(`\\[!-/:-@\[-\x60{-~]|&[#0-9A-Za-z]{1,32};`)

// asRead takes away backslashes before punctuation, and reads what stands for a letter.
func asRead(typed string) string {
	return escapes.ReplaceAllStringFunc(typed, func(s string) string {
		if s[0] == '\\' {
			return s[1:]
		}
		return html.UnescapeString(s)
	})
}

// spell writes where a link leads, unless its words say so.
func (p plainer) spell(out *strings.Builder, l *ast.Link) {
	to, ok := whole(destination(l), p.site)
	to = strings.TrimPrefix(to, "mailto:")
	if ok && !strings.HasSuffix(out.String(), to) {
		out.WriteString(" <" + to + ">")
	}
}

// wrap breaks a line between words; a word longer than the line stays whole.
func wrap(line string, width int) string {
	var out strings.Builder
	at := 0
	for _, word := range strings.Fields(line) {
		n := utf8.RuneCountInString(word)
		switch {
		case at == 0:
		case at+1+n > width:
			out.WriteByte('\n')
			at = 0
		default:
			out.WriteByte(' ')
			at++
		}
		out.WriteString(word)
		at += n
	}
	return out.String()
}

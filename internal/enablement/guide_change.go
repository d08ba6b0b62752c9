package enablement

import (
	"slices"
	"strings"
)

// LineChange is a line that one text has and another has not.
type LineChange struct {
	Added bool // false: it was taken out
	Text  string
}

// Differs names what of a guide another version says differently: title, text, link.
func (t GuideText) Differs(other GuideText) []string {
	var out []string
	for _, part := range []struct {
		name string
		same bool
	}{{"title", t.Title == other.Title}, {"text", t.Body == other.Body}, {"link", t.URL == other.URL}} {
		if !part.same {
			out = append(out, part.name)
		}
	}
	return out
}

// Lines returns which lines of a text became which others, in their order.
func Lines(from, to string) []LineChange {
	a, b := linesOf(from), linesOf(to)
	kept := common(a, b)
	var out []LineChange
	i, j := 0, 0
	for _, k := range append(kept, [2]int{len(a), len(b)}) {
		for ; i < k[0]; i++ {
			out = append(out, LineChange{false, a[i]})
		}
		for ; j < k[1]; j++ {
			out = append(out, LineChange{true, b[j]})
		}
		i, j = k[0]+1, k[1]+1
	}
	return out
}

func linesOf(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
}

// common returns the places of the longest run of lines that both have in the same order.
func common(a, b []string) [][2]int {
	best := make([][]int, len(a)+1)
	for i := range best {
		best[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

package claude

import (
	"bytes"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// members yields the names and raw values of a JSON object, in order. obj must be
// valid JSON already, as a jsontext decoder returns it; anything but an object
// yields nothing. Both slices belong to obj.
func members(obj []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		if len(obj) == 0 || obj[0] != '{' {
			return
		}
		for i := space(obj, 1); i < len(obj) && obj[i] == '"'; {
			end := stringEnd(obj, i)
			name := obj[i+1 : end-1]
			i = space(obj, space(obj, end)+1) // past the colon
			end = valueEnd(obj, i)
			if !yield(plain(name), obj[i:end]) {
				return
			}
			if i = space(obj, end); i >= len(obj) || obj[i] != ',' {
				return
			}
			i = space(obj, i+1)
		}
	}
}

// plain is the text of a name; escapes in names are legal and never seen.
func plain(name []byte) []byte {
	if bytes.IndexByte(name, '\\') < 0 {
		return name
	}
	quoted := append(append([]byte{'"'}, name...), '"')
	out, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		return name
	}
	return out
}

func space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	return i
}

// stringEnd returns the index after the string that begins at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// valueEnd returns the index after the value that begins at i.
func valueEnd(b []byte, i int) int {
	if i >= len(b) {
		return len(b)
	}
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		return nestedEnd(b, i)
	}
	for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ']' && b[i] > ' ' {
		i++
	}
	return i
}

func nestedEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(b)
}

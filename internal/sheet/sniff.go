package sheet

import (
	"bytes"
	"strings"

	"groundswell/internal/fault"
)

const saveAs = " Save it as “CSV UTF-8” and choose that file."

// marks are the first bytes of files that are often taken for CSV.
var marks = []struct{ begins, say string }{
	{"PK\x03\x04", "This is a spreadsheet (such as .xlsx) or a ZIP file, not CSV." + saveAs},
	{"\xd0\xcf\x11\xe0", "This is an old Excel file, not CSV." + saveAs},
	{"%PDF", "This is a PDF, not CSV. Export the table from where it was made."},
	{"\x1f\x8b", "This file is compressed. Unpack it first."},
	{"\xff\xfe", "This file is UTF-16." + saveAs},
	{"\xfe\xff", "This file is UTF-16." + saveAs},
	{"{\\rtf", "This is a text document, not CSV. Export the table from where it was made."},
}

const bom = "\xef\xbb\xbf"

// sniff says what a file is that begins with head, when it is no CSV. It errs
// on the side of silence: whatever passes is looked at row by row.
func sniff(head []byte) error {
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.begins)) {
			return fault.Field("file", m.say)
		}
	}
	text := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head[:min(len(head), 512)]), bom)))
	switch {
	case text == "":
		if len(head) < 512 {
			return fault.Field("file", "The file is empty.")
		}
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"), strings.HasPrefix(text, "<?xml"):
		return fault.Field("file", "This is a web page or XML, not CSV. The download may have ended at a sign-in page.")
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "[{"):
		return fault.Field("file", "This is JSON, not CSV.")
	case wide(head):
		return fault.Field("file", "This file is UTF-16."+saveAs)
	case bytes.IndexByte(head, 0) >= 0:
		return errBinary
	case bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0:
		return fault.Field("file", "The lines of this file end as on old Macs."+saveAs)
	}
	return nil
}

var errBinary = fault.Field("file", "This is not text: the file holds NUL bytes."+saveAs)

// wide reports whether every second byte is zero for a while: UTF-16 without a mark.
func wide(head []byte) bool {
	var zeros [2]int
	n := min(len(head), 64) &^ 1
	for i := range n {
		if head[i] == 0 {
			zeros[i&1]++
		}
	}
	return n >= 8 && (zeros[0] == 0) != (zeros[1] == 0) && max(zeros[0], zeros[1]) > n/4
}

// separators are those that other spreadsheets write between cells.
var separators = []struct{ mark, name string }{{";", "semicolons"}, {"\t", "tabs"}, {"|", "bars"}}

// otherSeparator says that a header is separated by something else than commas, if it is.
func otherSeparator(header []string, columns []Column) error {
	line := strings.Join(header, ",")
	if strings.HasPrefix(strings.ToLower(line), "sep=") {
		return fault.Field("file", "The first line names a separator. Remove it: the first line has to name the columns, separated by commas.")
	}
	for _, s := range separators {
		cells := strings.Split(line, s.mark)
		if len(cells) < 2 {
			continue
		}
		for _, c := range cells {
			if find(columns, c) >= 0 {
				return fault.Field("file", "The columns are separated by "+s.name+", not commas. Save it as “CSV UTF-8 (comma delimited)” and choose that file.")
			}
		}
	}
	return nil
}

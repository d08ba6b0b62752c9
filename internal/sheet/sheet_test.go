package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"groundswell/internal/fault"
)

var columns = []Column{{Name: "email", Required: true, Max: MaxAddress}, {Name: "name"}, {Name: "note", Max: 4000, Lines: true}}

func readAll(text string) ([]Row, Report, error) {
	var rows []Row
	r, err := Read(strings.NewReader(text), columns, func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, r, err
}

func wide16(text string, mark bool) string {
	var b bytes.Buffer
	if mark {
		b.WriteString("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// TestFilesThatAreNotCSV hands over what people hand over by mistake.
func TestFilesThatAreNotCSV(t *testing.T) {
	const good = "email,name\nann@example.com,Ann\n"
	for name, c := range map[string]struct{ text, say string }{
		"nothing":            {"", "The file is empty."},
		"white space":        {" \n\n", "The file is empty."},
		"only a mark":        {"\xef\xbb\xbf", "The file is empty."},
		"a header alone":     {"email,name\n", "a header and no rows"},
		"a header, blanks":   {"email,name\n\n,\n", "a header and no rows"},
		"a spreadsheet":      {"PK\x03\x04\x14\x00", "not CSV"},
		"an old spreadsheet": {"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"},
		"a PDF":              {"%PDF-1.7\n", "PDF"},
		"compressed":         {"\x1f\x8b\x08", "compressed"},
		"a sign-in page":     {"<!DOCTYPE html><html>", "web page"},
		"JSON":               {`[{"email":"ann@example.com"}]`, "JSON"},
		"UTF-16":             {wide16(good, true), "UTF-16"},
		"UTF-16, unmarked":   {wide16(good, false), "UTF-16"},
		"a picture":          {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "NUL"},
		"a NUL later":        {good + "bo@example.com,B\x00o\n", "NUL"},
		"Latin-1":            {good + "jose@example.com,Jos\xe9\n", "Line 3 is not UTF-8"},
		"Latin-1 header":     {"email,pr\xe9nom\nann@example.com,Ann\n", "Line 1 is not UTF-8"},
		"semicolons":         {"email;name\nann@example.com;Ann\n", "separated by semicolons"},
		"tabs":               {"Email\tName\nann@example.com\tAnn\n", "separated by tabs"},
		"a separator line":   {"sep=,\nemail,name\nann@example.com,Ann\n", "names a separator"},
		"no such column":     {"mail,name\nann@example.com,Ann\n", "no column email. Its first line names: mail, name."},
		"a column twice":     {"email,EMAIL\na@b.c,a@b.c\n", "email is there twice"},
		"lines of old Macs":  {"email,name\rann@example.com,Ann\r", "old Macs"},
		"a broken header":    {"em\"ail,name\n", "Line 1 cannot be read"},
		"no header":          {"ann@example.com,Ann\nbo@example.com,Bo\n", "no column email"},
	} {
		_, _, err := readAll(c.text)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), c.say) {
			t.Errorf("%s: %v, want %q", name, err, c.say)
		}
	}
}

func TestRowsThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		text, problem string
		good          int
	}{
		"too few cells":           {"email,name\na@b.c\nd@e.f,D\n", "line 2: The row has 1 cell and the header 2.", 1},
		"too many cells":          {"email,name\na@b.c,A,x\nd@e.f,D\n", "line 2: The row has 3 cells and the header 2.", 1},
		"a stray quotation mark":  {"email,name\na@b.c,A\"nn\nd@e.f,D\n", "line 2: A cell with a quotation mark", 1},
		"a quote that never ends": {"email,name\nd@e.f,D\na@b.c,\"Ann\n", "line 3: A quoted cell does not end", 1},
		"a quote over lines":      {"email,name\nd@e.f,D\na@b.c,\"Ann\nbo@b.c,Bo\nc@b.c,C", "line 3: A quoted cell does not end where it should: double the quotation marks inside it. Lines 3 to 5 were taken", 1},
		"a long cell":             {"email,name\na@b.c," + strings.Repeat("ä", 201) + "\nd@e.f," + strings.Repeat("ä", 200) + "\n", "line 2: The name has more than 200 characters.", 1},
		"a control character":     {"email,name\na@b.c,A\x07\n", "line 2: The name holds characters", 0},
		"after quoted newlines":   {"email,note\na@b.c,\"one\ntwo\r\nthree\"\nx\n", "line 5: The row has 1 cell", 1},
	} {
		rows, r, err := readAll(c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Bad != 1 || len(rows) != c.good || !strings.HasPrefix(r.Problems.Items[0].String(), c.problem) {
			t.Errorf("%s: %d rows, problems %v, want %q", name, len(rows), r.Problems, c.problem)
		}
	}
}

func TestCellsAsTheyAreMeant(t *testing.T) {
	rows, r, err := readAll("\xef\xbb\xbf NAME ,\" eMail\",shoe size,Note,\r\n" +
		"'=1+1,a@b.c,9,\" two\r\nlines \",\r\n" +
		"=1+1,d@e.f,,'quoted,\r\n" +
		"  Ann \u00a0 Lee ,g@h.i,,'-,\r\n" +
		",,,,\r\n")
	if err != nil || r.Bad > 0 {
		t.Fatal(err, r)
	}
	if fmt.Sprint(r.Unknown, r.Columns) != "[shoe size] [name email note]" || r.Rows != 3 || r.Has("shoe size") || !r.Has("name") {
		t.Errorf("%+v", r)
	}
	for i, want := range []string{"=1+1|a@b.c|two\nlines", "=1+1|d@e.f|'quoted", "Ann Lee|g@h.i|-"} {
		if got := rows[i].Cell("name") + "|" + rows[i].Cell("email") + "|" + rows[i].Cell("note"); got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
	if rows[0].Line != 2 || rows[1].Line != 4 || rows[0].Cell("shoe size") != "" {
		t.Errorf("rows begin on lines %d and %d", rows[0].Line, rows[1].Line)
	}
}

// endless gives text for ever, and counts what was taken of it.
type endless struct {
	line  string
	taken int64
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.line[(e.taken+int64(i))%int64(len(e.line))]
	}
	e.taken += int64(len(p))
	return len(p), nil
}

func TestLargeFilesAreRefusedBeforeTheyAreRead(t *testing.T) {
	long := strings.Repeat("x", 150)
	for name, body := range map[string]io.Reader{
		"of rows":            &endless{line: "a@b.c," + long + "\n"},
		"of one quoted cell": &endless{line: long},
		"of short rows":      &endless{line: "a@b.c,\n"},
		"of empty cells":     &endless{line: ","},
		"a header of cells":  &endless{line: ",x"},
	} {
		head := "email,name\n"
		if name == "of one quoted cell" {
			head += "a@b.c,\""
		}
		if name == "a header of cells" {
			head = "email"
		}
		_, err := Read(io.MultiReader(strings.NewReader(head), body), columns, func(Row) error { return nil })
		if !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if taken := body.(*endless).taken; taken > MaxBytes+1<<20 {
			t.Errorf("%s: %d bytes were read", name, taken)
		}
	}
	if _, err := (File{Body: &endless{line: long}}).Read(); !fault.Is(err, fault.TooLarge) {
		t.Errorf("kept: %v", err)
	}
}

func TestALongRowIsRefusedBeforeItIsRead(t *testing.T) {
	cells := &endless{line: ","}
	_, err := Read(io.MultiReader(strings.NewReader("email\na@b.c\n"), cells), columns, func(Row) error { return nil })
	if !fault.Is(err, fault.TooLarge) || !strings.Contains(fault.Say(err), "after line 2") {
		t.Errorf("%v", err)
	}
	if cells.taken > 2*maxRow {
		t.Errorf("%d bytes were read", cells.taken)
	}
}

func TestProblemsAreCountedAndTheFirstListed(t *testing.T) {
	var b strings.Builder
	b.WriteString("email,name\n")
	for range 250 {
		b.WriteString("a\n")
	}
	_, r, err := readAll(b.String())
	if err != nil || r.Bad != 250 || r.Problems.Count != 250 || len(r.Problems.Items) != 100 || r.Problems.More() != 150 {
		t.Fatalf("%v: %d bad, %d counted, %d listed", err, r.Bad, r.Problems.Count, len(r.Problems.Items))
	}
	r.Reject(1, Wrong("early"))
	if r.Problems.Items[0].Line != 1 || len(r.Problems.Items) != 100 {
		t.Error("problems are not in the order of lines")
	}
}

func TestAddressesAndDates(t *testing.T) {
	for _, bad := range []string{"", "ann", "@", "ann@", "@example.com", "a@b@c", "a b@c.d", "a@.c", "a@c.", "a@b..c", "<a@b.c>", "é@b.c", "a,b@c.d", "a@b.c\nd", "a\tb@c.d", "a@b\x00.c"} {
		if _, err := Address("email", bad); err == nil {
			t.Errorf("%q passes as an address", bad)
		}
	}
	for _, good := range []string{"a@b.c", "Ann.O'Neil+x@Example.co.uk", "root@localhost"} {
		if _, err := Address("email", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	now := time.Date(2026, time.March, 28, 12, 0, 0, 0, time.UTC)
	for cell, ok := range map[string]bool{"2026-03-28": true, "2026-03-29": true, "2026-03-30": false, "28.3.2026": false, "2026-02-30": false,
		"": false, "1999-12-31": false, "2026-3-1": false, "2000-01-01": true} {
		if _, err := PastDate(cell, now); (err == nil) != ok {
			t.Errorf("%q: %v", cell, err)
		}
	}
}

// TestWhatIsWrittenIsRead writes any cells as RFC 4180 has it and reads them back.
func TestWhatIsWrittenIsRead(t *testing.T) {
	cell := rapid.StringOf(rapid.RuneFrom([]rune("ab ,\"\n'=+-@é")))
	rapid.Check(t, func(t *rapid.T) {
		notes := rapid.SliceOfN(cell, 1, 6).Draw(t, "notes")
		var b strings.Builder
		b.WriteString("email,note\n")
		line, want := 2, map[int]string{}
		for _, n := range notes {
			fmt.Fprintf(&b, "a@b.c,\"%s\"\n", strings.ReplaceAll(n, `"`, `""`))
			want[line] = strings.TrimSpace(plain(n))
			line += 1 + strings.Count(n, "\n")
		}
		rows, r, err := readAll(b.String())
		if err != nil || r.Bad > 0 || len(rows) != len(notes) {
			t.Fatalf("%v: %+v", err, r)
		}
		for _, row := range rows {
			if got, ok := want[row.Line]; !ok || got != row.Cell("note") {
				t.Fatalf("line %d: %q, want %q", row.Line, row.Cell("note"), got)
			}
		}
	})
}

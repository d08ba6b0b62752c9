package claude

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pageOf is one row of a listing of three pages.
func pageOf(cursor string) string {
	next := map[string]string{"": `"two"`, "two": `"thr\u0065e"`, "three": "null"}[cursor]
	return `{"data":[` + row("user_"+cursor, "") + `],"next_page":` + next + `}`
}

// The page after this one is on its way before this one is handed out, and no
// page is asked for twice.
func TestNextPageIsAskedForAhead(t *testing.T) {
	var requests atomic.Int32
	came := make(chan string, 3)
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		came <- r.URL.Query().Get("page")
		fmt.Fprint(w, pageOf(r.URL.Query().Get("page")))
	})
	cursor := ""
	for _, ahead := range []string{"two", "three", ""} {
		page := fetch(t, c, oneUse, cursor)
		if len(page.Facts.Usage) != 1 || page.Facts.Usage[0].UserID != "user_"+cursor || page.Next != ahead {
			t.Fatalf("page %q: %+v", cursor, page)
		}
		if cursor == "" {
			<-came
		}
		if ahead != "" {
			select {
			case got := <-came:
				if got != ahead {
					t.Errorf("%q was asked for ahead, want %q", got, ahead)
				}
			case <-time.After(5 * time.Second):
				t.Fatalf("nobody asked for %q ahead", ahead)
			}
		}
		cursor = page.Next
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("%d requests for three pages", n)
	}
}

// Behind a day's only page, the day that is expected is on its way already, and
// it is asked for once.
func TestExpectedDayIsAskedForAhead(t *testing.T) {
	came := make(chan string, 3)
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		came <- r.URL.Query().Get("date")
		fmt.Fprint(w, pageOf("three"))
	})
	next := oneUse
	next.From, next.To = oneUse.From+1, oneUse.To+1
	next.Key = next.From.String()
	c.Expect(next)
	fetch(t, c, oneUse, "")
	<-came
	select {
	case got := <-came:
		if got != next.Key {
			t.Errorf("%s was asked for ahead, want %s", got, next.Key)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nobody asked for the expected day ahead")
	}
	fetch(t, c, next, "")
	select {
	case got := <-came:
		t.Errorf("%s was asked for once more", got)
	default:
	}
}

// An early answer that is a refusal is the page's first attempt: it is tried
// again as any other, after the pause it asks for.
func TestEarlyRefusalIsAnAttempt(t *testing.T) {
	var second atomic.Int32
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "two" && second.Add(1) == 1 {
			limited429("retry-after", "0.01")(w, r)
			return
		}
		fmt.Fprint(w, pageOf(r.URL.Query().Get("page")))
	})
	fetch(t, c, oneUse, "")
	page := fetch(t, c, oneUse, "two")
	if page.Next != "three" || second.Load() != 2 {
		t.Errorf("next %q after %d requests", page.Next, second.Load())
	}
}

// Whoever gave up takes what was asked for ahead along: the next reader asks again.
func TestEarlyAnswerEndsWithItsReader(t *testing.T) {
	release := make(chan struct{})
	var second atomic.Int32
	c := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "two" && second.Add(1) == 1 {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return
		}
		fmt.Fprint(w, pageOf(r.URL.Query().Get("page")))
	})
	defer close(release)
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := c.Fetch(ctx, oneUse, ""); err != nil {
		t.Fatal(err)
	}
	cancel()
	if page := fetch(t, c, oneUse, "two"); page.Next != "three" {
		t.Errorf("next %q", page.Next)
	}
}

func TestCursorAtEnd(t *testing.T) {
	for body, want := range map[string]string{
		pageOf(""):                            "two",
		pageOf("two"):                         "three",
		pageOf("three"):                       "",
		`{"data":[]}`:                         "",
		`{"next_page":7}`:                     "",
		`{"next_page":"cut`:                   "",
		`{"name":"\"next_page\":\"x\""}`:      "",
		"":                                    "",
		strings.Repeat(" ", 600) + pageOf(""): "two",
		`{"next_page":"early"` + strings.Repeat(" ", 600) + "}": "",
	} {
		if got := cursorAtEnd([]byte(body)); got != want {
			t.Errorf("%.60q: %q, want %q", body, got, want)
		}
	}
}

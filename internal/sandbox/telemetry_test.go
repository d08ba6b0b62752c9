package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"groundswell/internal/day"
)

// TestTelemetryIsTheSameEachTime sends a workday twice: the same records come,
// as valid JSON, in number fit for a demo, with failures to find.
func TestTelemetryIsTheSameEachTime(t *testing.T) {
	org := New(Config{Today: day.Of(2026, time.November, 20), Members: 600})
	defer org.Close()
	from := time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)
	first, again := heardFrom(t, org, from), heardFrom(t, org, from)
	if !slices.Equal(first, again) {
		t.Error("the second time differs from the first")
	}
	if n := len(first); n < 800 || n > 6000 {
		t.Errorf("%d records on a workday", n)
	}
	for _, want := range []string{"cowork.user_prompt", "cowork.api_error", "cowork.mcp_server_connection", "cowork.skill_activated", "cowork.tool_result"} {
		if !slices.Contains(first, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if night := heardFrom(t, org, from.AddDate(0, 0, 2)); len(night) == 0 || len(night) > len(first) {
		t.Errorf("%d records on a Saturday", len(night))
	}
}

// heardFrom returns the bodies of the records of a day, in order.
func heardFrom(t *testing.T, org *Org, from time.Time) []string {
	t.Helper()
	var out []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got struct {
			ResourceLogs []struct {
				ScopeLogs []struct {
					LogRecords []struct {
						Body struct{ StringValue string }
					}
				}
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &got) != nil || r.Header.Get("Authorization") != "Bearer t" {
			http.Error(w, "not as expected", http.StatusBadRequest)
			return
		}
		for _, res := range got.ResourceLogs {
			for _, s := range res.ScopeLogs {
				for _, rec := range s.LogRecords {
					out = append(out, rec.Body.StringValue)
				}
			}
		}
	}))
	defer srv.Close()
	if err := org.SendTelemetry(t.Context(), srv.URL, "t", from, from.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return out
}

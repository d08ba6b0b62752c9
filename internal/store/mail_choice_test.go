package store_test

import (
	"maps"
	"strings"
	"testing"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
)

func TestChoicesAreKeptByAddress(t *testing.T) {
	s := keyed(t, dbtest.New(t))
	ctx := t.Context()
	wanted := func(emails ...string) map[string]bool {
		t.Helper()
		got, err := s.Wanted(ctx, comms.ChoiceTasks, emails)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := wanted("Ines@example.com", "dana@example.com"); !maps.Equal(got, map[string]bool{"ines@example.com": true, "dana@example.com": true}) {
		t.Fatalf("before anybody chose: %v", got)
	}
	for range 2 {
		if err := s.ChooseMail(ctx, identity.Actor{}, "INES@example.com", map[comms.Choice]bool{comms.ChoiceTasks: false}, noon()); err != nil {
			t.Fatal(err)
		}
	}
	if got := wanted("ines@EXAMPLE.com", "dana@example.com"); got["ines@example.com"] || !got["dana@example.com"] {
		t.Errorf("after one ended it: %v", got)
	}
	if got, err := s.Wanted(ctx, comms.ChoiceReport, []string{"ines@example.com"}); err != nil || !got["ines@example.com"] {
		t.Errorf("another kind: %v, %v", got, err)
	}
	var told int
	var log string
	if err := s.Pool().QueryRow(ctx, "select count(*), coalesce(string_agg(action || subject || detail::text, ' '), '') from audit_log").Scan(&told, &log); err != nil {
		t.Fatal(err)
	}
	if told != 1 || strings.Contains(log, "ines") || !strings.Contains(log, "mail.ended") {
		t.Errorf("the audit log holds %d entries: %s", told, log)
	}
}

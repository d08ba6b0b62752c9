package store_test

import (
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/store"
)

// TestChatsOfAStore follows a chat from its first day to its last: one row whatever is
// sent twice, a sealed address that goes with it, and history that stays.
func TestChatsOfAStore(t *testing.T) {
	o := newOutbox(t, 1)
	ctx, now, by := t.Context(), time.Now(), identity.Operator()
	edit := comms.ChannelEdit{Name: "  #cowork   news ", PerMinute: 20}
	const key, address = "0b0e1f6a-0000-4000-8000-000000000001", "https://hooks.example.com/canary-77"
	id, err := o.AddChat(ctx, by, key, comms.Slack, edit, address, now)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.AddChat(ctx, by, key, comms.Slack, edit, address, now); err != nil || again != id {
		t.Errorf("the same form again: %d, %v", again, err)
	}
	c, err := o.SendChannel(ctx, id)
	if err != nil || c.Name != "#cowork news" || c.PerMinute != 20 || c.Version != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := o.AddChat(ctx, by, strings.Replace(key, "1", "2", 1), comms.Teams, comms.ChannelEdit{Name: "#COWORK news", PerMinute: 1}, address, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("its name again: %v", err)
	}
	if err := o.EditChannel(ctx, by, id, 9, comms.ChannelEdit{Name: "x", PerMinute: 1}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older version: %v", err)
	}
	if err := o.RemoveChat(ctx, by, id, 1, now); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Credential(ctx, store.WebhookOf(id)); !fault.Is(err, fault.NotFound) {
		t.Errorf("its address is kept: %v", err)
	}
	if c, err := o.SendChannel(ctx, id); err != nil || c.RemovedAt.IsZero() {
		t.Errorf("a removed one: %+v, %v", c, err)
	}
	if rows := o.rows(t, `select convert_from(sealed, 'LATIN1') from credential union all select detail from audit_log`); strings.Contains(strings.Join(rows, " "), "canary") {
		t.Error("the address is readable in the database")
	}
}

package comms_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

var (
	now   = time.Date(2026, 11, 19, 8, 30, 0, 0, time.UTC)
	ines  = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	lee   = identity.Actor{Account: 2, Name: "Lee", Email: "lee@example.com", Roles: []identity.Role{identity.Lead}}
	beth  = identity.Actor{Account: 3, Name: "Beth", Email: "beth@example.com", Roles: []identity.Role{identity.Owner}}
	dana  = identity.Actor{Account: 4, Name: "Dana", Email: "dana@example.com", Roles: []identity.Role{identity.Owner}}
	helen = identity.Actor{Account: 5, Name: "Helena", Email: "Helena@example.com", Roles: []identity.Role{identity.Executive}}
	priya = identity.Actor{Account: 6, Name: "Priya", Email: "priya@example.com", Roles: []identity.Role{identity.Auditor}}
	tomas = identity.Actor{Account: 7, Name: "Tomas", Email: "tomas@example.com", Roles: []identity.Role{identity.Champion}}
)

// book keeps one message in memory, as a keeper would.
type book struct {
	comms.Keeper
	m comms.Message
}

func (b *book) CreateMessage(_ context.Context, _ identity.Actor, _ string, m comms.Message, _ time.Time) (comms.MessageID, error) {
	b.m = m
	b.m.ID, b.m.Version = 1, 1
	return 1, nil
}

func (b *book) UpdateMessage(_ context.Context, _ comms.MessageID, _ time.Time, fn func(*comms.Message) error) (comms.Message, error) {
	m := b.m
	m.Approvals, m.Occurrences = slices.Clone(m.Approvals), slices.Clone(m.Occurrences)
	if err := fn(&m); err != nil {
		return comms.Message{}, err
	}
	m.Version++
	b.m = m
	return m, nil
}

func draft() comms.Draft {
	return comms.Draft{
		Stage: comms.PreLaunch, Title: "Training dates", Owner: comms.Person{Name: "Beth", Email: "beth@example.com"}, Approver: comms.Person{Name: "Helena", Email: "helena@example.com"},
		UsefulFor: 24 * time.Hour, Subject: "Bring one task", Body: "Hello {{name}}", Audience: comms.Audience{Who: comms.WhoPeople, Waves: []int{1}}, Channels: []int{1},
	}
}

// written is a service over one message of Beth's that waits for its day.
func written(t *testing.T) (*comms.Service, *book) {
	t.Helper()
	b := &book{}
	s := &comms.Service{Keeper: b}
	m := comms.Message{Occurrences: []comms.Occurrence{{ID: 1, No: 1, Day: day.Of(2026, 11, 20), At: "09:00", Zone: "Europe/Berlin", State: comms.Planned}}}
	if err := m.Apply(ines, draft(), now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(t.Context(), ines, "", m, now); err != nil {
		t.Fatal(err)
	}
	return s, b
}

func reachOf(n int) comms.Reach {
	var r comms.Reach
	for i := range n {
		r.To = append(r.To, comms.Recipient{Email: fmt.Sprintf("p%03d@example.com", i)})
	}
	return r
}

func TestApproval(t *testing.T) {
	s, b := written(t)
	ctx, o := t.Context(), func() comms.Occurrence { return b.m.Occurrences[0] }
	if st := b.m.Status(o(), comms.Launch{}); st != comms.StatusDraft {
		t.Fatalf("new: %s", st)
	}
	if _, err := s.Approve(ctx, lee, 1, b.m.Version, reachOf(3), now); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft was approved: %v", err)
	}
	if _, err := s.Ask(ctx, beth, 1, b.m.Version, now); err != nil || b.m.Status(o(), comms.Launch{}) != comms.StatusNeedsApproval {
		t.Fatalf("asked: %v", err)
	}
	for _, who := range []identity.Actor{beth, dana, priya} {
		if _, err := s.Approve(ctx, who, 1, b.m.Version, reachOf(3), now); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s approved: %v", who.Name, err)
		}
	}
	if _, err := s.Approve(ctx, tomas, 1, b.m.Version, reachOf(3), now); !fault.Is(err, fault.NotFound) {
		t.Errorf("a champion knows of it: %v", err)
	}
	if _, err := s.Approve(ctx, helen, 1, b.m.Version-1, reachOf(3), now); !fault.Is(err, fault.Conflict) {
		t.Errorf("approved what was not read: %v", err)
	}
	if _, err := s.Approve(ctx, helen, 1, b.m.Version, reachOf(3), now); err != nil || b.m.Status(o(), comms.Launch{}) != comms.StatusScheduled {
		t.Fatalf("approved: %v", err)
	}
	if a := b.m.Approvals[0]; a.Recipients != 3 || len(a.Addresses) != 3 || a.Name != "Helena" || a.N != 1 {
		t.Errorf("kept %+v", a)
	}
	if _, err := s.TakeBack(ctx, helen, 1, b.m.Version, now); err != nil || b.m.Status(o(), comms.Launch{}) != comms.StatusNeedsApproval {
		t.Errorf("taken back: %v", err)
	}
	if _, err := s.TakeBack(ctx, beth, 1, b.m.Version, now); err != nil || b.m.Status(o(), comms.Launch{}) != comms.StatusDraft {
		t.Errorf("made a draft: %v", err)
	}
}

// Above 200 recipients two different people approve, and a reach that grows past it
// asks for a second one.
func TestTwoPeopleApproveForMany(t *testing.T) {
	s, b := written(t)
	ctx := t.Context()
	if _, err := s.Ask(ctx, beth, 1, b.m.Version, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Approve(ctx, ines, 1, b.m.Version, reachOf(comms.Mass), now); err != nil || !b.m.Approved(comms.Mass) || b.m.Approved(comms.Mass+1) {
		t.Fatalf("for 200: %v", err)
	}
	if got := b.m.MissingApprovals(comms.Mass + 1); got != 1 {
		t.Errorf("for 201 %d are missing", got)
	}
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(comms.Mass+1), comms.Launch{}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("sent to 201 with one approval: %v", err)
	}
	if _, err := s.Approve(ctx, ines, 1, b.m.Version, reachOf(comms.Mass+1), now); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same person twice: %v", err)
	}
	if _, err := s.Approve(ctx, lee, 1, b.m.Version, reachOf(comms.Mass+1), now); err != nil || !b.m.Approved(comms.Mass+1) {
		t.Errorf("two people: %v", err)
	}
}

// TestOnePersonIsNotTwo: neither another address of one account nor another account of one
// address, however written, is a second person.
func TestOnePersonIsNotTwo(t *testing.T) {
	moved, twin := ines, ines
	moved.Email = "ines.m@example.com"
	twin.Account, twin.Email = 99, "INES@Example.com"
	for name, again := range map[string]identity.Actor{"an address that changed": moved, "a second account": twin} {
		s, b := written(t)
		_, _ = s.Ask(t.Context(), beth, 1, b.m.Version, now)
		if _, err := s.Approve(t.Context(), ines, 1, b.m.Version, reachOf(comms.Mass+1), now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Approve(t.Context(), again, 1, b.m.Version, reachOf(comms.Mass+1), now); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s approved again: %v", name, err)
		}
		second := b.m.Approvals[0]
		second.ID, second.Account, second.Email = 2, again.Account, again.Email
		b.m.Approvals = append(b.m.Approvals, second)
		if b.m.Approved(comms.Mass + 1) {
			t.Errorf("%s counts as a second person", name)
		}
		if _, err := s.TakeBack(t.Context(), again, 1, b.m.Version, now); err != nil || b.m.Approvers() != 0 {
			t.Errorf("%s: taken back, %d are left: %v", name, b.m.Approvers(), err)
		}
	}
}

// TestOwnersDoNotNameThemselves: whoever writes a message as its owner is not made its approver by
// their own word; a lead may say so.
func TestOwnersDoNotNameThemselves(t *testing.T) {
	s, b := written(t)
	d := comms.DraftOf(b.m)
	d.Approver = comms.Person{Name: "Beth", Email: "BETH@example.com"}
	if _, err := s.Edit(t.Context(), beth, 1, d, b.m.Version, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an owner named herself: %v", err)
	}
	own := b.m
	own.Approver = d.Approver
	if _, err := s.Create(t.Context(), beth, "", own, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an owner wrote one for herself to approve: %v", err)
	}
	if _, err := s.Edit(t.Context(), ines, 1, d, b.m.Version, now); err != nil {
		t.Fatalf("a lead named the owner: %v", err)
	}
	d.Title = "Dates"
	if _, err := s.Edit(t.Context(), beth, 1, d, b.m.Version, now); err != nil {
		t.Errorf("what a lead said stands: %v", err)
	}
}

// TestEditsAskAgain changes one thing after the other of an approved message: what is
// told, to whom and where asks again; the plan does not.
func TestEditsAskAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*comms.Draft)
		again  bool
	}{
		"subject":    {func(d *comms.Draft) { d.Subject += "." }, true},
		"body":       {func(d *comms.Draft) { d.Body += "." }, true},
		"audience":   {func(d *comms.Draft) { d.Audience.Stages = []comms.PersonStage{comms.StageSignedIn} }, true},
		"channels":   {func(d *comms.Draft) { d.Channels = append(d.Channels, 2) }, true},
		"mandatory":  {func(d *comms.Draft) { d.Mandatory = true }, true},
		"hold ended": {func(d *comms.Draft) { d.HeldForGo = false }, true},
		"hold begun": {func(d *comms.Draft) { d.HeldForGo = true }, false},
		"title":      {func(d *comms.Draft) { d.Title = "Dates" }, false},
		"stage":      {func(d *comms.Draft) { d.Stage = comms.FirstWeek }, false},
		"approver":   {func(d *comms.Draft) { d.Approver = comms.Person{} }, false},
		"useful":     {func(d *comms.Draft) { d.UsefulFor = time.Hour }, false},
		"nothing":    {func(d *comms.Draft) { d.Subject += " "; d.Audience.Waves = []int{1, 1}; d.Channels = []int{1, 1} }, false},
	} {
		s, b := written(t)
		for _, do := range []func() error{
			func() error { _, err := s.Ask(t.Context(), beth, 1, b.m.Version, now); return err },
			func() error { _, err := s.Approve(t.Context(), ines, 1, b.m.Version, reachOf(2), now); return err },
		} {
			if err := do(); err != nil {
				t.Fatal(err)
			}
		}
		b.m.Wave, b.m.HeldForGo = 7, name == "hold ended"
		d := comms.DraftOf(b.m)
		c.change(&d)
		if _, err := s.Edit(t.Context(), beth, 1, d, b.m.Version, now); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again := b.m.Status(b.m.Occurrences[0], comms.Launch{}) == comms.StatusDraft
		if again != c.again || again != (b.m.N == 2) || again != (len(b.m.Approvals) == 0) {
			t.Errorf("%s: asks again %v, version %d, %d approvals", name, again, b.m.N, len(b.m.Approvals))
		}
	}
}

func TestWhoMayEdit(t *testing.T) {
	s, b := written(t)
	for _, c := range []struct {
		who  identity.Actor
		kind fault.Kind
	}{{ines, ""}, {beth, ""}, {dana, fault.Forbidden}, {priya, fault.Forbidden}, {helen, fault.Forbidden}, {tomas, fault.NotFound}} {
		d := comms.DraftOf(b.m)
		d.Title = "By " + c.who.Name
		_, err := s.Edit(t.Context(), c.who, 1, d, b.m.Version, now)
		if c.kind == "" && err != nil || c.kind != "" && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", c.who.Name, err)
		}
	}
	d := comms.DraftOf(b.m)
	d.Owner = comms.Person{Name: "Dana", Email: dana.Email}
	if _, err := s.Edit(t.Context(), beth, 1, d, b.m.Version, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an owner gave it away: %v", err)
	}
	if _, err := s.Edit(t.Context(), ines, 1, d, b.m.Version-1, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("from an old view: %v", err)
	}
	b.m.Occurrences[0].State = comms.Gone
	if _, err := s.Edit(t.Context(), ines, 1, d, b.m.Version, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("after it went out: %v", err)
	}
	for _, who := range []identity.Actor{tomas, helen, priya} {
		if _, err := s.Create(t.Context(), who, "", b.m, now); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s wrote one: %v", who.Name, err)
		}
	}
	if _, err := s.Create(t.Context(), dana, "", b.m, now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an owner wrote for somebody else: %v", err)
	}
}

func TestDraftsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*comms.Draft)
		field  string
		say    string
	}{
		"no title":            {func(d *comms.Draft) { d.Title = " " }, "title", "Write a title"},
		"no subject":          {func(d *comms.Draft) { d.Subject = "" }, "subject", "Write a subject"},
		"long subject":        {func(d *comms.Draft) { d.Subject = strings.Repeat("é", comms.MaxSubject+1) }, "subject", "longer than"},
		"a header in it":      {func(d *comms.Draft) { d.Subject = "Hi\r\nBcc: all@example.com" }, "subject", "line break"},
		"turned around":       {func(d *comms.Draft) { d.Subject = "Hi \u202etxt" }, "subject", "control"},
		"a link in it":        {func(d *comms.Draft) { d.Subject = "See {{app_link}}" }, "subject", "cannot hold an address"},
		"unknown in subject":  {func(d *comms.Draft) { d.Subject = "Hi {{nmae}}" }, "subject", "{{name}}"},
		"no body":             {func(d *comms.Draft) { d.Body = "\n" }, "body", "Write what"},
		"long body":           {func(d *comms.Draft) { d.Body = strings.Repeat("a", comms.MaxBody+1) }, "body", "longer than"},
		"unknown placeholder": {func(d *comms.Draft) { d.Body = "Ask {{champions}}" }, "body", "{{champion}}"},
		"of a template":       {func(d *comms.Draft) { d.Body = "{{connector}} is live" }, "body", "name of the connector"},
		"control characters":  {func(d *comms.Draft) { d.Body = "a\x07b" }, "body", "control"},
		"no audience":         {func(d *comms.Draft) { d.Audience = comms.Audience{} }, "audience", "whom"},
		"no channel":          {func(d *comms.Draft) { d.Channels = nil }, "channels", "at least one"},
		"no stage":            {func(d *comms.Draft) { d.Stage = "later" }, "stage", "Choose"},
		"no rhythm":           {func(d *comms.Draft) { d.Every = "day" }, "every", "Choose"},
		"of no use":           {func(d *comms.Draft) { d.UsefulFor = 0 }, "useful", "hours"},
		"held for nothing":    {func(d *comms.Draft) { d.HeldForGo = true }, "held", "wave"},
		"a bad address":       {func(d *comms.Draft) { d.Approver.Email = "helena" }, "approver", "address"},
		"a long name":         {func(d *comms.Draft) { d.Owner.Name = strings.Repeat("é", comms.MaxName+1) }, "owner", "longer than"},
		"a name alone":        {func(d *comms.Draft) { d.Owner.Email = "" }, "owner", "address"},
	} {
		d := draft()
		c.change(&d)
		var m comms.Message
		err := m.Apply(ines, d, now)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.(*fault.Error).Fields[c.field], c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSendNow(t *testing.T) {
	s, b := written(t)
	ctx := t.Context()
	_, _ = s.Ask(ctx, beth, 1, b.m.Version, now)
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(1), comms.Launch{}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("without approval: %v", err)
	}
	if _, err := s.Approve(ctx, ines, 1, b.m.Version, reachOf(1), now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendNow(ctx, beth, 1, b.m.Version, reachOf(1), comms.Launch{}, now); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by its owner: %v", err)
	}
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(0), comms.Launch{}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("to nobody: %v", err)
	}
	b.m.HeldForGo, b.m.Wave = true, 1
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(1), comms.Launch{}, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("before its go: %v", err)
	}
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(1), comms.Launch{Go: true}, now); err != nil {
		t.Fatal(err)
	}
	if due, ok := b.m.Occurrences[0].Due(); !ok || due.After(now) || now.Sub(due) >= time.Minute {
		t.Errorf("due %s at %s", due, now)
	}
}

// In the hour that comes twice a message is sent at once too, not in the second one.
func TestSendNowWhenTheClockIsTurnedBack(t *testing.T) {
	s, b := written(t)
	ctx := t.Context()
	_, _ = s.Ask(ctx, beth, 1, b.m.Version, now)
	_, _ = s.Approve(ctx, ines, 1, b.m.Version, reachOf(1), now)
	twice := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC) // 02:30 in Berlin, the first time
	if _, err := s.SendNow(ctx, ines, 1, b.m.Version, reachOf(1), comms.Launch{}, twice); err != nil {
		t.Fatal(err)
	}
	if due, ok := b.m.Occurrences[0].Due(); !ok || !due.Equal(twice) {
		t.Errorf("due %s, want %s", due, twice)
	}
}

func TestArchiveCancelsWhatWasToGo(t *testing.T) {
	s, b := written(t)
	if _, err := s.Archive(t.Context(), dana, 1, b.m.Version, now); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by another owner: %v", err)
	}
	if _, err := s.Archive(t.Context(), beth, 1, b.m.Version, now); err != nil || b.m.Occurrences[0].State != comms.Cancelled || b.m.ArchivedAt.IsZero() {
		t.Errorf("%+v, %v", b.m.Occurrences, err)
	}
	s, b = written(t)
	b.m.Occurrences[0].State = comms.Going
	if _, err := s.Archive(t.Context(), ines, 1, b.m.Version, now); !fault.Is(err, fault.Conflict) {
		t.Errorf("while it goes out: %v", err)
	}
}

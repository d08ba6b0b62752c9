package deliver

import (
	"context"
	"fmt"

	"strings"
	"sync"
	"testing"
	"time"

	"groundswell/internal/deliver/delivertest"
)

func mailer(t *testing.T, s *delivertest.Server, options ...string) *Mailer {
	t.Helper()
	setting, err := ParseSetting(s.URL(options...))
	if err != nil {
		t.Fatal(err)
	}
	m := NewMailer(setting, s.Roots())
	t.Cleanup(m.Close)
	return m
}

// letter is the n-th mail to somebody.
func letter(n int, to string) Mail {
	return Mail{
		ID: fmt.Sprintf("delivery-%d@example.com", n), To: to, ToName: "Inès Duarte", Subject: "Cowork is here", Text: "Hello.\n.\nBye.\n", HTML: "<p>Hello.</p>",
		Unsubscribe: "https://rollout.example.com/unsubscribe/x", Bulk: true, At: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC),
	}
}

// TestEveryFault holds what the mailer says against what the server kept.
func TestEveryFault(t *testing.T) {
	const to = "ines@example.com"
	for name, c := range map[string]struct {
		rule    delivertest.Rule
		want    State
		code    int
		address bool
		down    bool
	}{
		"nothing":                {delivertest.Rule{Step: "nowhere"}, Sent, 250, false, false},
		"sender refused":         {delivertest.Rule{Step: delivertest.AtSender, Code: 550}, Refused, 550, false, false},
		"sender later":           {delivertest.Rule{Step: delivertest.AtSender, Code: 451}, Retry, 451, false, false},
		"sign in first":          {delivertest.Rule{Step: delivertest.AtSender, Code: 530}, Retry, 530, false, true},
		"closing":                {delivertest.Rule{Step: delivertest.AtSender, Code: 421}, Retry, 421, false, true},
		"sender hang":            {delivertest.Rule{Step: delivertest.AtSender, Do: delivertest.Hang}, Retry, 0, false, true},
		"sender cut":             {delivertest.Rule{Step: delivertest.AtSender, Do: delivertest.Cut}, Retry, 0, false, true},
		"recipient refused":      {delivertest.Rule{Step: delivertest.AtRecipient, Code: 550, Say: "5.1.1 <ines@example.com> ines is not here"}, Refused, 550, true, false},
		"recipient by policy":    {delivertest.Rule{Step: delivertest.AtRecipient, Code: 554, Say: "5.7.1 relaying denied"}, Refused, 554, false, false},
		"recipient later":        {delivertest.Rule{Step: delivertest.AtRecipient, Code: 450}, Retry, 450, false, false},
		"recipient hang":         {delivertest.Rule{Step: delivertest.AtRecipient, Do: delivertest.Hang}, Retry, 0, false, false},
		"recipient cut":          {delivertest.Rule{Step: delivertest.AtRecipient, Do: delivertest.Cut}, Retry, 0, false, false},
		"start hang":             {delivertest.Rule{Step: delivertest.AtMiddle, Do: delivertest.Hang}, Unknown, 0, false, false},
		"start cut":              {delivertest.Rule{Step: delivertest.AtStart, Do: delivertest.Cut}, Retry, 0, false, false},
		"end refused":            {delivertest.Rule{Step: delivertest.AtEnd, Code: 554}, Refused, 554, false, false},
		"end later":              {delivertest.Rule{Step: delivertest.AtEnd, Code: 451}, Retry, 451, false, false},
		"end hang, kept":         {delivertest.Rule{Step: delivertest.AtEnd, Do: delivertest.Hang, Keep: true}, Unknown, 0, false, false},
		"end hang, lost":         {delivertest.Rule{Step: delivertest.AtEnd, Do: delivertest.Hang}, Unknown, 0, false, false},
		"end cut, kept":          {delivertest.Rule{Step: delivertest.AtEnd, Do: delivertest.Cut, Keep: true}, Unknown, 0, false, false},
		"end cut, lost":          {delivertest.Rule{Step: delivertest.AtEnd, Do: delivertest.Cut}, Unknown, 0, false, false},
		"end, an odd yes":        {delivertest.Rule{Step: delivertest.AtEnd, Code: 252, Keep: true}, Sent, 252, false, false},
		"end, neither yes or no": {delivertest.Rule{Step: delivertest.AtEnd, Code: 354, Keep: true}, Unknown, 354, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := delivertest.NewServer(t, delivertest.Config{})
			s.Inject(c.rule)
			m := mailer(t, s)
			m.setting.Timeout = 300 * time.Millisecond
			r := m.Send(t.Context(), letter(1, to))
			if r.State != c.want || r.Code != c.code || r.Address != c.address || r.Down != c.down {
				t.Errorf("got %+v, want %s, code %d, address %v, down %v", r, c.want, c.code, c.address, c.down)
			}
			if strings.Contains(r.Say, "ines") || r.Say == "" && r.State != Sent {
				t.Errorf("says %q", r.Say)
			}
			judge(t, r, len(s.Kept()))
			s.Heal()
			m.setting.Timeout = 10 * time.Second
			if r := m.Send(t.Context(), letter(2, to)); r.State != Sent {
				t.Errorf("the next one: %+v", r)
			}
		})
	}
}

// judge holds a receipt against how many mails the server kept.
func judge(t *testing.T, r Receipt, kept int) {
	t.Helper()
	switch {
	case r.State == Sent && kept != 1:
		t.Errorf("sent, and the server kept %d", kept)
	case (r.State == Retry || r.State == Refused) && kept != 0:
		t.Errorf("%s, and the server kept %d", r.State, kept)
	}
}

// TestCutInTheMiddle writes a mail that is longer than what the network holds, so that the
// cut is noticed while the mail is being written.
func TestCutInTheMiddle(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{})
	s.Inject(delivertest.Rule{Step: delivertest.AtMiddle, Do: delivertest.Cut})
	long := letter(1, "ines@example.com")
	long.Text = strings.Repeat("A line that is repeated until no buffer holds it all.\n", 400_000)
	if r := mailer(t, s).Send(t.Context(), long); r.State != Retry || len(s.Kept()) != 0 {
		t.Errorf("got %+v", r)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{})
	m := mailer(t, s, "connections=2")
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if r := m.Send(t.Context(), letter(i, fmt.Sprintf("p%d@example.com", i))); r.State != Sent {
				t.Errorf("mail %d: %+v", i, r)
			}
		})
	}
	all.Wait()
	if len(s.Kept()) != 40 || s.Connections() > 2 {
		t.Errorf("%d mails over %d connections", len(s.Kept()), s.Connections())
	}
	s.HangUp() // as servers do with a connection that idles
	if r := m.Send(t.Context(), letter(41, "after@example.com")); r.State != Sent {
		t.Errorf("after the server hung up: %+v", r)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{})
	m := mailer(t, s)
	m.idle = time.Millisecond
	if r := m.Send(t.Context(), letter(1, "a@example.com")); r.State != Sent {
		t.Fatal(r)
	}
	for deadline := time.Now().Add(5 * time.Second); ; {
		m.mu.Lock()
		left := len(m.free)
		m.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("an idle connection stays")
		}
	}
}

func TestUnreachable(t *testing.T) {
	const gone = "smtp://127.0.0.1:1?from=a@example.com" // a port that no program is given by chance
	secret := delivertest.Config{User: "rollout", Password: "canary-3f1c"}
	implicit := delivertest.NewServer(t, delivertest.Config{Implicit: true})
	plain := delivertest.NewServer(t, secret)
	for name, c := range map[string]struct {
		address string
		say     string
	}{
		"nobody listens":  {gone, "cannot connect"},
		"no such name":    {"smtp://mail.invalid?from=a@example.com", "name is not known"},
		"untrusted":       {implicit.URL(), "vouches"},
		"no TLS there":    {strings.Replace(plain.URL(), "smtp://", "smtps://", 1), "TLS"},
		"TLS not offered": {plain.URL("tls=starttls"), "offers no TLS"},
		"wrong password":  {strings.Replace(plain.URL(), "canary-3f1c", "canary-0000", 1), "cannot sign in"},
	} {
		t.Run(name, func(t *testing.T) {
			setting, err := ParseSetting(c.address)
			if err != nil {
				t.Fatal(err)
			}
			setting.Timeout = 3 * time.Second
			m := NewMailer(setting, nil)
			r := m.Send(t.Context(), letter(1, "a@example.com"))
			if r.State != Retry || !r.Down || !strings.Contains(r.Say, c.say) || strings.Contains(r.Say, "canary") {
				t.Errorf("got %+v", r)
			}
			if err := m.Greet(t.Context()); err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("greeting: %v", err)
			}
		})
	}
}

func TestSecrecy(t *testing.T) {
	for name, cfg := range map[string]delivertest.Config{
		"starttls": {StartTLS: true, User: "rollout", Password: "p@ss word"},
		"implicit": {Implicit: true, User: "rollout", Password: "p@ss word"},
		"open":     {User: "rollout", Password: "p@ss word"},
	} {
		t.Run(name, func(t *testing.T) {
			s := delivertest.NewServer(t, cfg)
			m := mailer(t, s)
			if err := m.Greet(t.Context()); err != nil {
				t.Errorf("greeting: %v", err)
			}
			if r := m.Send(t.Context(), letter(1, "a@example.com")); r.State != Sent || len(s.Kept()) != 1 {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func TestAnEndOfPatienceBeforeTheDot(t *testing.T) {
	s := delivertest.NewServer(t, delivertest.Config{})
	s.Inject(delivertest.Rule{Step: delivertest.AtRecipient, Do: delivertest.Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if r := mailer(t, s).Send(ctx, letter(1, "a@example.com")); r.State != Retry {
		t.Errorf("got %+v", r)
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	for _, noUTF8 := range []bool{false, true} {
		s := delivertest.NewServer(t, delivertest.Config{NoUTF8: noUTF8})
		r := mailer(t, s).Send(t.Context(), letter(1, "inès@example.com"))
		want := Sent
		if noUTF8 {
			want = Refused
		}
		if r.State != want || r.Address != noUTF8 {
			t.Errorf("without UTF8 %v: %+v", noUTF8, r)
		}
		judge(t, r, len(s.Kept()))
	}
}

func TestSettings(t *testing.T) {
	for address, want := range map[string]string{
		"smtp://mail.example.com?from=a@example.com":                                 "mail.example.com:587 starttls a@example.com",
		"smtps://u%40example.com:p@mail.example.com":                                 "mail.example.com:465 implicit u@example.com",
		"smtp://127.0.0.1:2525?from=a+b@example.com":                                 "127.0.0.1:2525 none a+b@example.com",
		"smtp://mail.example.com:25?from=a@example.com&tls=none":                     "mail.example.com:25 none a@example.com",
		"smtp://mail?tls=implicit&from=Rollout+%3Ca@example.com%3E":                  "mail:465 implicit a@example.com",
		"smtp://mail.example.com?from=a@example.com&name=R&timeout=5s&connections=1": "mail.example.com:587 starttls a@example.com",
	} {
		s, err := ParseSetting(address)
		if got := fmt.Sprintf("%s %s %s", s.Address(), s.Secrecy, s.From.Address); err != nil || got != want {
			t.Errorf("%s: %s, %v", address, got, err)
		}
	}
	for _, address := range []string{
		"smtp://", "http://mail.example.com", "smtp://mail.example.com", "smtp://mail?from=nobody", "smtp://mail?from=a@example.com&tls=maybe",
		"smtps://mail?from=a@example.com&tls=none", "smtp://mail:99999?from=a@example.com", "smtp://mail?from=a@example.com&timeout=1h",
		"smtp://mail?from=a@example.com&connections=0", "smtp://mail?from=a@example.com&nosuch=1", "smtp://us er:canary-77%zz@mail?from=a@example.com",
		"smtp://mail?from=a@example.com%0d%0aBcc:x@example.com",
	} {
		if _, err := ParseSetting(address); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/deliver"
	"groundswell/internal/route"
	"groundswell/internal/store"
	views "groundswell/views/sendchannel"
)

// channelsOf is the page of channels over a store and the real client of chats; this machine may be posted to.
func channelsOf(st *store.Store) SendChannels {
	allow, err := deliver.ParseAllowed("127.0.0.1")
	if err != nil {
		panic(err)
	}
	chat := deliver.NewChat(allow)
	post := func(ctx context.Context, kind comms.ChannelKind, address string) comms.Outcome {
		r := chat.Post(ctx, deliver.Format(kind), address, deliver.Note{Subject: "Messages arrive here", Text: "From now on."})
		states := map[deliver.State]comms.DeliveryState{deliver.Sent: comms.Sent, deliver.Refused: comms.Refused, deliver.Retry: comms.Waiting, deliver.Unknown: comms.Unknown}
		return comms.Outcome{State: states[r.State], Code: r.Code, Say: r.Say, Down: r.Down}
	}
	return SendChannels{
		Book: st, Address: store.WebhookOf, CheckWebhook: chat.Check, TryWebhook: post, Carrier: postsTo{st, post},
		Server: views.Server{Address: "mail.example.com:587", From: "rollout@example.com", Way: "TLS after STARTTLS, signed in"},
		Enqueue: func(ctx context.Context, m comms.Mailing, letters []comms.Letter, now time.Time) (comms.MailingID, bool, error) {
			return st.Enqueue(ctx, nil, m, letters, now)
		},
	}
}

// postsTo carries posts to the addresses that a store keeps.
type postsTo struct {
	st   *store.Store
	post func(ctx context.Context, kind comms.ChannelKind, address string) comms.Outcome
}

func (p postsTo) Carry(ctx context.Context, c comms.Parcel) comms.Outcome {
	address, err := p.st.Credential(ctx, store.WebhookOf(c.Channel.ID))
	if err != nil {
		return comms.Outcome{State: comms.Refused, Say: "There is no address."}
	}
	return p.post(ctx, c.Channel.Kind, address)
}

// hook is a chat's webhook on this machine.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	posts  []string
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{status: http.StatusOK}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.posts = append(h.posts, string(body))
		if h.status == http.StatusFound {
			w.Header().Set("Location", "https://elsewhere.example.com/")
		}
		w.WriteHeader(h.status)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) answers(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status = status
}

func (h *hook) took() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.posts)
}

// canaryPath is a part of an address that nobody may read again.
const canaryPath = "/services/canary-e91c"

// addsChat posts the form of a new chat.
func (b *browser) addsChat(name, address string) answer {
	b.t.Helper()
	key, _ := b.document(route.SendChannels).Find("input[name=form_key]").Attr("value")
	return b.post(route.SendChannels, url.Values{"form_key": {key}, "kind": {"slack"}, "name": {name}, "address": {address}, "per_minute": {"20"}})
}

// channelNamed returns the id of a channel.
func (s *site) channelNamed(name string) int {
	s.t.Helper()
	return s.number("select id from send_channel where name = $1 and removed_at is null", name)
}

func TestAChatIsAdded(t *testing.T) {
	s := newSite(t, nil)
	b, h := s.enter("lead"), newHook(t)
	a := b.addsChat("#cowork-news", h.URL+canaryPath)
	if a.StatusCode != http.StatusSeeOther || h.took() != 1 {
		t.Fatalf("%d, %d posts: %s", a.StatusCode, h.took(), a.body)
	}
	id := s.channelNamed("#cowork-news")
	page := b.get(route.SendChannel(id))
	if page.StatusCode != http.StatusOK || strings.Contains(page.body, "canary") || !strings.Contains(page.body, "Works") {
		t.Errorf("its page: %d %s", page.StatusCode, page.body)
	}
	if kept, err := s.store.Credential(t.Context(), store.WebhookOf(id)); err != nil || kept != h.URL+canaryPath {
		t.Errorf("kept %q, %v", kept, err)
	}
	if a := b.addsChat("#COWORK-news", h.URL); a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, "of this name already") || h.took() != 1 {
		t.Errorf("the same name again: %d, %d posts", a.StatusCode, h.took())
	}
	if a := b.post(route.SendChannelTest(id), nil); a.StatusCode != http.StatusSeeOther || h.took() != 2 {
		t.Errorf("a test: %d, %d posts", a.StatusCode, h.took())
	}
	h.answers(http.StatusNotFound)
	b.post(route.SendChannelTest(id), nil)
	if a := b.get(route.SendChannel(id)); !strings.Contains(a.body, "Failing") || !strings.Contains(a.body, "404") || strings.Contains(a.body, "canary") {
		t.Errorf("after a 404: %s", a.body)
	}
	if strings.Contains(s.log.String(), "canary") {
		t.Error("the log holds the address")
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	s := newSite(t, nil)
	b, h := s.enter("lead"), newHook(t)
	redirecting, gone := newHook(t), newHook(t)
	redirecting.answers(http.StatusFound)
	gone.answers(http.StatusNotFound)
	for address, say := range map[string]string{
		"": "not an address", "cowork": "not an address", "http://hooks.example.com" + canaryPath: "https://", "https://10.0.0.8" + canaryPath: "private network",
		"https://169.254.169.254" + canaryPath: "no chat can be", "https://[::1]" + canaryPath: "private network", "https://chat.invalid" + canaryPath: "not known",
		redirecting.URL + canaryPath: "leads elsewhere", gone.URL + canaryPath: "404",
	} {
		a := b.addsChat("#news", address)
		if a.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(a.body, say) || strings.Contains(a.body, "canary") {
			t.Errorf("%s: %d, want %q", address, a.StatusCode, say)
		}
		if !strings.Contains(a.body, `value="#news"`) {
			t.Errorf("%s: the name is lost", address)
		}
	}
	if n := s.number("select count(*) from send_channel"); n != 1 {
		t.Errorf("%d channels", n)
	}
	if n := s.number("select count(*) from credential where name like 'send_channel/%'"); n != 0 || h.took() != 0 {
		t.Errorf("%d addresses are kept", n)
	}
	if a := b.post(route.SendChannels, url.Values{"form_key": {newFormKey()}, "kind": {"slack"}, "name": {"#x"}, "address": {h.URL}, "per_minute": {"0"}}); a.StatusCode != http.StatusUnprocessableEntity || h.took() != 0 {
		t.Errorf("nothing a minute: %d", a.StatusCode)
	}
}

func TestAChatIsChanged(t *testing.T) {
	s := newSite(t, nil)
	b, h, other := s.enter("lead"), newHook(t), newHook(t)
	b.addsChat("#news", h.URL+"/1")
	id := s.channelNamed("#news")
	version := func() string {
		return strconv.Itoa(s.number("select version from send_channel where id = $1", id))
	}
	was := version()
	if a := b.post(route.SendChannel(id), url.Values{"version": {was}, "name": {"#cowork"}, "per_minute": {"5"}}); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("rename: %d %s", a.StatusCode, a.body)
	}
	if a := b.post(route.SendChannel(id), url.Values{"version": {was}, "name": {"#mine"}, "per_minute": {"7"}}); a.StatusCode != http.StatusConflict || !strings.Contains(a.body, "#cowork, at most 5 a minute") || !strings.Contains(a.body, `value="#mine"`) {
		t.Errorf("an older version: %d", a.StatusCode)
	}
	if a := b.post(route.SendChannelAddress(id), url.Values{"version": {version()}, "address": {"https://10.0.0.1/x"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a private address: %d", a.StatusCode)
	}
	if a := b.post(route.SendChannelAddress(id), url.Values{"version": {version()}, "address": {other.URL + "/2"}}); a.StatusCode != http.StatusSeeOther || other.took() != 1 {
		t.Errorf("another address: %d, %d posts", a.StatusCode, other.took())
	}
	for _, to := range []string{"pause", "resume"} {
		if a := b.post(route.SendChannelPause(id), url.Values{"to": {to}}); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d", to, a.StatusCode)
		}
		if n := s.number("select count(paused_at) from send_channel where id = $1", id); (n == 1) != (to == "pause") {
			t.Errorf("after %s, %d are paused", to, n)
		}
	}
	if a := b.post(route.SendChannelPause(id), url.Values{"to": {"sideways"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("neither: %d", a.StatusCode)
	}
	if a := b.post(route.SendChannelRemove(id), url.Values{"version": {version()}}); a.StatusCode != http.StatusSeeOther {
		t.Errorf("remove: %d %s", a.StatusCode, a.body)
	}
	if n := s.number("select count(*) from credential where name like 'send_channel/%'"); n != 0 {
		t.Error("the address is kept")
	}
	if a := b.get(route.SendChannel(id)); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Removed") || strings.Contains(a.body, "Post a test") {
		t.Errorf("the page of a removed one: %d", a.StatusCode)
	}
	if a := b.post(route.SendChannelTest(id), nil); a.StatusCode != http.StatusNotFound {
		t.Errorf("a test of a removed one: %d", a.StatusCode)
	}
	if a := b.addsChat("#cowork", h.URL); a.StatusCode != http.StatusSeeOther {
		t.Errorf("its name again: %d", a.StatusCode)
	}
}

func TestATestMailIsQueued(t *testing.T) {
	s := newSite(t, nil)
	b := s.enter("lead")
	id := s.channelNamed("Email")
	for range 2 { // the second one within the minute comes to nothing
		if a := b.post(route.SendChannelTest(id), nil); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	if n := s.number("select count(*) from delivery d join mailing m on m.id = d.mailing where m.kind = 'test' and d.channel = $1 and d.email <> ''", id); n != 1 {
		t.Errorf("%d deliveries", n)
	}
	page := b.get(route.SendChannel(id))
	for _, want := range []string{"mail.example.com:587", "rollout@example.com", "TLS after STARTTLS"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("its page does not say %q", want)
		}
	}
	if a := b.post(route.SendChannelRemove(id), url.Values{"version": {"1"}}); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("email was removed: %d", a.StatusCode)
	}
	reader := s.enter("auditor")
	if a := reader.get(route.SendChannels); a.StatusCode != http.StatusOK || strings.Contains(a.body, "Add the chat") {
		t.Errorf("an auditor: %d", a.StatusCode)
	}
}

package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// telemetryBatch is how many records one request brings, as of the SDKs' exporters.
const telemetryBatch = 512

// SendTelemetry sends what Aldermere's desktop apps say from one moment to
// another, to an OTLP receiver at address, as they would: in OTLP's JSON, by
// batches. The same minute gives the same records, whoever asks.
func (o *Org) SendTelemetry(ctx context.Context, address, token string, from, to time.Time) error {
	w := o.world.Load()
	client := &http.Client{Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	batch, size := []byte(nil), 0
	flush := func() error {
		if size == 0 {
			return nil
		}
		err := postTelemetry(ctx, client, address, token, batch)
		batch, size = nil, 0
		return err
	}
	for at := from.Truncate(time.Minute); at.Before(to); at = at.Add(time.Minute) {
		for _, p := range w.promptsAt(at) {
			batch = p.desktop(batch)
			if size += p.events(); size >= telemetryBatch {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// postTelemetry sends a list of desktops' logs.
func postTelemetry(ctx context.Context, client *http.Client, address, token string, list []byte) error {
	body := append(append([]byte(`{"resourceLogs":[`), list[1:]...), "]}"...)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/logs", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	res, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("send telemetry: %w", err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the receiver answers %d: %s", res.StatusCode, said)
	}
	return err
}

// prompt is what somebody asked of Cowork in a minute, and what came of it.
type prompt struct {
	w       *world
	who     *person
	at      time.Time
	version string
	system  string
	steps   []step
}

// step is one event of a prompt.
type step struct {
	name  string
	attrs [][2]string
}

func (p *prompt) events() int { return len(p.steps) }

// promptsAt is what is asked in one minute: much in office hours, little
// otherwise, and something at least every fifth minute.
func (w *world) promptsAt(at time.Time) []prompt {
	minute := at.Unix() / 60
	r := rng(hash(w.Seed, "telemetry") ^ mix(uint64(minute)))
	permille := 25
	if h := at.UTC().Hour(); at.UTC().Weekday() != time.Saturday && at.UTC().Weekday() != time.Sunday && h >= 7 && h < 18 {
		permille = 480
	}
	n := 0
	for range 2 {
		if r.chance(permille) {
			n++
		}
	}
	if minute%5 == 0 {
		n = max(n, 1)
	}
	var out []prompt
	for range n {
		if p, ok := w.promptOf(&r, at.Add(time.Duration(r.upTo(50))*time.Second)); ok {
			out = append(out, p)
		}
	}
	return out
}

// desktopVersions are those of the desktop app in use; Claims has old laptops.
var desktopVersions = []string{"1.12.3", "1.12.3", "1.12.3", "1.12.1", "1.11.0"}

const claimsVersion = "1.8.2"

// promptOf draws who asks, and what happens then. ok is false when nobody could.
func (w *world) promptOf(r *rng, at time.Time) (prompt, bool) {
	for range 40 {
		p := &w.people[r.upTo(len(w.people))]
		d := departments[p.dept]
		if p.gone != here || d.wave != 0 || p.email == "" {
			continue
		}
		out := prompt{w: w, who: p, at: at, version: desktopVersions[r.upTo(len(desktopVersions))], system: []string{"windows", "windows", "darwin"}[r.upTo(3)]}
		if d.name == "Claims Operations" {
			out.version, out.system = claimsVersion, "windows"
		}
		out.play(r)
		return out, true
	}
	return prompt{}, false
}

func (p *prompt) add(name string, pairs ...string) {
	s := step{name: name}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.attrs = append(s.attrs, [2]string{pairs[i], pairs[i+1]})
	}
	p.steps = append(p.steps, s)
}

// play draws the events of a prompt.
func (p *prompt) play(r *rng) {
	p.add("user_prompt", "prompt_length", strconv.Itoa(r.between(20, 900)))
	if r.chance(120) {
		p.connect(r)
	}
	if r.chance(25) {
		p.add("api_error", "model", telemetryModel, "error", "overloaded_error", "status_code", []string{"529", "529", "429", "500"}[r.upTo(4)])
		return
	}
	p.add("api_request", "model", telemetryModel, "cost_usd", "0.0"+strconv.Itoa(r.between(10, 89)),
		"input_tokens", strconv.Itoa(r.between(800, 24_000)), "output_tokens", strconv.Itoa(r.between(60, 2400)), "duration_ms", strconv.Itoa(r.between(900, 21_000)))
	if r.chance(150) {
		p.add("skill_activated", "skill.name", skillCatalog[r.upTo(4)].name)
	}
	for range r.upTo(3) {
		p.tool(r)
	}
}

const telemetryModel = "claude-opus-5"

// connect tries a connector: the data warehouse's often fails.
func (p *prompt) connect(r *rng) {
	c := connectorCatalog[r.upTo(len(connectorCatalog))]
	name, fails := c.name, 15
	if c.display != "" {
		name = c.display
	}
	if name == "Snowflake" {
		fails = 620
	}
	status := "connected"
	if r.chance(fails) {
		status = "failed"
	}
	p.add("mcp_server_connection", "server_name", name, "status", status, "transport_type", "http")
}

func (p *prompt) tool(r *rng) {
	tool := []string{"Read", "Write", "Bash", "WebFetch", "Edit"}[r.upTo(5)]
	p.add("tool_decision", "tool_name", tool, "decision", "accept", "source", "config")
	fails := 20
	if tool == "WebFetch" {
		fails = 180
	}
	p.add("tool_result", "tool_name", tool, "success", strconv.FormatBool(!r.chance(fails)), "duration_ms", strconv.Itoa(r.between(20, 4000)))
}

// desktop writes a comma and the prompt's events as one desktop's logs.
func (p *prompt) desktop(b []byte) []byte {
	b = append(b, `,{"resource":{"attributes":[`...)
	b = pairs(b, [][2]string{{"service.name", "cowork"}, {"service.version", p.version}, {"os.type", p.system}, {"host.arch", "x64"}})
	b = append(b, `]},"scopeLogs":[{"scope":{"name":"com.anthropic.claude_code.events"},"logRecords":[`...)
	for i := range p.steps {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.record(b, i)
	}
	return append(b, "]}]}"...)
}

// record writes the i-th event, a second after the one before.
func (p *prompt) record(b []byte, i int) []byte {
	at, s := p.at.Add(time.Duration(i)*time.Second), p.steps[i]
	asked := uint64(p.at.Unix())
	b = append(b, `{"timeUnixNano":"`...)
	b = strconv.AppendInt(b, at.UnixNano(), 10)
	b = append(b, `","body":{"stringValue":"cowork.`...)
	b = append(b, s.name...)
	b = append(b, `"},"attributes":[`...)
	b = pairs(b, [][2]string{
		{"event.name", s.name}, {"event.timestamp", at.UTC().Format(time.RFC3339Nano)}, {"event.sequence", strconv.Itoa(int(asked%86_400)*10 + i)},
		{"session.id", tag(p.w.Seed, "session"+p.who.id, asked/3600)}, {"prompt.id", tag(p.w.Seed, "prompt"+p.who.id, asked)},
		{"user.account_id", p.who.id}, {"user.email", p.who.email},
	})
	if len(s.attrs) > 0 {
		b = pairs(append(b, ','), s.attrs)
	}
	return append(b, "]}"...)
}

// pairs writes attributes as OTLP does.
func pairs(b []byte, list [][2]string) []byte {
	for i, kv := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"key":`...), kv[0])
		b = appendString(append(b, `,"value":{"stringValue":`...), kv[1])
		b = append(b, "}}"...)
	}
	return b
}

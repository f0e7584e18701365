package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// patience bounds how long a test waits for what should happen.
const patience = 20 * time.Second

// station is an office whose server really listens, with hints that the test
// publishes.
type station struct {
	*office
	live *bot.Live
	http *httptest.Server
	done chan struct{}
}

func newStation(t *testing.T) *station {
	t.Helper()
	// There is no Redis: hints reach the listeners of this process.
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	s := &station{live: bot.NewLive(client, slog.New(slog.DiscardHandler)), done: make(chan struct{})}
	s.office = newOffice(t, func(o *Options) { o.Live, o.Done = s.live, s.done })
	s.http = httptest.NewUnstartedServer(nil)
	s.http.Config = s.server.HTTP("")
	s.http.Start()
	t.Cleanup(s.http.Close)
	return s
}

// publish spreads hints, as they come from the bot.
func (s *station) publish(hints ...bot.Hint) {
	for i := range hints {
		hints[i].ID = s.clock.Now().UnixMicro()
		hints[i].Address = "+8801712345678"
	}
	_ = s.live.Publish(s.t.Context(), hints...) // says that there is no Redis
}

func about(event bot.HintEvent, f filed) bot.Hint {
	h := bot.Hint{Event: event, Conversation: f.conversation.String()}
	if event == bot.HintCase {
		h.Case = f.number
	}
	return h
}

// listening is an open stream.
type listening struct {
	t     *testing.T
	res   *http.Response
	lines *bufio.Scanner
	end   func()
}

func (s *station) follow(token string, header ...string) *listening {
	s.t.Helper()
	return s.followAt("/api/v1/stream", append([]string{"Authorization", "Bearer " + token}, header...)...)
}

// followAt opens a stream at a path.
func (s *station) followAt(path string, header ...string) *listening {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.http.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		cancel()
		s.t.Fatal(err)
	}
	l := &listening{t: s.t, res: res, lines: bufio.NewScanner(res.Body), end: func() { cancel(); res.Body.Close() }}
	s.t.Cleanup(l.end)
	return l
}

// next is the next event; it fails when the stream has ended.
func (l *listening) next() map[string]any {
	l.t.Helper()
	var id, event string
	for l.lines.Scan() {
		line := l.lines.Text()
		if v, ok := strings.CutPrefix(line, "id: "); ok {
			id = v
		}
		if v, ok := strings.CutPrefix(line, "event: "); ok {
			event = v
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var v map[string]any
		d := json.NewDecoder(strings.NewReader(data))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			l.t.Fatalf("%s: %v", data, err)
		}
		if fmt.Sprint(v["id"]) != id || v["event"] != event {
			l.t.Errorf("id %s and event %s of %s", id, event, data)
		}
		return v
	}
	l.t.Fatalf("the stream has ended: %v", l.lines.Err())
	return nil
}

// ended waits for the server to end the stream.
func (l *listening) ended() {
	l.t.Helper()
	for l.lines.Scan() {
		if strings.HasPrefix(l.lines.Text(), "data: ") {
			l.t.Errorf("before the end comes %s", l.lines.Text())
		}
	}
	if err := l.lines.Err(); err != nil {
		l.t.Errorf("the stream did not end: %v", err)
	}
}

// brief is an event without what differs from run to run.
func brief(e map[string]any) string {
	return fmt.Sprint(e["event"], " ", e["case"], " ", e["owner"], " ", e["team"], " ", e["ward"])
}

func TestEachHearsOfTheirOwn(t *testing.T) {
	s := newStation(t)
	f := s.file("রহিম", "drainage", 12)
	drains := s.follow(s.hire("drains@example.org", handoff.RoleAgent, []string{"drainage"}, nil))
	roads := s.follow(s.hire("roads@example.org", handoff.RoleAgent, []string{"roads"}, nil))
	boss := s.follow(s.token)
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "Content-Encoding": ""} {
		if got := boss.res.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	s.publish(about(bot.HintMessage, f), about(bot.HintMessage, f), about(bot.HintConversation, f), about(bot.HintCase, f), about(bot.HintAlarm, f))
	s.publish(bot.Hint{Event: bot.HintMessage, Channel: "web"}, bot.Hint{Event: bot.HintMessage, Conversation: uuid.NewString()}, bot.Hint{Event: bot.HintMessage, Conversation: "odd"})
	s.publish(bot.Hint{Event: bot.HintPresence}, bot.Hint{Event: bot.HintAlarm, Channel: "messenger"})
	want := []string{
		"message <nil> queue drainage 12", "conversation <nil> queue drainage 12", fmt.Sprintf("case %d <nil> drainage 12", f.number),
		"alarm <nil> queue drainage 12", "presence <nil> <nil> <nil> <nil>", "alarm <nil> <nil> <nil> <nil>",
	}
	for who, l := range map[string]*listening{"drains": drains, "boss": boss} {
		last := json.Number("0")
		for _, w := range want {
			e := l.next()
			if brief(e) != w {
				t.Errorf("%s: %v, want %s", who, e, w)
			}
			id, _ := e["id"].(json.Number)
			if a, b := number(t, id), number(t, last); a <= b {
				t.Errorf("%s: id %d after %d", who, a, b)
			}
			last = id
			at, err := time.Parse(time.RFC3339, fmt.Sprint(e["at"]))
			if err != nil || !at.Equal(s.clock.Now()) {
				t.Errorf("%s: at %v", who, e["at"])
			}
			for name := range e {
				if !slices.Contains(strings.Fields("id event conversation case channel owner team ward at"), name) {
					t.Errorf("%s: %s is told", who, name)
				}
			}
		}
	}
	// Of the others' the roads' agent heard nothing: these are his first.
	if a, b := roads.next(), roads.next(); a["event"] != "presence" || b["event"] != "alarm" || b["channel"] != "messenger" {
		t.Errorf("the roads' agent hears %v and %v", a, b)
	}
}

func number(t *testing.T, n json.Number) int64 {
	t.Helper()
	v, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A conversation that waited for everybody and was taken by somebody else
// leaves the others' lists.
func TestWhatLeavesTheQueueIsTold(t *testing.T) {
	s := newStation(t)
	f := s.file("রহিম", "", 0)
	if _, err := s.pool.Exec(t.Context(), `UPDATE cases SET team = 'drainage' WHERE number = $1`, f.number); err != nil {
		t.Fatal(err)
	}
	roads := s.follow(s.hire("roads@example.org", handoff.RoleAgent, []string{"roads"}, nil))
	drains := s.follow(s.hire("drains@example.org", handoff.RoleAgent, []string{"drainage"}, nil))
	s.publish(about(bot.HintMessage, f))
	if e := roads.next(); brief(e) != "message <nil> queue <nil> <nil>" {
		t.Errorf("in the queue: %v", e)
	}
	if _, err := s.pool.Exec(t.Context(), `UPDATE conversations SET owner = 'agent' WHERE id = $1`, f.conversation); err != nil {
		t.Fatal(err)
	}
	taken := about(bot.HintConversation, f)
	taken.Was, taken.Owner, taken.Channel = flows.OwnerQueue, flows.OwnerAgent, "web"
	s.publish(about(bot.HintMessage, f), taken, bot.Hint{Event: bot.HintAlarm})
	if e := roads.next(); brief(e) != "conversation <nil> <nil> <nil> <nil>" || e["conversation"] != f.conversation.String() || e["channel"] != nil {
		t.Errorf("taken by another: %v", e)
	}
	for _, want := range []string{"message", "message", "conversation"} {
		if e := drains.next(); e["event"] != want || want == "conversation" && e["owner"] != "agent" {
			t.Errorf("whose team has its case: %v", e)
		}
	}
}

func TestWhoComesBackFetchesAfresh(t *testing.T) {
	s := newStation(t)
	first := s.follow(s.token)
	s.publish(bot.Hint{Event: bot.HintAlarm})
	last := fmt.Sprint(first.next()["id"])
	first.end()
	for _, id := range []string{last, "0", "-1", "odd", "99999999999999999", strings.Repeat("9", 50)} {
		l := s.follow(s.token, "Last-Event-ID", id)
		e := l.next()
		if e["event"] != "refresh" || len(e) != 3 {
			t.Errorf("after %s: %v", id, e)
		}
		if n, _ := e["id"].(json.Number); id == last && number(t, n) <= number(t, json.Number(last)) {
			t.Errorf("id %s after %s", n, last)
		}
		l.end()
	}
}

func TestMissedHintsAreSaid(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	l := s.follow(s.token)
	s.publish(slices.Repeat([]bot.Hint{{Event: bot.HintAlarm}}, 100_000)...)
	for {
		if e := l.next(); e["event"] == "refresh" {
			break
		}
	}
	s.publish(bot.Hint{Event: bot.HintPresence})
	if e := l.next(); e["event"] != "presence" {
		t.Errorf("after a refresh: %v", e)
	}
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	for name, sql := range map[string]string{
		"disabled": `UPDATE agents SET disabled_at = now() WHERE email = 'rina@example.org'`,
		"revoked":  `DELETE FROM api_tokens WHERE agent_id = (SELECT id FROM agents WHERE email = 'rina@example.org')`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			token := s.hire("rina@example.org", handoff.RoleAgent, nil, nil)
			l, other := s.follow(token), s.follow(s.token)
			if _, err := s.pool.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			s.clock.Forward(time.Minute) // what is known of tokens is old by now
			s.publish(bot.Hint{Event: bot.HintAlarm})
			l.ended()
			if e := other.next(); e["event"] != "alarm" {
				t.Errorf("somebody else: %v", e)
			}
			if l := s.follow(token); l.res.StatusCode != http.StatusUnauthorized {
				t.Errorf("again: %d", l.res.StatusCode)
			}
		})
	}
}

func TestOtherTeamsAreHeardOnceGiven(t *testing.T) {
	s := newStation(t)
	f := s.file("রহিম", "drainage", 12)
	l := s.follow(s.hire("rina@example.org", handoff.RoleAgent, []string{"roads"}, nil))
	if _, err := s.pool.Exec(t.Context(), `UPDATE agents SET teams = '{drainage}' WHERE email = 'rina@example.org'`); err != nil {
		t.Fatal(err)
	}
	s.clock.Forward(time.Minute)
	s.publish(about(bot.HintMessage, f))
	if e := l.next(); e["event"] != "message" {
		t.Errorf("%v", e)
	}
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	s := newStation(t)
	l := s.follow(s.token)
	close(s.done)
	l.ended()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.http.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server does not stop: %v", err)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	s := newStation(t)
	other := s.hire("rina@example.org", handoff.RoleAgent, nil, nil)
	var open []*listening
	for range streamsPerToken {
		open = append(open, s.follow(s.token))
	}
	refused := s.follow(s.token)
	body, err := io.ReadAll(refused.res.Body)
	if err != nil || refused.res.StatusCode != http.StatusTooManyRequests || !strings.Contains(string(body), `"too_many_requests"`) || refused.res.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: %d %s", refused.res.StatusCode, body)
	}
	if l := s.follow(other); l.res.StatusCode != http.StatusOK {
		t.Errorf("another token: %d", l.res.StatusCode)
	}
	open[0].end()
	for end := time.Now().Add(patience); ; {
		l := s.follow(s.token) // once the server has seen that the place is free
		if l.res.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("a free place is refused: %d", l.res.StatusCode)
		}
	}
}

func TestStreamWithoutListening(t *testing.T) {
	s := newStation(t)
	w := s.do(call{method: http.MethodHead, path: "/api/v1/stream", token: s.token})
	if w.Code != http.StatusOK || w.Body.Len() != 0 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	wantFault(t, s.do(call{path: "/api/v1/stream"}), http.StatusUnauthorized, "unauthorized", "")
	wantFault(t, s.do(call{path: "/api/v1/stream?since=1", token: s.token}), http.StatusBadRequest, "invalid", "since")
	quiet := newOffice(t, nil)
	wantFault(t, quiet.do(call{path: "/api/v1/stream", token: quiet.token}), http.StatusServiceUnavailable, "unavailable", "")
}

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
	"nagorik/handoff/spending"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// office is a server over a database of the test's own.
type office struct {
	t      *testing.T
	server *Server
	desk   *handoff.Desk
	pool   *pgxpool.Pool
	clock  *handofftest.Clock
	logs   *bytes.Buffer
	token  string // of a supervisor
	number int64
}

// album holds photos by SHA-256.
type album map[string][]byte

type openPhoto struct{ *bytes.Reader }

func (openPhoto) Close() error { return nil }

func (a album) Open(sha string, size photos.Size) (io.ReadSeekCloser, string, time.Time, error) {
	b, ok := a[sha]
	switch {
	case !ok:
		return nil, "", time.Time{}, photos.ErrNotFound
	case b == nil:
		return nil, "", time.Time{}, photos.ErrNotShown
	}
	return openPhoto{bytes.NewReader(append([]byte(size+":"), b...))}, "image/jpeg", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), nil
}

func newOffice(t *testing.T, change func(*Options)) *office {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	o := &office{t: t, pool: pool, clock: handofftest.NewClock(time.Date(2026, 11, 23, 9, 30, 0, 0, handoff.Dhaka())), logs: &bytes.Buffer{}, number: 10000}
	if o.desk, err = handoff.New(handoff.Options{Pool: pool, Now: o.clock.Now, Secret: []byte("a key of the tests that nobody else has"), PasswordCost: handofftest.PasswordCost()}); err != nil {
		t.Fatal(err)
	}
	o.server = serverOver(t, o.desk, o.clock, o.logs, change)
	o.server.opt.Spending = spending.NewLedger(pool, o.clock.Now)
	o.server.opt.Gateways = func() []string { return []string{"citysms", "twilio"} }
	o.token = o.hire("boss@example.org", handoff.RoleSupervisor, nil, nil)
	return o
}

// bare is a server without a database, for what does not need one.
func bare(t *testing.T, change func(*Options)) *office {
	t.Helper()
	o := &office{t: t, clock: handofftest.NewClock(time.Date(2026, 11, 23, 9, 30, 0, 0, handoff.Dhaka())), logs: &bytes.Buffer{}}
	o.server = serverOver(t, nil, o.clock, o.logs, change)
	return o
}

// common is what the tests' servers share: it never changes, and making it takes longer than most tests do.
var common = makers{
	console: sync.OnceValues(loadConsole),
	openapi: func(routes []Route) ([]byte, error) {
		described.once.Do(func() { described.text, described.err = describe(routes) })
		return described.text, described.err
	},
}

// described is the description of the routes under /api/v1, the same for every server.
var described struct {
	once sync.Once
	text []byte
	err  error
}

func serverOver(t *testing.T, desk *handoff.Desk, c *handofftest.Clock, logs *bytes.Buffer, change func(*Options)) *Server {
	t.Helper()
	opt := Options{
		Desk: desk, PublicURL: "https://city.example", Now: c.Now,
		Log: slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo})),
	}
	if change != nil {
		change(&opt)
	}
	s, err := newServer(opt, common)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hire makes an account and returns a token of its.
func (o *office) hire(email string, role handoff.Role, teams []string, wards []int) string {
	o.t.Helper()
	if _, _, err := o.desk.AddAgent(o.t.Context(), handoff.NewAgent{Email: email, Name: "Anna", Role: role, Teams: teams, Wards: wards}); err != nil {
		o.t.Fatal(err)
	}
	token, err := o.desk.AddToken(o.t.Context(), email)
	if err != nil {
		o.t.Fatal(err)
	}
	return token
}

// filed is what a citizen's turn left on record.
type filed struct {
	contact, conversation, photo uuid.UUID
	number                       int64
}

// file records a turn in which a newcomer files a case with a photo.
func (o *office) file(name, team string, ward int) filed {
	o.t.Helper()
	o.number++
	f := filed{handoff.NewID(), handoff.NewID(), handoff.NewID(), o.number}
	turn := &handoff.Turn{
		Key:   handoff.Key{Channel: "web", Address: handoff.NewID().String()},
		Opens: true, Newcomer: true, Name: name, Checkpoint: []byte("{}"), Flow: team, Language: "bn", Ward: ward, Team: team, Reason: "asked",
		Now: handoff.Standing{Identity: handoff.NewID(), Contact: f.contact, Conversation: f.conversation, Version: 1, Owner: flows.OwnerQueue, Heard: o.clock.Now()},
		In:  &handoff.Incoming{ID: handoff.NewID(), Author: "contact", Kind: "text", Text: "ড্রেন উপচে পড়ছে", Detail: json.RawMessage(`{"lat":23.75,"lon":90.39,"other":"sticker"}`), At: o.clock.Now()},
		Out: []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "কোথায়?", Detail: json.RawMessage(`{"choices":[{"title":"এখানে","payload":"here"}]}`)}},
		Cases: []handoff.NewCase{{
			OpenCase: flows.OpenCase{Number: f.number, Flow: team, Kind: flows.Complaint, Title: "জলাবদ্ধতা", Team: team, Ward: ward, Place: "Road 7", Lat: 23.75, Lon: 90.39, Target: 48 * time.Hour},
			Answers:  json.RawMessage(`{"what":["blocked"],"ward":12}`),
		}},
		Photos: []handoff.NewPhoto{{ID: f.photo, SHA256: sha(f.photo)}},
		Attach: []handoff.Attachment{{Case: f.number, Photos: []uuid.UUID{f.photo}}},
	}
	results, err := o.desk.Commit(o.t.Context(), []*handoff.Turn{turn})
	if err != nil || results[0].Outcome != handoff.Committed {
		o.t.Fatalf("commit: %v, %v", results, err)
	}
	return f
}

func sha(id uuid.UUID) string { return fmt.Sprintf("%064x", id[:]) }

// call is a request to the server.
type call struct {
	method string // GET when empty
	path   string
	token  string
	body   io.Reader
	header map[string]string
	peer   string // 192.0.2.1:1234 when empty
}

func (o *office) do(c call) *httptest.ResponseRecorder {
	o.t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	r := httptest.NewRequestWithContext(context.WithoutCancel(o.t.Context()), c.method, c.path, c.body)
	if c.peer != "" {
		r.RemoteAddr = c.peer
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	o.server.ServeHTTP(w, r)
	return w
}

// get reads JSON as the supervisor.
func (o *office) get(path string) map[string]any {
	o.t.Helper()
	w := o.do(call{path: path, token: o.token})
	if w.Code != http.StatusOK {
		o.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return jsonOf(o.t, w)
}

func jsonOf(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if media := w.Header().Get("Content-Type"); !strings.HasPrefix(media, "application/json") {
		t.Fatalf("%s is not JSON: %s", media, w.Body)
	}
	var v map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

// wantFault holds an answer to be an error of the contract's shape.
func wantFault(t *testing.T, w *httptest.ResponseRecorder, status int, code, field string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	fault, ok := jsonOf(t, w)["error"].(map[string]any)
	if !ok || fault["code"] != code || fault["message"] == "" || fault["message"] == nil {
		t.Fatalf("got %s, want code %s", w.Body, code)
	}
	if got, _ := fault["field"].(string); got != field {
		t.Fatalf("field %q, want %q", got, field)
	}
}

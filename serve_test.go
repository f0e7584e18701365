package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/bot/bench"
	"nagorik/bot/bottest"
	"nagorik/handoff/handofftest"
)

// drainPhoto is a photo as a phone sends one.
func drainPhoto(t testing.TB) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range 640 * 480 {
		picture.SetRGBA(i%640, i/640, color.RGBA{uint8(i), uint8(i >> 8), 90, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestServeWithoutSettings is the first day of a city on a machine where
// nothing is set up: a report, staff, a restart, a backup beside the running
// service, and the same city on another machine. (ADDR alone is set: other
// tests run on this machine too.)
func TestServeWithoutSettings(t *testing.T) {
	t.Parallel()
	c := command{dir: reachable(t)}
	s := c.serve(t)
	if status, body := s.call("/", ""); status != http.StatusOK || !strings.Contains(body, "<") {
		t.Errorf("the page answers %d", status)
	}
	if status, body := s.call("/readyz", ""); status != http.StatusOK || !strings.Contains(body, `"ok"`) {
		t.Errorf("/readyz answers %d %s", status, body)
	}
	link := s.out.await(firstLink, s.process.Done())
	if link == nil {
		t.Fatal("no sign-in link is printed")
	}
	if status, _ := s.call(link[1], ""); status != http.StatusOK {
		t.Errorf("the sign-in link answers %d", status)
	}
	v := s.visitor()
	number := v.report(drainPhoto(t))
	token := staffOf(t, c)
	s.deskHears(token, v)
	before := caseOf(s, token, number)
	if len(before.Photos) != 1 || before.Flow != "drainage" {
		t.Errorf("the case is %+v", before)
	}
	secondInstance(t, c)
	file := filepath.Join(c.dir, "city.backup")
	if out := c.must(t, "backup", file); !strings.Contains(out, "1 cases, 1 photos") {
		t.Errorf("backup says %q", out)
	}
	s.stop()

	s = c.serve(t)
	after := v.moved(s)
	askStatus(after, number)
	if o := c.run(t, "restore", file); o.code != exitFault || strings.Count(o.errOut, "\n") != 1 {
		t.Errorf("restore beside a running service: exit %d, %q", o.code, o.errOut)
	}
	s.stop()
	restoredElsewhere(t, file, v, token, before)
}

// staffOf makes an account and a token beside the running service.
func staffOf(t *testing.T, c command) string {
	t.Helper()
	c.must(t, "user", "add", "--email", "rina@city.example", "--name", "Rina", "--role", "supervisor")
	return strings.TrimSpace(c.must(t, "token", "add", "--user", "rina@city.example"))
}

// deskHears holds that the desk's stream tells of what a citizen says, and that
// a report counts them.
func (s *running) deskHears(token string, v *visitor) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), outsidePatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/stream", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	v.say(map[string]any{"text": "মেনু"})
	lines, heard := bufio.NewScanner(resp.Body), false
	for !heard && lines.Scan() {
		heard = strings.HasPrefix(lines.Text(), `data: {"id":`) && strings.Contains(lines.Text(), `"event":"message","conversation":"`)
	}
	if !heard {
		s.t.Errorf("the stream answers %d and tells of no message: %v", resp.StatusCode, lines.Err())
	}
	if status, body := s.call("/api/v1/reports/cases_by_service", token); status != http.StatusOK || !strings.Contains(body, `"rows":[["drainage",1,100]]`) {
		s.t.Errorf("the report answers %d %s", status, body)
	}
}

// secondInstance starts another service on the same DATA_DIR.
func secondInstance(t *testing.T, c command) {
	t.Helper()
	c.settings = append([]string{"ADDR=127.0.0.1:0"}, c.settings...)
	o := c.run(t, "serve")
	if o.code != exitFault || strings.Count(o.out+o.errOut, "\n") != 1 || !strings.Contains(o.errOut, "DATA_DIR is in use") {
		t.Errorf("a second instance: exit %d, %q", o.code, o.out+o.errOut)
	}
}

// askStatus asks for the case as a citizen does.
func askStatus(v *visitor, number int64) {
	t := v.service.t
	t.Helper()
	v.say(map[string]any{"text": "অবস্থা"})
	for {
		heard := v.hear()
		if strings.Contains(heard.Text, "নতুন") && strings.Contains(heard.Text, banglaNumber(number)) {
			return
		}
	}
}

func banglaNumber(n int64) string {
	return strings.Map(func(r rune) rune { return '০' + r - '0' }, fmt.Sprint(n))
}

// caseAnswer is what a test looks at of a case in /api/v1.
type caseAnswer struct {
	Number  int64          `json:"number"`
	Flow    string         `json:"flow"`
	Ward    int            `json:"ward"`
	Answers map[string]any `json:"answers"`
	Photos  []struct {
		URL string `json:"url"`
	} `json:"photos"`
	OpenedAt time.Time `json:"opened_at"`
}

func caseOf(s *running, token string, number int64) caseAnswer {
	s.t.Helper()
	var c caseAnswer
	status, body := s.call(fmt.Sprint("/api/v1/cases/", number), token)
	if err := json.Unmarshal([]byte(body), &c); err != nil || status != http.StatusOK || c.Number != number {
		s.t.Fatalf("case %d: %d %s, %v", number, status, body, err)
	}
	return c
}

// restoredElsewhere restores the backup into a new place and looks whether
// citizen, staff and photo are there.
func restoredElsewhere(t *testing.T, file string, v *visitor, token string, before caseAnswer) {
	t.Helper()
	c := command{dir: reachable(t)}
	if out := c.must(t, "restore", file); !strings.Contains(out, "1 cases, 1 photos") {
		t.Errorf("restore says %q", out)
	}
	if o := c.run(t, "restore", file); o.code != exitFault || !strings.Contains(o.errOut, "empty place") || strings.Count(o.errOut, "\n") != 1 {
		t.Errorf("restore a second time: exit %d, %q", o.code, o.errOut)
	}
	s := c.serve(t)
	after := caseOf(s, token, before.Number)
	if fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the case became %+v, it was %+v", after, before)
	}
	path := after.Photos[0].URL
	if i := strings.Index(path, "/api/"); i > 0 {
		path = path[i:]
	}
	if status, photo := s.call(path, token); status != http.StatusOK || !strings.HasPrefix(photo, "\xff\xd8") {
		t.Errorf("the photo answers %d", status)
	}
	there := v.moved(s)
	askStatus(there, before.Number)
	if next := s.visitor().report(drainPhoto(t)); next <= before.Number+20 {
		t.Errorf("the next case is %d, so near to %d that it may have been given", next, before.Number)
	}
}

func TestBackupFaults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := command{dir: dir}.run(t, "backup", "x.backup")
	oneLine(t, o, "DATA_DIR")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%d files were made, %v", len(left), err)
	}
	c := command{dir: dir, settings: []string{"DATABASE_URL=" + handofftest.Empty(t)}}
	if o := c.run(t, "backup", "x.backup"); o.code != exitFault || !strings.Contains(o.errOut, "no records") || strings.Count(o.errOut, "\n") != 1 {
		t.Errorf("of an empty database: exit %d, %q", o.code, o.errOut)
	}
	c.settings = []string{"DATABASE_URL=" + handofftest.DSN(t), "SECRET_KEY=" + strings.Repeat("hush", 10)}
	if out := c.must(t, "backup", "x.backup"); !strings.Contains(out, "SECRET_KEY is not in it") || strings.Contains(out, "hush") {
		t.Errorf("with a key of its own: %q", out)
	}
	if o := c.run(t, "backup", filepath.Join(dir, "none", "x")); o.code != exitFault || strings.Count(o.errOut, "\n") != 1 {
		t.Errorf("into no folder: exit %d, %q", o.code, o.errOut)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "x.backup"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"damaged": whole[:len(whole)/2], "not a backup": []byte("hello")} {
		path := filepath.Join(dir, "broken")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		o := command{settings: []string{"DATABASE_URL=" + handofftest.Empty(t)}}.run(t, "restore", path)
		if o.code != exitFault || !strings.Contains(o.errOut, name) || strings.Count(o.errOut, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", name, o.code, o.errOut)
		}
	}
}

// What the Messenger tests' Page is called by.
const (
	outsidePage   = "104000000000009"
	outsideToken  = "hush-page-token"
	outsideSecret = "hush-app-secret"
)

// onMessenger starts a service with Messenger switched on, and its Graph.
func onMessenger(t *testing.T, dsn string, more ...string) (*running, *bottest.Graph) {
	t.Helper()
	graph, err := bottest.NewGraph(bottest.GraphOptions{PageID: outsidePage, Token: outsideToken, AppSecret: outsideSecret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graph.Close() })
	return command{dir: t.TempDir(), settings: append([]string{
		"DATABASE_URL=" + dsn, "REDIS_URL=" + handofftest.Redis(t), "MESSENGER_PAGE_ID=" + outsidePage, "MESSENGER_PAGE_TOKEN=" + outsideToken,
		"MESSENGER_APP_SECRET=" + outsideSecret, "MESSENGER_VERIFY_TOKEN=hush-verify", "MESSENGER_API_URL=" + graph.URL(),
	}, more...)}.serve(t), graph
}

// deliver posts a signed webhook once.
func (s *running) deliver(graph *bottest.Graph, psid string, body []byte) (int, error) {
	graph.Heard(psid, time.Now())
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/channels/messenger", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("X-Hub-Signature-256", bottest.SignMeta(outsideSecret, body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// TestStopFinishesWhatWasAccepted stops a service in the middle of a rush: every
// webhook that was answered 200 is on record with its reply, and it exits 0.
func TestStopFinishesWhatWasAccepted(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	s, graph := onMessenger(t, dsn)
	const people = 60
	var posted sync.WaitGroup
	var stop sync.Once
	var accepted atomic.Int64
	taken := make([]bool, people)
	for i := range people {
		posted.Go(func() {
			psid, at := fmt.Sprint(61550000000000+i), time.Now()
			from := bottest.From{Page: outsidePage, PSID: psid, MID: "m_" + psid, At: at}
			status, err := s.deliver(graph, psid, bottest.Webhook(outsidePage, at, from.Text("ড্রেন")))
			if taken[i] = err == nil && status == http.StatusOK; taken[i] && accepted.Add(1) == people/4 {
				stop.Do(func() {
					if err := s.process.Signal(syscall.SIGTERM); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
	posted.Wait()
	s.stop()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for i, ok := range taken {
		var in, out int
		const q = `SELECT count(*) FILTER (WHERE direction = 'in'), count(*) FILTER (WHERE direction = 'out') FROM messages
			WHERE conversation_id IN (SELECT conversation_id FROM messages WHERE provider_id = $1)`
		if err := conn.QueryRow(t.Context(), q, fmt.Sprint("m_", 61550000000000+i)).Scan(&in, &out); err != nil {
			t.Fatal(err)
		}
		if ok && (in != 1 || out == 0) {
			t.Errorf("person %d was answered 200 and has %d messages and %d replies on record", i, in, out)
		}
	}
	if accepted.Load() < people/4 {
		t.Errorf("%d of %d webhooks were accepted before the stop", accepted.Load(), people)
	}
}

// TestQuietLog goes through a dialogue with a name, a phone number and a case,
// through a wrong signature and the staff's commands, and then looks for any of
// it in the log.
func TestQuietLog(t *testing.T) {
	t.Parallel()
	dsn := handofftest.DSN(t)
	s, graph := onMessenger(t, dsn, "LOG_FORMAT=json", "SECRET_KEY="+strings.Repeat("hush", 10))
	secrets := []string{outsideToken, outsideSecret, "hush", "+8801711223344", "01711223344", "গোপন", "sign-in/"}
	said := talk(t, s, graph, "61559999999999", "আমার নম্বর 01711223344, গোপন কথা")
	secrets = append(secrets, said...)
	c := command{settings: []string{"DATABASE_URL=" + dsn}}
	token := staffOf(t, c)
	secrets = append(secrets, token)
	if status, _ := s.call("/api/v1/cases", token); status != http.StatusOK {
		t.Errorf("the token is answered %d", status)
	}
	if status, _ := s.call("/api/v1/cases", token+"x"); status != http.StatusUnauthorized {
		t.Errorf("another token is answered %d", status)
	}
	resp, err := http.Post(s.url+"/channels/messenger", "application/json", strings.NewReader(`{"object":"page","entry":[{"text":"গোপন"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusForbidden {
		t.Errorf("an unsigned webhook is answered %d", resp.StatusCode)
	}
	s.stop()
	log := s.log.String()
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	for _, l := range strings.Split(strings.TrimSpace(log), "\n") {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(l), &entry); err != nil || entry.Msg == "" || entry.Level == "DEBUG" {
			t.Errorf("log line %q: %v", l, err)
		}
	}
}

// talk reports a drain, with a place to begin with, and returns everything that
// was said.
func talk(t *testing.T, s *running, graph *bottest.Graph, psid, place string) (said []string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	words := bench.Words{Text: "ড্রেন"}
	placed, read := false, int64(0)
	for turn := range 20 {
		from := bottest.From{Page: outsidePage, PSID: psid, MID: fmt.Sprint("m_quiet_", turn), At: time.Now()}
		item := from.Text(words.Text)
		if words.Tapped {
			item = from.QuickReply(words.Choice)
		} else {
			said = append(said, words.Text)
		}
		if status, err := s.deliver(graph, psid, bottest.Webhook(outsidePage, from.At, item)); err != nil || status != http.StatusOK {
			t.Fatalf("the webhook is answered %d, %v", status, err)
		}
		for asked := false; !asked; {
			ctx, cancel := context.WithTimeout(t.Context(), outsidePatience)
			sends, err := graph.Wait(ctx, read+1)
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			heard := sends[read]
			read++
			said = append(said, heard.Text)
			var number int64
			if words, asked, number = bench.Answer(rng, heard.Text, heard.Choices); number > 0 {
				if !placed {
					t.Error("nobody asked for the place")
				}
				return said
			}
		}
		if !words.Tapped && regexp.MustCompile(`(?i)house|বাড়ি|গলি`).MatchString(words.Text) && !placed {
			words.Text, placed = place, true
		}
	}
	t.Fatal("no case number after 20 replies")
	return nil
}

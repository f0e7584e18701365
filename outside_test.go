package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nagorik/bot/bench"
	"nagorik/flows"
	"nagorik/handoff/handofftest"
	"nagorik/handoff/postgres/child"
)

// outsidePatience bounds one command, and one wait for a word of a running
// service.
const outsidePatience = time.Minute

func TestMain(m *testing.M) { os.Exit(testAll(m)) }

// testAll runs the tests with a folder for the built program.
func testAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "nagorik-built-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the program:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	built.path = filepath.Join(dir, "nagorik")
	return handofftest.Run(m)
}

// built is the program as it is shipped, built when a test first asks.
var built struct {
	path string
	once sync.Once
	out  []byte
	err  error
}

// shipped is the path of the program.
func shipped(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the built program: run without -short")
	}
	built.once.Do(func() { built.out, built.err = exec.Command("go", "build", "-o", built.path, ".").CombinedOutput() })
	if built.err != nil {
		t.Fatalf("build the program: %v\n%s", built.err, built.out)
	}
	return built.path
}

// outcome is what a command left.
type outcome struct {
	code        int
	out, errOut string
}

// command is one to be run: where, with which settings and what on standard
// input.
type command struct {
	program  string // empty: the one as shipped
	dir      string
	settings []string
	stdin    string
}

// environment is all that a command gets: no setting of whoever runs the tests.
func environment(dir string, settings []string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, settings...)
}

func (c command) run(t testing.TB, args ...string) outcome {
	t.Helper()
	program := c.program
	if program == "" {
		program = shipped(t)
	}
	if c.dir == "" {
		c.dir = t.TempDir()
	}
	ctx, cancel := context.WithTimeout(t.Context(), outsidePatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.dir, environment(c.dir, c.settings), strings.NewReader(c.stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &errOut, time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("nagorik %s: %v, %v\n%s", strings.Join(args, " "), err, ctx.Err(), errOut.String())
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// must is run for a command that has to succeed.
func (c command) must(t testing.TB, args ...string) string {
	t.Helper()
	o := c.run(t, args...)
	if o.code != 0 {
		t.Fatalf("nagorik %s: exit %d\n%s%s", strings.Join(args, " "), o.code, o.out, o.errOut)
	}
	return o.out
}

// reachable is a folder that other users of the machine may pass through, as
// the private cluster's user must.
func reachable(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nagorik-outside-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// output is what a service has written so far, and wakes who waits for a word
// in it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

// Write takes output.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await returns the first match of a pattern as soon as there is one; nil when
// the time is up or ended is closed.
func (o *output) await(form *regexp.Regexp, ended <-chan struct{}) []string {
	timer := time.NewTimer(outsidePatience)
	defer timer.Stop()
	for last := false; ; {
		o.mu.Lock()
		found := form.FindStringSubmatch(o.text.String())
		if o.changed == nil {
			o.changed = make(chan struct{})
		}
		changed := o.changed
		o.mu.Unlock()
		if found != nil || last {
			return found
		}
		select {
		case <-changed:
		case <-ended:
			last = true
		case <-timer.C:
			return nil
		}
	}
}

// running is a service in a process of its own.
type running struct {
	t       testing.TB
	process *child.Process
	out     *output // what it prints
	log     *output
	url     string
}

var (
	servesAt  = regexp.MustCompile(`"?address"?[=:]"?(127\.0\.0\.1:[0-9]+)`)
	greeting  = regexp.MustCompile(`The web chat is at (\S+)`)
	firstLink = regexp.MustCompile(`sign in once at \S+(/console/sign-in/\S+)`)
)

// serve starts a service and returns when it serves, on a port of its own.
func (c command) serve(t testing.TB) *running {
	t.Helper()
	s := c.start(t)
	s.awaitReady()
	return s
}

// start starts a service, which is stopped when the test ends.
func (c command) start(t testing.TB) *running {
	t.Helper()
	cmd := exec.Command(shipped(t), "serve")
	cmd.Dir, cmd.Env = c.dir, environment(c.dir, append([]string{"ADDR=127.0.0.1:0"}, c.settings...))
	s := &running{t: t, out: &output{}, log: &output{}}
	cmd.Stdout, cmd.Stderr = s.out, s.log
	var err error
	if s.process, err = child.Start(cmd, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("log of the service:\n%s%s", s.out, s.log)
		}
	})
	return s
}

func (s *running) awaitReady() {
	s.t.Helper()
	at := s.log.await(servesAt, s.process.Done())
	if at == nil || s.out.await(greeting, s.process.Done()) == nil {
		s.t.Fatalf("the service does not start\n%s%s", s.out, s.log)
	}
	s.url = "http://" + at[1]
}

// stop asks the service to end, and sees that it ends in order.
func (s *running) stop() {
	s.t.Helper()
	err := s.process.Stop(context.Background(), child.Step{Signal: syscall.SIGTERM, Patience: outsidePatience}, child.Step{Signal: syscall.SIGKILL})
	if err = errors.Join(err, s.process.Err()); err != nil {
		s.t.Errorf("the service did not stop in order: %v", err)
	}
}

// call asks the service over HTTP.
func (s *running) call(path, token string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// visitor is somebody at the web chat.
type visitor struct {
	service *running
	client  *http.Client
	events  *bufio.Scanner
	rng     *rand.Rand
	heard   []line
}

// line is a message as the page gets it.
type line struct {
	In      bool           `json:"in"`
	Text    string         `json:"text"`
	Choices []flows.Choice `json:"choices"`
	Wants   string         `json:"wants"`
}

func (s *running) visitor() *visitor {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &visitor{service: s, client: &http.Client{Jar: jar}, rng: rand.New(rand.NewPCG(1, 2))}
}

// moved is the same visitor, with their cookies, at a service that was started
// again.
func (v *visitor) moved(to *running) *visitor {
	v.service.t.Helper()
	there := to.visitor()
	req, err := http.NewRequest(http.MethodGet, v.service.url, nil)
	if err != nil {
		to.t.Fatal(err)
	}
	there.client.Jar.SetCookies(req.URL, v.client.Jar.Cookies(req.URL)) // a cookie knows no port
	return there
}

// post sends one message.
func (v *visitor) post(kind string, body io.Reader) {
	t := v.service.t
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.service.url+"/channels/web", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	resp, err := v.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the web chat answers %d %s, %v", resp.StatusCode, answer, err)
	}
}

func (v *visitor) say(fields map[string]any) {
	v.service.t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		v.service.t.Fatal(err)
	}
	v.post("application/json", bytes.NewReader(body))
}

func (v *visitor) sendPhoto(photo []byte) {
	v.service.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photo", "drain.jpg")
	if err == nil {
		_, err = part.Write(photo)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		v.service.t.Fatal(err)
	}
	v.post(form.FormDataContentType(), &body)
}

// hear is the next line of the bot. The stream is opened at the first call,
// when the visitor has a session.
func (v *visitor) hear() line {
	t := v.service.t
	t.Helper()
	if v.events == nil {
		ctx, cancel := context.WithTimeout(t.Context(), outsidePatience) // a dialogue takes seconds
		t.Cleanup(cancel)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.service.url+"/channels/web/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := v.client.Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("open the stream: %v, %v", resp, err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		v.events = bufio.NewScanner(resp.Body)
	}
	for v.events.Scan() {
		text, ok := strings.CutPrefix(v.events.Text(), "data: ")
		if !ok {
			continue
		}
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !l.In && l.Text != "" {
			v.heard = append(v.heard, l)
			return l
		}
	}
	t.Fatalf("the stream ends: %v; heard were %+v", v.events.Err(), v.heard)
	return line{}
}

// report goes through the drainage service with a photo and returns the case
// number.
func (v *visitor) report(photo []byte) int64 {
	v.service.t.Helper()
	v.say(map[string]any{"text": "ড্রেন", "id": "opening"})
	sent := false
	for range 20 {
		heard := v.hear()
		if heard.Wants == string(flows.SlotPhoto) && !sent {
			v.sendPhoto(photo)
			sent = true
			continue
		}
		if done := slices.IndexFunc(heard.Choices, func(c flows.Choice) bool { return strings.HasSuffix(c.Payload, "=!done") }); done >= 0 {
			v.say(map[string]any{"payload": heard.Choices[done].Payload, "text": heard.Choices[done].Title})
			continue
		}
		words, asked, number := bench.Answer(v.rng, heard.Text, heard.Choices)
		switch {
		case number > 0:
			if !sent {
				v.service.t.Error("nobody asked for a photo")
			}
			return number
		case !asked:
		case words.Tapped:
			v.say(map[string]any{"payload": words.Choice.Payload, "text": words.Choice.Title})
		default:
			v.say(map[string]any{"text": words.Text})
		}
	}
	v.service.t.Fatal("no case number after 20 replies")
	return 0
}

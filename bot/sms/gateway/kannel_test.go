package gateway

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"nagorik/bot"
)

// Kannel's programs, where Debian puts them: not everybody has /usr/sbin on
// PATH. The last one is its stand-in for the telephone network (kannel-extras).
const (
	bearerbox   = "/usr/sbin/bearerbox"
	smsbox      = "/usr/sbin/smsbox"
	fakeNetwork = "/usr/lib/kannel/test/fakesmsc"
)

// kannelWithin is how long anything of Kannel may take: the machine may be
// busy with other tests.
const kannelWithin = 60 * time.Second

// kannel is a running Kannel with the configuration we ship, and our gateway
// before it.
type kannel struct {
	gateway *Gateway
	events  chan bot.Event
	dir     string
	network string // port of the fake network
}

// TestKannel exchanges messages and receipts with Kannel by others: bearerbox
// and smsbox run docs/kannel.conf.
func TestKannel(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts Kannel")
	}
	for _, program := range []string{bearerbox, smsbox, fakeNetwork} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%v: install kannel and kannel-extras", err)
		}
	}
	t.Run("an operator by SMPP", func(t *testing.T) { startsWith(t, "# an operator by SMPP") })
	t.Run("a modem", func(t *testing.T) { startsWith(t, "# a telephone or USB stick") })
	k := startKannel(t)
	t.Run("in", k.in)
	t.Run("out", k.out)
	t.Run("refused", k.refused)
}

func startKannel(t *testing.T) *kannel {
	k := &kannel{events: make(chan bot.Event, 100), dir: t.TempDir()}
	server := httptest.NewServer(k)
	t.Cleanup(server.Close)
	ports := freePorts(t, 4)
	k.network = ports[3]
	const token = "kannel-test-token-1"
	set := settings{"SMS_KANNEL_USER": "citizen", "SMS_KANNEL_PASSWORD": "let us & in?", "SMS_KANNEL_TOKEN": token}
	text := "profiles: {kannel: {extends: kannel, cfg: {from: '26969'}, send: {url: 'http://127.0.0.1:" + ports[2] + "/cgi-bin/sendsms'}}}"
	list, err := Load([]byte(text), set.get, server.URL, Options{})
	if err != nil {
		t.Fatal(err)
	}
	k.gateway = list[0]
	k.configure(t, strings.NewReplacer(
		"ADMIN_PASSWORD", "admin", "SHORTCODE", "26969", "SEND_USER", "citizen", "SEND_PASSWORD", "let us & in?", "WEBHOOK_TOKEN", token,
		"http://127.0.0.1:8080", server.URL, "= 13000", "= "+ports[0], "= 13001", "= "+ports[1], "= 13013", "= "+ports[2], "= 10000", "= "+ports[3],
		"/var/spool/kannel", k.dir, "/var/log/kannel", k.dir,
	))
	conf := filepath.Join(k.dir, "kannel.conf")
	run(t, nil, bearerbox, "-v", "1", conf)
	reachable(t, ports[1])
	reachable(t, ports[3])
	run(t, nil, smsbox, "-v", "1", conf)
	reachable(t, ports[2])
	return k
}

// shipped is docs/kannel.conf with one of its ways to the network, the one
// under that comment, and all that is to be filled in.
func shipped(t *testing.T, way string, fill *strings.Replacer) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/kannel.conf")
	if err != nil {
		t.Fatal(err)
	}
	common, ways, ok := strings.Cut(string(text), "# One way to the network")
	_, section, found := strings.Cut(ways, "\n"+way)
	if !ok || !found {
		t.Fatalf("docs/kannel.conf has no section %q", way)
	}
	_, section, _ = strings.Cut(section, "\n")
	if end := regexp.MustCompile(`(?m)^# `).FindStringIndex(section); end != nil {
		section = section[:end[0]]
	}
	conf := fill.Replace(common + regexp.MustCompile(`(?m)^#`).ReplaceAllString(section, ""))
	if left := regexp.MustCompile(`(?m)^[^#\n]*[A-Z]+_[A-Z]+`).FindString(conf); left != "" {
		t.Fatalf("not filled in: %s", left)
	}
	return conf
}

// configure writes the configuration with the fake network.
func (k *kannel) configure(t *testing.T, fill *strings.Replacer) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, "kannel.conf"), []byte(shipped(t, "# no network at all", fill)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startsWith starts Kannel with another way, whose far end is not there: it
// ends at once if it does not understand a line.
func startsWith(t *testing.T, way string) {
	ports, dir := freePorts(t, 3), t.TempDir()
	conf := shipped(t, way, strings.NewReplacer(
		"ADMIN_PASSWORD", "admin", "SHORTCODE", "26969", "SEND_USER", "u", "SEND_PASSWORD", "p", "WEBHOOK_TOKEN", "w", "SMPP_HOST", "127.0.0.1",
		"SMPP_USER", "u", "SMPP_PASSWORD", "p", "= 13000", "= "+ports[0], "= 13001", "= "+ports[1], "port = 2775", "port = "+ports[2],
		"/dev/ttyUSB0", filepath.Join(dir, "no-modem"), "/var/spool/kannel", dir, "/var/log/kannel", dir,
	))
	path := filepath.Join(dir, "kannel.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, nil, bearerbox, "-v", "1", path)
	reachable(t, ports[1])
	resp, err := http.Get("http://127.0.0.1:" + ports[0] + "/status.txt?password=admin")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	status, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(status), "city") {
		t.Errorf("status %q, %v", status, err)
	}
}

// ServeHTTP is the way from HTTP to the gateway and back.
func (k *kannel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	remote, _ := netip.ParseAddrPort(r.RemoteAddr)
	d, err := k.gateway.Receive(r.Context(), bot.Call{Method: r.Method, URL: r.URL, Header: r.Header, Body: body, Remote: remote.Addr()})
	if errors.Is(err, bot.ErrSignature) {
		http.Error(w, "who are you?", http.StatusForbidden)
		return
	}
	for _, e := range d.Events {
		k.events <- e
	}
	w.WriteHeader(d.Answer.Status)
}

// next is the next event.
func (k *kannel) next(t *testing.T) bot.Event {
	t.Helper()
	select {
	case e := <-k.events:
		return e
	case <-time.After(kannelWithin):
		t.Fatal("Kannel has not called")
	}
	return bot.Event{}
}

// phone is somebody on the fake network: it sends one message, or none, and
// sees what is sent out.
type phone struct {
	lines chan string
	stop  func()
}

func (k *kannel) phone(t *testing.T, says string) *phone {
	t.Helper()
	p := &phone{lines: make(chan string, 100)}
	args := []string{"-r", k.network, "-i", "0.01", "-m", "1", says}
	p.stop = run(t, p.lines, fakeNetwork, args...)
	return p
}

// received are the next messages out, as the network shows them: coding and
// text.
func (p *phone) received(t *testing.T, n int) []string {
	t.Helper()
	shown := regexp.MustCompile(`Got message \d+: <26969 8801712345678 (.*)>`)
	timeout := time.After(kannelWithin)
	var got []string
	for len(got) < n {
		select {
		case line := <-p.lines:
			if m := shown.FindStringSubmatch(line); m != nil {
				got = append(got, m[1])
			}
		case <-timeout:
			t.Fatalf("the network has %q", got)
		}
	}
	return got
}

// ucs2 is a text as fakesmsc writes it.
func ucs2(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteString(url.QueryEscape(string([]byte{byte(u >> 8)})) + url.QueryEscape(string([]byte{byte(u)})))
	}
	return b.String()
}

func (k *kannel) in(t *testing.T) {
	ids := map[string]bool{}
	for says, want := range map[string]string{
		"+8801712345678 26969 ucs2 " + ucs2("মশা, মিরপুর ১০ 😟 র\u200d্যাব"): "মশা, মিরপুর ১০ 😟 র\u200d্যাব",
		"01712345678 26969 text hello a & b+c 100% \"x\"":                   `hello a & b+c 100% "x"`,
		"8801712345678 26969 text STOP":                                     "STOP",
	} {
		p := k.phone(t, says)
		e := k.next(t)
		p.stop()
		if e.Kind != bot.EventMessage || e.Address != somebody || e.Text != want || e.Via != "kannel" || !strings.HasPrefix(e.ProviderID, "kannel:") || ids[e.ProviderID] {
			t.Errorf("%s came as %+v", says, e)
		}
		if old := time.Since(e.At); old < 0 || old > kannelWithin {
			t.Errorf("%s is %v old", says, old)
		}
		if (e.Carrier != "") != (want == "STOP") {
			t.Errorf("carrier %q of %s", e.Carrier, want)
		}
		ids[e.ProviderID] = true
	}
}

func (k *kannel) out(t *testing.T) {
	p := k.phone(t, "8801812345678 26969 text here I am")
	k.next(t)
	defer p.stop()
	long := strings.Repeat("ড্রেনের পানি রাস্তায় উঠে এসেছে। ", 5)
	for i, text := range []string{"আপনার অভিযোগ ১০০০১ গৃহীত হয়েছে 😟 & +100%", "Case 10001: café, 5€ [x] \"y\"", long} {
		id := "0197c0de-1111-7222-8333-44445555666" + strconv.Itoa(i)
		if _, err := k.gateway.Send(t.Context(), bot.Outgoing{ID: id, Address: somebody, Text: text, Attempt: 1}); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		parts := 1
		if text == long {
			parts = 3
		}
		got := p.received(t, parts)
		if joined := readNetwork(t, got); joined != text {
			t.Errorf("the network has %q, want %q", joined, text)
		}
		seen := map[string]bool{}
		for !seen["delivered"] || !seen["sent"] {
			e := k.next(t)
			if e.Kind != bot.EventReceipt || e.MessageID != id {
				t.Fatalf("receipt %+v of %s", e, id)
			}
			seen[e.Status] = true
		}
	}
}

// readNetwork puts messages as fakesmsc shows them together.
func readNetwork(t *testing.T, shown []string) string {
	t.Helper()
	var b strings.Builder
	for _, s := range shown {
		kind, data, _ := strings.Cut(s, " ")
		switch {
		case kind == "text":
			b.WriteString(data)
			continue
		case strings.HasPrefix(kind, "udh"):
			_, data, _ = strings.Cut(data, " data ") // behind the header of a part
		}
		raw, err := url.QueryUnescape(data)
		if err != nil || len(raw)%2 != 0 {
			t.Fatalf("the network shows %q: %v", s, err)
		}
		text, _ := fromHex(strings.ToUpper(hexOf(raw)))
		b.WriteString(text)
	}
	return b.String()
}

func hexOf(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		b.WriteString(strconv.FormatUint(uint64(raw[i])>>4, 16) + strconv.FormatUint(uint64(raw[i])&15, 16))
	}
	return b.String()
}

// refused: what Kannel says to a wrong password stops the link.
func (k *kannel) refused(t *testing.T) {
	wrong := *k.gateway.p.send
	wrong.query = append([]field(nil), wrong.query...)
	wrong.query[1].value = template{{text: "wrong"}}
	p := *k.gateway.p
	p.send = &wrong
	g := newGateway(&p, k.gateway.public, Options{})
	_, err := g.Send(t.Context(), message1("x"))
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.SendPause {
		t.Errorf("%v", err)
	}
}

// run starts a program and stops it at the end of the test, or when asked to.
// Its output is read line by line.
func run(t *testing.T, lines chan<- string, program string, args ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = in, in
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	in.Close()
	var log bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := bufio.NewScanner(out); s.Scan(); {
			log.WriteString(s.Text() + "\n")
			if lines != nil {
				lines <- s.Text()
			}
		}
		out.Close()
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			_ = cmd.Wait() // it was told to end
			<-done
			if t.Failed() {
				t.Logf("%s:\n%s", program, log.String())
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// freePorts are ports that nobody listens on.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all are held until all are known
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	return ports
}

// reachable waits until somebody listens on a port.
func reachable(t *testing.T, port string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(kannelWithin); time.Now().Before(end); <-tick.C {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
			return
		}
	}
	t.Fatalf("nobody listens on port %s", port)
}

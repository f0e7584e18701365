package photos

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// newFetcher makes a Fetcher and a store for a test.
func newFetcher(t *testing.T, o FetchOptions) (*Fetcher, *Store) {
	t.Helper()
	f, err := NewFetcher(o)
	if err != nil {
		t.Fatal(err)
	}
	return f, newStore(t)
}

// hostOf is the host:port of a test server.
func hostOf(s *httptest.Server) string { return s.Listener.Addr().String() }

func TestFetch(t *testing.T) {
	file := jpegOf(t, picture(100, 80), nil)
	var asked http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Clone()
		w.Header().Set("Content-Type", "text/plain") // is not believed
		_, _ = w.Write(file)
	}))
	defer s.Close()
	f, store := newFetcher(t, FetchOptions{Hosts: []string{hostOf(s)}, Header: http.Header{"Authorization": {"Bearer secret"}}})
	p, err := f.Fetch(t.Context(), s.URL+"/photo.php?sig=1", store)
	if err != nil {
		t.Fatal(err)
	}
	if p.Type != "image/jpeg" || p.Width != 100 || !store.Has(p.SHA256) {
		t.Errorf("fetched %+v", p)
	}
	if asked.Get("Authorization") != "Bearer secret" {
		t.Errorf("sent %v", asked)
	}
}

func TestFetchTLS(t *testing.T) {
	file := pngOf(t, picture(10, 10), nil)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(file) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer s.Close()
	f, store := newFetcher(t, FetchOptions{Hosts: []string{hostOf(s)}})
	if _, err := f.Fetch(t.Context(), s.URL, store); err == nil || errors.Is(err, ErrHost) || errors.Is(err, ErrGone) {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	f.transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if _, err := f.Fetch(t.Context(), s.URL, store); err != nil {
		t.Error(err)
	}
}

func TestFetchRefusesURL(t *testing.T) {
	f, store := newFetcher(t, FetchOptions{Hosts: []string{"fbcdn.net", " FBSBX.com. ", "127.0.0.1:9", "localhost:9"}})
	for name, u := range map[string]string{
		"another host":              "https://example.com/a.jpg",
		"a host that ends alike":    "https://evilfbcdn.net/a.jpg",
		"a host that begins alike":  "https://fbcdn.net.example.com/a.jpg",
		"http":                      "http://scontent.fbcdn.net/a.jpg",
		"another port":              "https://scontent.fbcdn.net:8443/a.jpg",
		"ssh's port":                "https://scontent.fbcdn.net:22/",
		"a name and password":       "https://fbcdn.net@example.com/",
		"a password for it":         "https://a:b@fbcdn.net/",
		"a file":                    "file:///etc/passwd",
		"gopher":                    "gopher://fbcdn.net/",
		"no scheme":                 "//fbcdn.net/a.jpg",
		"nothing":                   "",
		"not a URL":                 "https://fbcdn.net\x7f/",
		"opaque":                    "https:fbcdn.net/a.jpg",
		"loopback":                  "https://127.0.0.1/",
		"the test host's next port": "http://127.0.0.1:10/",
		"a subdomain of it":         "http://a.localhost:9/",
		"loopback by IPv6":          "https://[::1]/",
		"loopback as a number":      "https://2130706433/",
		"the cloud's own service":   "http://169.254.169.254/latest/meta-data/",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Fetch(t.Context(), u, store)
			if !errors.Is(err, ErrHost) {
				t.Errorf("got %v, want ErrHost", err)
			}
		})
	}
}

func TestHostsCheckAllows(t *testing.T) {
	h, err := parseHosts([]string{"fbcdn.net", " FBSBX.com. ", "127.0.0.1:9", "LOCALHOST:80", "[::1]:8443"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"https://fbcdn.net/a", "https://scontent.xx.fbcdn.net/v/t1.jpg?oh=1&oe=2", "https://CDN.fbsbx.COM:443/", "https://fbcdn.net./a",
		"http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "http://localhost/", "https://[::1]:8443/",
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.check(u); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, bad := range []string{"", "https://fbcdn.net", "fbcdn.net/x", "*.fbcdn.net", ":80", "a:b:c", "user@fbcdn.net"} {
		if _, err := NewFetcher(FetchOptions{Hosts: []string{bad}}); err == nil {
			t.Errorf("host %q was taken", bad)
		}
	}
}

func TestFetchStatus(t *testing.T) {
	for status, gone := range map[int]bool{
		403: true, 404: true, 410: true,
		401: false, 429: false, 500: false, 503: false, 204: false, 206: false, 302: false, // without a Location
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
			defer s.Close()
			f, store := newFetcher(t, FetchOptions{Hosts: []string{hostOf(s)}})
			_, err := f.Fetch(t.Context(), s.URL+"/?sig=secret", store)
			if err == nil || errors.Is(err, ErrGone) != gone || errors.Is(err, ErrHost) || Refused(err) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error holds the URL: %v", err)
			}
		})
	}
}

func TestFetchRedirects(t *testing.T) {
	file := jpegOf(t, picture(20, 20), nil)
	var hits, leaked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.Header.Get("Authorization") != "" {
			leaked.Add(1)
		}
		_, _ = w.Write(file)
	}))
	defer elsewhere.Close()
	var kept atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Basic secret" {
			kept.Add(1)
		}
		if r.URL.Path == "/photo" {
			_, _ = w.Write(file)
			return
		}
		if n, err := strconv.Atoi(r.URL.Query().Get("hops")); err == nil && n > 1 {
			http.Redirect(w, r, fmt.Sprintf("/?hops=%d", n-1), http.StatusFound)
			return
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	both := []string{hostOf(s), hostOf(elsewhere), "fbcdn.net"}
	_, port, err := net.SplitHostPort(hostOf(elsewhere))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		hosts []string
		query string
		want  error
		hits  int32
		kept  int32 // requests to the first host that carried the header
	}{
		{"within the host", both, "to=/photo", nil, 0, 2},
		{"to an allowed host, without the header", both, "to=" + url.QueryEscape(elsewhere.URL), nil, 1, 1},
		{"to loopback on a port not allowed", both[:1], "to=" + url.QueryEscape(elsewhere.URL), ErrHost, 0, 1},
		{"to loopback by name", both, "to=" + url.QueryEscape("http://localhost:"+port), ErrHost, 0, 1},
		{"to http at a public host", both, "to=" + url.QueryEscape("http://fbcdn.net/a"), ErrHost, 0, 1},
		{"to a file", both, "to=file:///etc/passwd", ErrHost, 0, 1},
		{"to no URL", both, "to=" + url.QueryEscape("http://[::1"), ErrHost, 0, 1},
		{"round and round", both, "hops=99&to=/photo", ErrHost, 0, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits.Store(0)
			kept.Store(0)
			f, store := newFetcher(t, FetchOptions{Hosts: tt.hosts, Header: http.Header{"Authorization": {"Basic secret"}}})
			_, err := f.Fetch(t.Context(), s.URL+"/?"+tt.query, store)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if hits.Load() != tt.hits || kept.Load() != tt.kept || leaked.Load() != 0 {
				t.Errorf("elsewhere was asked %d times, %d with the header; the first host %d times with it", hits.Load(), leaked.Load(), kept.Load())
			}
		})
	}
}

func TestFetchBody(t *testing.T) {
	file := jpegOf(t, picture(200, 200), nil)
	release := make(chan struct{})
	tests := []struct {
		name    string
		answer  func(http.ResponseWriter, *http.Request)
		timeout time.Duration
		want    error // nil: temporary
	}{
		{"no photo", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, 0, ErrNotPhoto},
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			chunk := append([]byte{}, file...)
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, 0, ErrTooBig},
		{"said to be too long", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(MaxBytes+1))
			_, _ = w.Write(file)
		}, 0, ErrTooBig},
		{"shorter than said", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(file)+1))
			_, _ = w.Write(file)
		}, 0, nil},
		{"longer than said is cut", func(w http.ResponseWriter, _ *http.Request) {
			conn, buf, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(file)-50, file)
			_ = buf.Flush()
		}, 0, ErrNotPhoto},
		{"stops in the middle", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(file[:len(file)/2])
			_ = http.NewResponseController(w).Flush()
			<-release
		}, 50 * time.Millisecond, nil},
		{"never answers", func(http.ResponseWriter, *http.Request) { <-release }, 50 * time.Millisecond, nil},
		{"packed", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "" {
				t.Error("asked for a packed body")
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("\x1f\x8b\x08\x00bomb"))
		}, 0, ErrNotPhoto},
	}
	servers := []*httptest.Server{}
	defer func() {
		close(release)
		for _, s := range servers {
			s.Close()
		}
	}()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(tt.answer))
			servers = append(servers, s)
			f, store := newFetcher(t, FetchOptions{Hosts: []string{hostOf(s)}, Timeout: tt.timeout})
			_, err := f.Fetch(t.Context(), s.URL, store)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if tt.want == nil && (Refused(err) || errors.Is(err, ErrGone) || errors.Is(err, ErrHost)) {
				t.Errorf("got %v, want one that may go away", err)
			}
			if tt.timeout > 0 && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the time limit", err)
			}
			if n := left(t, store); n != 0 {
				t.Errorf("%d files were left behind", n)
			}
		})
	}
}

func TestFetchNoProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a proxy was asked") }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	f, _ := newFetcher(t, FetchOptions{Hosts: []string{"photos.test"}})
	if f.transport.Proxy != nil {
		t.Error("the transport asks for a proxy")
	}
}

// nameServer answers every question for an address with the next of those given, again and again.
func nameServer(t *testing.T, answers ...netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var next atomic.Int32
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			a := answers[int(next.Load())%len(answers)]
			if reply, used := nameReply(buf[:n], a); reply != nil {
				if used {
					next.Add(1)
				}
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// nameReply answers one question with a, or with nothing when it asks for the other kind of address.
func nameReply(question []byte, a netip.Addr) (reply []byte, used bool) {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
	switch {
	case q.Type == dnsmessage.TypeA && a.Is4():
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: a.As4()}}}
	case q.Type == dnsmessage.TypeAAAA && a.Is6():
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
	}
	reply, err := m.Pack()
	if err != nil {
		return nil, false
	}
	return reply, len(m.Answers) > 0
}

func TestFetchRebinding(t *testing.T) {
	// Names that are allowed, but lead to addresses that are not, the first time or the second.
	for _, list := range [][]string{
		{"127.0.0.1"},
		{"10.0.0.1", "127.0.0.1"},
		{"169.254.169.254"},
		{"::1"},
		{"::ffff:127.0.0.1"},
		{"64:ff9b::7f00:1"},
	} {
		t.Run(strings.Join(list, " then "), func(t *testing.T) {
			var answers []netip.Addr
			for _, s := range list {
				answers = append(answers, netip.MustParseAddr(s))
			}
			f, store := newFetcher(t, FetchOptions{Hosts: []string{"photos.test"}})
			f.resolver = nameServer(t, answers...)
			for range len(list) {
				if _, err := f.Fetch(t.Context(), "https://cdn.photos.test/a.jpg", store); !errors.Is(err, ErrHost) || !strings.Contains(err.Error(), "not public") {
					t.Fatalf("got %v, want ErrHost for the address", err)
				}
			}
		})
	}
}

func TestFetchTestHostMeansItsPort(t *testing.T) {
	// A host:port entry opens the loopback for itself, not for the other hosts.
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("was asked") }))
	defer s.Close()
	f, store := newFetcher(t, FetchOptions{Hosts: []string{hostOf(s), "photos.test"}})
	f.transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // to get as far as possible
	f.resolver = nameServer(t, netip.MustParseAddr("127.0.0.1"))
	if _, err := f.Fetch(t.Context(), "https://photos.test/", store); !errors.Is(err, ErrHost) {
		t.Errorf("got %v, want ErrHost", err)
	}
}

func TestPublic(t *testing.T) {
	for want, list := range map[bool]string{
		true: "93.184.216.34 1.1.1.1 172.15.255.255 172.32.0.1 100.63.0.1 100.128.0.1 198.17.0.1 2606:4700::1111 " +
			"2a03:2880:f12f:83:face:b00c:0:25de ::ffff:8.8.8.8 64:ff9b::808:808",
		false: "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 " +
			"192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 " +
			"255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1 " +
			"64:ff9b:1::808:808 100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd12::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 5f00::1",
	} {
		for _, s := range strings.Fields(list) {
			if got := public(netip.MustParseAddr(s)); got != want {
				t.Errorf("public(%s) = %v", s, got)
			}
		}
	}
}

func FuzzHostsCheck(f *testing.F) {
	for _, s := range []string{"https://a.fbcdn.net/x?y#z", "http://127.0.0.1:9/", "https://fbcdn.net@evil/", "https://[::1%25lo]/", "//x", "https:x"} {
		f.Add(s)
	}
	h, err := parseHosts([]string{"fbcdn.net", "127.0.0.1:9"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := url.Parse(s)
		if err != nil || h.check(u) != nil {
			return
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if u.Host != "127.0.0.1:9" && (u.Scheme != "https" || host != "fbcdn.net" && !strings.HasSuffix(host, ".fbcdn.net")) {
			t.Errorf("%q was allowed", s)
		}
	})
}

func BenchmarkKeep(b *testing.B) {
	file := jpegOf(b, picture(4000, 3000), nil)
	s := newStore(b)
	b.SetBytes(int64(len(file)))
	n := uint64(0)
	for b.Loop() {
		n++ // another photo every time
		if _, err := s.Keep(bytes.NewReader(binary.LittleEndian.AppendUint64(file, n))); err != nil {
			b.Fatal(err)
		}
	}
}

package photos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of a fetch.
const (
	fetchTimeout   = 10 * time.Second // in all: connecting, redirects, body
	maxRedirects   = 3
	maxHeaderBytes = 64 << 10
)

// Why a photo will never be fetched.
var (
	// ErrHost is wrapped when a photo, or a redirect on the way to it, is at a place that is not allowed.
	ErrHost = errors.New("photo is not at an allowed host")
	// ErrGone is wrapped when the provider does not give the photo (any more): 403, 404 or 410.
	ErrGone = errors.New("provider no longer has the photo")
)

// FetchOptions say where photos may be fetched from, and how.
type FetchOptions struct {
	// Hosts are allowed with their subdomains, by https at public addresses. An entry host:port is for tests: exactly
	// that host and port, by http as well and on the loopback as well.
	Hosts []string
	// Header is sent to the host of the photo's own URL, never to another one that it redirects to.
	Header http.Header
	// Timeout is for the whole of a fetch; 0 means 10 s.
	Timeout time.Duration
}

// Fetcher fetches photos from a provider. It may be used from several goroutines.
type Fetcher struct {
	hosts     hosts
	header    http.Header
	timeout   time.Duration
	resolver  *net.Resolver // nil: the machine's
	transport *http.Transport
}

// NewFetcher makes a Fetcher. Its error names a host that cannot be read.
func NewFetcher(o FetchOptions) (*Fetcher, error) {
	allowed, err := parseHosts(o.Hosts)
	if err != nil {
		return nil, err
	}
	f := &Fetcher{hosts: allowed, header: o.Header.Clone(), timeout: o.Timeout}
	if f.timeout <= 0 {
		f.timeout = fetchTimeout
	}
	f.transport = &http.Transport{
		Proxy:                  nil, // a proxy would choose the address for us
		DialContext:            f.dial,
		DisableKeepAlives:      true, // every fetch checks its address; and what comes on an idle connection would be logged
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	return f, nil
}

// Fetch brings the photo at rawURL into store. Its errors wrap ErrHost or ErrGone, or are those of Store.Keep; see Refused.
// All others are worth another try. No error holds the URL, which is as good as a key to the photo.
func (f *Fetcher) Fetch(ctx context.Context, rawURL string, store *Store) (Photo, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	res, err := f.follow(ctx, rawURL)
	if err != nil {
		return Photo{}, fmt.Errorf("fetch photo: %w", err)
	}
	defer res.Body.Close()
	if err := refusal(res); err != nil {
		return Photo{}, fmt.Errorf("fetch photo: %w", err)
	}
	p, err := store.Keep(res.Body)
	if err != nil {
		return Photo{}, fmt.Errorf("fetch photo: %w", err)
	}
	return p, nil
}

// refusal is why an answer brings no photo.
func refusal(res *http.Response) error {
	switch {
	case res.StatusCode == http.StatusForbidden, res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
		return fmt.Errorf("%w: status %d", ErrGone, res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("status %d", res.StatusCode)
	case res.ContentLength > MaxBytes:
		return ErrTooBig
	}
	return nil
}

// follow asks for the photo and goes along with redirects, each of them checked.
func (f *Fetcher) follow(ctx context.Context, rawURL string) (*http.Response, error) {
	first, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("%w: not a URL", ErrHost) // err holds the URL
	}
	at := first
	for range maxRedirects + 1 {
		res, err := f.ask(ctx, at, sameHost(first, at))
		if err != nil {
			return nil, err
		}
		location := res.Header.Get("Location")
		if !redirects(res.StatusCode) || location == "" {
			return res, nil
		}
		_ = res.Body.Close()
		if at, err = at.Parse(location); err != nil {
			return nil, fmt.Errorf("%w: redirect to no URL", ErrHost)
		}
	}
	return nil, fmt.Errorf("%w: over %d redirects", ErrHost, maxRedirects)
}

// ask makes one request, with the Fetcher's header only when trusted.
func (f *Fetcher) ask(ctx context.Context, u *url.URL, trusted bool) (*http.Response, error) {
	if err := f.hosts.check(u); err != nil {
		return nil, err
	}
	header := http.Header{}
	if trusted && f.header != nil {
		header = f.header.Clone()
	}
	req := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: header}).WithContext(ctx)
	// The transport itself, not a Client: that would put the URL into its errors and choose the redirects' headers.
	return f.transport.RoundTrip(req)
}

// dial connects to an allowed host at an address that is allowed for it.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Resolver: f.resolver, Control: control(f.hosts.local[strings.ToLower(address)])}
	return d.DialContext(ctx, network, address)
}

// sameHost says whether b is served by whom the photo's own URL a names.
func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Hostname() == b.Hostname() && portOf(a) == portOf(b)
}

// redirects says whether a status means to look elsewhere.
func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

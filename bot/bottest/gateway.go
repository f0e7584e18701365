package bottest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// GatewayCall is one call that a Gateway took.
type GatewayCall struct {
	Method string
	Path   string
	Query  url.Values
	Form   url.Values
	Header http.Header
	Body   []byte
}

// GatewayAnswer is what a Gateway says to a call.
type GatewayAnswer struct {
	Status int
	Type   string // content type; empty: application/json
	Body   string
	Header map[string]string
	Drop   bool // read the call and hang up without a word
}

// Gateway is a stand-in for an SMS gateway's HTTP interface: it takes any
// call, keeps it and answers as it was told. It is safe for concurrent use.
type Gateway struct {
	url    string
	server *http.Server

	mu    sync.Mutex
	usual func(GatewayCall) GatewayAnswer
	next  []GatewayAnswer
	calls []GatewayCall
}

// maxGatewayCall bounds the body of a call, in bytes.
const maxGatewayCall = 1 << 20

// NewGateway starts a Gateway on a free port of this machine. usual answers
// what Next does not; nil: 200 with {"status":"ok"}.
func NewGateway(usual func(GatewayCall) GatewayAnswer) (*Gateway, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for gateway calls: %w", err)
	}
	if usual == nil {
		usual = func(GatewayCall) GatewayAnswer { return GatewayAnswer{Status: http.StatusOK, Body: `{"status":"ok"}`} }
	}
	g := &Gateway{url: "http://" + listener.Addr().String(), usual: usual}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 5 * time.Second}
	go g.server.Serve(listener) //nolint:errcheck // it ends with Close
	return g, nil
}

// URL is the gateway's address.
func (g *Gateway) URL() string { return g.url }

// Close stops answering.
func (g *Gateway) Close() error {
	if err := g.server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close gateway: %w", err)
	}
	return nil
}

// Next makes the gateway answer the next calls so, one after another.
func (g *Gateway) Next(answers ...GatewayAnswer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next = append(g.next, answers...)
}

// Calls are the calls taken, oldest first, those that failed too.
func (g *Gateway) Calls() []GatewayCall {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]GatewayCall(nil), g.calls...)
}

// ServeHTTP takes a call.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxGatewayCall))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	form, _ := url.ParseQuery(string(body)) // of what is no form nothing is asked
	answer := g.take(GatewayCall{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Form: form, Header: r.Header, Body: body})
	if answer.Drop {
		panic(http.ErrAbortHandler)
	}
	if answer.Type == "" {
		answer.Type = "application/json"
	}
	w.Header().Set("Content-Type", answer.Type)
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(answer.Status)
	_, _ = io.WriteString(w, answer.Body) // the caller has gone: nothing to do
}

// take keeps a call and says how it is answered.
func (g *Gateway) take(c GatewayCall) GatewayAnswer {
	g.mu.Lock()
	g.calls = append(g.calls, c)
	var next *GatewayAnswer
	if len(g.next) > 0 {
		next, g.next = &g.next[0], g.next[1:]
	}
	g.mu.Unlock()
	if next != nil {
		return *next
	}
	return g.usual(c)
}

package bottest

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// The error bodies are Meta's, byte for byte.
//
//go:embed graph/err_*
var errorFiles embed.FS

// answerDropped is the fault that is no answer at all.
const answerDropped = "answer dropped"

// graphError is one error as it goes over the wire.
type graphError struct {
	name   string
	status int
	kind   string // content type
	body   []byte
}

// fault makes the next sends fail.
type fault struct {
	graphError
	left int
}

// chance makes any send fail with a probability.
type chance struct {
	graphError
	p float64
}

// GraphErrors are the names that Fail and FailRandomly know.
func GraphErrors() []string {
	entries, err := errorFiles.ReadDir("graph")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

// Fail makes the next n sends fail with an error by its name, such as
// "err_rate_613"; several calls queue up. Failed sends are not taken.
func (g *Graph) Fail(name string, n int) error {
	e, err := namedError(name)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, fault{e, n})
	return nil
}

// FailRandomly makes each send fail with probability p from now on; 0 ends it.
func (g *Graph) FailRandomly(name string, p float64) error {
	e, err := namedError(name)
	if err != nil {
		return err
	}
	g.chance(e, p)
	return nil
}

// Drop takes the next n sends but closes the connection instead of answering.
func (g *Graph) Drop(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, fault{graphError{name: answerDropped}, n})
}

// DropRandomly does the same with probability p; 0 ends it.
func (g *Graph) DropRandomly(p float64) { g.chance(graphError{name: answerDropped}, p) }

func (g *Graph) chance(e graphError, p float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	kept := g.chances[:0:0]
	for _, c := range g.chances {
		if c.name != e.name {
			kept = append(kept, c)
		}
	}
	if p > 0 {
		kept = append(kept, chance{e, p})
	}
	g.chances = kept
}

// failing is the fault of the send that is being answered; the lock is held.
func (g *Graph) failing() (graphError, bool) {
	for len(g.faults) > 0 {
		if g.faults[0].left > 0 {
			g.faults[0].left--
			return g.faults[0].graphError, true
		}
		g.faults = g.faults[1:]
	}
	for _, c := range g.chances {
		if g.rng.Float64() < c.p {
			return c.graphError, true
		}
	}
	return graphError{}, false
}

// namedError reads an error from the embedded bodies.
func namedError(name string) (graphError, error) {
	if b, err := errorFiles.ReadFile("graph/" + name + ".html"); err == nil {
		status, err := strconv.Atoi(name[strings.LastIndexByte(name, '_')+1:])
		return graphError{name, status, "text/html; charset=utf-8", b}, err
	}
	b, err := errorFiles.ReadFile("graph/" + name + ".json")
	if err != nil {
		return graphError{}, fmt.Errorf("no graph error is named %q", name)
	}
	var file struct {
		Status int             `json:"_http_status"`
		Body   json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return graphError{}, fmt.Errorf("read graph error %s: %w", name, err)
	}
	return graphError{name, file.Status, "application/json", file.Body}, nil
}

// badParam is Meta's error for a parameter that breaks a rule.
func badParam(message string) graphError {
	b := append([]byte(`{"error":{"message":`), appendMeta(nil, "(#100) "+message)...)
	b = append(b, `,"type":"OAuthException","code":100,"fbtrace_id":"AxFixtureTrace"}}`...)
	return graphError{message, http.StatusBadRequest, "application/json", b}
}

// refuse answers an error and counts it; the lock is not held.
func (g *Graph) refuse(w http.ResponseWriter, e graphError) {
	g.mu.Lock()
	g.refused[e.name]++
	g.change()
	g.mu.Unlock()
	w.Header().Set("Content-Type", e.kind)
	w.WriteHeader(e.status)
	w.Write(e.body) //nolint:errcheck // the caller has gone
}

package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nagorik/bot/lenient"
)

// graphBody bounds the body of a call, in bytes.
const graphBody = 1 << 20

// ServeHTTP answers as graph.facebook.com would, at any version.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok {
		g.serveMedia(w, r, name)
		return
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) > 0 && version(parts[0]) {
		parts = parts[1:]
	}
	if !g.authorized(r) {
		g.refuse(w, mustError("err_token_invalid_190_460"))
		return
	}
	switch {
	case r.Method == http.MethodPost && len(parts) == 2 && parts[1] == "messages":
		g.serveSend(w, r)
	case r.Method == http.MethodPost && len(parts) == 2 && parts[1] == "messenger_profile":
		g.serveSetup(w, r)
	case r.Method == http.MethodPost && len(parts) == 2 && strings.HasSuffix(parts[1], "_thread_control"):
		answer(w, []byte(`{"success":true}`))
	case r.Method == http.MethodGet && len(parts) == 1:
		g.serveProfile(w, parts[0])
	default:
		g.refuse(w, badParam("Unsupported request"))
	}
}

// version says whether s looks like v26.0.
func version(s string) bool {
	major, minor, ok := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	_, err1 := strconv.Atoi(major)
	_, err2 := strconv.Atoi(minor)
	return ok && s[0] == 'v' && err1 == nil && err2 == nil
}

// authorized checks the token, in the header or the query, and the proof.
func (g *Graph) authorized(r *http.Request) bool {
	q := r.URL.Query()
	if r.Header.Get("Authorization") != g.auth && (g.opt.Token == "" || q.Get("access_token") != g.opt.Token) {
		return false
	}
	sent := q.Get("appsecret_proof")
	return sent == "" || g.opt.AppSecret == "" || sent == g.proof
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header()["Content-Type"] = jsonType
	w.Write(body) //nolint:errcheck // the caller has gone
}

var jsonType = []string{"application/json"}

// serveSend takes or refuses a message or a sender action.
func (g *Graph) serveSend(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, graphBody))
	value, ok := lenient.Parse(body)
	if err != nil || !ok || !value.Sound() {
		g.refuse(w, badParam("Invalid JSON"))
		return
	}
	req := readSend(value)
	if req.action != "" {
		g.serveAction(w, &req)
		return
	}
	sent, e, refused := g.take(&req)
	if refused {
		g.refuse(w, e)
		return
	}
	if g.opt.OnSend != nil {
		g.opt.OnSend(sent)
	}
	if g.opt.AnswerDelay > 0 {
		g.delay(r.Context())
	}
	if e.name == answerDropped {
		drop(w)
	} else {
		answer(w, accepted(&sent))
	}
	g.echo(&sent)
}

// delay holds an answer back for as long as the caller waits for it.
func (g *Graph) delay(ctx context.Context) {
	timer := time.NewTimer(g.opt.AnswerDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-g.ctx.Done():
	}
}

// take holds a message against the rules and records it. An error that comes
// back for a message that was not refused says how its answer is to fail.
func (g *Graph) take(req *sendRequest) (GraphSend, graphError, bool) {
	broken, isBroken := req.check()
	now := g.opt.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	failing, fails := g.failing()
	switch {
	case fails && failing.name != answerDropped:
		return GraphSend{}, failing, true
	case isBroken:
		return GraphSend{}, broken, true
	}
	if e, open := g.inWindow(req, now); !open {
		return GraphSend{}, e, true
	}
	g.seq++
	sent := GraphSend{
		Seq: g.seq, At: now, Address: req.psid, MessageID: "m_" + g.run + "_" + strconv.FormatInt(g.seq, 10),
		Metadata: req.metadata, Text: req.text, Choices: req.choices, Phone: req.phone, Type: req.kind, Tag: req.tag,
	}
	g.record(sent)
	g.change()
	return sent, failing, false
}

// record keeps a send, dropping the oldest when there are twice as many as
// are to be kept; the lock is held.
func (g *Graph) record(s GraphSend) {
	if keep := g.opt.Keep; keep > 0 && len(g.sends) >= 2*keep {
		n := copy(g.sends, g.sends[len(g.sends)-keep+1:])
		clear(g.sends[n:])
		g.sends = g.sends[:n]
	}
	g.sends = append(g.sends, s)
}

func accepted(s *GraphSend) []byte {
	b := append(make([]byte, 0, 128), `{"recipient_id":`...)
	b = appendMeta(b, s.Address)
	b = append(b, `,"message_id":`...)
	b = appendMeta(b, s.MessageID)
	return append(b, '}')
}

// drop closes the connection under the caller's feet.
func drop(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

func (g *Graph) serveAction(w http.ResponseWriter, req *sendRequest) {
	switch req.action {
	case "typing_on", "typing_off", "mark_seen":
	default:
		g.refuse(w, badParam("Param sender_action must be one of {typing_on, typing_off, mark_seen}"))
		return
	}
	if req.message || req.psid == "" {
		g.refuse(w, badParam("Param sender_action goes alone with a recipient"))
		return
	}
	g.mu.Lock()
	g.actions[req.action]++
	g.change()
	g.mu.Unlock()
	answer(w, append(appendMeta([]byte(`{"recipient_id":`), req.psid), '}'))
}

// profile is a person's name as the profile API tells it.
type profile struct{ First, Last string }

// media is a file a person sent.
type media struct {
	kind string
	body []byte
}

// Name gives a person a name; others have none that the Page may see.
func (g *Graph) Name(psid, first, last string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.profiles[psid] = profile{first, last}
}

// Media keeps a file and returns the address under which it is served.
func (g *Graph) Media(name, contentType string, body []byte) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.media[name] = media{contentType, body}
	return g.url + "/media/" + name
}

func (g *Graph) serveMedia(w http.ResponseWriter, r *http.Request, name string) {
	g.mu.Lock()
	m, ok := g.media[name]
	g.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.body))
}

func (g *Graph) serveProfile(w http.ResponseWriter, psid string) {
	g.mu.Lock()
	p, ok := g.profiles[psid]
	g.mu.Unlock()
	if !ok {
		answer(w, []byte(`{}`))
		return
	}
	b := appendMeta([]byte(`{"first_name":`), p.First)
	b = appendMeta(append(b, `,"last_name":`...), p.Last)
	b = appendMeta(append(b, `,"id":`...), psid)
	answer(w, append(b, '}'))
}

func (g *Graph) serveSetup(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, graphBody))
	if err != nil || !json.Valid(body) {
		g.refuse(w, badParam("Invalid JSON"))
		return
	}
	v, _ := lenient.Parse(body)
	g.mu.Lock()
	g.started = g.started || v.Member("get_started") != nil
	refused := !g.started && v.Member("persistent_menu") != nil
	if !refused {
		g.setup = body
	}
	g.mu.Unlock()
	if refused {
		g.refuse(w, badParam("You must set a Get Started button if you also wish to use persistent menu."))
		return
	}
	answer(w, []byte(`{"result":"success"}`))
}

// Setup is the body of the last Messenger Profile call, nil before.
func (g *Graph) Setup() []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.setup
}

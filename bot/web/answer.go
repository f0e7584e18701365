package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"nagorik/bot"
)

// slowDownSeconds is how long a page waits after too many messages.
const slowDownSeconds = "10"

// way is where a form is sent back to: the page it stands on. Only our own
// pages can be named; whatever else is asked for leads to the chat.
type way struct {
	path     string // empty: the chat
	language string // the page's from now on; empty: as it was
}

const (
	servicesPath = "/services/"
	flowIDLimit  = 64
)

// wayOf reads a form's field "return", or where it stands: the path of a service's page, with the
// language it is to be shown in where that changes.
func wayOf(to string) way {
	path, query, asks := strings.Cut(to, "?")
	id, ok := strings.CutPrefix(path, servicesPath)
	if !ok || id == "" || len(id) > flowIDLimit || strings.IndexFunc(id, oddInFlowID) >= 0 {
		return way{}
	}
	w := way{path: path}
	if tag, ok := strings.CutPrefix(query, "lang="); asks && ok {
		w.language = language(tag)
	}
	return w
}

func oddInFlowID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}

// to is the address to go on at, with the code of what was wrong.
func (w way) to(fault string) string {
	values := make(url.Values)
	if w.language != "" {
		values.Set("lang", w.language)
	}
	if fault != "" {
		values.Set("fault", fault)
	}
	path, query := w.path, ""
	if len(values) > 0 {
		query = "?" + values.Encode()
	}
	if path == "" {
		return "/" + query + "#latest"
	}
	return path + query
}

// accepted is the answer once the message is safe: a word for a script, the
// way back for a form.
func accepted(form bool, w way) bot.Answer {
	if form {
		return back(w.to(""))
	}
	return bot.Answer{Status: http.StatusOK, Type: "application/json", Body: []byte(`{"status":"ok"}`)}
}

// refuse answers a call that brought nothing.
func refuse(form bool, w way, f fault) bot.Delivery {
	d := bot.Delivery{Skipped: map[string]int{f.code: 1}}
	if form {
		d.Answer = back(w.to(f.code))
		return d
	}
	body, err := json.Marshal(map[string]any{"error": map[string]string{"code": f.code, "message": f.message}})
	if err != nil {
		body = nil // two plain strings always encode
	}
	d.Answer = bot.Answer{Status: f.status, Type: "application/json", Body: body}
	if f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable {
		setHeader(&d.Answer, "Retry-After", slowDownSeconds)
	}
	return d
}

func back(to string) bot.Answer {
	a := bot.Answer{Status: http.StatusSeeOther}
	setHeader(&a, "Location", to)
	return a
}

func setHeader(a *bot.Answer, name, value string) {
	if a.Header == nil {
		a.Header = make(http.Header)
	}
	a.Header.Set(name, value)
}

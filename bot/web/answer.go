package web

import (
	"encoding/json"
	"net/http"
	"net/url"

	"nagorik/bot"
)

// slowDownSeconds is how long a page waits after too many messages.
const slowDownSeconds = "10"

// accepted is the answer once the message is safe: a word for a script, the
// way back for a form.
func accepted(form bool) bot.Answer {
	if form {
		return back("/#latest")
	}
	return bot.Answer{Status: http.StatusOK, Type: "application/json", Body: []byte(`{"status":"ok"}`)}
}

// refuse answers a call that brought nothing.
func refuse(form bool, f fault) bot.Delivery {
	d := bot.Delivery{Skipped: map[string]int{f.code: 1}}
	if form {
		d.Answer = back("/?fault=" + url.QueryEscape(f.code) + "#latest")
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

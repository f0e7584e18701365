package twilio

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/handoff"
)

// TestOddAnswers: what is not among the fixtures. Whether an answer without
// Twilio's word leaves the outcome open decides whether a person gets a message
// twice, or never.
func TestOddAnswers(t *testing.T) {
	const unknown = `{"code":29999,"message":"x"}`
	for name, c := range map[string]struct {
		status int
		body   string
		want   bot.SendOutcome
	}{
		"code nobody knows":           {400, unknown, bot.SendReject},
		"code nobody knows, 500":      {500, unknown, bot.SendUnknown},
		"Twilio says unavailable":     {503, `{"code":20503}`, bot.SendRetry},
		"unavailable":                 {503, "<html>", bot.SendRetry},
		"bad gateway":                 {502, "<html>", bot.SendUnknown},
		"gateway timeout":             {504, "", bot.SendUnknown},
		"request timeout":             {408, "", bot.SendUnknown},
		"nothing there":               {404, "<html>", bot.SendPause},
		"elsewhere":                   {302, "", bot.SendPause},
		"too many":                    {429, "", bot.SendRetry},
		"taken without an id":         {201, `{}`, bot.SendUnknown},
		"no content":                  {204, ``, bot.SendUnknown},
		"no such service":             {400, `{"code":21701}`, bot.SendPause},
		"service without numbers":     {400, `{"code":21704}`, bot.SendPause},
		"account closed":              {401, `{"code":20005}`, bot.SendPause},
		"callback address refused":    {400, `{"code":21609}`, bot.SendPause},
		"sender's queue full":         {429, `{"code":21611}`, bot.SendRetry},
		"landline":                    {400, `{"code":21635}`, bot.SendReject},
		"trial account, number new":   {400, `{"code":21608}`, bot.SendReject},
		"sender of another account's": {400, `{"code":21660}`, bot.SendPause},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sendTo(t, c.status, []byte(c.body)).Send(t.Context(), outgoing("hi"))
			if got := outcomeOf(err); got != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestFound: which of the messages in Twilio's list is the one that is looked
// for.
func TestFound(t *testing.T) {
	const words = "Your case is 10001\nThank you"
	clock := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	type row map[string]any
	listed := func(more row) row {
		r := row{"sid": "SM1", "direction": "outbound-api", "body": words, "date_created": clock.Format(time.RFC1123Z), "date_sent": nil, "status": "queued"}
		for k, v := range more {
			r[k] = v
		}
		return r
	}
	at := func(d time.Duration) string { return clock.Add(d).Format(time.RFC1123Z) }
	for name, c := range map[string]struct {
		rows  []row
		ahead time.Duration // Twilio's clock, of ours
		want  string        // empty: none
	}{
		"still in a queue":              {[]row{listed(nil)}, 0, "SM1"},
		"line ends changed":             {[]row{listed(row{"body": "Your case is 10001\r\nThank you "})}, 0, "SM1"},
		"what the person wrote":         {[]row{listed(row{"direction": "inbound"})}, 0, ""},
		"half a minute before":          {[]row{listed(row{"date_created": at(-30 * time.Second)})}, 0, ""},
		"before, but their clock is so": {[]row{listed(row{"date_created": at(-2 * time.Minute)})}, -2 * time.Minute, "SM1"},
		"now, but their clock is ahead": {[]row{listed(nil)}, 2 * time.Minute, ""},
		"failed there":                  {[]row{listed(row{"status": "failed"})}, 0, ""},
		"without a time":                {[]row{listed(row{"date_created": nil})}, 0, ""},
		"without an id":                 {[]row{listed(row{"sid": ""})}, 0, ""},
		"the newest of two":             {[]row{listed(row{"sid": "SM2"}), listed(nil)}, 0, "SM2"},
		"none":                          {[]row{}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			posts := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					posts++
					w.WriteHeader(http.StatusCreated)
					_, _ = w.Write([]byte(`{"sid":"SMnew"}`))
					return
				}
				for name := range r.URL.Query() {
					if name != "To" && name != "PageSize" {
						t.Errorf("the list is narrowed by %s", name)
					}
				}
				w.Header().Set("Date", clock.Add(c.ahead).Format(http.TimeFormat))
				if err := json.NewEncoder(w).Encode(map[string]any{"messages": c.rows}); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: "https://city.example", APIURL: server.URL, Now: func() time.Time { return clock }})
			if err != nil {
				t.Fatal(err)
			}
			out := outgoing(words)
			out.ID, out.Attempt, out.Doubts = idAt(clock.Add(-2*time.Second)), 2, 1
			want, sends := c.want, 0
			if want == "" {
				want, sends = "SMnew", 1
			}
			sent, err := link.Send(t.Context(), out)
			if err != nil || sent.ProviderID != "twilio>"+want || posts != sends {
				t.Errorf("sent %+v, %v, after %d posts", sent, err, posts)
			}
		})
	}
}

// idAt is a message's id as if it were made at a time.
func idAt(at time.Time) string {
	id := handoff.NewID()
	for i := range 6 {
		id[i] = byte(at.UnixMilli() >> (8 * (5 - i)))
	}
	return id.String()
}

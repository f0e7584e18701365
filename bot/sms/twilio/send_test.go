package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/handoff"
)

func outgoing(text string) bot.Outgoing {
	return bot.Outgoing{ID: handoff.NewID().String(), Address: number, Text: text, Attempt: 1}
}

func TestErrorsOfFixtures(t *testing.T) {
	wants := map[string]struct {
		outcome bot.SendOutcome
		muted   bool
	}{
		"rest_error_20003.json": {outcome: bot.SendPause}, "rest_error_20404.json": {outcome: bot.SendPause},
		"rest_error_20429.json": {outcome: bot.SendRetry}, "rest_error_21211.json": {outcome: bot.SendReject},
		"rest_error_21408.json": {outcome: bot.SendReject}, "rest_error_21606.json": {outcome: bot.SendReject},
		"rest_error_21610.json": {bot.SendReject, true}, "rest_error_21614.json": {outcome: bot.SendReject},
		"rest_error_21617.json": {outcome: bot.SendReject}, "rest_error_503.html": {outcome: bot.SendRetry},
	}
	files, err := filepath.Glob("testdata/rest_error_*")
	if err != nil || len(files) != len(wants) {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		answer := struct {
			Status int             `json:"_http_status"`
			Body   json.RawMessage `json:"body"`
		}{Status: http.StatusServiceUnavailable, Body: raw}
		if strings.HasSuffix(file, ".json") {
			if err := json.Unmarshal(raw, &answer); err != nil {
				t.Fatal(err)
			}
		}
		_, err = sendTo(t, answer.Status, answer.Body).Send(t.Context(), outgoing("hi"))
		var e *bot.SendError
		want := wants[filepath.Base(file)]
		if !errors.As(err, &e) || e.Outcome != want.outcome || e.Muted != want.muted || e.Text == "" || strings.Contains(e.Error(), "0171") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// sendTo is a link to a server that gives one answer.
func sendTo(t *testing.T, status int, body []byte) *Twilio {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: "https://city.example", APIURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func TestAnswersOfFixtures(t *testing.T) {
	for _, name := range []string{"rest_response_201_queued_from.json", "rest_response_201_accepted_service.json"} {
		body, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		sent, err := sendTo(t, http.StatusCreated, body).Send(t.Context(), outgoing("hi"))
		if err != nil || sent.ProviderID != "twilio>SMffffffffffffffffffffffffffffffff" {
			t.Errorf("%s: %+v, %v", name, sent, err)
		}
	}
	if _, err := sendTo(t, http.StatusCreated, []byte("<html>")).Send(t.Context(), outgoing("hi")); outcomeOf(err) != bot.SendUnknown {
		t.Errorf("an answer nobody can read: %v", err)
	}
}

func outcomeOf(err error) bot.SendOutcome {
	var e *bot.SendError
	if errors.As(err, &e) {
		return e.Outcome
	}
	return ""
}

func TestRequestIsAsTwilioWantsIt(t *testing.T) {
	h := newHarness(t)
	out := outgoing("আপনার অভিযোগ নম্বর ১০২৩৪ & আরও")
	if _, err := h.channel.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	got := h.twilio.Sent(number)
	callback, err := url.Parse(got[0].Callback)
	if err != nil || got[0].Body != out.Text || got[0].From != sender || callback.Path != "/channels/twilio/status" || callback.Query().Get("id") != out.ID || callback.Host != "city.example" {
		t.Errorf("sent %+v", got)
	}
}

// A message of unknown outcome is looked up before it is sent again; one of the
// same words from before is another.
func TestDoubtfulMessageIsLookedUp(t *testing.T) {
	h := newHarness(t)
	if _, err := h.channel.Send(t.Context(), outgoing("same words")); err != nil {
		t.Fatal(err)
	}
	for taken, sends := range map[bool]int{true: 1, false: 2} {
		words := "taken"
		if !taken {
			words = "not taken"
		}
		out := outgoing(words)
		h.twilio.Drop(taken)
		if _, err := h.channel.Send(t.Context(), out); outcomeOf(err) != bot.SendUnknown {
			t.Fatalf("a lost connection: %v", err)
		}
		before := len(h.twilio.Sent(number))
		out.Attempt, out.Doubts = 2, 1
		sent, err := h.channel.Send(t.Context(), out)
		if err != nil || sent.ProviderID == "" {
			t.Fatalf("looked up: %+v, %v", sent, err)
		}
		if got := len(h.twilio.Sent(number)) - before; got != sends-1 {
			t.Errorf("%s: sent %d times more", words, got)
		}
	}
	later := outgoing("same words")
	id := handoff.NewID()
	future := time.Now().Add(time.Hour).UnixMilli() // written long after the first one went out
	for i := range 6 {
		id[i] = byte(future >> (8 * (5 - i)))
	}
	later.ID, later.Doubts = id.String(), 1
	before := len(h.twilio.Sent(number))
	if _, err := h.channel.Send(t.Context(), later); err != nil || len(h.twilio.Sent(number)) != before+1 {
		t.Errorf("the same words of before are taken for it: %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: "https://city.example", APIURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := link.Send(t.Context(), outgoing("hi")); outcomeOf(err) != bot.SendRetry {
		t.Errorf("no connection: %v", err)
	}
}

func TestOptions(t *testing.T) {
	good := Options{AccountSID: account, AuthToken: "hush", From: sender, PublicURL: "https://city.example"}
	for what, change := range map[string]func(*Options){
		"account":    func(o *Options) { o.AccountSID = "SK1" },
		"auth token": func(o *Options) { o.AuthToken = " , " },
		"sender":     func(o *Options) { o.From = "a name that is too long" },
		"public URL": func(o *Options) { o.PublicURL = "city" },
		"API URL":    func(o *Options) { o.APIURL = "http://api.example" },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "hush") {
			t.Errorf("a bad %s: %v", what, err)
		}
	}
	for _, from := range []string{"Nagorik", "16263", "MG00000000000000000000000000000002"} {
		o := good
		o.From = from
		if _, err := New(o); err != nil {
			t.Errorf("sender %q: %v", from, err)
		}
	}
}

// FuzzReceive brings anything whatever to both webhooks: signed, it is never an
// error, and what comes of it can be kept; with a field more it is refused.
func FuzzReceive(f *testing.F) {
	files, err := filepath.Glob("testdata/*.form")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Add("From=%2B8801712345678&Body=hi&MessageSid=SM1&MediaUrl0=https%3A%2F%2Fx")
	f.Add("%ZZ=%&=&&+=+%2")
	f.Fuzz(func(t *testing.T, body string) {
		h := &harness{t: t}
		link := linkAt(t, hook, token)
		call := h.Raw([]byte(body))
		for _, receive := range []func(context.Context, bot.Call) (bot.Delivery, error){link.Receive, link.Status().Receive} {
			d, err := receive(t.Context(), call)
			if err != nil || len(d.Events)+len(d.Skipped) != 1 {
				t.Errorf("%d events, skipped %v, %v", len(d.Events), d.Skipped, err)
			}
			for _, e := range d.Events {
				said := strings.Join(append(e.ProviderIDs, e.Text, e.Note, e.Address, e.ProviderID, e.MessageID), "")
				if !utf8.ValidString(said) || strings.ContainsRune(said, 0) || e.Kind == bot.EventMessage && e.ProviderID == "" {
					t.Errorf("came as %+v", e)
				}
			}
			if strings.Count(body, "&") < maxFields-1 {
				more := call
				more.Body = []byte(body + "&one" + strconv.Itoa(len(body)) + "=more")
				if _, err := receive(t.Context(), more); err == nil {
					t.Error("a field more is believed")
				}
			}
		}
	})
}

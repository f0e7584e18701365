package bottest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/flows"
)

// hear lets the person write, so that the channel may answer, and returns
// when that was.
func (s *suite) hear(t *testing.T, who string) time.Time {
	t.Helper()
	at := s.h.Now().Add(-time.Minute)
	s.bring(t, Said{ID: "hear-" + who, Address: who, At: at, Text: "hello"})
	return at
}

// send fits and sends a message and returns what the person then sees.
func (s *suite) send(t *testing.T, who string, m flows.Message) []Received {
	t.Helper()
	heard := s.hear(t, who)
	for i, part := range s.ch.Fit(m) {
		out := bot.Outgoing{ID: "out-" + who + "-" + string(rune('a'+i)), Address: who, Text: part.Text, Choices: part.Choices, Wants: part.Wants, Heard: heard, Attempt: 1}
		if _, err := s.ch.Send(t.Context(), out); err != nil {
			t.Fatalf("send part %d: %v", i, err)
		}
	}
	return s.h.Received(who)
}

func (s *suite) textOut(t *testing.T) {
	for _, text := range sampleTexts {
		got := s.send(t, s.person(), flows.Message{Text: text})
		if len(got) != 1 || got[0].Text != s.spelt(text) {
			t.Errorf("%q went out as %+v", text, got)
		}
	}
}

// spelt is a text as the channel spells it.
func (s *suite) spelt(text string) string {
	if speller, ok := s.h.(Speller); ok {
		return speller.Spell(text)
	}
	return text
}

func (s *suite) hostileOut(t *testing.T) {
	for i, text := range hostileTexts {
		who := s.person()
		heard := s.hear(t, who)
		for _, part := range s.ch.Fit(flows.Message{Text: text}) {
			_, err := s.ch.Send(t.Context(), bot.Outgoing{ID: "hostile-" + who, Address: who, Text: part.Text, Heard: heard, Attempt: 1})
			if e := sendError(t, err); e != nil && e.Outcome == bot.SendPause {
				t.Errorf("text %d stops the channel: %v", i, err)
			}
		}
		for _, r := range s.h.Received(who) {
			if !utf8.ValidString(r.Text) {
				t.Errorf("text %d went out as %.60q", i, r.Text)
			}
		}
	}
}

func (s *suite) choices(t *testing.T) {
	if !s.ch.Face().Buttons {
		return
	}
	who := s.person()
	choices := []flows.Choice{{Title: "হ্যাঁ", Payload: "drainage/confirm=yes"}, {Title: "না", Payload: "drainage/confirm=no"}, {Title: "Menu", Payload: "menu"}}
	got := s.send(t, who, flows.Message{Text: "ঠিক আছে?", Choices: choices})
	if len(got) != 1 || len(got[0].Choices) != len(choices) {
		t.Fatalf("went out as %+v", got)
	}
	for i, shown := range got[0].Choices {
		if shown.Title != choices[i].Title {
			t.Errorf("choice %d is shown as %q, want %q", i, shown.Title, choices[i].Title)
		}
		e := s.one(t, Said{ID: "tap-" + choices[i].Payload, Address: who, At: s.h.Now(), Tap: &shown})
		if e.Kind != bot.EventMessage || !e.Tapped || e.Payload != choices[i].Payload || e.Text != choices[i].Title {
			t.Errorf("tap on %q came as %s %q, payload %q, tapped %v", shown.Title, e.Kind, e.Text, e.Payload, e.Tapped)
		}
	}
}

func (s *suite) long(t *testing.T) {
	choices := []flows.Choice{{Title: "OK", Payload: "ok"}}
	for name, text := range longTexts() {
		got := s.send(t, s.person(), flows.Message{Text: text, Choices: choices})
		var parts []string
		for i, r := range got {
			parts = append(parts, r.Text)
			if last := i == len(got)-1; s.ch.Face().Buttons && last != (len(r.Choices) == 1) {
				t.Errorf("%s: part %d of %d has %d choices", name, i+1, len(got), len(r.Choices))
			}
		}
		if pack(strings.Join(parts, "")) != pack(s.spelt(text)) {
			t.Errorf("%s: something was lost or added in %d parts", name, len(parts))
		}
		if len(parts) == 0 {
			t.Fatalf("%s: nothing went out", name)
		}
		for _, part := range parts[1:] {
			if insideCluster(part) {
				t.Errorf("%s: a part begins inside a character: %.30q", name, part)
			}
		}
		for _, part := range parts[:len(parts)-1] {
			if strings.HasSuffix(part, virama) {
				t.Errorf("%s: a part ends inside a conjunct", name)
			}
		}
	}
}

func (s *suite) failures(t *testing.T) {
	breaker, ok := s.h.(Breaker)
	if !ok {
		return
	}
	who := s.person()
	heard := s.hear(t, who)
	for _, outcome := range []bot.SendOutcome{bot.SendRetry, bot.SendReject, bot.SendUnknown, bot.SendPause} {
		if !breaker.Break(outcome) {
			continue
		}
		_, err := s.ch.Send(t.Context(), bot.Outgoing{ID: "fail-" + string(outcome), Address: who, Text: "hello", Heard: heard, Attempt: 1})
		if e := sendError(t, err); e == nil || e.Outcome != outcome {
			t.Errorf("broken for %s: %v", outcome, err)
		}
	}
}

func (s *suite) cancelled(t *testing.T) {
	who := s.person()
	heard := s.hear(t, who)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.ch.Send(ctx, bot.Outgoing{ID: "cancelled", Address: who, Text: "hello", Heard: heard, Attempt: 1})
	if e := sendError(t, err); e != nil && e.Outcome != bot.SendRetry {
		t.Errorf("a send that was never begun is %s", e.Outcome)
	}
}

// sendError fails the test for an error that is not a *bot.SendError, or has
// no known outcome or nothing to read.
func sendError(t *testing.T, err error) *bot.SendError {
	t.Helper()
	if err == nil {
		return nil
	}
	var e *bot.SendError
	if !errors.As(err, &e) {
		t.Fatalf("error of Send is a %T: %v", err, err)
	}
	switch e.Outcome {
	case bot.SendRetry, bot.SendReject, bot.SendUnknown, bot.SendPause:
	default:
		t.Errorf("outcome %q", e.Outcome)
	}
	if e.Text == "" {
		t.Errorf("%v says nothing to people", err)
	}
	return e
}

package sms

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

// wire is a link that records what it is given.
type wire struct {
	name  string
	sends bool
	fault *bot.SendError
	took  []string
}

func (w *wire) Name() string { return w.name }
func (w *wire) Receive(context.Context, bot.Call) (bot.Delivery, error) {
	return bot.Delivery{Skipped: map[string]int{w.name: 1}}, nil
}
func (w *wire) Sends() bool  { return w.sends }
func (w *wire) MaxText() int { return 0 }
func (w *wire) Send(_ context.Context, out bot.Outgoing) (bot.Sent, error) {
	if w.fault != nil {
		return bot.Sent{}, w.fault
	}
	w.took = append(w.took, out.Address)
	return bot.Sent{ProviderID: w.name}, nil
}

func TestSendChoosesALink(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	first, pull, second := &wire{name: "first", sends: true}, &wire{name: "pull", fault: &bot.SendError{Outcome: bot.SendReject, Code: CodeNoWay, Text: "only within a call"}}, &wire{name: "second", sends: true}
	var told []string
	s, err := New(Options{
		Links: []Link{pull, first, second}, Now: func() time.Time { return now },
		Broken: func(link string, e *bot.SendError) {
			if e == nil {
				link += " works"
			}
			told = append(told, link)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	send := func(via, address string) string {
		sent, err := s.Send(t.Context(), bot.Outgoing{Address: address, Via: via, Text: "x"})
		var e *bot.SendError
		if errors.As(err, &e) {
			return string(e.Outcome)
		}
		return sent.ProviderID
	}
	const number = "+8801712345678"
	for _, c := range []struct{ via, address, want string }{
		{"second", number, "second"},
		{"first", number, "first"},
		{"", number, "first"},
		{"gone", number, "first"},
		{"pull", number, "first"},
		{"pull", "tel:masked", "reject"},
		{"gone", "tel:masked", "reject"},
	} {
		if got := send(c.via, c.address); got != c.want {
			t.Errorf("by %q to %q: %s, want %s", c.via, c.address, got, c.want)
		}
	}
	first.fault = &bot.SendError{Outcome: bot.SendPause, Text: "token"}
	if got := send("first", number); got != "second" {
		t.Errorf("while first is broken: %s", got)
	}
	second.fault = &bot.SendError{Outcome: bot.SendRetry, Text: "busy"}
	if got := send("first", number); got != "retry" {
		t.Errorf("a busy link: %s", got)
	}
	second.fault = &bot.SendError{Outcome: bot.SendPause, Text: "token"}
	if got := send("second", number); got != "pause" {
		t.Errorf("while both are broken: %s", got)
	}
	first.fault, now = nil, now.Add(time.Minute)
	if got := send("first", number); got != "first" {
		t.Errorf("once it works: %s", got)
	}
	if want := []string{"first", "second", "first works"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func TestLinksNeedNames(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("no link at all is accepted")
	}
	if _, err := New(Options{Links: []Link{&wire{name: "a"}, &wire{name: "a"}}}); err == nil {
		t.Error("two links of one name are accepted")
	}
}

func TestFitSpellsAndCuts(t *testing.T) {
	s, err := New(Options{Links: []Link{&wire{name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"য\u09bc ড\u09bc ঢ\u09bc": "\u09df \u09dc \u09dd",
		"“It’s done” – see…":      `"It's done" - see...`,
		"‘মেনু’ লিখুন":            "‘মেনু’ লিখুন",
		"a\x00b":                  "ab",
	} {
		got := s.Fit(flows.Message{Text: text, Choices: []flows.Choice{{Title: "x"}}})
		if len(got) != 1 || got[0].Text != want || got[0].Choices != nil {
			t.Errorf("%q is fitted as %+v", text, got)
		}
	}
}

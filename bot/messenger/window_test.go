package messenger_test

import (
	"strings"
	"testing"
	"time"

	"nagorik/bot"
)

// TestHumanAgentAtTheEdges: the Graph API counts the windows by itself, so a
// second too early or too late would show there.
func TestHumanAgentAtTheEdges(t *testing.T) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	for name, c := range map[string]struct {
		after time.Duration
		human bool
		as    string // messaging_type and tag; empty: nothing goes out
	}{
		"a second before a day":            {day - time.Second, true, "RESPONSE"},
		"the bot, a second before a day":   {day - time.Second, false, "RESPONSE"},
		"a day":                            {day, true, "MESSAGE_TAG HUMAN_AGENT"},
		"a second after a day":             {day + time.Second, true, "MESSAGE_TAG HUMAN_AGENT"},
		"the bot, a second after a day":    {day + time.Second, false, ""},
		"a second before seven days":       {week - time.Second, true, "MESSAGE_TAG HUMAN_AGENT"},
		"the bot, a second before seven":   {week - time.Second, false, ""},
		"seven days":                       {week, true, ""},
		"a second after seven days":        {week + time.Second, true, ""},
		"the bot, a second after all this": {week + time.Second, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			address := h.Address(1)
			heard := h.now
			h.graph.Heard(address, heard)
			h.now = heard.Add(c.after)
			_, err := h.m.Send(t.Context(), bot.Outgoing{ID: "1", Address: address, Text: "We come tomorrow.", Human: c.human, Heard: heard})
			sends := h.graph.SendsTo(address)
			if c.as == "" {
				if e := sendFailure(t, err); !e.Closed || e.Outcome != bot.SendReject || len(sends) != 0 {
					t.Errorf("%+v, sent %+v", e, sends)
				}
				return
			}
			if err != nil || len(sends) != 1 || strings.TrimSpace(sends[0].Type+" "+sends[0].Tag) != c.as {
				t.Errorf("%v, sent %+v, want it as %s", err, sends, c.as)
			}
		})
	}
}

// TestHumanAgentNotGranted: without Meta's permission the one message fails, in
// plain words, and the channel goes on.
func TestHumanAgentNotGranted(t *testing.T) {
	for _, code := range []string{"10", "200", "3", "100"} {
		f := &fixed{status: 403, body: []byte(`{"error":{"message":"(#` + code + `) x","type":"OAuthException","code":` + code + `,"fbtrace_id":"A"}}`)}
		out := outgoing()
		out.Human, out.Heard = true, options().Now().Add(-25*time.Hour)
		_, err := against(t, f).Send(t.Context(), out)
		if e := sendFailure(t, err); e.Outcome != bot.SendReject || !strings.Contains(e.Text, "Human Agent permission") || e.Code != code {
			t.Errorf("code %s: %+v", code, e)
		}
	}
	expired := &fixed{status: 400, body: []byte(`{"error":{"type":"OAuthException","code":190,"error_subcode":463}}`)}
	out := outgoing()
	out.Human, out.Heard = true, options().Now().Add(-25*time.Hour)
	_, err := against(t, expired).Send(t.Context(), out)
	if e := sendFailure(t, err); e.Outcome != bot.SendPause {
		t.Errorf("a token that has expired pauses the channel no more: %+v", e)
	}
}

// TestTemplateGoesOutAfterTheWindow: an approved template is what a Page may
// send on its own once a person's day is over, word for word as Meta wants it.
func TestTemplateGoesOutAfterTheWindow(t *testing.T) {
	template := &bot.Template{Name: "case_resolved", Lang: "bn", Values: []string{"10001", "ড্রেন \"নালা\""}}
	h := newHarness(t)
	address, heard := h.Address(1), h.now
	h.graph.Heard(address, heard)
	h.now = heard.Add(30 * 24 * time.Hour)
	if _, err := h.m.Send(t.Context(), bot.Outgoing{ID: "1", Address: address, Text: "done", Template: template, Heard: heard}); err != nil {
		t.Fatal(err)
	}
	if sends := h.graph.SendsTo(address); len(sends) != 1 || sends[0].Type != "UTILITY" || sends[0].Text != "" {
		t.Errorf("sent %+v", sends)
	}
	f := &fixed{status: 200, body: []byte(`{"recipient_id":"1","message_id":"m"}`)}
	out := outgoing()
	out.Template = template
	if _, err := against(t, f).Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	const want = `"messaging_type":"UTILITY","message":{"template":{"name":"case_resolved","language":{"code":"bn"},"components":[{"type":"body","parameters":[` +
		`{"type":"text","text":"10001"},{"type":"text","text":"ড্রেন \u0022নালা\u0022"}]}]},"metadata":`
	if got := string(f.last); !strings.Contains(got, want) {
		t.Errorf("the call is\n%s\nwant in it\n%s", got, want)
	}
}

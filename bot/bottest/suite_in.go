package bottest

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
)

func (s *suite) forged(t *testing.T) {
	forger, ok := s.h.(Forger)
	if !ok {
		return
	}
	for _, call := range s.h.Calls(Said{ID: "forged-1", Address: s.person(), At: s.h.Now(), Text: "hello"}) {
		forged := forger.Forged(call)
		if len(forged) == 0 {
			t.Fatal("the harness forges nothing")
		}
		for i, f := range forged {
			if d, err := s.ch.Receive(t.Context(), f); !errors.Is(err, bot.ErrSignature) || len(d.Events) > 0 {
				t.Errorf("forgery %d: %d events, error %v", i, len(d.Events), err)
			}
		}
	}
}

func (s *suite) odd(t *testing.T) {
	for _, body := range []string{
		"", " ", "null", "true", "17", `""`, "[]", "{}", "[[]]", `{"":{}}`, "\x00", "\xff\xfe\x00", "%%%=%",
		`{"object":"page","entry":[null,1,"x",[],{"messaging":[null,[],{"message":7}]}]}`,
		`{"id":{},"text":[1],"payload":{},"lat":"x","start":"yes"}`,
		`{"text":`, "MessageSid=&Body=%ff&NumMedia=-1", "--x\r\n\r\n",
		strings.Repeat("[", 30000) + strings.Repeat("]", 30000),
		`{"text":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		d, err := s.ch.Receive(t.Context(), s.h.Raw([]byte(body)))
		if err != nil {
			t.Errorf("%.40q: %v", body, err)
		}
		for _, e := range d.Events {
			if !utf8.ValidString(e.Text) || strings.ContainsRune(e.Text, 0) {
				t.Errorf("%.40q: text %.40q", body, e.Text)
			}
		}
	}
}

func (s *suite) sameID(t *testing.T) {
	who := s.person()
	said := Said{ID: "same-1", Address: who, At: s.h.Now(), Text: "again"}
	first, second := s.one(t, said), s.one(t, said)
	if first.ProviderID != second.ProviderID {
		t.Errorf("ids %q and %q of the same thing", first.ProviderID, second.ProviderID)
	}
	said.ID = "same-2"
	if third := s.one(t, said); third.ProviderID == first.ProviderID {
		t.Errorf("id %q of two things", third.ProviderID)
	}
}

func (s *suite) order(t *testing.T) {
	who, now := s.person(), s.h.Now()
	said := []Said{
		{ID: "order-3", Address: who, At: now.Add(-1 * time.Second), Text: "three"},
		{ID: "order-1", Address: who, At: now.Add(-3 * time.Second), Text: "one"},
		{ID: "order-2", Address: who, At: now.Add(-2 * time.Second), Text: "two"},
	}
	for _, call := range s.h.Calls(said...) {
		d, err := s.ch.Receive(t.Context(), call)
		if err != nil {
			t.Fatalf("receive: %v", err)
		}
		for i := 1; i < len(d.Events); i++ {
			if d.Events[i].At.Before(d.Events[i-1].At) {
				t.Errorf("%q after %q in one call", d.Events[i].Text, d.Events[i-1].Text)
			}
		}
	}
}

func (s *suite) textIn(t *testing.T) {
	for _, text := range sampleTexts {
		e := s.one(t, Said{ID: "in-" + text, Address: s.person(), At: s.h.Now(), Text: text})
		if e.Kind != bot.EventMessage || e.Text != text || e.Tapped {
			t.Errorf("%q came as %s %q, tapped %v", text, e.Kind, e.Text, e.Tapped)
		}
	}
}

func (s *suite) hostileIn(t *testing.T) {
	for i, text := range hostileTexts {
		who := s.person()
		for _, e := range s.bring(t, Said{ID: "hostile-" + who, Address: who, At: s.h.Now(), Text: text}) {
			if !utf8.ValidString(e.Text) || strings.ContainsRune(e.Text, 0) {
				t.Errorf("text %d came as %.60q", i, e.Text)
			}
		}
	}
}

func (s *suite) photos(t *testing.T) {
	if !s.ch.Face().Photos {
		return
	}
	e := s.one(t, Said{ID: "photos-1", Address: s.person(), At: s.h.Now(), Photos: 3})
	if e.Kind != bot.EventMessage || len(e.Media) != 3 || e.Other != "" {
		t.Errorf("photos came as %s with %d media, other %q", e.Kind, len(e.Media), e.Other)
	}
	for _, m := range e.Media {
		if (m.URL == "") == (m.SHA256 == "") {
			t.Errorf("a photo must have a URL or a sum: %+v", m)
		}
	}
}

func (s *suite) pin(t *testing.T) {
	if !s.ch.Face().Location {
		return
	}
	pin := bot.Location{Lat: 23.7461, Lon: 90.3742}
	e := s.one(t, Said{ID: "pin-1", Address: s.person(), At: s.h.Now(), Pin: &pin})
	if e.Kind != bot.EventMessage || e.Location == nil || *e.Location != pin {
		t.Errorf("pin came as %s %+v", e.Kind, e.Location)
	}
}

func (s *suite) start(t *testing.T) {
	said := Said{ID: "start-1", Address: s.person(), At: s.h.Now(), Start: true, Ref: "poster_ward-15"}
	if len(s.h.Calls(said)) == 0 {
		return
	}
	if e := s.one(t, said); e.Kind != bot.EventStart || e.Ref != said.Ref {
		t.Errorf("start came as %s with ref %q", e.Kind, e.Ref)
	}
}

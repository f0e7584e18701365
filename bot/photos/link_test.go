package photos_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot/photos"
)

func TestLinksAreSignedAndExpire(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	ours, others := photos.NewLinks("https://city.example/", []byte("a secret"), clock), photos.NewLinks("https://city.example", []byte("another"), clock)
	id := uuid.New()
	link := ours.Link(id)
	token, ok := strings.CutPrefix(link, "https://city.example/photo/")
	if !ok {
		t.Fatalf("the link is %s", link)
	}
	if got, ok := ours.Read(token); !ok || got != id {
		t.Errorf("read %s, %v", got, ok)
	}
	if _, ok := others.Read(token); ok {
		t.Error("another city's key opens it")
	}
	for i := range token {
		changed := []byte(token)
		if changed[i]++; changed[i] == '.' || string(changed) == token {
			continue
		}
		if _, ok := ours.Read(string(changed)); ok {
			t.Errorf("changed at %d it still opens", i)
		}
	}
	for _, odd := range []string{"", token[:10], token + "A", strings.Repeat("=", len(token)), "../" + token[3:]} {
		if _, ok := ours.Read(odd); ok {
			t.Errorf("%q opens", odd)
		}
	}
	now = now.Add(photos.LinkFor - time.Second)
	if _, ok := ours.Read(token); !ok {
		t.Error("it has expired too early")
	}
	now = now.Add(time.Second)
	if _, ok := ours.Read(token); ok {
		t.Error("it has not expired")
	}
}

package twilio

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"nagorik/bot"
	"nagorik/bot/bottest"
)

// TestParts: what becomes of a message's parts.
func TestParts(t *testing.T) {
	const file = "https://api.twilio.com/ME1"
	words := strings.TrimSpace(strings.Repeat("রাস্তায় পানি জমে আছে। ", 6))
	coded := base64.StdEncoding.EncodeToString([]byte(words))
	message := func(more ...string) url.Values {
		f := url.Values{"MessageSid": {"SM1"}, "AccountSid": {account}, "From": {number}, "To": {sender}, "Body": {""}}
		for i := 0; i < len(more); i += 2 {
			f.Set(more[i], more[i+1])
		}
		return f
	}
	for name, c := range map[string]struct {
		fields url.Values
		want   func(e *bot.Event) bool
	}{
		"id by its old name":    {message("MessageSid", "", "SmsSid", "SM9"), func(e *bot.Event) bool { return e.ProviderID == "twilio:SM9" }},
		"id that is none":       {message("MessageSid", "SM\x00\xff"), func(e *bot.Event) bool { return strings.HasPrefix(e.ProviderID, "unnamed:") }},
		"endless id":            {message("MessageSid", strings.Repeat("x", 5000)), func(e *bot.Event) bool { return strings.HasPrefix(e.ProviderID, "unnamed:") }},
		"voice note":            {message("MediaUrl0", file, "MediaContentType0", "audio/amr"), func(e *bot.Event) bool { return e.Other == "audio" && len(e.Media) == 0 }},
		"voice note with words": {message("Body", "listen", "MediaUrl0", file, "MediaContentType0", "audio/amr"), func(e *bot.Event) bool { return e.Other == "" && e.Text == "listen" }},
		"business card":         {message("MediaUrl0", file, "MediaContentType0", "text/x-vcard"), func(e *bot.Event) bool { return e.Other == "file" }},
		"photo and video": {message("MediaUrl0", file, "MediaContentType0", "video/mp4", "MediaUrl1", file, "MediaContentType1", "image/png"), func(e *bot.Event) bool {
			return e.Other == "" && len(e.Media) == 1
		}},
		"photo without a type":   {message("MediaUrl0", file), func(e *bot.Event) bool { return len(e.Media) == 1 && e.Media[0].URL == file }},
		"no address":             {message("Body", "x", "MediaUrl0", "b"), func(e *bot.Event) bool { return len(e.Media) == 0 && e.Other == "" }},
		"address of a script":    {message("MediaUrl0", "javascript:1", "MediaContentType0", "image/png"), func(e *bot.Event) bool { return len(e.Media) == 0 && e.Other == "" }},
		"endless address":        {message("MediaUrl0", file+strings.Repeat("x", 5000), "MediaContentType0", "image/png"), func(e *bot.Event) bool { return len(e.Media) == 0 }},
		"second of two values":   {url.Values{"From": {number}, "MediaUrl0": {"b", file}, "MediaContentType0": {"image/png"}}, func(e *bot.Event) bool { return len(e.Media) == 1 && e.Media[0].URL == file }},
		"joined parts in base64": {message("Body", coded), func(e *bot.Event) bool { return e.Text == words }},
		"base64 in lines":        {message("Body", coded[:76]+"\r\n"+coded[76:]), func(e *bot.Event) bool { return e.Text == words }},
		"short as base64":        {message("Body", "aGVsbG8gd29ybGQ="), func(e *bot.Event) bool { return e.Text == "aGVsbG8gd29ybGQ=" }},
		"one long word":          {message("Body", strings.Repeat("haha", 40)), func(e *bot.Event) bool { return e.Text == strings.Repeat("haha", 40) }},
		"base64 of no text":      {message("Body", base64.StdEncoding.EncodeToString(make([]byte, 90))), func(e *bot.Event) bool { return e.Text == base64.StdEncoding.EncodeToString(make([]byte, 90)) }},
		"lines":                  {message("Body", "a\r\nb\nc"), func(e *bot.Event) bool { return e.Text == "a\nb\nc" }},
		"joiners":                {message("Body", "র\u200d\u09cdযাব কা\u200c"), func(e *bot.Event) bool { return e.Text == "র\u200d\u09cdযাব কা\u200c" }},
		"beyond any message":     {message("Body", strings.Repeat("ক", 30_000)), func(e *bot.Event) bool { return e.Text == strings.Repeat("ক", 20_000) }},
	} {
		t.Run(name, func(t *testing.T) {
			call := callOf(t, hook, []byte(c.fields.Encode()), bottest.SignTwilio(token, hook, c.fields))
			d, err := linkAt(t, hook, token).Receive(t.Context(), call)
			if err != nil || len(d.Events) != 1 {
				t.Fatalf("%+v, %v", d, err)
			}
			if !c.want(&d.Events[0]) {
				t.Errorf("came as %+v", d.Events[0])
			}
		})
	}
}

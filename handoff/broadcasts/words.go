package broadcasts

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"nagorik/flows"
	"nagorik/flows/gsm"
	"nagorik/handoff"
)

// fault is a handoff.FieldError.
func fault(field, format string, args ...any) error {
	return &handoff.FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// clean is a text as the database can hold it, without space around it.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""), "\r\n", "\n"))
}

// tidied is a draft as it is kept. Its error is a FieldError for what cannot be
// kept; what is only missing may be added later.
func (s *Store) tidied(d Draft) (Draft, error) {
	d.Title, d.Topic, d.Emergency = clean(d.Title), clean(d.Topic), clean(d.Emergency)
	switch {
	case d.Title == "" || len(d.Title) > MaxTitle:
		return d, fault("title", "must have 1 to %d bytes", MaxTitle)
	case len(d.Emergency) > MaxReason:
		return d, fault("emergency", "has more than %d bytes", MaxReason)
	}
	if _, known := s.catalog().Topic(d.Topic, ""); !known && d.Topic != "" {
		return d, fault("topic", "is no topic of the published services")
	}
	if err := s.tidyWords(&d.Words); err != nil {
		return d, err
	}
	if d.PerMinute == nil {
		d.PerMinute = map[Family]int{}
	}
	for f, n := range d.PerMinute {
		if !slices.Contains(Families(), f) || n < 0 || n > MaxPerMinute {
			return d, fault("per_minute", "must be 0 to %d for messenger, sms and mail", MaxPerMinute)
		}
	}
	return d, s.checkAudience(d.Audience)
}

// tidyWords cleans the texts and holds them against their bounds.
func (s *Store) tidyWords(w *Words) error {
	known := s.catalog().Languages()
	for _, x := range []struct {
		field string
		texts *map[string]string
		fits  func(string) bool
		bound string
	}{
		{"words.messenger", &w.Messenger, func(t string) bool { return utf8.RuneCountInString(t) <= MaxMessenger }, fmt.Sprintf("%d letters", MaxMessenger)},
		{"words.sms", &w.SMS, func(t string) bool { return gsm.Segments(gsm.Plain(t)).Segments <= MaxSMS }, fmt.Sprintf("%d SMS segments", MaxSMS)},
		{"words.mail", &w.Mail, func(t string) bool { return utf8.RuneCountInString(t) <= MaxMail }, fmt.Sprintf("%d letters", MaxMail)},
		{"words.subject", &w.Subject, func(t string) bool { return len(t) <= MaxSubject }, fmt.Sprintf("%d bytes", MaxSubject)},
	} {
		kept := map[string]string{}
		for lang, text := range *x.texts {
			text = clean(text)
			switch {
			case !slices.Contains(known, lang):
				return fault(x.field, "has a language %q that the services do not speak", lang)
			case !x.fits(text):
				return fault(x.field, "has more than %s in %q", x.bound, lang)
			case text != "":
				kept[lang] = text
			}
		}
		*x.texts = kept
	}
	return nil
}

func (s *Store) checkAudience(a Audience) error {
	c := s.catalog()
	switch {
	case len(a.Wards) > MaxChoices || len(a.Services) > MaxChoices || len(a.Languages) > MaxChoices || len(a.Channels) > MaxChoices || len(a.Followers) > MaxChoices:
		return fault("audience", "names more than %d of a kind", MaxChoices)
	case slices.ContainsFunc(a.Wards, func(n int) bool { return n < 1 || n > 9999 }):
		return fault("audience.wards", "must be numbers of wards")
	case slices.ContainsFunc(a.Services, func(id string) bool { _, ok := c.Flow(id); return !ok }):
		return fault("audience.services", "names a service that is not published")
	case slices.ContainsFunc(a.Languages, func(l string) bool { return !slices.Contains(c.Languages(), l) }):
		return fault("audience.languages", "names a language that the services do not speak")
	case slices.ContainsFunc(a.Channels, func(f Family) bool { return !slices.Contains(Families(), f) }):
		return fault("audience.channels", "must be messenger, sms or mail")
	case slices.ContainsFunc(a.Followers, func(t string) bool { _, ok := c.Topic(t, ""); return !ok }):
		return fault("audience.followers", "names no topic of the published services")
	}
	return nil
}

// sendable reports what a draft still lacks before it can be sent: a FieldError.
func (s *Store) sendable(d Draft) error {
	first := s.catalog().Languages()[0]
	used := 0
	for _, f := range Families() {
		texts := d.Words.Of(f)
		if len(texts) == 0 || len(d.Audience.Channels) > 0 && !slices.Contains(d.Audience.Channels, f) {
			continue
		}
		used++
		if texts[first] == "" {
			return fault("words."+string(f), "needs a text in %q, for whoever's language is not known", first)
		}
	}
	switch {
	case used == 0:
		return fault("words", "has no text for any of the channels")
	case len(d.Words.Mail) > 0 && d.Words.Subject[first] == "":
		return fault("words.subject", "is missing in %q", first)
	case d.Topic == "" && len(s.catalog().Topics("")) > 0:
		return fault("topic", "is missing: whoever has left a topic is not told of it")
	}
	return nil
}

// In is the text of a family for somebody who speaks a language, and the
// language it is in: the first one where theirs is missing.
func (w Words) In(f Family, lang, first string) (text, in string) {
	texts := w.Of(f)
	if text = texts[lang]; text != "" {
		return text, lang
	}
	return texts[first], first
}

// familyOf is the family whose text goes by a way.
func familyOf(w flows.Way) Family {
	if w == flows.WayTemplate {
		return FamilyMessenger
	}
	return Family(w)
}

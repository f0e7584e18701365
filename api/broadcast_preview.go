package api

import (
	"strings"

	"nagorik/flows/gsm"
	"nagorik/handoff/broadcasts"
)

// preview is a broadcast as people will see it: {{template "preview" .}}.
type preview struct {
	Messenger []saidIn
	SMS       []smsIn
	Mail      []mailIn
}

// Nothing reports whether nothing is written yet.
func (v preview) Nothing() bool { return len(v.Messenger)+len(v.SMS)+len(v.Mail) == 0 }

// saidIn is a text in a language.
type saidIn struct{ Lang, Name, Text string }

// smsIn is a text as the parts that are paid for.
type smsIn struct {
	saidIn
	Parts  []smsPart
	Length string
}

type smsPart struct{ N, Text string }

// mailIn is a mail.
type mailIn struct {
	saidIn
	Subject, Footer string
}

// preview shows what is written in every language. Where a family has nothing
// in one, its people get the first.
func (s *Server) preview(p page, d broadcasts.Draft) *preview {
	v := &preview{}
	for _, lang := range s.catalog().Languages() {
		said := func(texts map[string]string) saidIn {
			return saidIn{lang, s.catalog().LanguageName(lang), strings.TrimSpace(texts[lang])}
		}
		if text := said(d.Words.Messenger); text.Text != "" {
			v.Messenger = append(v.Messenger, text)
		}
		if text := said(d.Words.SMS); text.Text != "" {
			text.Text = gsm.Plain(text.Text)
			one := smsIn{saidIn: text, Length: p.length("sms", text.Text)}
			for i, part := range gsm.Parts(text.Text) {
				one.Parts = append(one.Parts, smsPart{p.Number(i + 1), part})
			}
			v.SMS = append(v.SMS, one)
		}
		if text := said(d.Words.Mail); text.Text != "" {
			v.Mail = append(v.Mail, mailIn{text, d.Words.Subject[lang], s.mailFooter(d.Topic, lang)})
		}
	}
	return v
}

// mailFooter is the last line of a mail, without the link that is another in
// each.
func (s *Server) mailFooter(topic, lang string) string {
	if topic == "" {
		return ""
	}
	return s.catalog().MailFooter(topic, s.opt.PublicURL+"/…", lang)
}

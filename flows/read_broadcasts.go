package flows

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// maxTopics bounds the topics of broadcasts: each makes a phrase for every pair
// of words.
const maxTopics = 30

// draftBroadcasts is what a catalogue says of broadcasts, as it was written.
type draftBroadcasts struct {
	position
	quiet                *Quiet
	template             string
	leave, join          []word
	left, joined, footer draftText
	topics               []draftTopic
}

type draftTopic struct {
	name  word
	title draftText
	words []word
}

// broadcasts reads
//
//	broadcasts:
//	  quiet: 21:00-8:00                     nothing is sent then, unless it cannot wait
//	  template: city_news                   Messenger's approved utility template
//	  topics:
//	    news: {title: {bn: খবর, en: News}, words: {bn: [খবর], en: [news]}}
//	  leave: {bn: [বন্ধ], en: [stop]}        “stop news” leaves a topic …
//	  join: {bn: [চালু], en: [start]}        … and “start news” joins it
//	  left: {bn: …, en: …}                  what is said then
//	  joined: {bn: …, en: …}
//	  footer: {bn: …, en: …}                the last line of a mail, with {link}
func (r *reader) broadcasts(d *draft, m member) {
	if !r.once(m, d.broadcasts.line > 0) {
		return
	}
	b := &d.broadcasts
	b.position = m.key.position
	f := r.fields(m.value, "broadcasts", "quiet", "template", "topics", "leave", "join", "left", "joined", "footer")
	if n := f["quiet"]; n != nil {
		b.quiet = r.quiet(n)
	}
	if n := f["template"]; n != nil {
		w := r.word(n, "template")
		if b.template = w.text; len(w.text) > maxTemplateName {
			r.fail(w.position, "the name of a template has at most %d letters", maxTemplateName)
		}
	}
	if n := f["topics"]; n != nil {
		r.topics(b, n)
	}
	if n := f["leave"]; n != nil {
		b.leave = r.wordsByLanguage(n, "leave")
	}
	if n := f["join"]; n != nil {
		b.join = r.wordsByLanguage(n, "join")
	}
	for name, x := range map[string]*draftText{"left": &b.left, "joined": &b.joined, "footer": &b.footer} {
		if n := f[name]; n != nil {
			*x = r.text(n, name)
		}
	}
	if len(b.topics) == 0 {
		return
	}
	for _, name := range []string{"leave", "join", "left", "joined", "footer"} {
		if f[name] == nil {
			r.fail(m.key.position, "broadcasts with topics need %s", name)
		}
	}
}

// quiet reads the hours of the day in which nothing is sent; they may go over
// midnight. "never" is none.
func (r *reader) quiet(n *yaml.Node) *Quiet {
	w := r.word(n, "quiet")
	if w.text == "never" {
		return &Quiet{}
	}
	from, to, ok := strings.Cut(w.text, "-")
	begins, fine := clock(from)
	ends, well := clock(to)
	if !ok || !fine || !well || begins == ends || begins == 24*time.Hour {
		r.fail(w.position, "quiet hours are written like 21:00-8:00, or never")
		return nil
	}
	return &Quiet{From: begins, To: ends}
}

func (r *reader) topics(b *draftBroadcasts, n *yaml.Node) {
	for _, m := range r.members(n, "topics") {
		r.name(m.key, "topic")
		f := r.fields(m.value, "a topic", "title", "words")
		t := draftTopic{name: m.key}
		for _, need := range []string{"title", "words"} {
			if f != nil && f[need] == nil {
				r.fail(m.key.position, "the topic %q needs %s", m.key.text, need)
			}
		}
		if x := f["title"]; x != nil {
			t.title = r.text(x, "title")
		}
		if x := f["words"]; x != nil {
			t.words = r.wordsByLanguage(x, "words")
		}
		if b.topics = append(b.topics, t); len(b.topics) == maxTopics+1 {
			r.fail(m.key.position, "there are at most %d topics", maxTopics)
		}
	}
}

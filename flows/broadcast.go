package flows

import (
	"time"
)

// UsualQuiet are the quiet hours where a catalogue names none.
var UsualQuiet = Quiet{From: 21 * time.Hour, To: 8 * time.Hour}

// Quiet are the hours of each day, in Asia/Dhaka, in which no broadcast is sent:
// From belongs to them, To does not. They go over midnight when To is before
// From; the zero value is never.
type Quiet struct{ From, To time.Duration }

// Until is when the quiet hours end that at falls into; false when it falls
// into none.
func (q Quiet) Until(at time.Time) (time.Time, bool) {
	begin := dhakaDay(at)
	clock := at.Sub(begin)
	switch {
	case q.From == q.To:
		return time.Time{}, false
	case q.From < q.To:
		return begin.Add(q.To), q.From <= clock && clock < q.To
	case clock < q.To:
		return begin.Add(q.To), true
	default:
		return begin.Add(24*time.Hour + q.To), clock >= q.From
	}
}

// dhakaDay is the beginning of the day that at falls on. There is no summer
// time in Bangladesh.
func dhakaDay(at time.Time) time.Time {
	y, m, d := at.In(dhaka).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, dhaka)
}

// Topic is a subject of broadcasts that people can leave and join.
type Topic struct {
	ID    string
	Title string // in the language asked for
}

// broadcasts are what a catalogue says of broadcasts.
type broadcasts struct {
	quiet                Quiet
	template             string
	topics               []topic
	left, joined, footer *text
}

type topic struct {
	id    string
	title []string // by language
	leave []string // by language: how it is left, and joined, in words of that language
	join  []string
}

// Quiet are the hours in which no broadcast is sent.
func (c *Catalog) Quiet() Quiet { return c.broadcasts.quiet }

// BroadcastTemplate is the name of Messenger's approved template that carries
// the text of a broadcast in its one parameter; empty for none.
func (c *Catalog) BroadcastTemplate() string { return c.broadcasts.template }

// Topics are the topics of broadcasts, in the order of the file.
func (c *Catalog) Topics(lang string) []Topic {
	list := make([]Topic, len(c.broadcasts.topics))
	for i, t := range c.broadcasts.topics {
		list[i] = Topic{t.id, t.title[c.lang(lang)]}
	}
	return list
}

// Topic is the title of a topic; false when there is none.
func (c *Catalog) Topic(id, lang string) (string, bool) {
	for _, t := range c.broadcasts.topics {
		if t.id == id {
			return t.title[c.lang(lang)], true
		}
	}
	return id, false
}

// MailFooter is the last line of a broadcast's mail, with the link by which its
// topic is left; empty where the catalogue has none.
func (c *Catalog) MailFooter(topic, link, lang string) string {
	if c.broadcasts.footer == nil {
		return ""
	}
	title, _ := c.Topic(topic, lang)
	return c.say(c.broadcasts.footer, c.lang(lang), Face{}, map[string]string{"topic": title, "link": link})
}

// topicFills are what the texts about topics may mention.
var topicFills = []string{"topic", "word"}

// compileBroadcasts resolves what is said of broadcasts.
func (k *compiler) compileBroadcasts() {
	d := &k.d.broadcasts
	b := broadcasts{quiet: UsualQuiet, template: d.template}
	if d.quiet != nil {
		b.quiet = *d.quiet
	}
	k.unique(d.topicNames(), "topic")
	for i, t := range d.topics {
		b.topics = append(b.topics, topic{
			id: t.name.text, title: k.labels(t.title, "the title of a topic"),
			leave: k.spokenPairs(d.leave, t.words), join: k.spokenPairs(d.join, t.words),
		})
		k.pairs(d.leave, t, 2*i)
		k.pairs(d.join, t, 2*i+1)
	}
	for _, x := range []struct {
		to    **text
		from  draftText
		fills []string
		what  string
	}{
		{&b.left, d.left, topicFills, "what is said to who leaves a topic"},
		{&b.joined, d.joined, topicFills, "what is said to who joins a topic"},
		{&b.footer, d.footer, []string{"topic", "link"}, "the last line of a mail"},
	} {
		if x.from.given {
			*x.to = k.text(x.from, scope{fills: x.fills, what: x.what}, x.to != &b.footer)
		}
	}
	k.c.broadcasts = b
}

func (d *draftBroadcasts) topicNames() []word {
	names := make([]word, len(d.topics))
	for i, t := range d.topics {
		names[i] = t.name
	}
	return names
}

// pairs lists “stop news” and “news stop”.
func (k *compiler) pairs(verbs []word, t draftTopic, target int) {
	for _, v := range verbs {
		for _, w := range t.words {
			k.addPhrase(&k.lists.topics, word{w.position, v.text + " " + w.text}, target, "the topic "+t.name.text)
			k.addPhrase(&k.lists.topics, word{w.position, w.text + " " + v.text}, target, "the topic "+t.name.text)
		}
	}
}

// spokenPairs is what is written to leave or join a topic, by language: the
// first words in that language's letters.
func (k *compiler) spokenPairs(verbs, words []word) []string {
	list := make([]string, len(k.c.codes))
	for i, code := range k.c.codes {
		list[i] = firstIn(code, verbs) + " " + firstIn(code, words)
	}
	return list
}

func firstIn(code string, list []word) string {
	for _, w := range list {
		if bangla := w.text != "" && w.text[0] >= 0x80; bangla == (code == "bn") {
			return w.text
		}
	}
	if len(list) > 0 {
		return list[0].text
	}
	return ""
}

// topicWord obeys “stop news” and “start news”, whoever owns the conversation.
func (t *turn) topicWord() bool {
	if t.in.Kind != InputText || len(t.c.broadcasts.topics) == 0 {
		return false
	}
	p := t.c.lists.topics.meant(t.tokens())
	if p == nil {
		return false
	}
	b := &t.c.broadcasts
	about, wanted := b.topics[p.target/2], p.target%2 == 1
	t.effect(Subscribe{Topic: about.id, Wanted: wanted})
	if t.in.Muted && !wanted {
		t.out.Silence = "the person has sent STOP"
		return true
	}
	if t.in.Muted {
		t.effect(Mute{On: false})
	}
	said, word := b.left, about.join[t.lang]
	if wanted {
		said, word = b.joined, about.leave[t.lang]
	}
	t.fills[fillTopic], t.fills[fillWord] = about.title[t.lang], word
	t.sayAs(Receipt, said)
	return true
}

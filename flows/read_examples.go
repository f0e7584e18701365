package flows

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// Bounds of what is learnt from: learning takes longer with every example.
const (
	maxExamples = 20000 // of a whole catalogue
	maxExample  = 400   // bytes of one
)

// examples reads sentences that mean what they stand beside, one a line or as
// a list:
//
//	examples: |
//	  ড্রেনের পানি রাস্তায় উঠে
//	  drain er pani rastay
func (r *reader) examples(n *yaml.Node) []word {
	list := r.exampleLines(n)
	for i := len(list) - 1; i >= 0; i-- {
		if len(list[i].text) > maxExample {
			r.fail(list[i].position, "this example is longer than %d bytes: one sentence is enough", maxExample)
			list = append(list[:i], list[i+1:]...)
		}
	}
	return list
}

func (r *reader) exampleLines(n *yaml.Node) []word {
	if n.Kind != yaml.ScalarNode {
		return r.words(n, "examples")
	}
	w := r.word(n, "examples")
	if n.Style&yaml.LiteralStyle == 0 {
		return []word{w}
	}
	var list []word
	for i, line := range strings.Split(w.text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, word{position{w.file, w.line + i + 1, n.Column}, line})
		}
	}
	return list
}

// redirects reads what is not the city's, and whose it is:
//
//	redirects:
//	  power:
//	    title: {bn: বিদ্যুৎ নেই, en: Power cut}
//	    text: {shared: not_power}
//	    intent: electricity        # the service it comes nearest to, for counting; without it none
//	    words: [লোডশেডিং, load shedding]
//	    examples: |
//	      বাসায় কারেন্ট নাই
func (r *reader) redirects(d *draft, m member) {
	for _, item := range r.members(m.value, "redirects") {
		r.name(item.key, "redirect")
		f := r.fields(item.value, "a redirect", "title", "text", "intent", "words", "examples")
		if f == nil {
			continue
		}
		x := draftRedirect{name: item.key}
		if n := f["text"]; n != nil {
			x.text = r.text(n, "text")
		} else {
			r.fail(item.key.position, "this needs a text: whose it is, and the number to call")
		}
		if n := f["title"]; n != nil {
			x.title = r.text(n, "title")
		} else {
			r.fail(item.key.position, "this needs a title: what an offer calls it")
		}
		if n := f["intent"]; n != nil {
			x.intent = r.word(n, "intent")
		}
		if n := f["words"]; n != nil {
			x.words = r.words(n, "words")
		}
		if n := f["examples"]; n != nil {
			x.examples = r.examples(n)
		}
		d.redirects = append(d.redirects, x)
	}
}

// offTopic reads sentences that no service answers: they are shown the menu.
//
//	off_topic:
//	  examples: |
//	    আজকে খেলা কখন
func (r *reader) offTopic(d *draft, m member) {
	f := r.fields(m.value, "off_topic", "examples")
	if n := f["examples"]; n != nil {
		d.offTopic = append(d.offTopic, r.examples(n)...)
	} else if f != nil {
		r.fail(m.key.position, "this needs examples")
	}
}

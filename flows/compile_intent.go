package flows

import (
	"strconv"
	"sync"

	"nagorik/flows/bangla"
	"nagorik/flows/intent"
)

// aim is what a message can be about.
type aim struct {
	kind  aimKind
	index int    // of the flow, command, small talk, danger or redirect
	id    string // as it is told to programs
}

type aimKind uint8

const (
	aimNothing aimKind = iota // off topic
	aimFlow
	aimCommand
	aimTalk
	aimDanger
	aimRedirect
)

// The ids of what is no service (domain.md §6.7).
const (
	intentUnknown   = "unknown"
	intentEmergency = "emergency"
	intentLanguage  = "language_switch"
	intentTalk      = "small_talk" // small talk without an intent of its own
)

// redirect is a matter of another office.
type redirect struct {
	name  string
	title []string // by language
	text  *text
	id    string // of the intent it comes nearest to
}

// label is an aim as the model knows it.
func (a aim) label() string { return string(rune('a'+a.kind)) + strconv.Itoa(a.index) }

// aims lists everything a message can be about, by the model's label.
type aims map[string]aim

// learner gathers examples and who they belong to.
type learner struct {
	k        *compiler
	examples []intent.Example
	seen     map[string]lesson
	taught   bool // somebody gave examples: words alone do not make a model
}

type lesson struct {
	label string
	position
}

// learnt is the model of a catalogue's examples, made when it is first needed: checking a file needs none.
type learnt struct {
	once     sync.Once
	examples []intent.Example
	model    *intent.Model
}

// Learn makes the model of the catalogue's examples now, rather than at the first message that needs it. It takes less
// than a second, and the same examples make the same model.
func (c *Catalog) Learn() { c.model() }

// model is nil where nobody gave examples.
func (c *Catalog) model() *intent.Model {
	if c.learnt == nil {
		return nil
	}
	c.learnt.once.Do(func() {
		c.learnt.model = learntLately.model(c.learnt.examples)
		c.learnt.examples = nil
	})
	return c.learnt.model
}

// intents gathers what the model is made of: all examples and words.
func (k *compiler) intents() {
	l := k.lessons()
	if n := len(l.examples); n > maxExamples {
		k.fail(k.start, "there are %d examples and words; at most %d can be learnt from", n, maxExamples)
		return
	}
	if l.taught && !k.fatal() {
		k.c.learnt = &learnt{examples: l.examples}
	}
}

// taughtDangers is how many examples of danger are enough to tell it from other matters.
const taughtDangers = 200

// lessons gathers all examples and words.
func (k *compiler) lessons() *learner {
	l := &learner{k: k, seen: map[string]lesson{}}
	k.c.aims = aims{}
	dangers := 0
	for i, f := range k.d.flows {
		if k.c.flows[i].proves {
			continue // about no matter of the city: it is called by its own words alone
		}
		l.learn(k.c.flowAim(i), f.examples, f.triggers)
	}
	for _, c := range k.d.commands {
		if len(c.examples) > 0 || searched(c.name.text) { // the others are heard as they are listed: nobody may be stopped by a likeness
			l.learn(k.c.commandAim(indexOf(commandNames, c.name.text)), c.examples, c.words)
		}
	}
	for i, t := range k.d.talk {
		l.learn(aim{aimTalk, i, k.c.talk[i].id}, t.examples, t.words)
	}
	for i, d := range k.d.danger {
		l.learn(aim{aimDanger, i, intentEmergency}, d.examples, nil)
		dangers += len(d.examples)
	}
	k.c.taught = dangers >= taughtDangers
	for i, r := range k.d.redirects {
		l.learn(aim{aimRedirect, i, k.c.redirects[i].id}, r.examples, r.words)
	}
	l.learn(aim{aimNothing, 0, intentUnknown}, k.d.offTopic, nil)
	return l
}

// flowAim is a service; one with a season counts as the service for the rest of the year.
func (c *Catalog) flowAim(i int) aim {
	f := c.flows[i]
	if len(f.season) > 0 {
		return aim{aimFlow, i, c.flows[f.outside].id}
	}
	return aim{aimFlow, i, f.id}
}

// commandAim is what a command's words mean: asking for a person or for the news
// of a report is a service where there is one.
func (c *Catalog) commandAim(i int) aim {
	switch name := commandNames[i]; name {
	case commandAgent:
		if f := c.byFlowID(FlowAgent); f != nil {
			return aim{aimFlow, f.index, f.id}
		}
		return aim{aimCommand, i, FlowAgent}
	case commandStatus:
		if f := c.byFlowID(FlowStatus); f != nil {
			return aim{aimFlow, f.index, f.id}
		}
		return aim{aimCommand, i, FlowStatus}
	case commandLanguage:
		return aim{aimCommand, i, intentLanguage}
	default:
		return aim{aimCommand, i, name}
	}
}

// learn takes up examples and words of one aim. An example that means two
// things is a fault.
func (l *learner) learn(a aim, examples, words []word) {
	label := a.label()
	l.k.c.aims[label] = a
	l.taught = l.taught || len(examples) > 0
	for _, w := range examples {
		folded := bangla.Fold(w.text)
		if first, _ := bangla.NextWord(folded); first == "" {
			l.k.fail(w.position, "%q has no letters or digits to learn from", w.text)
			continue
		}
		if before, ok := l.seen[folded]; ok {
			if before.label != label {
				l.k.fail(w.position, "this example stands in %s line %d too, for something else: a sentence can have one meaning",
					before.file, before.line)
			}
			continue
		}
		l.seen[folded] = lesson{label, w.position}
		l.examples = append(l.examples, intent.Example{Label: label, Text: w.text})
	}
	for _, w := range words {
		l.examples = append(l.examples, intent.Example{Label: label, Text: w.text, Word: true})
	}
}

// redirects are compiled before the model is made.
func (k *compiler) redirects() {
	names := make([]word, len(k.d.redirects))
	for i, d := range k.d.redirects {
		names[i] = d.name
		for _, w := range d.words {
			k.addPhrase(&k.lists.redirects, w, i, "the redirect "+d.name.text)
		}
		r := redirect{name: d.name.text, id: intentUnknown}
		if d.title.given && d.text.given {
			r.title = k.labels(d.title, "the redirect "+d.name.text)
			k.titleFits(d.title)
			r.text = k.text(d.text, scope{what: "a redirect"}, true)
		}
		if w := d.intent; w.text != "" {
			r.id = w.text
			if _, ok := k.c.byFlow[w.text]; !ok {
				k.fail(w.position, "there is no service %q%s", w.text, suggest(w.text, k.flowNames()))
			}
		}
		k.c.redirects = append(k.c.redirects, r)
	}
	k.unique(names, "redirect")
}

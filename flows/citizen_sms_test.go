package flows

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"nagorik/flows/gsm"
)

// latinTaken are Latin words that stand in Bangla texts because no Bangla one
// is in use: words of carriers, of the language choice, and what stands on the
// payment site's own buttons.
var latinTaken = map[string]bool{
	"STOP": true, "START": true, "ENGLISH": true, "English": true, "Holding": true, "Tax": true, "Quick": true, "Pay": true,
}

var (
	latinAddress = regexp.MustCompile(`[a-z0-9-]+(\.[a-z0-9-]+)+`) // of a site
	latinWord    = regexp.MustCompile(`[A-Za-z]+`)
	latinSample  = regexp.MustCompile(`[০-৯]X+|TRAD/\S+`) // how a number may look
	filledIn     = regexp.MustCompile(`\{[^{}]*\}`)
)

// englishIn are the English words of a Bangla text.
func englishIn(text string) (words []string) {
	text = latinSample.ReplaceAllString(latinAddress.ReplaceAllString(text, ""), "")
	for _, w := range latinWord.FindAllString(filledIn.ReplaceAllString(text, " "), -1) {
		if !latinTaken[w] {
			words = append(words, w)
		}
	}
	return words
}

// TestBanglaTextsAreBangla reads every Bangla text of the shipped file.
func TestBanglaTextsAreBangla(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	n := 0
	var read func(at *yaml.Node, under string)
	read = func(at *yaml.Node, under string) {
		for i, child := range at.Content {
			key := under
			if at.Kind == yaml.MappingNode {
				if i%2 == 0 {
					continue
				}
				key = at.Content[i-1].Value
			}
			if key != "bn" || child.Kind != yaml.ScalarNode || under == "language_hint" || under == "sms" && strings.HasPrefix(child.Value, "English:") {
				read(child, key)
				continue
			}
			if n++; len(englishIn(child.Value)) > 0 {
				t.Errorf("line %d: English words %q in %q", child.Line, englishIn(child.Value), child.Value)
			}
		}
	}
	read(&root, "")
	if n < 500 {
		t.Errorf("only %d Bangla texts were found", n)
	}
}

// beside are what people write at any question that is no answer to it.
var beside = []string{
	"qwrtp", "সাহায্য", "ok google", "ভাই কিছু বুঝি না কি করব এখন", "০", "অবস্থা", "english", "বাংলা",
	strings.Repeat("বাসার সামনে তিন দিন ধরে একই অবস্থা, কেউ আসে না। ", 8),
}

// TestEveryQuestionBySMS goes every way through every service by SMS in Bangla,
// and at each question writes what is no answer too. No answer is longer than
// three messages but for the menu, nothing of it is English, and whatever was
// written, the right answers lead to the end.
func TestEveryQuestionBySMS(t *testing.T) {
	c := shipped(t)
	for _, f := range c.flows {
		t.Run(f.id, func(t *testing.T) {
			asked := map[string]bool{}
			for _, w := range worlds {
				for _, way := range explore(newPlayer(t, c, w, manners[1], f)).found {
					newPlayer(t, c, w, manners[1], f).readAlong(way, asked)
				}
			}
			t.Logf("%d questions", len(asked))
		})
	}
}

// readAlong goes a way, and at each question that was not asked before looks at
// what follows other words.
func (p *player) readAlong(w way, asked map[string]bool) {
	p.t.Helper()
	been := map[string]bool{}
	for !p.over() {
		state, name := p.last.Session.State, p.question().name
		if been[name] {
			return // the answer led back to its own question
		}
		been[name] = true
		if !asked[state] {
			asked[state] = true
			p.lost()
		}
		p.answer(w[name])
		p.readable()
	}
}

// lost writes what is no answer to the standing question, three times over and
// each for itself.
func (p *player) lost() {
	p.t.Helper()
	for _, text := range beside {
		q := p.clone()
		for range missesBeforeHelp {
			if q.over() || q.last.Session.State != p.last.Session.State {
				break
			}
			q.step(typed(text))
			q.readable()
			if len(q.last.Messages) == 0 {
				q.t.Errorf("%s/%s: %q is met with silence: %s", q.flow.id, p.last.Session.State, text, q.last.Silence)
			}
		}
		if text == "english" {
			continue // it goes on in English
		}
		if q.owner == OwnerBot {
			q.step(typed("মেনু"))
			q.readable()
			if !strings.HasPrefix(q.last.Session.Ask, askMenu) {
				q.t.Errorf("%s/%s: after %q the menu does not come: %s", q.flow.id, p.last.Session.State, text, q.session)
			}
		}
	}
}

// readable holds what a citizen reads to what is wanted of an SMS.
func (p *player) readable() {
	p.t.Helper()
	own := strings.NewReplacer(beside[0], "", beside[2], "") // what they wrote themselves
	for _, m := range p.last.Messages {
		if n := gsm.Segments(gsm.OneLetter(m.Text)).Segments; n > mostAnswer && !strings.HasPrefix(p.last.Session.Ask, askMenu) {
			p.t.Errorf("%s/%s: an SMS of %d segments, more than %d:\n%s", p.flow.id, p.last.Session.State, n, mostAnswer, m.Text)
		}
		if words := englishIn(own.Replace(m.Text)); p.last.Session.Language != "en" && len(words) > 0 {
			p.t.Errorf("%s/%s: English words %q in\n%s", p.flow.id, p.last.Session.State, words, m.Text)
		}
		if strings.ContainsAny(m.Text, "{}") {
			p.t.Errorf("%s/%s: something is not filled in:\n%s", p.flow.id, p.last.Session.State, m.Text)
		}
	}
}

package flows

import (
	"strings"
	"unicode/utf8"

	"nagorik/flows/bangla"
)

// Bounds of what is listened to.
const (
	maxWords = 400 // words of one message that are looked at
	maxKey   = 120 // bytes of a word that is worth a phonetic key
	maxKeyed = 600 // bytes of a message whose keys are made in one go
	minKey   = 4   // below this a phonetic key says too little (স্তূপ and স্টপ are both "stp")
	minStem  = 2   // letters a word keeps when its ending is cut off
)

// token is a word in the form in which words are compared: its phonetic key
// without an ending where that says enough, otherwise the word itself.
type token struct {
	script byte // 'b' Bangla, 'l' Latin, 0 for both where the key joins them
	text   string
}

// tokens takes a folded message apart into words. Punctuation falls away. The
// phonetic keys of all words are made in one go where that gives one key a word.
func tokens(dst []token, folded string) []token {
	for rest := folded; len(dst) < maxWords; {
		var word string
		if word, rest = bangla.NextWord(rest); word == "" {
			break
		}
		dst = append(dst, token{text: word})
	}
	keys := ""
	if len(folded) <= maxKeyed {
		keys = bangla.Latin(folded)
	}
	together := len(dst) > 0 && strings.Count(keys, " ") == len(dst)-1
	for i := range dst {
		word, key := dst[i].text, ""
		if together {
			key, keys, _ = strings.Cut(keys, " ")
		} else if len(word) <= maxKey {
			key = bangla.Latin(word)
		}
		dst[i] = tokenOf(word, key)
	}
	return dst
}

func tokenOf(word, key string) token {
	if len(word) <= maxKey {
		if key = bangla.Stem(key); len(key) >= minKey && strings.IndexByte(key, ' ') < 0 {
			return token{0, key}
		}
	}
	script := byte('l')
	if word[0] >= utf8.RuneSelf {
		script = 'b'
	}
	return token{script, bare(word)}
}

// endings are what Bangla words take on, longest first.
var endings = []string{"গুলোতে", "গুলোর", "গুলো", "গুলি", "টিতে", "টাতে", "টির", "টার", "টি", "টা", "তে", "ের", "কে", "রা", "ে", "র"}

// conditional is "if … goes": without its ending it would say that it has gone.
const conditional = "গেলে"

// bare is a short word without its ending: আগুনে is আগুন. Romanised words stay
// as they are.
func bare(word string) string {
	if word[0] < utf8.RuneSelf {
		return word
	}
	if word == conditional {
		return word
	}
	for _, ending := range endings {
		if stem, ok := strings.CutSuffix(word, ending); ok && utf8.RuneCountInString(stem) >= minStem {
			return stem
		}
	}
	return word
}

// phrase is words that stand next to each other.
type phrase struct {
	tokens []token
	target int
	shown  string     // as it was listed
	also   [][]phrase // of each, one must be there
	unless []phrase
}

// within reports whether the phrase begins at message[i].
func (p *phrase) within(message []token, i int) bool {
	if i+len(p.tokens) > len(message) {
		return false
	}
	for j, t := range p.tokens {
		if message[i+j] != t {
			return false
		}
	}
	return true
}

func (p *phrase) anywhere(message []token) bool {
	for i := range message {
		if p.within(message, i) {
			return true
		}
	}
	return false
}

// phrases finds listed phrases inside messages.
type phrases struct {
	byFirst map[token][]phrase
}

func (x *phrases) add(p phrase) {
	if len(p.tokens) == 0 {
		return
	}
	if x.byFirst == nil {
		x.byFirst = map[token][]phrase{}
	}
	x.byFirst[p.tokens[0]] = append(x.byFirst[p.tokens[0]], p)
}

// longest is the longest phrase in the message, the first of equals. Whether
// the rest of a phrase holds is the same wherever it begins, and is looked at
// once: else a word that is repeated over a whole message makes it slow.
func (x *phrases) longest(message []token) (best *phrase) {
	var fails map[*phrase]bool
	for i := range message {
		list := x.byFirst[message[i]]
		for j := range list {
			p := &list[j]
			if best != nil && len(p.tokens) <= len(best.tokens) || fails[p] || !p.within(message, i) {
				continue
			}
			if p.holds(message) {
				best = p
				continue
			}
			if fails == nil {
				fails = map[*phrase]bool{}
			}
			fails[p] = true
		}
	}
	return best
}

// whole is the phrase that is the whole message.
func (x *phrases) whole(message []token) *phrase {
	if len(message) == 0 {
		return nil
	}
	list := x.byFirst[message[0]]
	for j := range list {
		if p := &list[j]; len(p.tokens) == len(message) && p.within(message, 0) {
			return p
		}
	}
	return nil
}

// holds reports whether the rest of a phrase's condition is met.
func (p *phrase) holds(message []token) bool {
	for _, ways := range p.also {
		if !anyOf(ways, message) {
			return false
		}
	}
	return !anyOf(p.unless, message)
}

// matched names the words of a combination that stand in the message.
func (p *phrase) matched(message []token) string {
	s := p.shown
	for _, ways := range p.also {
		for i := range ways {
			if ways[i].anywhere(message) {
				s += " + " + ways[i].shown
				break
			}
		}
	}
	return `matched word "` + s + `"`
}

// anyOf reports whether one of the phrases stands in the message.
func anyOf(list []phrase, message []token) bool {
	for i := range list {
		if list[i].anywhere(message) && list[i].holds(message) {
			return true
		}
	}
	return false
}

// lists are all words a catalogue listens for.
type lists struct {
	commands  phrases // target: index in commandNames
	flows     phrases // target: index of the flow
	danger    phrases // target: index of the danger text
	hints     phrases // the same, of words that mean danger only in sentences of it
	talk      phrases // target: index of the small talk
	redirects phrases // target: index of the redirect
	languages phrases // target: index of the language
	topics    phrases // target: twice the index of the topic, and one more to join it
	skipWords []string
}

// mentions reports whether a folded text names a word of the command.
func (l *lists) mentions(folded, command string) bool {
	if command != commandSkip {
		return false
	}
	for _, w := range l.skipWords {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

func phraseOf(shown string, target int) phrase {
	return phrase{tokens: tokens(nil, bangla.Fold(shown)), target: target, shown: shown}
}

// courtesies are words that dress up another: they change nothing about it.
var courtesies = wordSet("করুন করেন করো কর করে করি করব করবো করতে দেন দিন দাও দিবেন দেখান দেখাও দেখতে বলেন বলুন বলো বলতে লেখেন লিখুন চাই চাচ্ছি প্লিজ ভাই ভাইয়া আপু আপা স্যার একটু এখন কি আমার আমি আমাকে যাব যাবো",
	"please pls plz koren korun koro kore kori korbo korte den din dao dekhan dekhao dekhte bolen bolun bolo bolte chai vai bhai apu apa sir ektu ekhon ki amar ami amake jabo my me i want the now")

func wordSet(lists ...string) map[token]struct{} {
	set := map[token]struct{}{}
	for _, list := range lists {
		for _, t := range tokens(nil, bangla.Fold(list)) {
			set[t] = struct{}{}
		}
	}
	return set
}

// bareOf is a message without the courtesies around it; at least a word stays.
func bareOf(message []token) []token {
	polite := func(t token) bool { _, ok := courtesies[t]; return ok }
	for len(message) > 1 && polite(message[len(message)-1]) {
		message = message[:len(message)-1]
	}
	for len(message) > 1 && polite(message[0]) {
		message = message[1:]
	}
	return message
}

// meant is the phrase that is the whole message, courtesies apart.
func (x *phrases) meant(message []token) *phrase {
	if p := x.whole(message); p != nil {
		return p
	}
	if bare := bareOf(message); len(bare) < len(message) {
		return x.whole(bare)
	}
	return nil
}

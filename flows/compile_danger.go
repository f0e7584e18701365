package flows

import "strings"

// dangerWords reads lines such as
//
//   - agun
//   - gas + smell          both, in any order
//   - gas + smell / leak   the one, and one of the others
//   - <child> + <fell>     a word of either group
//   - blood + ?            only where the message is somewhat like the examples of danger
func (k *compiler) dangerWords() {
	groups := k.wordGroups()
	for i, d := range k.d.danger {
		var unless []phrase
		for _, w := range d.unless {
			unless = append(unless, k.combination(w, i, groups)...)
		}
		k.c.harmless = append(k.c.harmless, unless)
		for _, w := range d.words {
			list := &k.lists.danger
			if text, isHint := strings.CutSuffix(strings.TrimSpace(w.text), hintMark); isHint {
				w.text, list = strings.TrimRight(text, " +"), &k.lists.hints
			}
			for _, p := range k.combination(w, i, groups) {
				p.unless = unless
				list.add(p)
			}
		}
		text := k.c.texts[d.text.text]
		if text == nil && d.text.text != "" {
			k.fail(d.text.position, "there is no text %q%s", d.text.text, suggest(d.text.text, k.textNames()))
		}
		k.used[d.text.text] = true
		k.c.dangers = append(k.c.dangers, text)
	}
	for _, g := range k.d.groups {
		if x := groups[g.name.text]; x != nil && !x.used {
			k.warn(g.name.position, "the group %q is never used", g.name.text)
		}
	}
}

// hintMark ends a line of words that mean danger only in sentences of it: blood is given, and songs are on fire.
const hintMark = "+ ?"

// wordGroup is words that can stand for each other in a line of danger.
type wordGroup struct {
	words []word
	used  bool
}

// wordGroups gathers the groups by name. A group may hold another that stands before it.
func (k *compiler) wordGroups() map[string]*wordGroup {
	groups := map[string]*wordGroup{}
	for _, d := range k.d.groups {
		if groups[d.name.text] != nil {
			k.fail(d.name.position, "the group %q is there already", d.name.text)
			continue
		}
		g := &wordGroup{}
		for _, w := range d.words {
			g.words = append(g.words, k.ways(w.text, w, groups)...)
		}
		groups[d.name.text] = g
	}
	return groups
}

// ways is one side of a combination: a word, or those of the group it names.
func (k *compiler) ways(text string, at word, groups map[string]*wordGroup) []word {
	text = strings.TrimSpace(text)
	name, isGroup := strings.CutPrefix(text, "<")
	if !isGroup {
		return []word{{at.position, text}}
	}
	name = strings.TrimSuffix(name, ">")
	g := groups[name]
	if g == nil {
		var known []string
		for _, d := range k.d.groups {
			known = append(known, d.name.text)
		}
		k.fail(at.position, "there is no group %q before this line%s", name, suggest(name, known))
		return nil
	}
	g.used = true
	return g.words
}

// combination reads "a / b + c": a phrase for each way it can begin.
func (k *compiler) combination(w word, target int, groups map[string]*wordGroup) []phrase {
	parts := strings.Split(w.text, "+")
	sides := make([][]phrase, len(parts))
	for i, part := range parts {
		for _, way := range strings.Split(part, "/") {
			for _, x := range k.ways(way, w, groups) {
				p := phraseOf(x.text, target)
				if len(p.tokens) == 0 {
					k.fail(w.position, "%q has nothing to listen for on one side of a + or /", w.text)
					return nil
				}
				sides[i] = append(sides[i], p)
			}
		}
	}
	for i := range sides[0] {
		sides[0][i].also = sides[1:]
	}
	return sides[0]
}

package flows

import (
	"strings"

	"nagorik/flows/bangla"
)

// owner is who a word belongs to.
type owner struct {
	name string
	at   position
}

// addPhrase lists a word, unless it means something else already.
func (k *compiler) addPhrase(to *phrases, w word, target int, name string) {
	p := phraseOf(w.text, target)
	if len(p.tokens) == 0 {
		if w.text != "" {
			k.fail(w.position, "%q has no letters or digits to listen for", w.text)
		}
		return
	}
	if first, taken := k.claim(p, w, name); taken {
		if first.name != name {
			k.fail(w.position, "%q already belongs to %s (%s line %d): a word can have one meaning",
				w.text, first.name, first.at.file, first.at.line)
		}
		return
	}
	to.add(p)
}

// claim notes who a phrase belongs to, and tells who had it before.
func (k *compiler) claim(p phrase, w word, name string) (owner, bool) {
	key := p.key()
	if first, ok := k.owners[key]; ok {
		return first, true
	}
	if k.owners == nil {
		k.owners = map[string]owner{}
	}
	k.owners[key] = owner{name, w.position}
	return owner{}, false
}

func (p *phrase) key() string {
	var b strings.Builder
	for _, t := range p.tokens {
		b.WriteByte(t.script)
		b.WriteString(t.text)
		b.WriteByte(' ')
	}
	return b.String()
}

func (k *compiler) skipWords() {
	for _, c := range k.d.commands {
		if c.name.text == commandSkip {
			for _, w := range c.words {
				k.lists.skipWords = append(k.lists.skipWords, bangla.Fold(w.text))
			}
		}
	}
}

func (k *compiler) commandWords() {
	given := map[string]bool{}
	for _, c := range k.d.commands {
		given[c.name.text] = true
		for _, w := range c.words {
			k.addPhrase(&k.lists.commands, w, indexOf(commandNames, c.name.text), "the command "+c.name.text)
		}
	}
	for _, name := range commandNames {
		if !given[name] {
			k.fail(k.start, "`commands` lacks words for %q", name)
		}
	}
	for i, f := range k.d.flows {
		for _, w := range f.triggers {
			k.addPhrase(&k.lists.flows, w, i, "the service "+f.id.text)
		}
	}
}

func (k *compiler) smallTalk() {
	for i, t := range k.d.talk {
		for _, w := range t.words {
			k.addPhrase(&k.lists.talk, w, i, "small_talk")
		}
		id := t.intent.text
		if id == "" {
			id = intentTalk
		}
		k.c.talk = append(k.c.talk, talk{text: k.text(t.text, scope{what: "small_talk"}, true), menu: t.menu, id: id})
	}
}

func (k *compiler) menus() {
	if k.d.menu == nil {
		k.fail(k.start, "`menu` is missing: list the services")
		return
	}
	inMenu := map[int]bool{}
	k.subTitles = map[int]map[string]word{}
	k.menu(k.d.menu, inMenu)
	for i := range k.c.menus {
		for j := range k.c.menus[i].items {
			k.foldTitle(&k.c.menus[i].items[j])
		}
	}
	for i, f := range k.d.flows {
		if !inMenu[i] && len(f.triggers) == 0 {
			k.warn(f.id.position, "nobody can find service %q: put it into the menu, or give it triggers", f.id.text)
		}
	}
}

// foldTitle prepares the titles under which an item can be typed.
func (k *compiler) foldTitle(item *menuItem) {
	titles := map[string]word{}
	if item.flow >= 0 {
		titles = k.d.flows[item.flow].title.long
	} else if item.sub > 0 {
		titles = k.subTitles[item.sub]
	}
	for _, w := range titles {
		item.folded = append(item.folded, bangla.Fold(w.text))
	}
}

// menu compiles one menu and those within it, and returns its index.
func (k *compiler) menu(d *draftMenu, inMenu map[int]bool) int {
	index := len(k.c.menus)
	k.c.menus = append(k.c.menus, menu{})
	m := menu{}
	if d.text.given {
		m.text = k.text(d.text, scope{what: "the menu"}, true)
	}
	if d.title.given {
		k.subTitles[index] = d.title.long
		m.title = k.text(d.title, scope{what: "a title"}, true)
		k.titleFits(d.title)
	}
	if n := len(d.items); n > maxButtons {
		k.fail(d.items[maxButtons].position, "this menu has %d lines; Messenger shows at most %d", n, maxButtons)
	}
	numbers := map[int]bool{}
	for i, item := range d.items {
		x := menuItem{number: i + 1, counted: true, flow: -1}
		if item.number >= 0 {
			x.number, x.counted = item.number, false
		}
		if numbers[x.number] {
			k.fail(item.position, "number %d is taken by another line of this menu", x.number)
		}
		numbers[x.number] = true
		if item.sub != nil {
			x.sub = k.menu(item.sub, inMenu)
		} else if flow, ok := k.c.byFlow[item.flow.text]; ok {
			x.flow = flow
			inMenu[flow] = true
			m.seasonal = m.seasonal || len(k.d.flows[flow].season) > 0
		} else if item.flow.text != "" {
			k.fail(item.flow.position, "there is no service %q%s", item.flow.text, suggest(item.flow.text, k.flowNames()))
		}
		m.items = append(m.items, x)
	}
	k.c.menus[index] = m
	return index
}

func (k *compiler) flowNames() []string {
	var names []string
	for _, f := range k.d.flows {
		names = append(names, f.id.text)
	}
	return names
}

func indexOf(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

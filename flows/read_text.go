package flows

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// text reads
//
//	text: Type your ward number.                    the default language only
//	text: {bn: …, en: …, sms: {bn: …, en: …}}       per language, shorter for SMS
//	text: {bn: …, en: …, call: {bn: …, en: …}}      to be read out on the telephone or at the counter
//	text: {shared: ask_ward}                        one of the texts at the top
func (r *reader) text(n *yaml.Node, what string) draftText {
	t := draftText{position: r.at(n), given: true, long: map[string]word{}, short: map[string]word{}, spoken: map[string]word{}}
	if n.Kind == yaml.ScalarNode {
		t.plain = true
		t.long[""] = r.word(n, what)
		return t
	}
	for _, m := range r.members(n, what) {
		switch m.key.text {
		case "shared":
			t.shared = r.word(m.value, "shared")
		case "sms":
			r.variant(t.short, m.value, "sms")
		case "call":
			r.variant(t.spoken, m.value, "call")
		case "words": // a choice has them beside its title
		default:
			r.checkLanguage(m.key)
			t.long[m.key.text] = r.word(m.value, m.key.text)
		}
	}
	if t.shared.text != "" && len(t.long) > 0 {
		r.fail(t.position, "a shared text has no words of its own here: keep `shared` or the words")
	}
	return t
}

// variant reads what is said instead of a text by some faces.
func (r *reader) variant(into map[string]word, n *yaml.Node, what string) {
	if n.Kind == yaml.ScalarNode {
		into[""] = r.word(n, what)
		return
	}
	for _, m := range r.members(n, what) {
		r.checkLanguage(m.key)
		into[m.key.text] = r.word(m.value, what)
	}
}

func (r *reader) menuSection(d *draft, m member) {
	if !r.once(m, d.menu != nil) {
		return
	}
	d.menu = r.menu(m.value, m.key.position, 0)
}

// maxMenus bounds how deep menus stand within each other.
const maxMenus = 3

func (r *reader) menu(n *yaml.Node, at position, depth int) *draftMenu {
	menu := &draftMenu{position: at}
	if depth > maxMenus {
		r.fail(at, "menus stand within each other at most %d deep", maxMenus)
		return menu
	}
	f := r.fields(n, "a menu", "title", "text", "items", "number")
	if x := f["title"]; x != nil {
		menu.title = r.text(x, "title")
	} else if depth > 0 && f != nil {
		r.fail(at, "a menu within a menu needs a title")
	}
	if x := f["text"]; x != nil {
		menu.text = r.text(x, "text")
	} else if f != nil {
		r.fail(at, "a menu needs a text")
	}
	if x := f["items"]; x != nil {
		for _, item := range r.items(x, "items") {
			menu.items = append(menu.items, r.menuItem(item, depth))
		}
	} else if f != nil {
		r.fail(at, "a menu needs items")
	}
	return menu
}

func (r *reader) menuItem(n *yaml.Node, depth int) draftItem {
	item := draftItem{position: r.at(n), number: -1}
	if n.Kind == yaml.ScalarNode {
		item.flow = r.word(n, "item")
		return item
	}
	if n.Kind != yaml.MappingNode {
		r.fail(item.position, "an item is a service or a menu of its own")
		return item
	}
	number := field(n, "number")
	if number != nil {
		item.number = int(r.number(number, "number"))
		if item.number < 0 || item.number > 99 {
			r.fail(r.at(number), "number must be from 0 to 99")
		}
	}
	if field(n, "items") != nil || field(n, "title") != nil {
		item.sub = r.menu(n, item.position, depth+1)
		return item
	}
	f := r.fields(n, "an item", "flow", "number")
	if x := f["flow"]; x != nil {
		item.flow = r.word(x, "flow")
	} else if f != nil {
		r.fail(item.position, "an item needs `flow`, or `title` and `items`")
	}
	return item
}

// field looks one key up without judging the others.
func field(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// onlyPlaceholders reports whether a text holds no words of any language.
func onlyPlaceholders(s string) bool {
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return strings.Trim(s, " \n:,.-") == ""
		}
		if strings.Trim(s[:open], " \n:,.-") != "" {
			return false
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 0 {
			return false
		}
		s = s[open+end+1:]
	}
}

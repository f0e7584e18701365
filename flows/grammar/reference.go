package grammar

import (
	"strings"

	"github.com/invopop/jsonschema"
)

// Entry is a part of the reference: an object with its keys, or a set of words.
type Entry struct {
	Anchor string
	Title  string // as the grammar writes it
	Help   string
	YAML   string
	With   string // beside what a key stands; empty: everywhere
	Keys   []Entry
}

// order is how the reference goes through the types.
var order = []string{
	"File", "Flow", "Season", "Slot", "State", "Branch", "OpenCase", "Handoff", "Language", "City", "Setting", "Idle", "Office", "OtherHours",
	"Danger", "SmallTalk", "Redirect", "OffTopic", "Notices", "Notice", "NoticeOfFlow", "Fixed", "Broadcasts", "Topic", "Menu", "MenuItem",
}

// Reference is everything that may stand in a flow file, in a language.
func (m *Manual) Reference(lang string) []Entry {
	var list []Entry
	seen := map[string]bool{}
	add := func(e Entry) {
		if e.Anchor != "" && !seen[e.Anchor] {
			seen[e.Anchor] = true
			list = append(list, e)
		}
	}
	for _, name := range order {
		def := m.schema.Definitions[name]
		add(object(lang, def))
		for p := def.Properties.Oldest(); p != nil; p = p.Next() {
			for _, part := range m.parts(p.Value) {
				add(part.entry(lang))
			}
		}
	}
	return list
}

// part is an object or a set of words that a value uses.
type part struct{ *jsonschema.Schema }

func (m *Manual) parts(value *jsonschema.Schema) (list []part) {
	for _, s := range m.ways(value) {
		for _, inner := range []*jsonschema.Schema{s, s.PropertyNames, s.AdditionalProperties, s.Items} {
			for _, way := range m.ways(inner) {
				if len(way.Enum) > 0 || way.Properties != nil && way.Properties.Len() > 0 && way.PropertyNames != nil {
					list = append(list, part{way})
				}
			}
		}
	}
	return list
}

func (p part) entry(lang string) Entry {
	if len(p.Enum) == 0 {
		return object(lang, p.Schema)
	}
	e := top(lang, p.Schema)
	for _, word := range p.Enum {
		text, _ := word.(string)
		h := help()[e.Anchor+"="+text]
		e.Keys = append(e.Keys, Entry{Anchor: e.Anchor + "=" + text, Title: text, Help: h.in(lang), YAML: h.YAML})
	}
	return e
}

func top(lang string, s *jsonschema.Schema) Entry {
	anchor := extra(s, entryOf)
	h := help()[anchor]
	return Entry{Anchor: anchor, Title: anchor, Help: h.in(lang), YAML: h.YAML}
}

func object(lang string, s *jsonschema.Schema) Entry {
	e := top(lang, s)
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		h := help()[e.Anchor+"."+p.Key]
		key := Entry{Anchor: e.Anchor + "." + p.Key, Title: p.Key, Help: h.in(lang), YAML: h.YAML, With: extra(p.Value, withOf)}
		if key.With == p.Key {
			key.With = ""
		}
		key.With = strings.Join(strings.Fields(key.With), ", ")
		e.Keys = append(e.Keys, key)
	}
	return e
}

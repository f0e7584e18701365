package grammar

import (
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// maxCompletions bounds what is offered at one place.
const maxCompletions = 400

// Completion is something that can be written at a place.
type Completion struct {
	Label  string `json:"label"`
	Insert string `json:"insert"` // what is written
	Kind   string `json:"kind"`   // "key", "value" or "name"
	Help   string `json:"help"`   // one line
}

// Manual is what completion and help are made from.
type Manual struct{ schema *jsonschema.Schema }

// NewManual makes the schema ready to be asked. It is safe for concurrent use.
func NewManual() *Manual { return &Manual{made()} }

// resolved follows references.
func (m *Manual) resolved(s *jsonschema.Schema) *jsonschema.Schema {
	for s != nil && s.Ref != "" {
		s = m.schema.Definitions[strings.TrimPrefix(s.Ref, "#/$defs/")]
	}
	return s
}

// ways are all forms that a value can have.
func (m *Manual) ways(s *jsonschema.Schema) []*jsonschema.Schema {
	if s = m.resolved(s); s == nil {
		return nil
	}
	if len(s.OneOf) == 0 {
		return []*jsonschema.Schema{s}
	}
	var list []*jsonschema.Schema
	for _, way := range s.OneOf {
		list = append(list, m.ways(way)...)
	}
	return list
}

// under are the schemas of a path's values; entry is where the reference tells
// of the last key that is one of the grammar.
func (m *Manual) under(path []string) (list []*jsonschema.Schema, entry string) {
	list = m.ways(m.schema)
	for _, key := range path {
		var next []*jsonschema.Schema
		for _, s := range list {
			if key == itemMark {
				next = append(next, m.ways(s.Items)...)
				continue
			}
			if s.Properties != nil {
				if p, ok := s.Properties.Get(key); ok {
					next = append(next, m.ways(p)...)
					entry = extra(s, entryOf) + "." + key
					continue
				}
			}
			if s.AdditionalProperties != nil && s.PropertyNames != nil {
				next = append(next, m.ways(s.AdditionalProperties)...)
			}
		}
		list = next
	}
	return list, entry
}

func extra(s *jsonschema.Schema, key string) string {
	text, _ := s.Extras[key].(string)
	return text
}

// Complete is what can be written at a place, best first. The trees are the
// outlines of all files, the edited one first.
func (m *Manual) Complete(lang string, p Place, trees ...*Node) []Completion {
	if p.Text && p.Whole == "" && p.Word == "" {
		return nil
	}
	list, _ := m.under(p.Path)
	var found []Completion
	if p.Key {
		for _, s := range list {
			found = append(found, m.keys(lang, s, p, trees)...)
		}
	}
	if !p.Key || len(found) == 0 || p.atItem() && len(p.Beside) == 0 {
		for _, s := range list {
			found = append(found, m.values(lang, s, p, trees)...)
		}
	}
	if len(found) > maxCompletions {
		found = found[:maxCompletions]
	}
	return found
}

// keys are the keys an object can still have.
func (m *Manual) keys(lang string, s *jsonschema.Schema, p Place, trees []*Node) []Completion {
	there := func(key string) bool {
		return slices.ContainsFunc(p.Beside, func(n *Node) bool { return n.Key == key && key != p.Whole })
	}
	var found []Completion
	if s.Properties != nil {
		for x := s.Properties.Oldest(); x != nil; x = x.Next() {
			if !there(x.Key) && m.fits(s, x.Key, x.Value, p) {
				found = append(found, m.key(lang, extra(s, entryOf), x.Key, x.Value, p))
			}
		}
	}
	if s.PropertyNames == nil {
		return found
	}
	for _, names := range m.ways(s.PropertyNames) {
		for _, c := range m.values(lang, names, p, trees) {
			if !there(c.Label) {
				c.Insert = m.behind(c.Label, s.AdditionalProperties, p)
				found = append(found, c)
			}
		}
	}
	return found
}

// fits reports whether a key may stand beside those that are there: a step does
// one thing, and a slot's settings go by its type.
func (m *Manual) fits(s *jsonschema.Schema, key string, value *jsonschema.Schema, p Place) bool {
	with := strings.Fields(extra(value, withOf))
	if len(with) == 0 {
		return true
	}
	if extra(s, entryOf) == "slot" {
		i := slices.IndexFunc(p.Beside, func(n *Node) bool { return n.Key == "type" })
		return i < 0 || slices.Contains(with, p.Beside[i].Value)
	}
	for _, n := range p.Beside {
		if x, ok := s.Properties.Get(n.Key); ok && extra(x, withOf) == n.Key && n.Key != p.Whole {
			return slices.Contains(with, n.Key) && key != n.Key
		}
	}
	return extra(value, withOf) == key // nothing is done yet: what can be done
}

func (m *Manual) key(lang, entry, key string, value *jsonschema.Schema, p Place) Completion {
	return Completion{Label: key, Kind: "key", Insert: m.behind(key, value, p), Help: firstLine(help()[entry+"."+key].in(lang))}
}

// behind is a key with what comes after it: an object begins on the next line.
func (m *Manual) behind(key string, value *jsonschema.Schema, p Place) string {
	ways := m.ways(value)
	if p.Flow || len(ways) != 1 {
		return key + ": "
	}
	pad := "\n" + strings.Repeat(" ", p.Indent+2)
	switch {
	case ways[0].Type == "object":
		return key + ":" + pad
	case ways[0].Type == "array" && m.resolved(ways[0].Items).Type == "object":
		return key + ":" + pad + "- "
	default:
		return key + ": "
	}
}

// values are what a value can be.
func (m *Manual) values(lang string, s *jsonschema.Schema, p Place, trees []*Node) []Completion {
	var found []Completion
	for _, word := range s.Enum {
		text, _ := word.(string)
		found = append(found, Completion{Label: text, Insert: text, Kind: "value", Help: firstLine(help()[extra(s, entryOf)+"="+text].in(lang))})
	}
	switch {
	case s.Const == true:
		found = append(found, Completion{Label: "true", Insert: "true", Kind: "value"})
	case s.Type == "boolean":
		for _, word := range []string{"true", "false"} {
			found = append(found, Completion{Label: word, Insert: word, Kind: "value", Help: firstLine(help()["boolean="+word].in(lang))})
		}
	case s.Type == "object" && extra(s, entryOf) == "text" && !p.Key && !p.Flow && p.Word == "":
		found = append(found, textForms(lang, trees)...)
	}
	if what := extra(s, namesOf); what != "" {
		found = append(found, named(lang, what, p, trees)...)
	}
	return found
}

// textForms are the ways to write a text.
func textForms(lang string, trees []*Node) []Completion {
	var codes []string
	for _, n := range all(trees, "languages") {
		codes = append(codes, n.Key+": ")
	}
	each := "{" + strings.Join(codes, ", ") + "}"
	return []Completion{
		{Label: each, Insert: each, Kind: "value", Help: firstLine(help()["text"].in(lang))},
		{Label: "{shared: }", Insert: "{shared: }", Kind: "value", Help: firstLine(help()["text.shared"].in(lang))},
	}
}

// atItem reports a place at the beginning of an item of a list.
func (p Place) atItem() bool { return len(p.Path) > 0 && p.Path[len(p.Path)-1] == itemMark }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

package grammar

import (
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Explained is what the manual says of a key or a word.
type Explained struct {
	Title  string `json:"title"`
	Help   string `json:"help"`
	YAML   string `json:"yaml,omitempty"`   // an example
	Anchor string `json:"anchor,omitempty"` // in the reference; empty where it tells nothing of it
	Line   int    `json:"line,omitempty"`   // where a name is declared in the first text; 0: not there
}

// Explain tells of what stands at a place; false where nothing does that the
// grammar knows.
func (m *Manual) Explain(lang string, p Place, trees ...*Node) (Explained, bool) {
	list, entry := m.under(p.Path)
	if p.Key {
		for _, s := range list {
			if x, ok := m.explainKey(lang, s, p, trees); ok {
				return x, true
			}
		}
		return explained(lang, entry, last(p.Path))
	}
	for _, s := range list {
		if x, ok := explainValue(lang, s, p, trees); ok {
			return x, true
		}
	}
	return explained(lang, entry, last(p.Path))
}

func (m *Manual) explainKey(lang string, s *jsonschema.Schema, p Place, trees []*Node) (Explained, bool) {
	if s.Properties != nil {
		if _, ok := s.Properties.Get(p.Whole); ok {
			return explained(lang, extra(s, entryOf)+"."+p.Whole, p.Whole)
		}
	}
	if s.PropertyNames == nil || p.Whole == "" {
		return Explained{}, false
	}
	for _, names := range m.ways(s.PropertyNames) {
		if x, ok := explainValue(lang, names, p, trees); ok {
			return x, true
		}
	}
	for _, below := range m.ways(s.AdditionalProperties) {
		if x, ok := explained(lang, extra(below, entryOf), p.Whole); ok {
			return x, true
		}
	}
	return Explained{}, false
}

func explainValue(lang string, s *jsonschema.Schema, p Place, trees []*Node) (Explained, bool) {
	if slices.Contains(s.Enum, any(p.Whole)) {
		return explained(lang, extra(s, entryOf)+"="+p.Whole, p.Whole)
	}
	what := extra(s, namesOf)
	if what == "" || p.Whole == "" {
		return Explained{}, false
	}
	for _, n := range namesAt(what, p, trees) {
		if n.Key != p.Whole {
			continue
		}
		x := Explained{Title: n.Key, Help: firstLine(help()["names="+what].in(lang))}
		if said := told(lang, what, n); said != x.Help {
			x.Help += " " + said
		}
		if len(trees) > 0 && slices.Contains(namesAt(what, p, trees[:1]), n) {
			x.Line = n.Line
		}
		return x, true
	}
	return Explained{}, false
}

func explained(lang, entry, title string) (Explained, bool) {
	h, ok := help()[entry]
	return Explained{Title: title, Help: h.in(lang), YAML: h.YAML, Anchor: entry}, ok
}

func last(path []string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] != itemMark {
			return path[i]
		}
	}
	return ""
}

// Anchors are where the reference tells of what stands in some lines; lines it
// tells nothing of are left out.
func (m *Manual) Anchors(text string, lines []int) map[int]string {
	found := map[int]string{}
	o := newOutliner()
	for i, line := range strings.Split(text, "\n") {
		o.line(i+1, line)
		if !slices.Contains(lines, i+1) {
			continue
		}
		if _, entry := m.under(o.path()); entry != "" {
			if _, ok := help()[entry]; ok {
				found[i+1] = entry
			}
		}
	}
	return found
}

package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// TextEntry is a text of the files, with what it is in each language.
type TextEntry struct {
	File  string
	Line  int
	Path  []string          // down to the text, "#2" into lists
	Texts map[string]string // by language; one that is missing has none
}

// Name is the path in one word, by which SetText finds the text again.
func (e TextEntry) Name() string { return strings.Join(e.Path, "/") }

// Missing reports whether the text is not there in a language, and somebody
// would hear another one. A shorter or a spoken text that is missing is none:
// the usual one is said then.
func (e TextEntry) Missing(lang string) bool {
	_, there := e.Texts[lang]
	return !there && !e.variant()
}

func (e TextEntry) variant() bool {
	last := e.Path[len(e.Path)-1]
	return last == "sms" || last == "call"
}

// TextTable is all texts that are written by language, in the order of the
// files.
type TextTable struct {
	Languages []string // the default first
	Names     map[string]string
	Entries   []TextEntry
}

// noTexts are lists of words that are listened for, not said.
var noTexts = []string{"languages", "triggers", "examples", "words", "unless", "commands"}

// Texts lists the texts of files, which need not be sound, but must be YAML.
func Texts(files []File) (TextTable, error) {
	t := TextTable{Names: map[string]string{}}
	roots := make([]*yaml.Node, len(files))
	for i, f := range files {
		root, err := rootOf(f)
		if err != nil {
			return t, err
		}
		roots[i] = root
		if list := field(root, "languages"); list != nil && list.Kind == yaml.MappingNode {
			for k := 0; k+1 < len(list.Content); k += 2 {
				code := list.Content[k].Value
				t.Languages = append(t.Languages, code)
				if name := field(list.Content[k+1], "name"); name != nil {
					t.Names[code] = name.Value
				}
			}
		}
	}
	if len(t.Languages) == 0 {
		return t, fmt.Errorf("%w: no file has `languages:`", ErrEdit)
	}
	for i, f := range files {
		t.collect(f.Name, roots[i], nil)
	}
	return t, nil
}

// collect finds the texts below a node.
func (t *TextTable) collect(file string, n *yaml.Node, path []string) {
	switch n.Kind {
	case yaml.MappingNode:
		if main := field(n, t.Languages[0]); main != nil && main.Kind == yaml.ScalarNode && len(path) > 0 {
			e := TextEntry{File: file, Line: n.Line, Path: slices.Clone(path), Texts: map[string]string{}}
			for _, lang := range t.Languages {
				if v := field(n, lang); v != nil && v.Kind == yaml.ScalarNode {
					e.Texts[lang] = v.Value
				}
			}
			t.Entries = append(t.Entries, e)
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i].Value; !has(noTexts, key) {
				t.collect(file, n.Content[i+1], append(path, key))
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			t.collect(file, item, append(path, "#"+strconv.Itoa(i)))
		}
	}
}

// SetText writes a text in one language into the files, over what was there or
// beside the other languages. ErrEdit when it cannot be found or is written in
// a way that this cannot change.
func SetText(files []File, file, name, lang, text string) ([]File, error) {
	i := slices.IndexFunc(files, func(f File) bool { return f.Name == file })
	if i < 0 {
		return nil, fmt.Errorf("%w: there is no file %q", ErrEdit, file)
	}
	table, err := Texts(files)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(table.Entries, func(e TextEntry) bool { return e.File == file && e.Name() == name }) {
		return nil, fmt.Errorf("%w: there is no text %q", ErrEdit, name)
	}
	root, err := rootOf(files[i])
	if err != nil {
		return nil, err
	}
	path := strings.Split(name, "/")
	n := down(root, path)
	files = slices.Clone(files)
	if old := field(n, lang); old != nil {
		files[i], err = replaceText(files[i], n, old, append(path, lang), text)
	} else {
		files[i], err = addText(files[i], n, path, lang, text)
	}
	if err != nil {
		return nil, err
	}
	return files, nil
}

// replaceText writes a text in place of another.
func replaceText(f File, around, old *yaml.Node, path []string, text string) (File, error) {
	s := sourceOf(f.Text)
	from := s.at(old)
	to, ok := s.scalarEnd(old, around.Style&yaml.FlowStyle != 0)
	if !ok || old.Kind != yaml.ScalarNode {
		return f, fmt.Errorf("%w: line %d of %s", ErrEdit, old.Line, f.Name)
	}
	changed := []byte(s.text[:from] + quoted(text) + s.text[to:])
	return edited(f, changed, func(was *yaml.Node) { down(was, path).Value = text })
}

// addText writes a text beside the other languages.
func addText(f File, n *yaml.Node, path []string, lang, text string) (File, error) {
	s := sourceOf(f.Text)
	var at int
	var more string
	place := len(n.Content)
	if n.Style&yaml.FlowStyle != 0 {
		end, ok := s.closing(s.at(n))
		if !ok {
			return f, fmt.Errorf("%w: line %d of %s", ErrEdit, n.Line, f.Name)
		}
		at, more = end, ", "+lang+": "+quoted(text)
	} else {
		key := n.Content[0]
		place = 2
		at, more = s.endOf(key), strings.Repeat(" ", key.Column-1)+lang+": "+quoted(text)+"\n"
		if at == len(s.text) && !strings.HasSuffix(s.text, "\n") {
			more = "\n" + more
		}
	}
	return edited(f, s.insert(at, more), func(was *yaml.Node) {
		n := down(was, path)
		n.Content = slices.Insert(n.Content, place, scalarNode(lang), scalarNode(text))
	})
}

// endOf is the offset after the lines of a key in a block: those that stand
// deeper than it.
func (s source) endOf(key *yaml.Node) int {
	end := key.Line
	for n := key.Line + 1; n <= len(s.starts); n++ {
		line := s.line(n)
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if strings.TrimSpace(line) == "" {
			continue
		}
		if indent < key.Column {
			break
		}
		end = n
	}
	if end >= len(s.starts) {
		return len(s.text)
	}
	return s.starts[end]
}

// scalarEnd is where a scalar on one line, or in quotes, ends.
func (s source) scalarEnd(n *yaml.Node, inFlow bool) (int, bool) {
	from := s.at(n)
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return s.quoteEnd(from, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return s.quoteEnd(from, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 0, false
	}
	end := from
	for i := from; i < len(s.text) && s.text[i] != '\n'; i++ {
		c := s.text[i]
		if inFlow && (c == ',' || c == '}' || c == ']') || c == '#' && s.text[i-1] == ' ' {
			break
		}
		if c != ' ' {
			end = i + 1
		}
	}
	return end, end > from
}

// quoteEnd is the offset after the quote that closes the one at from.
func (s source) quoteEnd(from int, quote byte) (int, bool) {
	for i := from + 1; i < len(s.text); i++ {
		switch {
		case quote == '"' && s.text[i] == '\\':
			i++
		case s.text[i] != quote:
		case quote == '\'' && i+1 < len(s.text) && s.text[i+1] == quote:
			i++
		default:
			return i + 1, true
		}
	}
	return 0, false
}

// closing is the offset after the last value before the bracket that closes the
// one at from.
func (s source) closing(from int) (int, bool) {
	depth, last := 0, from
	for i := from; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return last, true
			}
		case (c == '"' || c == '\'') && strings.ContainsRune("{[,:", rune(s.text[last-1])):
			end, ok := s.quoteEnd(i, c)
			if !ok {
				return 0, false
			}
			i = end - 1
		case c == '#' && (s.text[i-1] == ' ' || s.text[i-1] == '\n'):
			for i+1 < len(s.text) && s.text[i+1] != '\n' {
				i++
			}
			continue
		}
		if c := s.text[i]; c != ' ' && c != '\n' {
			last = i + 1
		}
	}
	return 0, false
}

package flows

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Small changes to a flow file are written into its text where they belong;
// not a byte around them is touched. What was written is read again and must be
// what was meant, and nothing else: otherwise the file stays as it is.

// ErrEdit says that a change cannot be written into the file from outside: it
// is for the editor then.
var ErrEdit = errors.New("this cannot be written into the file")

// source is a file's text with its lines.
type source struct {
	text   string
	starts []int
}

func sourceOf(text []byte) source {
	s := source{text: string(text), starts: []int{0}}
	for i, c := range text {
		if c == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// line is a line without its end, from 1; empty past the last.
func (s source) line(n int) string {
	if n < 1 || n > len(s.starts) {
		return ""
	}
	text, _, _ := strings.Cut(s.text[s.starts[n-1]:], "\n")
	return text
}

// at is where a node begins.
func (s source) at(n *yaml.Node) int {
	line := s.line(n.Line)
	if n.Line < 1 || n.Line > len(s.starts) {
		return len(s.text)
	}
	return s.starts[n.Line-1] + runesTo(line, n.Column-1)
}

// insert is the text with more at an offset.
func (s source) insert(at int, more string) []byte {
	return []byte(s.text[:at] + more + s.text[at:])
}

// before is the offset of the beginning of a node's line.
func (s source) before(n *yaml.Node) int { return s.starts[min(max(n.Line, 1), len(s.starts))-1] }

// down follows keys, and "#2" into lists.
func down(n *yaml.Node, path []string) *yaml.Node {
	for _, key := range path {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.SequenceNode:
			i, err := strconv.Atoi(strings.TrimPrefix(key, "#"))
			if err != nil || i < 0 || i >= len(n.Content) {
				return nil
			}
			n = n.Content[i]
		case n.Kind == yaml.MappingNode:
			n = field(n, key)
		default:
			return nil
		}
	}
	return n
}

// edited holds a changed file to what was meant: change is made to what the
// file said before, and that must be what it says now.
func edited(f File, text []byte, change func(*yaml.Node)) (File, error) {
	r := &reader{}
	was, is := r.parse(f), r.parse(File{Name: f.Name, Text: text})
	if was == nil || is == nil {
		return f, fmt.Errorf("%w: %s", ErrEdit, f.Name)
	}
	change(was)
	if !reflect.DeepEqual(plainTree(was), plainTree(is)) {
		return f, fmt.Errorf("%w: %s", ErrEdit, f.Name)
	}
	return File{Name: f.Name, Text: text}, nil
}

func scalarNode(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
}

// root parses a file that must be a mapping.
func rootOf(f File) (*yaml.Node, error) {
	root := (&reader{}).parse(f)
	if root == nil || root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%w: mend %s first", ErrEdit, f.Name)
	}
	return root, nil
}

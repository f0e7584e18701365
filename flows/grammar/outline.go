package grammar

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxNodes bounds an outline: a flow file of 2 MiB has fewer lines.
const maxNodes = 200_000

// Node is a key of a text, or an item of a list.
type Node struct {
	Key      string // empty: an item
	Value    string // what stands behind it on its line
	Line     int    // from 1
	Children []*Node

	indent int
	block  bool // a text of several lines begins here: | or >
}

// child is the child with a key; nil when there is none.
func (n *Node) child(key string) *Node {
	if n != nil {
		for _, c := range n.Children {
			if c.Key == key {
				return c
			}
		}
	}
	return nil
}

// find goes down by keys.
func (n *Node) find(path ...string) *Node {
	for _, key := range path {
		n = n.child(key)
	}
	return n
}

func (n *Node) names() []*Node {
	if n == nil {
		return nil
	}
	return n.Children
}

// keyed is a line that begins with a key.
var keyed = regexp.MustCompile(`^("[^"]*"|'[^']*'|[^\s"'\[\]{}#&*!|>%@,:-][^:#{}\[\]]*?)[ ]*:(?:[ ]+|$)`)

// outliner makes an outline line by line, from the indentation alone.
type outliner struct {
	root  *Node
	stack []*Node // open nodes, the root first
	nodes int
}

func newOutliner() *outliner {
	root := &Node{indent: -1}
	return &outliner{root: root, stack: []*Node{root}}
}

// Outline reads a text as a tree of keys. It never fails: what it does not
// understand is left out.
func Outline(text string) *Node {
	o := newOutliner()
	for i, line := range strings.Split(text, "\n") {
		o.line(i+1, line)
	}
	return o.root
}

func (o *outliner) top() *Node { return o.stack[len(o.stack)-1] }

// inBlock reports whether a line with that indentation goes on with a text of
// several lines.
func (o *outliner) inBlock(indent int) bool { return o.top().block && indent > o.top().indent }

func (o *outliner) line(number int, line string) {
	rest := strings.TrimLeft(line, " ")
	indent := len(line) - len(rest)
	if rest = strings.TrimRight(rest, " \t\r"); rest == "" || o.inBlock(indent) || rest[0] == '#' {
		return
	}
	indent, rest = o.dashes(number, indent, rest)
	if m := keyed.FindStringSubmatch(rest); m != nil {
		n := o.open(&Node{Key: unquoted(m[1]), Value: strings.TrimSpace(rest[len(m[0]):]), Line: number, indent: indent})
		n.block = strings.HasPrefix(n.Value, "|") || strings.HasPrefix(n.Value, ">")
		o.inline(n)
		return
	}
	if t := o.top(); t.Key == "" && t.indent < indent && t != o.root {
		t.Value = rest
	}
}

// dashes opens the items that a line begins with; what follows them stands
// deeper.
func (o *outliner) dashes(number, indent int, rest string) (int, string) {
	for rest == "-" || strings.HasPrefix(rest, "- ") {
		for t := o.top(); t.indent > indent || t.indent == indent && t.Key == "" && t != o.root; t = o.top() {
			o.stack = o.stack[:len(o.stack)-1]
		}
		o.add(&Node{Line: number, indent: indent})
		after := strings.TrimLeft(rest[1:], " ")
		indent += len(rest) - len(after)
		rest = after
	}
	return indent, rest
}

// open closes what a key at that depth ends, and opens its node.
func (o *outliner) open(n *Node) *Node {
	for o.top().indent >= n.indent {
		o.stack = o.stack[:len(o.stack)-1]
	}
	return o.add(n)
}

func (o *outliner) add(n *Node) *Node {
	if o.nodes++; o.nodes < maxNodes {
		o.top().Children = append(o.top().Children, n)
	}
	o.stack = append(o.stack, n)
	return n
}

// inline reads the keys of a value that is written in braces on its line.
func (o *outliner) inline(n *Node) {
	if !strings.HasPrefix(n.Value, "{") {
		return
	}
	stack := []*Node{n}
	scanFlow(n.Value, func(s flowToken) {
		switch {
		case s.key != "":
			if o.nodes++; o.nodes < maxNodes {
				c := &Node{Key: s.key, Line: n.Line, indent: n.indent + 1}
				t := stack[len(stack)-1]
				t.Children = append(t.Children, c)
			}
		case s.open == '{':
			if t := stack[len(stack)-1]; s.depth > 1 && len(t.Children) > 0 {
				stack = append(stack, t.Children[len(t.Children)-1])
			} else {
				stack = append(stack, t)
			}
		case s.shut == '}' && len(stack) > 1:
			stack = stack[:len(stack)-1]
		case s.value != "":
			if t := stack[len(stack)-1]; len(t.Children) > 0 {
				t.Children[len(t.Children)-1].Value = s.value
			}
		}
	})
}

// flowToken is a piece of a value in braces: one of its fields is set.
type flowToken struct {
	open, shut byte
	depth      int
	key, value string
}

// scanFlow tells the pieces of {a: b, c: {d: e}, f: [g, h]}.
func scanFlow(text string, tell func(flowToken)) {
	depth := 0
	var kinds []byte
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '{', '[':
			depth++
			kinds = append(kinds, c)
			tell(flowToken{open: c, depth: depth})
			i++
		case '}', ']':
			tell(flowToken{shut: c, depth: depth})
			if depth > 0 {
				depth, kinds = depth-1, kinds[:len(kinds)-1]
			}
			i++
		case ' ', ',':
			i++
		case '#':
			return
		default:
			end := wordEnd(text, i)
			word := strings.TrimSpace(text[i:end])
			isKey := end < len(text) && text[end] == ':' && depth > 0 && kinds[depth-1] == '{'
			if isKey {
				tell(flowToken{key: unquoted(word)})
				end++
			} else {
				tell(flowToken{value: unquoted(word)})
			}
			i = max(end, i+1)
		}
	}
}

// wordEnd is where the word that begins at i ends: at a comma, a bracket, or a
// colon before a space.
func wordEnd(text string, i int) int {
	if c := text[i]; c == '"' || c == '\'' {
		if j := strings.IndexByte(text[i+1:], c); j >= 0 {
			return i + j + 2
		}
		return len(text)
	}
	for j := i; j < len(text); j++ {
		switch text[j] {
		case ',', '{', '}', '[', ']':
			return j
		case ':':
			if j+1 == len(text) || text[j+1] == ' ' {
				return j
			}
		}
	}
	return len(text)
}

func unquoted(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// cutRunes are the first n characters of s.
func cutRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

func runes(s string) int { return utf8.RuneCountInString(s) }

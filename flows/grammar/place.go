package grammar

import (
	"slices"
	"strings"
)

// itemMark stands in a path for an item of a list.
const itemMark = "-"

// Place is where a line and a column lie in the tree of keys.
type Place struct {
	Path   []string // the keys from the top of the file, itemMark for an item of a list
	Key    bool     // a key stands here, which Path does not name yet; otherwise a value of the last of Path
	Flow   bool     // within braces or brackets
	Text   bool     // within a text of several lines, or in quotes
	Word   string   // what is written of it up to the column
	Whole  string   // all that is written of it
	From   int      // the column, from 1, at which Word begins
	Indent int      // of the line's key
	Beside []*Node  // the other keys of the same object
}

// At finds where a column of a line lies, both from 1, columns in characters.
// The text may be broken: lines are read by their indentation alone.
func At(text string, line, col int) Place {
	lines := strings.Split(text, "\n")
	line = min(max(line, 1), len(lines))
	o := newOutliner()
	for i, l := range lines[:line-1] {
		o.line(i+1, l)
	}
	here := lines[line-1]
	head := cutRunes(here, max(col-1, 0))
	rest := strings.TrimLeft(here, " ")
	indent := len(here) - len(rest)
	if strings.TrimSpace(rest) == "" {
		indent = len(head)
	}
	if o.inBlock(indent) {
		return Place{Path: o.path(), Text: true}
	}
	p := o.place(here, head, line, indent, rest)
	p.Beside = beside(Outline(text), p, line)
	return p
}

// place reads the line of the cursor, after all lines above it.
func (o *outliner) place(here, head string, number, indent int, rest string) Place {
	if strings.HasPrefix(rest, "#") && len(head) > indent {
		return Place{Text: true}
	}
	dashed := indent
	indent, rest = o.dashes(number, indent, rest)
	for o.top().indent >= indent {
		o.stack = o.stack[:len(o.stack)-1]
	}
	p := Place{Path: o.path(), Key: true, Indent: indent, From: runes(here[:min(indent, len(here))]) + 1}
	if len(head) < indent { // before the line's key
		if m := keyed.FindStringSubmatch(rest); m != nil {
			p.Whole = unquoted(m[1])
		}
		if indent == dashed || len(head) < dashed { // not on a dash
			p.From, p.Indent = runes(head)+1, len(head)
		}
		return p
	}
	written := here[indent:]
	m := keyed.FindStringSubmatch(written)
	switch {
	case m == nil && strings.ContainsAny(written, "[{\"'"):
		p.Key = false
		return p.value(written, head[indent:], here, indent)
	case m == nil:
		p.Word, p.Whole = head[indent:], strings.TrimSpace(written)
		return p
	case len(head)-indent <= len(strings.TrimRight(m[0], ": ")):
		p.Word, p.Whole = head[indent:], unquoted(m[1])
		return p
	}
	p.Path, p.Key = append(p.Path, unquoted(m[1])), false
	begin := indent + len(m[0])
	if len(head) < begin {
		p.From = runes(head) + 1
		return p
	}
	return p.value(here[begin:], head[begin:], here, begin)
}

// value finds where in a value, which may be in braces, its head ends. begin is
// the byte of the line where the value begins.
func (p Place) value(value, head, here string, begin int) Place {
	base := len(p.Path)
	var open []byte   // the brackets that are open
	var lengths []int // of the path, at each
	key, start := false, 0
	for i := 0; i < len(head); {
		switch c := head[i]; c {
		case '{', '[':
			open, lengths = append(open, c), append(lengths, len(p.Path))
			if c == '[' {
				p.Path = append(p.Path, itemMark)
			}
			key, start = c == '{', i+1
			i++
		case '}', ']':
			if n := len(open); n > 0 {
				p.Path, open, lengths = p.Path[:lengths[n-1]], open[:n-1], lengths[:n-1]
			}
			key, start = false, i+1
			i++
		case ',':
			if n := len(open); n > 0 && open[n-1] == '{' {
				p.Path, key = p.Path[:lengths[n-1]], true
			}
			start = i + 1
			i++
		case ' ':
			i++
		case '"', '\'':
			if j := strings.IndexByte(head[i+1:], c); j >= 0 {
				i += j + 2
				continue
			}
			p.Text, start, i = true, i, len(head)
		case ':':
			if key && (i+1 == len(head) || head[i+1] == ' ') {
				p.Path, key, start = append(slices.Clip(p.Path), unquoted(strings.TrimSpace(head[start:i]))), false, i+1
			}
			i++
		default:
			i++
		}
	}
	if len(open) == 0 {
		p.Path = p.Path[:base]
	}
	for start < len(head) && head[start] == ' ' {
		start++
	}
	p.Flow, p.Key = len(open) > 0, key
	p.From = runes(here[:begin+start]) + 1
	p.Word = head[start:]
	end := start
	if start < len(value) {
		if p.Flow {
			end = wordEnd(value, start)
		} else if end = strings.Index(value[start:], " #"); end >= 0 {
			end += start
		} else {
			end = len(value)
		}
	}
	p.Whole = unquoted(strings.TrimSpace(value[start:max(end, start)]))
	return p
}

// path is the keys of the open nodes.
func (o *outliner) path() []string {
	var path []string
	for _, n := range o.stack[1:] {
		if n.Key == "" {
			path = append(path, itemMark)
		} else {
			path = append(path, n.Key)
		}
	}
	return path
}

// beside are the keys of the object in which a place lies, as far as the
// outline of the whole text shows it.
func beside(root *Node, p Place, line int) []*Node {
	path := p.Path
	if !p.Key && len(path) > 0 {
		path = path[:len(path)-1]
	}
	n := root
	for _, key := range path {
		if n == nil {
			return nil
		}
		if key != itemMark {
			n = n.child(key)
			continue
		}
		var item *Node
		for _, c := range n.Children {
			if c.Key == "" && c.Line <= line {
				item = c
			}
		}
		n = item
	}
	var list []*Node
	for _, c := range n.names() {
		if c.Line != line || p.Flow {
			list = append(list, c)
		}
	}
	return list
}

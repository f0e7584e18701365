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
	k := braces{path: p.Path}
	for i := 0; i < len(head); {
		i = k.next(head, i)
	}
	p.Path = k.path
	start := k.start
	for start < len(head) && head[start] == ' ' {
		start++
	}
	p.Flow, p.Key, p.Text = len(k.open) > 0, k.key, k.quoted
	p.From = runes(here[:begin+start]) + 1
	p.Word = head[start:]
	p.Whole = wholeWord(value, start, p.Flow)
	return p
}

// wholeWord is what begins at a byte of a value.
func wholeWord(value string, start int, flow bool) string {
	if start >= len(value) {
		return ""
	}
	end := len(value)
	if flow {
		end = max(wordEnd(value, start), start)
	} else if i := strings.Index(value[start:], " #"); i >= 0 {
		end = start + i
	}
	return unquoted(strings.TrimSpace(value[start:end]))
}

// braces goes through a value character by character.
type braces struct {
	path    []string
	open    []byte // the brackets that are open
	lengths []int  // of the path, at each
	key     bool   // a key stands here
	quoted  bool   // within a quotation that is not closed
	start   int    // of the word
}

// next takes the piece of the head at i, and returns where the next one begins.
func (k *braces) next(head string, i int) int {
	switch c := head[i]; c {
	case '{', '[':
		k.open, k.lengths = append(k.open, c), append(k.lengths, len(k.path))
		if c == '[' {
			k.path = append(slices.Clip(k.path), itemMark)
		}
		k.key, k.start = c == '{', i+1
	case '}', ']':
		if n := len(k.open); n > 0 {
			k.path, k.open, k.lengths = k.path[:k.lengths[n-1]], k.open[:n-1], k.lengths[:n-1]
		}
		k.key, k.start = false, i+1
	case ',':
		if n := len(k.open); n > 0 && k.open[n-1] == '{' {
			k.path, k.key = k.path[:k.lengths[n-1]], true
		}
		k.start = i + 1
	case '"', '\'':
		j := strings.IndexByte(head[i+1:], c)
		if j < 0 {
			k.quoted, k.start = true, i
			return len(head)
		}
		return i + j + 2
	case ':':
		if k.key && (i+1 == len(head) || head[i+1] == ' ') {
			k.path, k.key, k.start = append(slices.Clip(k.path), unquoted(strings.TrimSpace(head[k.start:i]))), false, i+1
		}
	}
	return i + 1
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

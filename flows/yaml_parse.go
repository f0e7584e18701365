package flows

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds of a catalogue's sources.
const (
	maxFile  = 2 << 20 // bytes of one file
	maxFiles = 200
	maxDepth = 24 // mappings and lists within each other; the grammar needs ten
)

// parse reads one file into nodes. What YAML allows and a flow file does not
// need – anchors, tags, several documents – is refused, so that nothing can be
// larger than it looks.
func (r *reader) parse(file File) *yaml.Node {
	r.file = file.Name
	start := position{file.Name, 1, 1}
	if len(file.Text) > maxFile {
		r.fail(start, "the file is larger than 2 MiB: divide it into several files in one folder")
		return nil
	}
	if line, ok := invalidLine(file.Text); ok {
		r.fail(position{file.Name, line, 1}, "this line is not UTF-8 text: save the file as UTF-8")
		return nil
	}
	if len(bytes.TrimSpace(file.Text)) == 0 {
		r.fail(start, "the file is empty")
		return nil
	}
	if at, ok := r.tooDeep(file.Text); ok {
		r.fail(at, "this is nested too deeply: at most %d levels", maxDepth)
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(file.Text, &doc); err != nil {
		r.failSyntax(file, err)
		return nil
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) > 0 {
		root = root.Content[0]
	}
	if !r.plain(root, 0) {
		return nil
	}
	return root
}

// tooDeep finds flow collections nested deeper than any flow file needs, before
// the parser spends time on them.
func (r *reader) tooDeep(text []byte) (position, bool) {
	depth, line, col := 0, 1, 0
	for _, c := range string(text) {
		col++
		switch c {
		case '\n':
			line, col = line+1, 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		}
		if depth > 4*maxDepth {
			return position{r.file, line, col}, true
		}
	}
	return position{}, false
}

func invalidLine(text []byte) (int, bool) {
	if utf8.Valid(text) {
		return 0, false
	}
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1, true
		}
	}
	return 1, true
}

// plain refuses references, tags and depth, everywhere in the tree.
func (r *reader) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.fail(r.at(n), "this is nested too deeply: at most %d levels", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.fail(r.at(n), "references with & and * are not used here: write the text out, or put it in quotes")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(r.at(n), "tags with ! are not used here: put the text in quotes")
		return false
	}
	ok := true
	for _, child := range n.Content {
		ok = r.plain(child, depth+1) && ok
	}
	return ok
}

// failSyntax puts the parser's complaint in words that help.
func (r *reader) failSyntax(file File, err error) {
	at, message := position{file.Name, 1, 1}, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		at.line, at.col = load.Mark.Line, load.Mark.Column
		if at.line == 0 {
			at.line, at.col = load.ContextMark.Line, load.ContextMark.Column
		}
	}
	if line, col, ok := tabbed(file.Text, at.line); ok {
		r.fail(position{file.Name, line, col}, "a Tab character: indent with spaces")
		return
	}
	r.fail(at, "this is not valid YAML here or just above: %s (is a quote, a colon or the indentation missing?)", message)
}

// tabbed finds a tab in the indentation of the line, or of the one before it.
func tabbed(text []byte, line int) (int, int, bool) {
	lines := strings.Split(string(text), "\n")
	for _, n := range []int{line, line - 1, line + 1} {
		if n < 1 || n > len(lines) {
			continue
		}
		l := lines[n-1]
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if col := strings.IndexByte(indent, '\t'); col >= 0 {
			return n, col + 1, true
		}
	}
	return 0, 0, false
}

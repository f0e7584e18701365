package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds of a file of profiles.
const (
	maxFile   = 1 << 20 // bytes
	maxDepth  = 24      // mappings and lists within each other
	maxFaults = 20      // that are told at once
)

// reader turns nodes into profiles and notes everything that does not fit.
type reader struct {
	file    string
	faults  []error
	foreign map[*yaml.Node]bool // nodes of the built-in profiles
	here    *yaml.Node          // the name of the profile being read
}

// mark notes the nodes of a built-in profile.
func (r *reader) mark(n *yaml.Node) {
	r.foreign[n] = true
	for _, child := range n.Content {
		r.mark(child)
	}
}

// fail notes a fault at a place. What is wrong with a line of a built-in
// profile is told at the name of the profile that extends it.
func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	if r.foreign[n] {
		n = r.here
	}
	if len(r.faults) >= maxFaults {
		return
	}
	r.faults = append(r.faults, fmt.Errorf("%s:%d:%d: %s", r.file, n.Line, n.Column, fmt.Sprintf(format, args...)))
}

func (r *reader) err() error { return errors.Join(r.faults...) }

// parse reads a file into nodes. References and tags are refused, so that
// nothing can be larger than it looks.
func (r *reader) parse(text []byte) *yaml.Node {
	start := &yaml.Node{Line: 1, Column: 1}
	switch {
	case len(text) > maxFile:
		r.fail(start, "the file is larger than 1 MiB")
	case !utf8.Valid(text):
		r.fail(start, "the file is not UTF-8 text")
	case len(bytes.TrimSpace(text)) == 0:
		r.fail(start, "the file is empty")
	case tooDeep(text):
		r.fail(start, "the file is nested too deeply: at most %d levels", maxDepth)
	}
	if len(r.faults) > 0 {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		r.syntax(err)
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

// tooDeep finds brackets nested deeper than any profile needs, before the
// parser spends time on them.
func tooDeep(text []byte) bool {
	depth := 0
	for _, c := range text {
		switch c {
		case '[', '{':
			if depth++; depth > 4*maxDepth {
				return true
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return false
}

// syntax puts the parser's complaint at its place.
func (r *reader) syntax(err error) {
	at, message := &yaml.Node{Line: 1, Column: 1}, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		at.Line, at.Column = max(1, load.Mark.Line), max(1, load.Mark.Column)
	}
	r.fail(at, "this is not YAML: %s (a text with {braces} needs quotes)", message)
}

func (r *reader) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.fail(n, "this is nested too deeply: at most %d levels", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.fail(n, "references with & and * are not used here: write it out")
		return false
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(n, "tags with ! are not used here: put the text in quotes")
		return false
	}
	ok := n.Kind != yaml.MappingNode || r.distinct(n)
	for _, child := range n.Content {
		ok = r.plain(child, depth+1) && ok
	}
	return ok
}

// distinct refuses a mapping in which a key is no word or stands twice.
func (r *reader) distinct(n *yaml.Node) bool {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(key, "a name must be a single word (a text with {braces} needs quotes)")
			return false
		case seen[key.Value]:
			r.fail(key, "%q stands twice: keep one", key.Value)
			return false
		}
		seen[key.Value] = true
	}
	return true
}

// member is one line of a mapping.
type member struct {
	key   *yaml.Node
	name  string
	value *yaml.Node
}

// members reads a mapping in its order. A line set to null is as if it were
// not there.
func (r *reader) members(n *yaml.Node, what string) []member {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s must be lines of `name: value`", what)
		return nil
	}
	list := make([]member, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !null(n.Content[i+1]) {
			list = append(list, member{n.Content[i], n.Content[i].Value, n.Content[i+1]})
		}
	}
	return list
}

// fields reads a mapping whose keys are known beforehand. A note is allowed
// everywhere.
func (r *reader) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	fields := map[string]*yaml.Node{}
	for _, m := range r.members(n, what) {
		switch {
		case m.name == "note":
		case !slices.Contains(known, m.name):
			r.fail(m.key, "%s has no %q: there are %s", what, m.name, strings.Join(known, ", "))
		default:
			fields[m.name] = m.value
		}
	}
	return fields
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// text reads a scalar.
func (r *reader) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode {
		r.fail(n, "%s must be a single text", what)
		return ""
	}
	return n.Value
}

// texts reads a list of scalars, or one.
func (r *reader) texts(n *yaml.Node, what string) []string {
	if n.Kind != yaml.SequenceNode {
		return []string{r.text(n, what)}
	}
	list := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		list = append(list, r.text(item, what))
	}
	return list
}

func (r *reader) boolean(n *yaml.Node, what string) bool {
	switch strings.ToLower(r.text(n, what)) {
	case "true", "yes":
		return true
	case "false", "no":
		return false
	}
	r.fail(n, "%s must be true or false", what)
	return false
}

// number reads a whole number between two bounds.
func (r *reader) number(n *yaml.Node, what string, least, most int) int {
	v, err := strconv.Atoi(r.text(n, what))
	if err != nil || v < least || v > most {
		r.fail(n, "%s must be a number from %d to %d", what, least, most)
		return least
	}
	return v
}

// duration reads 7s or 500ms, more than nothing and at most the bound.
func (r *reader) duration(n *yaml.Node, what string, most time.Duration) time.Duration {
	d, err := time.ParseDuration(r.text(n, what))
	if err != nil || d <= 0 || d > most {
		r.fail(n, "%s must be a time such as 5s, at most %v", what, most)
		return most
	}
	return d
}

// oneOf reads a word out of a few.
func (r *reader) oneOf(n *yaml.Node, what string, words ...string) string {
	w := r.text(n, what)
	if !slices.Contains(words, w) {
		r.fail(n, "%s must be %s", what, strings.Join(words, " or "))
	}
	return w
}

// merge lays one tree over another: mappings are joined, everything else is
// replaced. Neither is changed.
func merge(under, over *yaml.Node) *yaml.Node {
	if under == nil || under.Kind != yaml.MappingNode || over.Kind != yaml.MappingNode {
		return over
	}
	both := *over
	both.Content = slices.Clone(under.Content)
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, value := over.Content[i], over.Content[i+1]
		at := 0
		for at < len(both.Content) && both.Content[at].Value != key.Value {
			at += 2
		}
		if at == len(both.Content) {
			both.Content = append(both.Content, key, value)
			continue
		}
		both.Content[at], both.Content[at+1] = key, merge(both.Content[at+1], value)
	}
	return &both
}

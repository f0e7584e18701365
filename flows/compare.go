package flows

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Difference is one thing that stands otherwise in a newer version of the
// flows. Comments, spacing and order are none.
type Difference struct {
	Path   []string // from the section down: flows, fogging, title, bn
	Change Change
	Was    string // one line; empty where a whole block was added or removed
	Is     string
}

// Change is how something differs.
type Change string

// The changes there are.
const (
	Added   Change = "added"
	Removed Change = "removed"
	Changed Change = "changed"
)

// Comparison is what differs between two versions, in the order of the file,
// and what their services are called.
type Comparison struct {
	Differences []Difference
	Titles      map[string]map[string]string // by flow and language
	More        bool                         // there are more than are listed
}

// Bounds of a comparison.
const (
	maxDifferences = 400
	maxValue       = 300 // characters of a value
)

// Compare finds what differs between two versions. They need not be sound, but
// must be YAML.
func Compare(before, after []File) (Comparison, error) {
	was, err := treeOf(before)
	if err != nil {
		return Comparison{}, fmt.Errorf("compare flows: the former version: %w", err)
	}
	is, err := treeOf(after)
	if err != nil {
		return Comparison{}, fmt.Errorf("compare flows: the newer version: %w", err)
	}
	c := Comparison{Titles: map[string]map[string]string{}}
	c.compare(nil, was, is)
	for _, version := range []*tree{was, is} {
		c.entitle(version)
	}
	return c, nil
}

// tree is a part of a flow file without its comments, places and styles.
type tree struct {
	kind  yaml.Kind
	text  string // of a scalar
	keys  []string
	kids  map[string]*tree
	items []*tree
}

func treeOf(files []File) (*tree, error) {
	whole := &tree{kind: yaml.MappingNode, kids: map[string]*tree{}}
	for _, f := range files {
		r := &reader{}
		root := r.parse(f)
		if root == nil {
			return nil, fmt.Errorf("%s", r.list[0].String())
		}
		whole.join(plainTree(root))
	}
	return whole, nil
}

// plainTree copies nodes. parse has refused what is too deep.
func plainTree(n *yaml.Node) *tree {
	t := &tree{kind: n.Kind, text: n.Value}
	switch n.Kind {
	case yaml.MappingNode:
		t.kids = map[string]*tree{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			t.put(n.Content[i].Value, plainTree(n.Content[i+1]))
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			t.items = append(t.items, plainTree(item))
		}
	}
	return t
}

func (t *tree) put(key string, kid *tree) {
	if t.kids[key] == nil {
		t.keys = append(t.keys, key)
	}
	t.kids[key] = kid
}

// join adds another file: a section may be divided among files.
func (t *tree) join(other *tree) {
	for _, section := range other.keys {
		kid, known := other.kids[section], t.kids[section]
		if known == nil || known.kind != yaml.MappingNode || kid.kind != yaml.MappingNode {
			t.put(section, kid)
			continue
		}
		for _, key := range kid.keys {
			known.put(key, kid.kids[key])
		}
	}
}

func (c *Comparison) entitle(version *tree) {
	flows := version.kids["flows"]
	if flows == nil {
		return
	}
	for _, id := range flows.keys {
		title := flows.kids[id].kids["title"]
		if title == nil {
			continue
		}
		c.Titles[id] = map[string]string{}
		for _, lang := range title.keys {
			c.Titles[id][lang] = title.kids[lang].text
		}
	}
}

func (c *Comparison) add(path []string, change Change, was, is *tree) {
	if len(c.Differences) == maxDifferences {
		c.More = true
		return
	}
	d := Difference{Path: slices.Clone(path), Change: change}
	if was != nil && (was.kind == yaml.ScalarNode || change == Changed) {
		d.Was = was.line()
	}
	if is != nil && (is.kind == yaml.ScalarNode || change == Changed) {
		d.Is = is.line()
	}
	c.Differences = append(c.Differences, d)
}

func (c *Comparison) compare(path []string, was, is *tree) {
	switch {
	case was.kind != is.kind:
		c.add(path, Changed, was, is)
	case was.kind == yaml.MappingNode:
		for _, key := range was.keys {
			if is.kids[key] == nil {
				c.add(append(path, key), Removed, was.kids[key], nil)
			}
		}
		for _, key := range is.keys {
			if was.kids[key] == nil {
				c.add(append(path, key), Added, nil, is.kids[key])
				continue
			}
			c.compare(append(path, key), was.kids[key], is.kids[key])
		}
	case was.kind == yaml.SequenceNode:
		c.compareItems(path, was, is)
	case was.text != is.text:
		c.add(path, Changed, was, is)
	}
}

// compareItems says which lines of a list are gone and which are new; as many
// new blocks as gone ones are the same blocks, changed. Where only the order
// is another, the list as a whole has changed.
func (c *Comparison) compareItems(path []string, was, is *tree) {
	before, after := was.lines(), is.lines()
	gone, come := was.without(before, after), is.without(after, before)
	switch {
	case len(gone) == 0 && len(come) == 0:
		if !slices.Equal(before, after) {
			c.add(path, Changed, was, is)
		}
		return
	case len(gone) == len(come) && blocks(gone) && blocks(come):
		for i := range gone {
			c.compare(path, gone[i], come[i])
		}
		return
	}
	for _, item := range gone {
		c.item(path, Removed, item)
	}
	for _, item := range come {
		c.item(path, Added, item)
	}
}

// without are the items whose lines the other list does not have.
func (t *tree) without(lines, other []string) []*tree {
	var list []*tree
	for i, line := range lines {
		if !slices.Contains(other, line) {
			list = append(list, t.items[i])
		}
	}
	return list
}

func blocks(items []*tree) bool {
	return !slices.ContainsFunc(items, func(t *tree) bool { return t.kind != yaml.MappingNode })
}

// item is a line of a list, which is shown whole.
func (c *Comparison) item(path []string, change Change, item *tree) {
	shown := &tree{kind: yaml.ScalarNode, text: item.line()}
	if change == Added {
		c.add(path, Added, nil, shown)
		return
	}
	c.add(path, Removed, shown, nil)
}

func (t *tree) lines() []string {
	lines := make([]string, len(t.items))
	for i, item := range t.items {
		var b bytes.Buffer
		item.write(&b)
		lines[i] = b.String()
	}
	return lines
}

// line is the part on one line, cut where it is long.
func (t *tree) line() string {
	var b bytes.Buffer
	t.write(&b)
	runes := []rune(strings.Join(strings.Fields(b.String()), " "))
	if len(runes) > maxValue {
		return string(runes[:maxValue]) + "…"
	}
	return string(runes)
}

func (t *tree) write(b *bytes.Buffer) {
	switch t.kind {
	case yaml.MappingNode:
		for i, key := range t.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(key + ": ")
			t.kids[key].write(b)
		}
	case yaml.SequenceNode:
		for i, item := range t.items {
			if i > 0 {
				b.WriteString(", ")
			}
			item.write(b)
		}
	default:
		b.WriteString(t.text)
	}
}

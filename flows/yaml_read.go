package flows

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v4"
)

// reader turns nodes into drafts and notes everything that does not fit.
type reader struct {
	faults
	file  string
	codes []word // languages as they were used, judged when all files are read
}

func (r *reader) at(n *yaml.Node) position { return position{r.file, n.Line, n.Column} }

// word is a scalar and where it stands.
type word struct {
	position
	text string
}

// member is one key of a mapping with its value.
type member struct {
	key   word
	value *yaml.Node
}

// members reads a mapping in its order. A key that stands twice is a fault.
func (r *reader) members(n *yaml.Node, what string) []member {
	if n.Kind != yaml.MappingNode {
		r.fail(r.at(n), "%s must be lines of `name: value`, not %s", what, kindName(n))
		return nil
	}
	list := make([]member, 0, len(n.Content)/2)
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.fail(r.at(key), "a name must be a single word (a text with {braces} needs quotes)")
			continue
		}
		if line, twice := seen[key.Value]; twice {
			r.fail(r.at(key), "%q stands twice in %s (first in line %d): keep one", key.Value, what, line)
			continue
		}
		seen[key.Value] = key.Line
		list = append(list, member{word{r.at(key), key.Value}, n.Content[i+1]})
	}
	return list
}

// fields reads a mapping whose keys are known beforehand.
func (r *reader) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	list := r.members(n, what)
	if list == nil {
		return nil
	}
	fields := make(map[string]*yaml.Node, len(list))
	for _, m := range list {
		if !has(known, m.key.text) {
			r.fail(m.key.position, "%s has no %q%s", what, m.key.text, suggest(m.key.text, known))
			continue
		}
		fields[m.key.text] = m.value
	}
	return fields
}

// items reads a list.
func (r *reader) items(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.fail(r.at(n), "%s must be a list: lines that begin with a dash, or [a, b]", what)
		return nil
	}
	return n.Content
}

// word reads a scalar that must not be empty.
func (r *reader) word(n *yaml.Node, what string) word {
	if n.Kind != yaml.ScalarNode {
		r.fail(r.at(n), "%s must be a single text, not %s", what, kindName(n))
		return word{position: r.at(n)}
	}
	if strings.TrimSpace(n.Value) == "" || n.ShortTag() == "!!null" {
		r.fail(r.at(n), "%s is empty", what)
		return word{position: r.at(n)}
	}
	return word{r.at(n), n.Value}
}

// words reads a list of scalars, or one.
func (r *reader) words(n *yaml.Node, what string) []word {
	if n.Kind == yaml.ScalarNode {
		return []word{r.word(n, what)}
	}
	var list []word
	for _, item := range r.items(n, what) {
		if w := r.word(item, what); w.text != "" {
			list = append(list, w)
		}
	}
	return list
}

func (r *reader) boolean(n *yaml.Node, what string) bool {
	if n.Kind == yaml.ScalarNode {
		switch strings.ToLower(n.Value) {
		case "true", "yes":
			return true
		case "false", "no":
			return false
		}
	}
	r.fail(r.at(n), "%s must be true or false", what)
	return false
}

// number reads a finite number.
func (r *reader) number(n *yaml.Node, what string) float64 {
	if n.Kind == yaml.ScalarNode {
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && f == f && f < 1e15 && f > -1e15 {
			return f
		}
	}
	r.fail(r.at(n), "%s must be a number", what)
	return 0
}

// maxDuration is the longest time a flow file may name.
const maxDuration = 366 * 24 * time.Hour

// duration reads 20m, 12h or 2d.
func (r *reader) duration(n *yaml.Node, what string) time.Duration {
	units := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	if n.Kind == yaml.ScalarNode && len(n.Value) > 1 && len(n.Value) < 8 {
		last := len(n.Value) - 1
		count, err := strconv.Atoi(n.Value[:last])
		unit := units[n.Value[last]]
		if err == nil && count > 0 && unit > 0 && time.Duration(count) <= maxDuration/unit {
			return time.Duration(count) * unit
		}
	}
	r.fail(r.at(n), "%s must be a number with m (minutes), h (hours) or d (days), such as 2d", what)
	return 0
}

// name reads a scalar that is used as a name: small letters, digits and _.
func (r *reader) name(w word, what string) bool {
	ok := w.text != "" && len(w.text) <= 40 && w.text[0] >= 'a' && w.text[0] <= 'z'
	for i := 0; i < len(w.text); i++ {
		ok = ok && nameByte(w.text[i])
	}
	if !ok {
		r.fail(w.position, "%s %q: a name is small English letters, digits and _, at most 40, beginning with a letter", what, w.text)
	}
	return ok
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "lines of `name: value`"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a single text"
	}
}

// suggest is `: did you mean "x"?` when a known name is close, otherwise the
// names there are, when they are few.
func suggest(name string, known []string) string {
	if best := closest(name, known); best != "" {
		return ": did you mean " + strconv.Quote(best) + "?"
	}
	if len(known) == 0 || len(known) > 16 {
		return ""
	}
	return ": there are " + strings.Join(known, ", ")
}

// closest is the known name that was probably meant, or empty.
func closest(name string, known []string) string {
	best, distance := "", 1+typos(utf8.RuneCountInString(name))
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// typos is how many slips of the finger a name of n letters is forgiven.
func typos(n int) int {
	switch {
	case n < 4:
		return 1
	case n < 9:
		return 2
	default:
		return n / 3
	}
}

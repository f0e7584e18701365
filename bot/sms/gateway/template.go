package gateway

import (
	"strings"
)

// scope says where a variable of a template comes from.
type scope byte

const (
	literal   scope = iota // the text itself
	configure              // {{cfg.x}}, filled in at load
	secret                 // {{secret.x}}, filled in at load
	variable               // {{text}}: of the message
)

// piece is a part of a template.
type piece struct {
	scope   scope
	text    string // literal text, or the value of a setting
	name    string // of a variable
	filters []filter
}

// template is a leaf of a request: text with {{variable|filter}} in it.
type template []piece

// hidden stands for a secret where people see the request.
const hidden = "hidden"

// vars are the values of a message's variables.
type vars map[string]string

// fill writes the leaf out. With hide secrets are left out.
func (t template) fill(v vars, hide bool) string {
	if len(t) == 1 && t[0].scope == literal {
		return t[0].text
	}
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.fill(v, hide))
	}
	return b.String()
}

func (p *piece) fill(v vars, hide bool) string {
	s := p.text
	switch {
	case p.scope == variable:
		s = v[p.name]
	case p.scope == secret && hide:
		return hidden
	}
	for _, f := range p.filters {
		s = f.apply(s)
	}
	return s
}

// uses says whether the leaf names a variable of the message.
func (t template) uses(name string) bool {
	for _, p := range t {
		if p.scope == variable && p.name == name {
			return true
		}
	}
	return false
}

// fixed says whether the leaf is the same for all messages.
func (t template) fixed() bool {
	for _, p := range t {
		if p.scope == variable {
			return false
		}
	}
	return true
}

// secretly says whether a secret stands in the leaf.
func (t template) secretly() bool {
	for _, p := range t {
		if p.scope == secret {
			return true
		}
	}
	return false
}

// bare says whether the leaf is one variable through the filter `number`, so
// that JSON carries it without quotes.
func (t template) bare() bool {
	if len(t) != 1 || t[0].scope == literal {
		return false
	}
	for _, f := range t[0].filters {
		if f.name == "number" {
			return true
		}
	}
	return false
}

// cutTemplate divides a text into what stands outside and inside {{…}}: even
// parts are outside. It is false when a brace pair is not closed.
func cutTemplate(s string) (parts []string, ok bool) {
	for {
		before, rest, found := strings.Cut(s, "{{")
		parts = append(parts, before)
		if !found {
			return parts, true
		}
		inside, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return parts, false
		}
		parts = append(parts, strings.TrimSpace(inside))
		s = after
	}
}

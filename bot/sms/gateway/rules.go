package gateway

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ruleKeys are what a rule may say.
var ruleKeys = []string{"http", "json", "xml", "regex", "any"}

// rule is what an answer must be like: all that it says must hold.
type rule struct {
	http  []string // "200", "5xx"
	where []condition
	regex *regexp.Regexp
	any   rules // of these one, if there are any
}

// rules are several of which one suffices.
type rules []rule

// condition is a place in a document and what may stand there.
type condition struct {
	path   string
	xml    bool
	values []string
	secret template // instead of values
}

// holds says whether one of the rules fits.
func (rs rules) holds(a *response) bool {
	for i := range rs {
		if rs[i].holds(a) {
			return true
		}
	}
	return false
}

func (r *rule) holds(a *response) bool {
	if len(r.http) > 0 && !slices.ContainsFunc(r.http, func(s string) bool { return sameStatus(s, a.status) }) {
		return false
	}
	for _, c := range r.where {
		v, ok := a.value(c.path, c.xml)
		if !ok || !slices.Contains(c.values, v) {
			return false
		}
	}
	if r.regex != nil && !r.regex.Match(a.body) {
		return false
	}
	return len(r.any) == 0 || r.any.holds(a)
}

// sameStatus compares with 404 or 4xx.
func sameStatus(s string, status int) bool {
	got := strconv.Itoa(status)
	return s == got || len(s) == 3 && s[1:] == "xx" && s[0] == got[0]
}

// rules reads one rule or a list of them.
func (b *builder) rules(n *yaml.Node, what string) rules {
	if n.Kind != yaml.SequenceNode {
		return rules{b.rule(n, what)}
	}
	var list rules
	for _, item := range n.Content {
		list = append(list, b.rule(item, what))
	}
	return list
}

func (b *builder) rule(n *yaml.Node, what string) rule {
	f := b.fields(n, what, ruleKeys...)
	if len(f) == 0 {
		b.fail(n, "%s says nothing: it needs one of %s", what, strings.Join(ruleKeys, ", "))
	}
	var r rule
	if h := f["http"]; h != nil {
		for _, s := range b.texts(h, "http") {
			if status, err := strconv.Atoi(s); (err != nil || status < 100 || status > 599) && !statusClass.MatchString(s) {
				b.fail(h, "http: %q is no status like 200 or 5xx", s)
			}
			r.http = append(r.http, s)
		}
	}
	r.where = append(b.conditions(f["json"], "json", false), b.conditions(f["xml"], "xml", true)...)
	if re := f["regex"]; re != nil {
		r.regex = b.pattern(re, "regex")
	}
	if or := f["any"]; or != nil {
		r.any = b.rules(or, "any")
	}
	return r
}

var statusClass = regexp.MustCompile(`^[1-5]xx$`)

// conditions reads [[path, in, [values]], [path, eq, value]].
func (b *builder) conditions(n *yaml.Node, what string, xml bool) []condition {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		b.fail(n, "%s must be a list of [path, in, [values]] or [path, eq, value]", what)
		return nil
	}
	var list []condition
	for _, item := range n.Content {
		if item.Kind != yaml.SequenceNode || len(item.Content) != 3 {
			b.fail(item, "%s must be a list of [path, in, [values]] or [path, eq, value]", what)
			continue
		}
		c := condition{path: b.text(item.Content[0], what), xml: xml}
		b.oneOf(item.Content[1], what, "in", "eq")
		for _, v := range b.listed(item.Content[2]) {
			t := b.template(v, what, nil)
			if t.secretly() {
				c.secret = t
				continue
			}
			c.values = append(c.values, t.fill(nil, false))
		}
		list = append(list, c)
	}
	return list
}

// listed are the elements of a list, or the only one.
func (b *builder) listed(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

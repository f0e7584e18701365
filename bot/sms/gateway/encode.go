package gateway

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"unicode"
)

// address is the URL with the message's variables and the secrets escaped, so
// that they stay in their place.
func (s *sending) address(v vars, hide bool) string {
	var b strings.Builder
	for _, p := range s.url {
		text := p.fill(v, hide)
		if p.scope == variable || p.scope == secret {
			text = strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		}
		b.WriteString(text)
	}
	return b.String()
}

// uses says whether a variable stands anywhere in the request.
func (s *sending) uses(name string) bool {
	for _, list := range [][]field{s.query, s.headers} {
		for _, f := range list {
			if f.value.uses(name) {
				return true
			}
		}
	}
	return s.url.uses(name) || s.body.uses(name)
}

func (l *leaf) uses(name string) bool {
	if l == nil {
		return false
	}
	for _, f := range l.fields {
		if f.node.uses(name) {
			return true
		}
	}
	for _, item := range l.items {
		if item.uses(name) {
			return true
		}
	}
	return l.text.uses(name)
}

// flat says whether the tree is names with texts, or lists of texts: a form.
func (l *leaf) flat() bool {
	for _, f := range l.fields {
		if len(f.node.fields) > 0 {
			return false
		}
		for _, item := range f.node.items {
			if item.branch {
				return false
			}
		}
	}
	return true
}

// encode writes the body out and says what it is.
func (s *sending) encode(v vars, hide bool) (body []byte, contentType string) {
	var b bytes.Buffer
	switch {
	case s.body == nil:
		return nil, ""
	case s.kind == bodyJSON:
		s.body.appendJSON(&b, v, hide)
		return b.Bytes(), "application/json; charset=utf-8"
	case s.kind == bodyForm:
		s.body.appendForm(&b, v, hide)
		return b.Bytes(), "application/x-www-form-urlencoded"
	default:
		b.WriteString(xml.Header)
		root := s.body.fields[0]
		root.node.appendXML(&b, root.name, v, hide)
		return b.Bytes(), "text/xml; charset=utf-8"
	}
}

func (l *leaf) appendJSON(b *bytes.Buffer, v vars, hide bool) {
	switch {
	case l.raw != "":
		b.WriteString(l.raw)
	case l.list:
		b.WriteByte('[')
		for i, item := range l.items {
			comma(b, i)
			item.appendJSON(b, v, hide)
		}
		b.WriteByte(']')
	case l.branch:
		b.WriteByte('{')
		for i, f := range l.fields {
			comma(b, i)
			b.WriteString(jsonText(f.name))
			b.WriteByte(':')
			f.node.appendJSON(b, v, hide)
		}
		b.WriteByte('}')
	default:
		text := l.text.fill(v, hide)
		if l.text.bare() && validJSON(text) && strings.IndexFunc(text, notInNumber) < 0 {
			b.WriteString(text)
			return
		}
		b.WriteString(jsonText(text))
	}
}

func comma(b *bytes.Buffer, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func notInNumber(r rune) bool { return !strings.ContainsRune("0123456789.-+eE", r) }

func validJSON(s string) bool { return json.Valid([]byte(s)) }

func (l *leaf) appendForm(b *bytes.Buffer, v vars, hide bool) {
	var list []field
	for _, f := range l.fields {
		if !f.node.list {
			list = append(list, field{f.name, f.node.text})
		}
		for _, item := range f.node.items {
			list = append(list, field{f.name, item.text})
		}
	}
	appendPairs(b, list, v, hide)
}

// appendPairs writes names and values as a form or a query has them.
func appendPairs(b *bytes.Buffer, list []field, v vars, hide bool) {
	for i, f := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(f.name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(f.value.fill(v, hide)))
	}
}

// appendXML writes an element: @name is an attribute, #text its text, a list
// the element several times.
func (l *leaf) appendXML(b *bytes.Buffer, name string, v vars, hide bool) {
	if l.list {
		for _, item := range l.items {
			item.appendXML(b, name, v, hide)
		}
		return
	}
	b.WriteString("<" + name)
	for _, f := range l.fields {
		if attribute, ok := strings.CutPrefix(f.name, "@"); ok {
			b.WriteString(" " + attribute + `="`)
			escapeXML(b, f.node.text.fill(v, hide))
			b.WriteByte('"')
		}
	}
	b.WriteByte('>')
	escapeXML(b, l.text.fill(v, hide))
	for _, f := range l.fields {
		switch {
		case f.name == "#text":
			escapeXML(b, f.node.text.fill(v, hide))
		case !strings.HasPrefix(f.name, "@"):
			f.node.appendXML(b, f.name, v, hide)
		}
	}
	b.WriteString("</" + name + ">")
}

func escapeXML(b *bytes.Buffer, s string) {
	_ = xml.EscapeText(b, []byte(s)) // a bytes.Buffer takes everything
}

func xmlText(s string) string {
	var b bytes.Buffer
	escapeXML(&b, s)
	return b.String()
}

// xmlName says whether an element can be called so.
func xmlName(s string) bool {
	for i, r := range s {
		begins := r == '_' || r == ':' || unicode.IsLetter(r)
		goesOn := r == '-' || r == '.' || unicode.IsDigit(r)
		if !begins && (i == 0 || !goesOn) {
			return false
		}
	}
	return s != ""
}

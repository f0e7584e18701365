package gateway

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// document is something that was read: a form, JSON or XML. Values are found
// by path; several messages in it are its items.
type document interface {
	// value is the text at a path; false when there is none.
	value(path string) (string, bool)
	// items are the documents of a list at a path; false when there is no list.
	items(path string) ([]document, bool)
}

// root says whether a path means the whole document.
func root(path string) bool { return path == "" || path == "$" }

// jsonDoc is a value of JSON.
type jsonDoc struct{ v any }

// parseJSON reads one JSON value. Numbers stay as they were written.
func parseJSON(body []byte) (document, bool) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, false
	}
	return jsonDoc{v}, true
}

func (d jsonDoc) value(path string) (string, bool) {
	v, ok := walkJSON(d.v, path)
	if !ok {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func (d jsonDoc) items(path string) ([]document, bool) {
	v, ok := walkJSON(d.v, path)
	list, isList := v.([]any)
	if !ok || !isList {
		return nil, false
	}
	docs := make([]document, len(list))
	for i, item := range list {
		docs[i] = jsonDoc{item}
	}
	return docs, true
}

// walkJSON goes down a path like messages.0.status.
func walkJSON(v any, path string) (any, bool) {
	if root(path) {
		return v, true
	}
	if m, ok := v.(map[string]any); ok {
		if found, ok := member1(m, path); ok {
			return found, true
		}
	}
	first, rest, deeper := strings.Cut(path, ".")
	switch t := v.(type) {
	case map[string]any:
		next, ok := member1(t, first)
		if !ok || !deeper {
			return next, ok
		}
		return walkJSON(next, rest)
	case []any:
		i, err := strconv.Atoi(first)
		if err != nil || i < 0 || i >= len(t) {
			return nil, false
		}
		return walkJSON(t[i], rest)
	}
	return nil, false
}

// member1 is a member by name, else the first in order of the alphabet whose
// name differs in capitals only.
func member1(m map[string]any, name string) (any, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	best, found := "", false
	if len(m) > maxPairs {
		return nil, false
	}
	for k := range m {
		if strings.EqualFold(k, name) && (!found || k < best) {
			best, found = k, true
		}
	}
	return m[best], found
}

// formDoc is a query or a form, in its order.
type formDoc []pair

type pair struct{ name, value string }

// maxPairs bounds a form.
const maxPairs = 1000

// parseForm reads a form leniently: a broken escape stands for itself, and
// %uXXXX, which old gateways write, is a character.
func parseForm(raw string) formDoc {
	var list formDoc
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if len(list) == maxPairs {
			break
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, pair{clean(unescape(name)), unescape(value)})
	}
	return list
}

// value is the first one of that name; the whole form has none.
func (d formDoc) value(path string) (string, bool) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, p := range d {
			if same(p.name, path) {
				return p.value, true
			}
		}
	}
	return "", false
}

func (d formDoc) items(string) ([]document, bool) { return nil, false }

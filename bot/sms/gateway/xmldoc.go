package gateway

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Bounds of an XML document.
const (
	maxElements = 10_000
	maxNesting  = 64
)

// xmlDoc is an element of XML.
type xmlDoc struct {
	name       string
	text       strings.Builder
	attributes []xml.Attr
	children   []*xmlDoc
}

// errXML says that a document is not one we read.
var errXML = errors.New("not plain XML")

// parseXML reads XML without a document type: there is none in what gateways
// send, and with it entities would come in.
func parseXML(body []byte) (document, bool) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset
	top := &xmlDoc{}
	open := []*xmlDoc{top}
	for n := 0; n < maxElements && len(open) <= maxNesting; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return top, len(open) == 1 && len(top.children) == 1
		}
		if err != nil {
			return nil, false
		}
		here := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n++
			child := &xmlDoc{name: t.Name.Local, attributes: t.Copy().Attr}
			here.children = append(here.children, child)
			open = append(open, child)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			here.text.Write(t)
		case xml.Directive:
			return nil, false
		}
	}
	return nil, false
}

// charset reads the encodings besides UTF-8 that old gateways declare.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1.NewDecoder().Reader(in), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, errXML
}

func (d *xmlDoc) value(path string) (string, bool) {
	found := d.find(path)
	if len(found) == 0 {
		return "", false
	}
	path, attribute, ok := strings.Cut(path, "@")
	if ok && (path == "" || strings.HasSuffix(path, "/")) {
		for _, a := range found[0].attributes {
			if a.Name.Local == attribute {
				return a.Value, true
			}
		}
		return "", false
	}
	return strings.TrimSpace(found[0].text.String()), true
}

func (d *xmlDoc) items(path string) ([]document, bool) {
	found := d.find(path)
	if len(found) == 0 {
		return nil, false
	}
	docs := make([]document, len(found))
	for i, f := range found {
		docs[i] = f
	}
	return docs, true
}

// find is what a path leads to: /a/b from the top, //a/b and a.b from
// anywhere.
func (d *xmlDoc) find(path string) []*xmlDoc {
	if at := strings.LastIndex(path, "@"); at >= 0 {
		path = strings.TrimSuffix(path[:at], "/")
	}
	if root(path) {
		return []*xmlDoc{d}
	}
	if !strings.HasPrefix(path, "/") {
		path = "//" + strings.ReplaceAll(path, ".", "/")
	}
	if anywhere, ok := strings.CutPrefix(path, "//"); ok {
		return d.search(strings.Split(anywhere, "/"), nil)
	}
	return d.down(strings.Split(path[1:], "/"), nil)
}

// down adds what the names lead to, step by step.
func (d *xmlDoc) down(names []string, to []*xmlDoc) []*xmlDoc {
	if len(names) == 0 {
		return append(to, d)
	}
	for _, c := range d.children {
		if c.name == names[0] {
			to = c.down(names[1:], to)
		}
	}
	return to
}

// search is down from every element, nearer ones first.
func (d *xmlDoc) search(names []string, to []*xmlDoc) []*xmlDoc {
	to = d.down(names, to)
	for _, c := range d.children {
		to = c.search(names, to)
	}
	return to
}

package gateway

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Bounds and defaults of a call.
const (
	longestCall = 8 * time.Second // no longer than the outbox waits
	usualCall   = 7 * time.Second
	mostTPS     = 1000
	longestText = 10000 // UTF-16 units
)

var sendKeys = []string{
	"method", "url", "query", "content_type", "body", "json", "form", "xml", "headers", "auth", "timeout", "tps", "max_text", "split",
	"ok", "reject", "retry", "retry_codes", "auth_codes", "reject_codes", "duplicate_codes", "provider_id", "error_code", "error_text",
	"dedup_ref", "ref_rule", "auth_when",
}

func (b *builder) readSend(n *yaml.Node) {
	f := b.fields(n, "send", sendKeys...)
	s := &sending{method: http.MethodPost, timeout: usualCall}
	b.p.send = s
	if f["method"] != nil {
		s.method = b.oneOf(f["method"], "method", http.MethodGet, http.MethodPost, http.MethodPut)
	}
	b.readURL(f["url"], n, s)
	s.query = b.leaves(f["query"], "query")
	s.headers = b.leaves(f["headers"], "headers")
	b.readBody(f, n, s)
	b.readAuth(f["auth"], s)
	b.readBounds(f, s)
	b.readOutcome(f, s)
	s.masked = s.uses("addr_raw")
}

// readURL reads where to call. The host must not depend on the message.
func (b *builder) readURL(n, part *yaml.Node, s *sending) {
	if n == nil {
		b.fail(part, "send has no `url`")
		return
	}
	s.url = b.template(n, "url", variables)
	u, err := url.Parse(s.address(nil, false))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Fragment != "" {
		b.fail(n, "url is not a web address like https://gateway.example/send")
		return
	}
	for _, p := range s.url {
		if p.scope == variable {
			break
		}
		if p.scope == literal && strings.ContainsAny(strings.TrimPrefix(strings.TrimPrefix(p.text, "https://"), "http://"), "/?") {
			b.warnClear(u)
			return
		}
	}
	if !s.url.fixed() {
		b.fail(n, "url: the host cannot depend on the message")
	}
	b.warnClear(u)
}

// warnClear notes a gateway that is called without encryption over a network.
func (b *builder) warnClear(u *url.URL) {
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		b.p.warned = append(b.p.warned, "gateway "+b.p.name+": its password and all texts go to "+u.Hostname()+" without encryption: ask the provider for an https address")
	}
}

// leaves reads named leaves.
func (b *builder) leaves(n *yaml.Node, what string) []field {
	if n == nil {
		return nil
	}
	var list []field
	for _, m := range b.members(n, what) {
		if m.value.Kind == yaml.SequenceNode {
			for _, item := range m.value.Content {
				list = append(list, field{m.name, b.template(item, what+"."+m.name, variables)})
			}
			continue
		}
		list = append(list, field{m.name, b.template(m.value, what+"."+m.name, variables)})
	}
	return list
}

// readBody reads `content_type` with `body`, or one of json, form and xml.
func (b *builder) readBody(f map[string]*yaml.Node, part *yaml.Node, s *sending) {
	var trees []*yaml.Node
	for _, kind := range []bodyKind{bodyJSON, bodyForm, bodyXML} {
		if n := f[string(kind)]; n != nil {
			s.kind, trees = kind, append(trees, n)
		}
	}
	if n := f["body"]; n != nil {
		trees = append(trees, n)
		if f["content_type"] == nil {
			b.fail(n, "body needs a `content_type`: json, form or xml")
			return
		}
		s.kind = bodyKind(b.oneOf(f["content_type"], "content_type", string(bodyJSON), string(bodyForm), string(bodyXML)))
	}
	switch {
	case len(trees) > 1:
		b.fail(part, "send has more than one body: keep one of body, json, form, xml (null takes an inherited one away)")
	case len(trees) == 1:
		s.body = b.tree(trees[0], string(s.kind), s.kind)
		b.checkBody(trees[0], s)
	}
}

// checkBody refuses a tree that its kind of body cannot hold.
func (b *builder) checkBody(n *yaml.Node, s *sending) {
	switch {
	case s.method == http.MethodGet:
		b.fail(n, "a GET has no body: use `query`")
	case s.kind == bodyForm && (n.Kind != yaml.MappingNode || !s.body.flat()):
		b.fail(n, "a form is lines of `name: text`")
	case s.kind == bodyXML && (n.Kind != yaml.MappingNode || len(s.body.fields) != 1 || s.body.fields[0].node.list):
		b.fail(n, "an XML body has one element around all others")
	case s.kind == bodyXML:
		b.checkElements(n)
	}
}

// checkElements refuses names that are none in XML.
func (b *builder) checkElements(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		for _, m := range b.members(n, "xml") {
			if m.name != "#text" && !xmlName(strings.TrimPrefix(m.name, "@")) {
				b.fail(m.key, "%q cannot be the name of an XML element", m.name)
			}
			b.checkElements(m.value)
		}
		return
	}
	for _, item := range n.Content {
		b.checkElements(item)
	}
}

// tree reads a body.
func (b *builder) tree(n *yaml.Node, what string, kind bodyKind) *leaf {
	l := &leaf{branch: true}
	switch {
	case n.Kind == yaml.MappingNode:
		for _, m := range b.members(n, what) {
			l.fields = append(l.fields, named{m.name, b.tree(m.value, what+"."+m.name, kind)})
		}
	case n.Kind == yaml.SequenceNode:
		l.list = true
		for i, item := range n.Content {
			l.items = append(l.items, b.tree(item, what+"."+strconv.Itoa(i), kind))
		}
	case kind == bodyJSON && slices.Contains([]string{"!!int", "!!float", "!!bool", "!!null"}, n.ShortTag()):
		l.raw, l.branch = b.rawJSON(n, what), false
	default:
		l.text, l.branch = b.template(n, what, variables), false
	}
	return l
}

// rawJSON is a number or word that stands without quotes in the profile and
// so in the JSON.
func (b *builder) rawJSON(n *yaml.Node, what string) string {
	raw := strings.ToLower(n.Value)
	if n.ShortTag() == "!!null" {
		raw = "null"
	}
	if !validJSON(raw) {
		b.fail(n, "%s: %s is no number in JSON: put it in quotes", what, n.Value)
	}
	return raw
}

// readAuth reads `auth`: none, basic, bearer or header. A rule under the same
// name tells refusals of our access, as `auth_when` does.
func (b *builder) readAuth(n *yaml.Node, s *sending) {
	if n == nil || n.Kind == yaml.ScalarNode && n.Value == "none" {
		return
	}
	if n.Kind != yaml.MappingNode || hasAny(n, ruleKeys) {
		s.auth = b.rules(n, "auth")
		return
	}
	f := b.fields(n, "auth", "basic", "bearer", "header")
	if len(f) != 1 {
		b.fail(n, "auth is none, or one of basic, bearer, header")
	}
	if basic := f["basic"]; basic != nil {
		up := b.fields(basic, "basic", "user", "password")
		s.user, s.pass = b.required(up["user"], basic, "user"), b.required(up["password"], basic, "password")
	}
	if bearer := f["bearer"]; bearer != nil {
		t := b.template(bearer, "bearer", nil)
		s.headers = append(s.headers, field{"Authorization", append(template{{text: "Bearer "}}, t...)})
	}
	if header := f["header"]; header != nil {
		nv := b.fields(header, "header", "name", "value")
		name := b.required(nv["name"], header, "name").fill(nil, false)
		s.headers = append(s.headers, field{name, b.required(nv["value"], header, "value")})
	}
}

func (b *builder) required(n, part *yaml.Node, what string) template {
	if n == nil {
		b.fail(part, "%s is missing here", what)
		return nil
	}
	return b.template(n, what, nil)
}

func hasAny(n *yaml.Node, keys []string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if slices.Contains(keys, n.Content[i].Value) {
			return true
		}
	}
	return false
}

func (b *builder) readBounds(f map[string]*yaml.Node, s *sending) {
	if n := f["timeout"]; n != nil {
		s.timeout = b.duration(n, "timeout", longestCall)
	}
	if n := f["tps"]; n != nil {
		tps, err := strconv.ParseFloat(b.text(n, "tps"), 64)
		if err != nil || !(tps > 0 && tps <= mostTPS) {
			b.fail(n, "tps must be a number of calls a second, at most %d", mostTPS)
		}
		s.tps = tps
	}
	if n := f["max_text"]; n != nil {
		s.maxText = b.number(n, "max_text", 20, longestText)
	}
	if n := f["split"]; n != nil {
		s.split = b.oneOf(n, "split", "gateway", "we") == "we"
	}
}

func (b *builder) readOutcome(f map[string]*yaml.Node, s *sending) {
	for name, to := range map[string]*rules{"ok": &s.ok, "retry": &s.retry, "reject": &s.reject} {
		if n := f[name]; n != nil {
			*to = b.rules(n, name)
		}
	}
	if n := f["auth_when"]; n != nil {
		s.auth = append(s.auth, b.rules(n, "auth_when")...)
	}
	for name, to := range map[string]*map[string]bool{
		"retry_codes": &s.retryCodes, "auth_codes": &s.authCodes, "reject_codes": &s.rejectCodes, "duplicate_codes": &s.dupCodes,
	} {
		*to = b.codes(f[name], name)
	}
	for name, to := range map[string]*string{"provider_id": &s.providerID, "error_code": &s.errorCode, "error_text": &s.errorText} {
		if n := f[name]; n != nil {
			*to = b.text(n, name)
		}
	}
	if n := f["dedup_ref"]; n != nil {
		s.dedup = b.boolean(n, "dedup_ref")
		if s.dedup && !s.uses("ref") && !s.uses("ref20") {
			b.fail(n, "dedup_ref: the request carries neither {{ref}} nor {{ref20}}")
		}
	}
	if n := f["error_code"]; n == nil && (len(s.retryCodes) > 0 || len(s.authCodes) > 0 || len(s.rejectCodes) > 0 || len(s.dupCodes) > 0) {
		b.fail(b.here, "profile %s lists error codes and says nowhere where they stand: add `error_code`", b.p.name)
	}
}

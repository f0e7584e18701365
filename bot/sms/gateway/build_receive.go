package gateway

import (
	"cmp"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	proofKeys   = []string{"token_param", "token_header", "basic", "ip_allow", "hmac"}
	receiveKeys = append([]string{
		"methods", "format", "items", "from", "text", "to", "id", "keyword", "operator", "time", "text_encoding", "strip_keyword", "default_region",
		"ignore_from", "opaque_from", "check", "carrier_words", "time_zone", "response", "reply_within", "reply_max",
	}, proofKeys...)
	receiptKeys = append([]string{"methods", "format", "items", "id", "status", "error", "map", "price", "price_each", "currency", "response"}, proofKeys...)
)

// The names under which gateways bring things, where a profile names none.
var (
	usualFrom    = []string{"from", "msisdn", "mobile", "sender", "sourceAddress", "source", "phone"}
	usualText    = []string{"text", "message", "sms", "msg", "content", "body"}
	usualTo      = []string{"to", "shortcode", "sc", "destination", "recipient", "receiver"}
	usualID      = []string{"id", "transid", "msgid", "messageId", "message_id", "requestId"}
	usualKeyword = []string{"keyword"}
	usualTime    = []string{"time", "date", "timestamp", "receivedAt", "received_at"}
	usualRef     = []string{"id", "ref", "messageId", "message_id", "msgid", "refid", "csms_id"}
	usualStatus  = []string{"status", "type", "state", "dlr", "stat", "status.groupName", "status.name"}
	usualFault   = []string{"err", "error", "error.name", "error_code", "errorCode"}
)

func (b *builder) readReceive(n *yaml.Node) {
	f := b.fields(n, "receive", receiveKeys...)
	r := &receiving{encoding: textAuto, carrier: true, within: usualReply, most: maxReply}
	b.p.receive = r
	b.readNames(f, r)
	r.checks = b.conditions(f["check"], "check", false)
	r.proofs = b.readProofs(f, r.checks)
	r.checks = slices.DeleteFunc(r.checks, func(c condition) bool { return c.secret != nil })
	r.methods, r.format, r.items = b.methods(f["methods"], "methods"), b.format(f["format"]), b.path(f["items"])
	if e := f["text_encoding"]; e != nil {
		r.encoding = textEncoding(b.oneOf(e, "text_encoding", string(textAuto), string(textUTF8), string(textHex), string(textPercentU), string(textLatin1)))
	}
	if k := f["strip_keyword"]; k != nil {
		for _, word := range b.texts(k, "strip_keyword") {
			r.strip = append(r.strip, strings.ToUpper(strings.TrimSpace(word)))
		}
	}
	if d := f["default_region"]; d != nil {
		r.region = b.oneOf(d, "default_region", "BD", "none")
	}
	if i := f["ignore_from"]; i != nil {
		r.ignore = b.pattern(i, "ignore_from")
	}
	if o := f["opaque_from"]; o != nil {
		r.opaque = b.boolean(o, "opaque_from")
	}
	if c := f["carrier_words"]; c != nil {
		r.carrier = b.boolean(c, "carrier_words")
	}
	if w := f["reply_within"]; w != nil {
		r.within = b.duration(w, "reply_within", longestReply)
	}
	if m := f["reply_max"]; m != nil {
		r.most = b.number(m, "reply_max", 20, longestText)
	}
	r.zone = b.zone(f["time_zone"])
	r.answer = b.readAnswer(f["response"], true)
	if r.proofs.none() {
		b.unproven("receive")
	}
}

func (b *builder) readNames(f map[string]*yaml.Node, r *receiving) {
	r.from, r.text = b.names(f["from"], "from", usualFrom), b.names(f["text"], "text", usualText)
	r.to, r.id = b.names(f["to"], "to", usualTo), b.names(f["id"], "id", usualID)
	r.keyword, r.time = b.names(f["keyword"], "keyword", usualKeyword), b.names(f["time"], "time", usualTime)
	if o := f["operator"]; o != nil {
		b.texts(o, "operator") // it says which carrier, which moves with the number: nothing depends on it
	}
}

// unproven refuses a part whose caller could be anybody.
func (b *builder) unproven(part string) {
	b.fail(b.here, "profile %s: nothing proves that a call of `%s` comes from the gateway: set %s (it is sent as ?token=…), "+
		"or add one of %s to the profile", b.p.name, part, b.settingName("token"), strings.Join(proofKeys, ", "))
}

// readProofs reads what a caller must show. With a token in the settings and
// no proof in the profile, token_param is meant.
func (b *builder) readProofs(f map[string]*yaml.Node, checks []condition) proofs {
	var p proofs
	if n := f["token_param"]; n != nil {
		p.tokenParam = b.text(n, "token_param")
	}
	if n := f["token_header"]; n != nil {
		p.tokenHeader = http.CanonicalHeaderKey(b.text(n, "token_header"))
	}
	if n := f["basic"]; n != nil {
		up := b.fields(n, "basic", "user", "password")
		p.user, p.pass = b.required(up["user"], n, "user").fill(nil, false), b.required(up["password"], n, "password").fill(nil, false)
		if p.pass == "" {
			b.fail(n, "basic: the password is empty")
		}
	}
	if n := f["ip_allow"]; n != nil {
		p.networks = b.networks(n)
	}
	if n := f["hmac"]; n != nil {
		p.hmac = b.readHMAC(n)
	}
	for _, c := range checks {
		if c.secret != nil {
			p.checks = append(p.checks, c)
		}
	}
	if p.none() && b.setting(b.settingName("token")) != "" {
		p.tokenParam = "token"
	}
	if p.tokenParam != "" || p.tokenHeader != "" {
		p.token = b.secret(b.here, "token")
		if p.token != "" && len(p.token) < leastToken {
			b.warn(b.settingName("token") + " is short: use at least 16 characters by chance")
		}
	}
	return p
}

func (b *builder) warn(text string) {
	text = "gateway " + b.p.name + ": " + text
	if !slices.Contains(b.p.warned, text) {
		b.p.warned = append(b.p.warned, text)
	}
}

func (b *builder) networks(n *yaml.Node) []netip.Prefix {
	var list []netip.Prefix
	for _, s := range b.texts(n, "ip_allow") {
		if ip, err := netip.ParseAddr(s); err == nil {
			list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			b.fail(n, "ip_allow: %q is no address and no network like 203.0.113.0/24", s)
		}
		list = append(list, prefix)
	}
	if len(list) == 0 {
		b.fail(n, "ip_allow is empty")
	}
	return list
}

func (b *builder) readHMAC(n *yaml.Node) *hmacProof {
	f := b.fields(n, "hmac", "header", "algorithm", "secret", "prefix", "encoding")
	h := &hmacProof{
		header: http.CanonicalHeaderKey(b.required(f["header"], n, "header").fill(nil, false)),
		secret: []byte(b.required(f["secret"], n, "secret").fill(nil, false)),
	}
	if a := f["algorithm"]; a != nil {
		b.oneOf(a, "algorithm", "sha256")
	}
	if p := f["prefix"]; p != nil {
		h.prefix = b.text(p, "prefix")
	}
	if e := f["encoding"]; e != nil {
		h.base64 = b.oneOf(e, "encoding", "hex", "base64") == "base64"
	}
	if len(h.secret) == 0 {
		b.fail(n, "hmac: the secret is empty")
	}
	return h
}

func (b *builder) format(n *yaml.Node) callFormat {
	if n == nil {
		return formatAuto
	}
	return callFormat(b.oneOf(n, "format", string(formatAuto), string(formatQuery), string(formatForm), string(formatJSON), string(formatXML)))
}

func (b *builder) path(n *yaml.Node) *string {
	if n == nil {
		return nil
	}
	path := b.text(n, "items")
	return &path
}

// readAnswer reads `response`.
func (b *builder) readAnswer(n *yaml.Node, replies bool) answer {
	a := answer{status: http.StatusOK}
	if n == nil {
		return a
	}
	f := b.fields(n, "response", "http", "content_type", "body")
	if h := f["http"]; h != nil {
		a.status = b.number(h, "http", 200, 299)
	}
	if t := f["content_type"]; t != nil {
		a.kind = b.text(t, "content_type")
	}
	if body := f["body"]; body != nil {
		var allowed []string
		if replies {
			allowed = []string{"reply", "reply_or_ok"}
		}
		a.body = b.template(body, "body", allowed)
		a.reply = a.body.uses("reply") || a.body.uses("reply_or_ok")
	}
	return a
}

// readPrice reads where a receipt says what the message cost, as a whole or
// each segment of it.
func (b *builder) readPrice(f map[string]*yaml.Node, r *receipts) {
	whole, each := f["price"], f["price_each"]
	if whole != nil && each != nil {
		b.fail(each, "dlr has price and price_each: keep one")
		return
	}
	r.each = each != nil
	if n := cmp.Or(whole, each); n != nil {
		r.price, r.currency = b.texts(n, "price"), b.names(f["currency"], "currency", nil)
	}
}

// readReceipts reads `dlr`. Without proofs of its own those of `receive` hold.
func (b *builder) readReceipts(n *yaml.Node) {
	f := b.fields(n, "dlr", receiptKeys...)
	r := &receipts{
		id: b.names(f["id"], "id", usualRef), status: b.names(f["status"], "status", usualStatus), fault: b.names(f["error"], "error", usualFault),
		methods: b.methods(f["methods"], "methods"), format: b.format(f["format"]), items: b.path(f["items"]), statuses: map[string]string{},
	}
	for word, status := range usualStatuses {
		r.statuses[word] = status
	}
	if m := f["map"]; m != nil {
		for _, line := range b.members(m, "map") {
			r.statuses[strings.ToUpper(line.name)] = b.oneOf(line.value, "map."+line.name, receiptWords...)
		}
	}
	b.readPrice(f, r)
	r.answer = b.readAnswer(f["response"], false)
	own := hasAny(n, proofKeys)
	if b.p.receive != nil && !own {
		r.proofs = b.p.receive.proofs
	} else {
		r.proofs = b.readProofs(f, nil)
	}
	b.p.receipt = r
	if r.proofs.none() {
		b.unproven("dlr")
	}
}

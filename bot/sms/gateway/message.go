package gateway

import (
	"net/url"
	"slices"
	"strings"

	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/flows"
)

// message is what a gateway says that somebody has sent.
type message struct {
	address string // E.164, or the gateway's name and a masked sender
	text    string
	to      string
	id      string
	keyword string
	stamp   string // the gateway's time, as written
}

// maxOpaque bounds a masked sender, in bytes.
const maxOpaque = 200

// message reads one; why is set when it is none for us.
func (g *Gateway) message(r *receiving, doc document) (m message, why skipReason) {
	from := strings.TrimSpace(clean(first(doc, r.from)))
	if from == "" {
		return m, skipUnreadable
	}
	if r.ignore != nil && r.ignore.MatchString(from) {
		return m, skipIgnored
	}
	var ok bool
	if m.address, ok = g.sender(r, from); !ok {
		return m, skipSender
	}
	m.keyword = clean(strings.TrimSpace(first(doc, r.keyword)))
	m.text = stripKeyword(r.encoding.decode(first(doc, r.text), markedUCS2(doc)), r.strip)
	if m.text == "" && m.keyword != "" && !slices.Contains(r.strip, strings.ToUpper(m.keyword)) {
		m.text = m.keyword
	}
	if m.to = clean(strings.TrimSpace(first(doc, r.to))); m.to == "" {
		m.to = g.p.number
	}
	m.id, m.stamp = strings.TrimSpace(first(doc, r.id)), strings.TrimSpace(clean(first(doc, r.time)))
	return m, ""
}

// sender is the address of whoever wrote: a number, or what masks one where
// the profile has such.
func (g *Gateway) sender(r *receiving, from string) (string, bool) {
	bare := from
	if len(bare) > len("tel:") && strings.EqualFold(bare[:len("tel:")], "tel:") {
		bare = bare[len("tel:"):]
	}
	number, ok := sms.Number(bare)
	switch {
	case ok && (r.region != "none" || strings.HasPrefix(strings.TrimSpace(bare), "+")):
		return number, true
	case !r.opaque || len(from) > maxOpaque || strings.ContainsFunc(from, func(c rune) bool { return c <= ' ' || c > '~' }):
		return "", false
	}
	return g.p.name + ":" + from, true
}

// event makes an event of a message.
func (g *Gateway) event(r *receiving, m message) bot.Event {
	now := g.now()
	e := bot.Event{
		Kind: bot.EventMessage, Channel: sms.Name, Via: g.p.name, Address: m.address, Text: m.text,
		At: readTime(m.stamp, r.zone, now),
	}
	if r.carrier {
		if word := sms.Keyword(m.text); word != "" && word != flows.CarrierHelp {
			e.Carrier = word
		}
	}
	if e.ProviderID = g.providerID(m.id); e.ProviderID == "" {
		sms.Unnamed(&e, m.to, m.stamp, now)
	}
	return e
}

// first is the first of some names that holds something.
func first(doc document, names []string) string {
	for _, name := range names {
		if v, ok := doc.value(name); ok && strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}

// markedUCS2 says whether the call marks its text as UCS-2 in hex digits: the
// data coding of SMPP is 8.
func markedUCS2(doc document) bool {
	return first(doc, []string{"coding", "dcs", "data_coding"}) == "8"
}

// stripKeyword cuts the city's keyword off the beginning of a text, where a
// short code is shared.
func stripKeyword(text string, words []string) string {
	trimmed := strings.TrimSpace(text)
	for _, w := range words {
		if len(trimmed) < len(w) || !strings.EqualFold(trimmed[:len(w)], w) {
			continue
		}
		rest := trimmed[len(w):]
		if rest == "" || strings.ContainsAny(rest[:1], " \t\r\n.,:;-") {
			return strings.TrimSpace(strings.TrimLeft(rest, " \t\r\n.,:;-"))
		}
	}
	return text
}

// escape makes a reply fit for the kind of answer it stands in.
func (a *answer) escape(s string) string {
	kind := strings.ToLower(a.kind)
	switch {
	case strings.Contains(kind, "json"):
		quoted := jsonText(s)
		return quoted[1 : len(quoted)-1]
	case strings.Contains(kind, "xml") || strings.Contains(kind, "html"):
		return xmlText(s)
	case strings.Contains(kind, "urlencoded"):
		return url.QueryEscape(s)
	}
	return s
}

package gateway

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"nagorik/bot"
	"nagorik/flows"
)

// skipReason is why something that came became no event; a label in /metrics.
type skipReason string

// The reasons for skipping.
const (
	skipUnreadable skipReason = "unreadable"
	skipSender     skipReason = "not_a_person"
	skipIgnored    skipReason = "ignored_sender"
	skipCheck      skipReason = "other_application"
	skipStatus     skipReason = "status_in_between"
	skipRepeat     skipReason = "repeat"
	skipMethod     skipReason = "method"
	skipPart       skipReason = "not_configured"
)

func skip(d *bot.Delivery, why skipReason) {
	if d.Skipped == nil {
		d.Skipped = map[string]int{}
	}
	d.Skipped[string(why)]++
}

// Receive reads a call of the gateway: a receipt when its path ends in
// /status, else messages. A call that does not prove where it comes from is
// bot.ErrSignature.
func (g *Gateway) Receive(_ context.Context, call bot.Call) (bot.Delivery, error) {
	if call.URL != nil && strings.HasSuffix(strings.TrimRight(call.URL.Path, "/"), "/"+g.p.name+pathStatus) {
		if r := g.p.receipt; r != nil {
			return g.receiveReceipts(r, &call)
		}
		return bot.Delivery{}, bot.ErrSignature
	}
	if r := g.p.receive; r != nil {
		return g.receiveMessages(r, &call)
	}
	return bot.Delivery{}, bot.ErrSignature
}

// receiveMessages reads people's messages.
func (g *Gateway) receiveMessages(r *receiving, call *bot.Call) (bot.Delivery, error) {
	opened := sync.OnceValue(func() document { return read(call, r.format, r.proofs.hmac != nil) })
	if !r.proofs.hold(call, opened) {
		return bot.Delivery{}, bot.ErrSignature
	}
	if !slices.Contains(r.methods, call.Method) {
		return refusal(http.StatusMethodNotAllowed, skipMethod), nil
	}
	doc := opened()
	docs, ok := items(doc, r.items)
	if !ok {
		return refusal(http.StatusBadRequest, skipUnreadable), nil
	}
	d := bot.Delivery{Answer: r.answer.render("")}
	if !meets(doc, r.checks) {
		skip(&d, skipCheck)
		return d, nil
	}
	for _, item := range docs {
		m, why := g.message(r, item)
		if why == "" {
			d.Events = append(d.Events, g.event(r, m))
			continue
		}
		skip(&d, why)
		if why == skipUnreadable && r.items == nil {
			d.Answer = bot.Answer{Status: http.StatusBadRequest}
		}
	}
	settle(&d)
	if r.answer.reply && len(d.Events) == 1 && d.Events[0].Carrier != flows.CarrierStop {
		if h := g.waiting.hold(d.Events[0].Address, r.most, g.now()); h != nil {
			d.Late = g.late(h)
		}
	}
	return d, nil
}

// receiveReceipts reads receipts of our messages.
func (g *Gateway) receiveReceipts(r *receipts, call *bot.Call) (bot.Delivery, error) {
	opened := sync.OnceValue(func() document { return read(call, r.format, r.proofs.hmac != nil) })
	if !r.proofs.hold(call, opened) {
		return bot.Delivery{}, bot.ErrSignature
	}
	if !slices.Contains(r.methods, call.Method) {
		return refusal(http.StatusMethodNotAllowed, skipMethod), nil
	}
	docs, ok := items(opened(), r.items)
	if !ok {
		return refusal(http.StatusBadRequest, skipUnreadable), nil
	}
	d := bot.Delivery{Answer: r.answer.render("")}
	g.receiptEvents(r, docs, &d)
	return d, nil
}

// refusal is a call of which nothing can be taken.
func refusal(status int, why skipReason) bot.Delivery {
	d := bot.Delivery{Answer: bot.Answer{Status: status}}
	skip(&d, why)
	return d
}

// read takes a call apart; nil when it cannot be read. Of a signed call the
// body alone counts: nobody has signed its address.
func read(call *bot.Call, format callFormat, signed bool) document {
	if format == formatAuto {
		format = formatOf(call)
	}
	var query formDoc
	if !signed {
		query = parseForm(queryOf(call.URL))
	}
	var doc document
	ok := true
	switch format {
	case formatJSON:
		doc, ok = parseJSON(call.Body)
	case formatXML:
		doc, ok = parseXML(call.Body)
	case formatForm:
		doc = append(parseForm(string(call.Body)), query...)
	default:
		doc = query
	}
	if !ok {
		return nil
	}
	return doc
}

// formatOf tells a call's format by its content type, else by how its body
// begins.
func formatOf(call *bot.Call) callFormat {
	body := strings.TrimLeft(string(call.Body[:min(len(call.Body), 64)]), "\xef\xbb\xbf \t\r\n")
	if call.Method == http.MethodGet || len(call.Body) == 0 {
		return formatQuery
	}
	kind, _, err := mime.ParseMediaType(call.Header.Get("Content-Type"))
	switch {
	case err == nil && (strings.HasSuffix(kind, "/json") || strings.HasSuffix(kind, "+json")):
		return formatJSON
	case err == nil && (strings.HasSuffix(kind, "/xml") || strings.HasSuffix(kind, "+xml")):
		return formatXML
	case err == nil && strings.HasSuffix(kind, "/x-www-form-urlencoded"):
		return formatForm
	case strings.HasPrefix(body, "{") || strings.HasPrefix(body, "["):
		return formatJSON
	case strings.HasPrefix(body, "<"):
		return formatXML
	}
	return formatForm
}

// maxItems bounds the messages of one call.
const maxItems = 1000

// items are the messages of a document: itself, or the elements of its list.
func items(doc document, path *string) ([]document, bool) {
	if doc == nil {
		return nil, false
	}
	if path == nil {
		return []document{doc}, true
	}
	list, ok := doc.items(*path)
	return list[:min(len(list), maxItems)], ok
}

// meets says whether a document is of our application.
func meets(doc document, checks []condition) bool {
	for _, c := range checks {
		v, ok := doc.value(c.path)
		if !ok || !slices.Contains(c.values, v) {
			return false
		}
	}
	return true
}

// settle brings the events into order of time and drops repeats.
func settle(d *bot.Delivery) {
	if len(d.Events) < 2 {
		return
	}
	slices.SortStableFunc(d.Events, func(a, b bot.Event) int { return a.At.Compare(b.At) })
	seen := map[string]bool{}
	d.Events = slices.DeleteFunc(d.Events, func(e bot.Event) bool {
		if seen[e.ProviderID] {
			skip(d, skipRepeat)
			return true
		}
		seen[e.ProviderID] = true
		return false
	})
}

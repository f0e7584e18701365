package messenger

import (
	"strconv"
	"strings"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// GetStarted is the payload of the Get Started button, as Setup sets it.
const GetStarted = "GET_STARTED"

// postback is a tap on Get Started, the persistent menu, an ice breaker or a
// button of a template; only the payload tells them apart.
func (r *reading) postback(it *item) {
	e, ok := r.from(it, bot.EventMessage)
	if !ok {
		return
	}
	mid := ""
	for name, v := range it.body.Members() {
		switch string(name) {
		case "mid":
			mid, _ = v.Text(0)
		case "title":
			e.Text, _ = v.Text(maxTitle)
		case "payload":
			e.Payload = words(v, maxPayload)
		case "referral":
			e.Ref = ref(v)
		}
	}
	e.Tapped = true
	if e.Payload == GetStarted {
		e.Kind, e.Tapped, e.Payload, e.Text = bot.EventStart, false, "", ""
	}
	e.ProviderID = providerID(mid)
	if mid == "" {
		e.ProviderID = synthetic("postback", it.sender, it.stamp, e.Payload, e.Text)
	}
	r.events = append(r.events, e)
}

// referral is an m.me link or an advertisement followed in a thread that was
// there before.
func (r *reading) referral(it *item) {
	e, ok := r.from(it, bot.EventStart)
	if !ok {
		return
	}
	e.Ref = ref(it.body)
	e.ProviderID = synthetic("referral", it.sender, it.stamp, e.Ref)
	r.events = append(r.events, e)
}

// ref is the word a link carried.
func ref(referral lenient.Value) string {
	s, _ := referral.Member("ref").Text(maxRef)
	return s
}

// words reads a string, or a number as it is written.
func words(v lenient.Value, bound int) string {
	if s, ok := v.Text(bound); ok {
		return s
	}
	return v.ID(bound)
}

func (r *reading) delivery(it *item)    { r.receipt(it, "delivered") }
func (r *reading) readReceipt(it *item) { r.receipt(it, "read") }

// receipt says of some messages, or of all up to a time, what became of them.
func (r *reading) receipt(it *item, status string) {
	e, ok := r.from(it, bot.EventReceipt)
	if !ok {
		return
	}
	e.Status = status
	for name, v := range it.body.Members() {
		switch string(name) {
		case "watermark":
			e.Watermark = v.Time()
		case "mids":
			e.ProviderIDs = mids(v)
		}
	}
	if e.Watermark.IsZero() && len(e.ProviderIDs) == 0 {
		r.skip(skipUnreadable)
		return
	}
	if it.stamp == "" && !e.Watermark.IsZero() {
		e.At = e.Watermark
	}
	e.ProviderID = synthetic(status, it.sender, strconv.FormatInt(e.Watermark.UnixMilli(), 10), strings.Join(e.ProviderIDs, " "))
	r.events = append(r.events, e)
}

func mids(list lenient.Value) []string {
	var ids []string
	for v := range list.Items() {
		if mid, _ := v.Text(0); mid != "" && len(ids) < maxReceipts {
			ids = append(ids, providerID(mid))
		}
	}
	return ids
}

// edit is a message that the person wrote anew.
func (r *reading) edit(it *item) {
	e, ok := r.from(it, bot.EventEdit)
	if !ok {
		return
	}
	mid, _ := it.body.Member("mid").Text(0)
	text, isText := it.body.Member("text").Text(maxText)
	if mid == "" || !isText {
		r.skip(skipUnreadable)
		return
	}
	e.Target, e.Text = providerID(mid), text
	e.ProviderID = synthetic("edit", it.sender, it.stamp, mid, text)
	r.events = append(r.events, e)
}

// policy is a warning or a block of the whole Page.
func (r *reading) policy(it *item) {
	action, _ := it.body.Member("action").Text(maxID)
	reason, _ := it.body.Member("reason").Text(maxNote)
	note := strings.TrimRight("policy enforcement: "+action+": "+reason, ": ")
	r.events = append(r.events, bot.Event{
		Kind: bot.EventNotice, Channel: Name, At: it.at, Standby: it.standby, Note: note,
		ProviderID: synthetic("policy", it.stamp, note),
	})
}

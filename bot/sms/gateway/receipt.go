package gateway

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/flows/bangla"
	"nagorik/handoff/spending"
)

// receiptWords are what a profile can say that a gateway's word means.
// Nothing is recorded for buffered and unknown.
var receiptWords = []string{"sent", "delivered", "failed", "rejected", "buffered", "unknown"}

// usualStatuses are the words of SMPP receipts, of Kannel (%d) and of common
// gateways.
var usualStatuses = map[string]string{
	"DELIVRD": "delivered", "DELIVERED": "delivered", "DELIVERED_TO_HANDSET": "delivered", "SUCCESS": "delivered",
	"UNDELIV": "failed", "UNDELIVERABLE": "failed", "UNDELIVERED": "failed", "FAILED": "failed", "EXPIRED": "failed", "DELETED": "failed",
	"REJECTD": "failed", "REJECTED": "failed",
	"ACCEPTD": "sent", "ACCEPTED": "sent", "SENT": "sent",
	"ENROUTE": "buffered", "PENDING": "buffered", "BUFFERED": "buffered", "SCHEDULED": "buffered", "QUEUED": "buffered", "UNKNOWN": "unknown",
	"1": "delivered", "2": "failed", "4": "buffered", "8": "sent", "16": "failed",
}

// maxNote bounds what is kept of a gateway's reason, in bytes.
const maxNote = 100

// receiptEvents reads receipts of our messages.
func (g *Gateway) receiptEvents(r *receipts, docs []document, d *bot.Delivery) {
	now := g.now().UTC()
	for _, doc := range docs {
		id, word := first(doc, r.id), first(doc, r.status)
		if id == "" || word == "" {
			skip(d, skipUnreadable)
			continue
		}
		status := r.statuses[strings.ToUpper(word)]
		switch status {
		case "sent", "delivered", "failed":
			e := g.receipt(id, status, word, first(doc, r.fault), now)
			e.Cost = r.cost(doc)
			d.Events = append(d.Events, e)
		case "rejected":
			d.Events = append(d.Events, g.receipt(id, "failed", word, first(doc, r.fault), now))
		default:
			skip(d, skipStatus)
		}
	}
}

// cost is what a receipt says that the message cost; nil when it does not say
// it in taka.
func (r *receipts) cost(doc document) *bot.Cost {
	if len(r.price) == 0 {
		return nil
	}
	if unit := first(doc, r.currency); unit != "" && !strings.EqualFold(unit, taka) {
		return nil
	}
	amount, ok := spending.ReadTold(first(doc, r.price))
	switch {
	case !ok || amount <= 0 || amount > spending.MaxPrice:
		return nil
	case r.each:
		return &bot.Cost{Each: amount}
	default:
		return &bot.Cost{Whole: amount}
	}
}

// receipt is the event of one receipt: by our own id where it is one, else by
// the gateway's.
func (g *Gateway) receipt(id, status, word, fault string, now time.Time) bot.Event {
	e := bot.Event{Kind: bot.EventReceipt, Channel: sms.Name, Via: g.p.name, At: now, Status: status}
	if own, ok := ownID(id); ok {
		e.MessageID = own
	} else {
		e.ProviderIDs = []string{g.sentID(id)}
	}
	if status == "failed" {
		note := word
		if fault != "" {
			note += " " + fault
		}
		e.Note = g.p.mask(cutBytes(bangla.Clean(note), maxNote))
	}
	return e
}

// ownID is our message's id in a reference: as it is, or with the number of a
// part behind it.
func ownID(ref string) (string, bool) {
	const length = 36
	if len(ref) > length && ref[length] == '-' {
		ref = ref[:length]
	}
	if len(ref) != length {
		return "", false
	}
	id, err := uuid.Parse(ref)
	return id.String(), err == nil
}

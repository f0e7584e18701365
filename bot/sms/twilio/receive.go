package twilio

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/sms"
	"nagorik/flows"
)

// emptyTwiML tells Twilio that we answer by ourselves: one way for all replies,
// and no hurry.
const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// Receive reads a message that came in.
func (t *Twilio) Receive(_ context.Context, call bot.Call) (bot.Delivery, error) {
	fields, err := t.open(call)
	if err != nil {
		return bot.Delivery{}, err
	}
	d := bot.Delivery{Answer: bot.Answer{Status: http.StatusOK, Type: "text/xml; charset=utf-8", Body: []byte(emptyTwiML)}}
	e, skipped := t.message(fields)
	if skipped != "" {
		d.Skipped = map[string]int{skipped: 1}
		return d, nil
	}
	d.Events = []bot.Event{e}
	return d, nil
}

// open verifies a call and reads its fields. Those of a GET are in its query.
func (t *Twilio) open(call bot.Call) (form, error) {
	if call.URL == nil || call.Method != http.MethodPost && call.Method != http.MethodGet {
		return nil, bot.ErrSignature
	}
	fields := fieldsOf(call)
	if !t.verified(call, fields) {
		return nil, bot.ErrSignature
	}
	if call.Method == http.MethodGet {
		fields = readForm(call.URL.RawQuery)
	}
	return fields, nil
}

// message is the event of a message, or why there is none.
func (t *Twilio) message(fields form) (e bot.Event, skipped string) {
	if account := fields.get("AccountSid"); account != "" && account != t.account {
		return e, "other_account"
	}
	number, ok := sms.Number(fields.get("From"))
	if !ok {
		return e, "no_person" // an advertiser's name, a short code, another product
	}
	e = bot.Event{
		Kind: bot.EventMessage, Channel: sms.Name, Via: Name, Address: number, At: t.now(),
		Text: textOf(fields.get("Body")),
	}
	e.Media, e.Other = mediaOf(fields)
	if e.Text != "" {
		e.Other = "" // the words are what is answered
	}
	e.Carrier = carrierOf(fields.get("OptOutType"), e.Text)
	if id := sidOf(fields); id != "" {
		e.ProviderID = Name + ":" + id
	} else {
		sms.Unnamed(&e, fields.get("To"), "", t.now())
	}
	return e, ""
}

// carrierOf is the word Twilio has acted upon: as it says itself with Advanced
// Opt-Out, otherwise by its list.
func carrierOf(optOut, text string) flows.Carrier {
	switch strings.ToUpper(optOut) {
	case "STOP":
		return flows.CarrierStop
	case "START":
		return flows.CarrierStart
	case "HELP":
		return flows.CarrierHelp
	default:
		return sms.Keyword(text)
	}
}

// sidMost is how long an id is believed to be, in bytes; Twilio's have 34.
const sidMost = 64

// sidOf is Twilio's id of a message, under its newer or an older name; empty
// for none and for what cannot be one.
func sidOf(fields form) string {
	id := firstOf(fields, "MessageSid", "SmsMessageSid", "SmsSid")
	if len(id) > sidMost || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return id
}

func firstOf(fields form, names ...string) string {
	for _, name := range names {
		if v := fields.get(name); v != "" {
			return v
		}
	}
	return ""
}

// Status reads the callbacks by which Twilio says how a message fares.
type Status struct{ twilio *Twilio }

// Status returns the reader of status callbacks.
func (t *Twilio) Status() Status { return Status{t} }

// Name is "twilio".
func (Status) Name() string { return Name }

// statuses are what our record calls Twilio's. What is not in it says nothing
// that we do not know.
var statuses = map[string]string{
	"sent": "sent", "delivered": "delivered", "partially_delivered": "delivered", "read": "read",
	"undelivered": "failed", "failed": "failed", "canceled": "failed",
}

// Receive reads a status callback.
func (s Status) Receive(_ context.Context, call bot.Call) (bot.Delivery, error) {
	fields, err := s.twilio.open(call)
	if err != nil {
		return bot.Delivery{}, err
	}
	e, skipped := s.receipt(call, fields)
	if skipped != "" {
		return bot.Delivery{Skipped: map[string]int{skipped: 1}}, nil
	}
	return bot.Delivery{Events: []bot.Event{e}}, nil
}

func (s Status) receipt(call bot.Call, fields form) (e bot.Event, skipped string) {
	if account := fields.get("AccountSid"); account != "" && account != s.twilio.account {
		return e, "other_account"
	}
	status := statuses[strings.ToLower(firstOf(fields, "MessageStatus", "SmsStatus"))]
	if status == "" {
		return e, "no_news"
	}
	id := sidOf(fields)
	if id == "" {
		return e, "no_id"
	}
	e = bot.Event{
		Kind: bot.EventReceipt, Channel: sms.Name, Via: Name, Status: status, ProviderIDs: []string{prefixed(id)}, At: s.twilio.now(),
	}
	e.Address, _ = sms.Number(fields.get("To"))
	if ours, err := uuid.Parse(call.URL.Query().Get(idParam)); err == nil {
		e.MessageID = ours.String()
	}
	if status == "failed" {
		v := verdictOf(fields.get("ErrorCode"))
		e.Note, e.Muted = strings.TrimPrefix(fields.get("ErrorCode")+": "+v.text, ": "), v.muted
	}
	return e, ""
}

package web

import (
	"nagorik/bot"
	"nagorik/flows/bangla"
)

// FormError says what is wrong with an answer that was sent by a form.
type FormError struct {
	Code    string // "empty", "unreadable", "too_many_photos" or "bad_location"
	Message string
}

// Error is the message.
func (e *FormError) Error() string { return e.Message }

// ReadForm reads what a form of package api/form sends, for pages other than
// the web chat's own: one event that does not yet say who it is from or when it
// was, with the id of the form, and photos that are not kept yet, as they were
// uploaded. Its errors are *FormError.
func ReadForm(contentType string, body []byte) (bot.Event, [][]byte, error) {
	p, f := decode(contentType, body)
	e := bot.Event{Kind: bot.EventMessage, ProviderID: clientID(p.id), Text: cut(bangla.Clean(p.text), textLimit)}
	if f == nil {
		f = p.fill(&e)
	}
	if f != nil {
		return bot.Event{}, nil, &FormError{f.code, f.message}
	}
	return e, p.photos, nil
}

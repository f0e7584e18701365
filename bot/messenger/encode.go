package messenger

import (
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/flows"
)

// How a message is sent: as an answer within 24 hours, or by a person of the
// staff within seven days.
const (
	typeResponse = `"messaging_type":"RESPONSE"`
	typeHuman    = `"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT"`
	typeUtility  = `"messaging_type":"UTILITY"`
)

// appendMessage writes the body of a Send API call. It is written by hand:
// a process sends thousands a second.
func appendMessage(b []byte, out *bot.Outgoing, how string) []byte {
	b = append(b, `{"recipient":{"id":`...)
	b = appendString(b, out.Address)
	b = append(b, `},`...)
	b = append(b, how...)
	b = append(b, `,"message":{`...)
	if out.Template != nil {
		b = appendTemplate(b, out.Template)
	} else {
		b = append(b, `"text":`...)
		b = appendString(b, out.Text)
		b = appendQuickReplies(b, out)
	}
	b = append(b, `,"metadata":`...)
	b = appendString(b, metadataMark+out.ID)
	return append(b, `}}`...)
}

// appendTemplate writes a utility message: a template that Meta has approved,
// with its parameters.
func appendTemplate(b []byte, t *bot.Template) []byte {
	b = append(b, `"template":{"name":`...)
	b = appendString(b, t.Name)
	b = append(b, `,"language":{"code":`...)
	b = appendString(b, t.Lang)
	b = append(b, `},"components":[{"type":"body","parameters":[`...)
	for i, v := range t.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"text","text":`...)
		b = appendString(b, v)
		b = append(b, '}')
	}
	return append(b, `]}]}`...)
}

func appendQuickReplies(b []byte, out *bot.Outgoing) []byte {
	phone := out.Wants == flows.SlotPhone && len(out.Choices) < maxChoices
	if len(out.Choices) == 0 && !phone {
		return b
	}
	b = append(b, `,"quick_replies":[`...)
	if phone {
		b = append(b, `{"content_type":"user_phone_number"},`...)
	}
	for _, c := range out.Choices {
		b = append(b, `{"content_type":"text","title":`...)
		b = appendString(b, c.Title)
		b = append(b, `,"payload":`...)
		b = appendString(b, c.Payload)
		b = append(b, `},`...)
	}
	b[len(b)-1] = ']'
	return b
}

// appendAction writes the body of a sender action such as typing_on.
func appendAction(b []byte, address, action string) []byte {
	b = append(b, `{"recipient":{"id":`...)
	b = appendString(b, address)
	b = append(b, `},"sender_action":`...)
	b = appendString(b, action)
	return append(b, '}')
}

// appendString writes s as a JSON string; invalid UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			b = append(append(b, s[start:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			start = i + 1
		}
		i++
	}
	return append(append(b, s[start:]...), '"')
}

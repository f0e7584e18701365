package twilio

import (
	"encoding/hex"
	"strings"
)

// maxFields is how many fields of a form are looked at.
const maxFields = 1000

// form is the fields of a call as they were sent: decoded, in order, with
// repeats. What is no valid escape stands for itself, as in Twilio's own
// checker, so that nothing that was signed is lost.
type form []field

type field struct{ name, value string }

func readForm(body string) form {
	var f form
	for pair := range strings.SplitSeq(body, "&") {
		if pair == "" {
			continue
		}
		if len(f) == maxFields {
			break
		}
		name, value, _ := strings.Cut(pair, "=")
		f = append(f, field{unescape(name), unescape(value)})
	}
	return f
}

// get is the first value of a name.
func (f form) get(name string) string {
	for i := range f {
		if f[i].name == name {
			return f[i].value
		}
	}
	return ""
}

func unescape(s string) string {
	if !strings.ContainsAny(s, "+%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s):
			var c [1]byte
			if _, err := hex.Decode(c[:], []byte(s[i+1:i+3])); err != nil {
				b = append(b, '%')
				continue
			}
			b = append(b, c[0])
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

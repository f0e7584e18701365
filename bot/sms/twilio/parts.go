package twilio

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/flows/bangla"
)

// Bounds of what is read out of a message.
const (
	mediaMost   = 10     // MediaUrl0 to MediaUrl9
	addressMost = 4096   // bytes of a file's address
	textMost    = 20_000 // characters that are kept
	codedLeast  = 80     // bytes from which a body may be base64: joined parts come that way
)

// mediaOf are the pictures of a message, or the kind of another file. NumMedia
// does not always agree with what is there, so that what is there counts. A
// file without a type may be a picture: whoever fetches it looks inside.
func mediaOf(fields form) (media []bot.Media, other string) {
	for i := range mediaMost {
		address := addressIn(fields, "MediaUrl"+strconv.Itoa(i))
		kind, _, _ := strings.Cut(strings.ToLower(fields.get("MediaContentType"+strconv.Itoa(i))), "/")
		switch {
		case address == "":
		case kind == "image" || kind == "":
			media = append(media, bot.Media{URL: address})
		case kind == "audio" || kind == "video":
			other = kind
		default:
			other = "file"
		}
	}
	if len(media) > 0 {
		other = ""
	}
	return media, other
}

// addressIn is the first value of a name that is the address of a file.
func addressIn(fields form, name string) string {
	for i := range fields {
		if fields[i].name != name || len(fields[i].value) > addressMost {
			continue
		}
		u, err := url.Parse(fields[i].value)
		if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			return fields[i].value
		}
	}
	return ""
}

// textOf is what a body says, fit to be kept.
func textOf(body string) string {
	body = bangla.Clean(decoded(body))
	if len(body) <= textMost {
		return body
	}
	n := 0
	for i := range body {
		if n == textMost {
			return strings.Clone(body[:i])
		}
		n++
	}
	return body
}

// decoded is the text behind a body in base64, in which other clients of
// Twilio's have seen some joined messages arrive. A body is taken for one only
// if nothing else is likely: it is long, has no blank, is a whole number of
// groups, and comes out as printable words in UTF-8, which letters that
// somebody typed in a row do not.
func decoded(body string) string {
	packed := strings.NewReplacer("\r", "", "\n", "").Replace(body)
	if len(packed) < codedLeast {
		return body
	}
	b, err := base64.StdEncoding.Strict().DecodeString(packed)
	if err != nil || !utf8.Valid(b) || !strings.Contains(string(b), " ") || strings.ContainsFunc(string(b), unreadable) {
		return body
	}
	return string(b)
}

// unreadable says whether r is nothing that people write. The joiners are:
// they decide how Bangla looks.
func unreadable(r rune) bool {
	return !unicode.IsPrint(r) && !strings.ContainsRune("\n\r\t\u200c\u200d", r)
}

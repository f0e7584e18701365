package gateway

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
)

// filter changes a value on its way into a leaf: {{to|no_plus}}.
type filter struct {
	name  string
	pairs map[string]string // of map
}

// filterNames are all filters there are.
var filterNames = []string{"e164", "no_plus", "880", "national", "urlquery", "hex_ucs2", "upper", "lower", "json", "number", "map"}

// apply is the value after the filter.
func (f filter) apply(s string) string {
	switch f.name {
	case "e164":
		return "+" + strings.TrimPrefix(s, "+")
	case "no_plus", "880":
		return strings.TrimPrefix(s, "+")
	case "national":
		return national(s)
	case "urlquery":
		return url.QueryEscape(s)
	case "hex_ucs2":
		return hexUCS2(s)
	case "upper":
		return strings.ToUpper(s)
	case "lower":
		return strings.ToLower(s)
	case "json":
		return jsonText(s)
	case "map":
		if to, ok := f.pairs[s]; ok {
			return to
		}
	}
	return s
}

// national is a Bangladeshi number as people dial it; others lose their +.
func national(s string) string {
	digits := strings.TrimPrefix(s, "+")
	if rest, ok := strings.CutPrefix(digits, "880"); ok {
		return "0" + rest
	}
	return digits
}

// hexUCS2 is a text as UTF-16 units in hex digits, big end first.
func hexUCS2(s string) string {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 0, 4*len(units))
	for _, u := range units {
		for shift := 12; shift >= 0; shift -= 4 {
			b = append(b, "0123456789ABCDEF"[u>>shift&15])
		}
	}
	return string(b)
}

// jsonText is a text as JSON writes it, in quotes.
func jsonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.QuoteToASCII("")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseFilter reads `name` or `map:from=to,from=to`.
func parseFilter(s string) (f filter, ok bool) {
	f.name, s, _ = strings.Cut(s, ":")
	for _, name := range filterNames {
		ok = ok || name == f.name
	}
	if f.name != "map" {
		return f, ok && s == ""
	}
	f.pairs = map[string]string{}
	for pair := range strings.SplitSeq(s, ",") {
		from, to, found := strings.Cut(pair, "=")
		if !found {
			return f, false
		}
		f.pairs[strings.TrimSpace(from)] = strings.TrimSpace(to)
	}
	return f, true
}

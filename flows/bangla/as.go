package bangla

import "strconv"

// Kinds of readings that As knows, in the order of domain/normalise.tsv.
var asKinds = []string{"yesno", "menu", "ward", "phone", "nid", "amount", "date", "case_id", "fold", "number"}

// AsKinds are the kinds of readings that As knows.
func AsKinds() []string { return append([]string(nil), asKinds...) }

// asMost is the last line of the menu that As reads a choice of.
const asMost = 10

// As is what the dialogue's own parser of a kind makes of s, in the notation of domain/normalise.tsv: the value, or
// none, invalid, unclear or ambiguous. A ward and a case number are read as the answer to the question for one, so a
// bare number counts. False means that there is no such kind.
func As(kind, s string) (string, bool) {
	switch kind {
	case "yesno":
		return YesNo(s).String(), true
	case "menu":
		n, ok := Pick(s, asMost)
		return or(strconv.Itoa(n), ok, "none"), true
	case "ward":
		n, r := Ward(s, true)
		return or(strconv.Itoa(n), r == OneWard, r.String()), true
	case "phone":
		number, ok := Phone(s)
		return or(number, ok, "invalid"), true
	case "nid":
		number, ok := NID(s)
		return or(number, ok, "invalid"), true
	case "amount":
		return asNumber(Amount(s)), true
	case "number":
		return asNumber(Number(s)), true
	case "date":
		d, ok := Date(s)
		return or(d.Format("2006-01-02"), ok, "invalid"), true
	case "case_id":
		n, ok := CaseID(s, true)
		return or(strconv.FormatInt(n, 10), ok, "none"), true
	case "fold":
		return Fold(s), true
	default:
		return "", false
	}
}

func asNumber(n float64, ok bool) string { return or(strconv.FormatFloat(n, 'f', -1, 64), ok, "none") }

func or(text string, ok bool, otherwise string) string {
	if ok {
		return text
	}
	return otherwise
}

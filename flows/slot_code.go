package flows

import (
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// The answers of a code slot. The code itself is never kept.
const (
	codeRight  = "right"
	codeFailed = "failed" // no try is left, or none is waited for any more
)

// codeDigits is how long a code is.
const codeDigits = 6

// A code slot takes the six digits that an SMS brought, see `send_code`:
//
//	code:
//	  type: code
//	  label: {bn: কোড, en: Code}
var codeSlot = slotKind{
	takes: []string{"example"}, ask: "ask_code", bad: "bad_code", example: "example_code",
	typeOf: stringType, valueOf: textOf, read: readCode, show: showCode,
	fits: func(*Catalog, *slot, Value) bool { return false },
}

func readCode(t *turn, _ *slot) reading {
	code, ok := codeIn(t.text)
	if t.in.Kind != InputText || !ok {
		return reading{}
	}
	found := t.in.Found.Code
	if found == nil {
		t.need(t.codeLookup(code))
		return reading{result: asked}
	}
	if found.ID == "" {
		return reading{result: took, value: TextValue(codeFailed), why: "no code is waited for any more"}
	}
	t.effect(TriedCode{ID: found.ID, Right: found.Right})
	switch {
	case found.Right && t.f.provesRow:
		t.proved = found.Phone
		return reading{result: took, value: TextValue(codeRight), why: "the code is right"}
	case found.Right:
		t.remember()
		return reading{result: took, value: TextValue(codeRight), why: "the code is right"}
	case found.Left <= 0:
		return reading{result: took, value: TextValue(codeFailed), why: "the last try was wrong"}
	default:
		t.fills[fillN] = t.c.digits(strconv.Itoa(found.Left), t.lang)
		return reading{bad: "code_wrong", why: "the code is wrong"}
	}
}

// codeLookup asks for a code, which must be one for what the flow proves.
func (t *turn) codeLookup(code string) Lookup {
	l := Lookup{Kind: LookupCode, Code: code}
	if t.f.provesRow {
		v, _ := t.s.Answer(t.f.slots[t.f.rowSlot].name)
		l.Register, l.Key = t.f.register, RegisterKey(v.String())
	}
	return l
}

// codeIn is the code in what was typed: six digits, perhaps with blanks or
// dashes between them.
func codeIn(text string) (string, bool) {
	code := strings.NewReplacer(" ", "", "-", "", "–", "").Replace(bangla.Digits(text))
	if len(code) != codeDigits || strings.Trim(code, "0123456789") != "" {
		return "", false
	}
	return code, true
}

// showCode says nothing: a code is nobody's to read again.
func showCode(*turn, *slot, Value) string { return "" }

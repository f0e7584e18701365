package flows

import (
	"strings"

	"nagorik/flows/bangla"
)

// A phone slot takes a Bangladeshi mobile number in any way it is written and
// keeps it as +8801…:
//
//	phone:
//	  type: phone
//	  label: {bn: ফোন, en: Phone}
//	  optional: true
//	  remember: true
var phoneSlot = slotKind{
	takes: settingsOf(), ask: "ask_phone", bad: "bad_phone", example: "example_phone",
	typeOf: stringType, valueOf: textOf, read: readPhone, show: showPhone,
	fits: func(_ *Catalog, _ *slot, v Value) bool { return v.Shape == TextShape && v.Text != "" },
}

func readPhone(t *turn, _ *slot) reading {
	if t.in.Kind != InputText {
		return reading{}
	}
	number, ok := bangla.Phone(t.text)
	if !ok {
		return reading{}
	}
	return reading{result: took, value: TextValue(number), why: "a mobile number"}
}

// showPhone writes the number as it is dialled at home: 01….
func showPhone(t *turn, _ *slot, v Value) string {
	if home, ok := strings.CutPrefix(v.Text, "+88"); ok {
		return t.c.digits(home, t.lang)
	}
	return t.c.digits(v.Text, t.lang)
}

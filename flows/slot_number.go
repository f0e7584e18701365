package flows

import "nagorik/flows/bangla"

// A number slot takes a number in digits or words:
//
//	floors:
//	  type: number
//	  label: {bn: তলা, en: Floors}
//	  min: 1
//	  max: 40
var numberSlot = slotKind{
	takes: settingsOf("min", "max"), bad: "bad_number", example: "example_number",
	typeOf: floatType, valueOf: numberOf, read: readNumber, show: showNumber, fits: numberFits,
}

func readNumber(t *turn, s *slot) reading {
	if t.in.Kind != InputText {
		return reading{}
	}
	n, ok := bangla.Number(t.folded)
	if !ok {
		if id, found := bangla.CaseID(t.folded, true); found {
			n, ok = float64(id), true
		}
	}
	return s.bounds(n, ok)
}

// bounds judges a number that was read.
func (s *slot) bounds(n float64, ok bool) reading {
	if !ok {
		return reading{}
	}
	if !s.within(n) {
		if s.bounded {
			return reading{bad: "bad_range"}
		}
		return reading{}
	}
	return reading{result: took, value: NumberValue(n), why: "a number"}
}

func showNumber(t *turn, _ *slot, v Value) string {
	return t.c.digits(v.String(), t.lang)
}

func numberFits(_ *Catalog, s *slot, v Value) bool {
	return v.Shape == NumShape && s.within(v.Number)
}

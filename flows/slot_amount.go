package flows

import "nagorik/flows/bangla"

// An amount slot takes taka, in digits or words, with lakh and crore:
//
//	rent:
//	  type: amount
//	  label: {bn: ভাড়া, en: Rent}
//	  min: 100
var amountSlot = slotKind{
	takes: settingsOf("min", "max"), bad: "bad_amount", example: "example_amount",
	typeOf: floatType, valueOf: numberOf, read: readAmount, show: showAmount, fits: numberFits,
}

func readAmount(t *turn, s *slot) reading {
	if t.in.Kind != InputText {
		return reading{}
	}
	n, ok := bangla.Amount(t.folded)
	if !ok {
		n, ok = bangla.Number(t.folded)
	}
	return s.bounds(n, ok && n >= 0)
}

// showAmount groups by lakh; paisa are shown only when there are any.
func showAmount(t *turn, _ *slot, v Value) string {
	return amountShown(v.Number, t.c.codes[t.lang])
}

func amountShown(taka float64, code string) string {
	decimals := 0
	if taka != float64(int64(taka)) {
		decimals = 2
	}
	return bangla.Group(taka, code, decimals)
}

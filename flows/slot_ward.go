package flows

import (
	"strconv"

	"github.com/expr-lang/expr/types"

	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// maxWardOffers is how many wards of one area are listed; with more the road is
// asked.
const maxWardOffers = 5

// A ward slot takes a ward's number, the name of an area, or a pin. Ward 0 means
// that the person does not know, which `unknown` allows:
//
//	ward:
//	  type: ward
//	  label: {bn: ওয়ার্ড, en: Ward}
//	  unknown: true
//	  remember: true
var wardSlot = slotKind{
	takes: settingsOf("unknown"), ask: "ask_ward", bad: "bad_ward", example: "example_ward",
	typeOf:  func(*slot) types.Type { return types.Int },
	valueOf: func(_ *slot, v Value) any { return int(v.Number) },
	read:    readWard, show: showWard, options: wardOptions,
	fits: func(c *Catalog, _ *slot, v Value) bool {
		return v.Shape == NumShape && v.Number >= 1 && c.isWard(int(v.Number))
	},
}

// WardAt is the ward that a spot lies in; false outside the city, or when its
// wards are not known.
func (c *Catalog) WardAt(lat, lon float64) (ward int, ok bool) {
	if c.wards == nil || !onEarth(lat, lon) {
		return 0, false
	}
	w, ok := c.wards.At(lat, lon)
	return w.Number, ok
}

func (c *Catalog) isWard(n int) bool {
	if c.wards == nil {
		return n >= 1 && n <= 999
	}
	_, ok := c.wards.Ward(n)
	return ok
}

func readWard(t *turn, s *slot) reading {
	switch {
	case t.tapped == commandUnknown:
		return s.wardUnknown()
	case t.tapped != "":
		n, err := strconv.Atoi(t.tapped)
		return t.wardNumber(n, err == nil)
	case t.in.Kind == InputLocation:
		return t.wardOfPin()
	case t.in.Kind != InputText:
		return reading{}
	}
	n, found := bangla.Ward(t.folded, true)
	if found == bangla.OneWard {
		return t.wardNumber(n, true)
	}
	return t.wardByArea(s)
}

func (s *slot) wardUnknown() reading {
	if !s.unknown {
		return reading{}
	}
	return reading{result: took, value: NumberValue(0), why: "does not know the ward"}
}

func (t *turn) wardNumber(n int, ok bool) reading {
	if !ok {
		return reading{}
	}
	if !t.c.isWard(n) {
		t.fills[fillWard] = t.c.digits(strconv.Itoa(n), t.lang)
		return reading{bad: "ward_bad"}
	}
	return reading{result: took, value: NumberValue(float64(n)), why: "ward " + strconv.Itoa(n)}
}

// wardOfPin answers with the ward the pin lies in, and keeps the pin as the
// place when the flow asks for one.
func (t *turn) wardOfPin() reading {
	if !onEarth(t.in.Lat, t.in.Lon) || t.c.wards == nil {
		return reading{}
	}
	w, ok := t.c.wards.At(t.in.Lat, t.in.Lon)
	if !ok {
		return reading{bad: "ward_outside"}
	}
	t.prefillPlace()
	t.wardBy = WardByPin
	return reading{result: took, value: NumberValue(float64(w.Number)), why: "a pin in ward " + strconv.Itoa(w.Number)}
}

// wardByArea looks for the name of an area: one is asked back, a few are
// offered, more need the road.
func (t *turn) wardByArea(s *slot) reading {
	if t.c.wards == nil {
		return reading{}
	}
	matches := distinctWards(t.c.wards.Find(t.text))
	if len(matches) == 0 {
		return reading{}
	}
	t.fills[fillArea] = areaName(matches[0], t.c.codes[t.lang])
	if len(matches) > maxWardOffers {
		return reading{bad: "ward_road"}
	}
	offers := make([]string, 0, len(matches)+1)
	for _, m := range matches {
		offers = append(offers, strconv.Itoa(m.Ward.Number))
	}
	t.s.Ask, t.s.Offer = askWard, append(offers, t.fills[fillArea])
	t.promptAsk()
	return reading{result: asked, why: `area "` + t.fills[fillArea] + `"`}
}

func distinctWards(matches []place.Match) []place.Match {
	var list []place.Match
	seen := map[int]bool{}
	for _, m := range matches {
		if !seen[m.Ward.Number] {
			seen[m.Ward.Number] = true
			list = append(list, m)
		}
	}
	return list
}

func showWard(t *turn, _ *slot, v Value) string {
	if v.Number == 0 {
		return t.renderPlain(t.c.texts["ward_unknown"])
	}
	return t.c.digits(strconv.Itoa(int(v.Number)), t.lang)
}

func wardOptions(t *turn, s *slot, list []option) []option {
	if !s.unknown {
		return list
	}
	return append(list, option{t.c.buttons["unknown_ward"][t.lang], t.state().payloads.unknown, -1})
}

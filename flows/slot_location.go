package flows

import (
	"math"
	"unicode/utf8"

	"github.com/expr-lang/expr/types"
)

// maxPlace is how much of a typed place is kept, in bytes.
const maxPlace = 600

// A location slot takes a pin or a typed place. A pin gives the ward as well:
//
//	place:
//	  type: location
//	  label: {bn: ঠিকানা, en: Place}
var locationSlot = slotKind{
	takes: settingsOf(), ask: "ask_place", bad: "bad_place", example: "example_location",
	typeOf:  func(*slot) types.Type { return types.String },
	valueOf: textOf, read: readLocation, show: showLocation,
	fits: func(_ *Catalog, _ *slot, v Value) bool { return v.Shape == PlaceShape },
}

func readLocation(t *turn, _ *slot) reading {
	switch t.in.Kind {
	case InputLocation:
		if !onEarth(t.in.Lat, t.in.Lon) {
			return reading{}
		}
		if !t.wardFromPin() {
			return reading{bad: "ward_outside"}
		}
		return reading{result: took, value: PlaceValue(t.in.Lat, t.in.Lon, clip(t.text, maxPlace)), why: "a pin"}
	case InputText:
		if _, number := t.pick(); number || !saysSomething(t.text) || utf8.RuneCountInString(t.text) < 3 {
			return reading{}
		}
		if len(t.text) > maxPlace {
			return reading{bad: "too_long"}
		}
		t.wardFromText()
		t.wardFromPlace()
		return reading{result: took, value: PlaceValue(0, 0, t.text), why: "typed"}
	default:
		return reading{}
	}
}

func onEarth(lat, lon float64) bool {
	return math.Abs(lat) <= 90 && math.Abs(lon) <= 180 && (lat != 0 || lon != 0)
}

func showLocation(t *turn, _ *slot, v Value) string {
	if v.Text != "" {
		return v.Text
	}
	return t.c.digits(PlaceValue(v.Lat, v.Lon, "").String(), t.lang)
}

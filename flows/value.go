package flows

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Shape says which of a Value's fields counts. The shape follows from the JSON
// alone, so a stored value can be read without its catalogue.
type Shape uint8

// The shapes of a value and the slot types that have them.
const (
	Nothing    Shape = iota // null: skipped, or not known
	TextShape               // a string: text, phone, date (2006-01-02)
	NumShape                // a number: number, amount, ward
	ListShape               // an array of strings: choices, photo ids
	PlaceShape              // {"lat","lon","text"}, without a pin {"text"}: location
	BoolShape               // true or false: confirm
)

// Value is one answer. The zero Value means that the question was skipped.
type Value struct {
	Shape  Shape
	Text   string // TextShape; for a place what was typed
	Number float64
	List   []string
	Lat    float64 // degrees, WGS 84; 0, 0 when the place was only typed
	Lon    float64
	Yes    bool
}

// TextValue is the value of a text, phone or date slot.
func TextValue(s string) Value { return Value{Shape: TextShape, Text: s} }

// NumberValue is the value of a number, amount (in taka) or ward slot. Ward 0
// stands for "does not know".
func NumberValue(n float64) Value { return Value{Shape: NumShape, Number: n} }

// ListValue is the value of a choice slot (ids of the choices) or a photo slot.
func ListValue(ids ...string) Value { return Value{Shape: ListShape, List: ids} }

// DateValue is the value of a date slot.
func DateValue(day time.Time) Value { return TextValue(day.Format(time.DateOnly)) }

// PlaceValue is the value of a location slot: a pin, what was typed, or both.
func PlaceValue(lat, lon float64, text string) Value {
	return Value{Shape: PlaceShape, Lat: lat, Lon: lon, Text: text}
}

// BoolValue is the value of a confirm slot.
func BoolValue(yes bool) Value { return Value{Shape: BoolShape, Yes: yes} }

// Pinned reports whether the value is a place with coordinates.
func (v Value) Pinned() bool { return v.Shape == PlaceShape && (v.Lat != 0 || v.Lon != 0) }

// String is the value in plain characters, for search, exports and logs at
// debug level. Choices appear by id, not by title.
func (v Value) String() string {
	switch v.Shape {
	case TextShape:
		return v.Text
	case NumShape:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case ListShape:
		return strings.Join(v.List, ", ")
	case PlaceShape:
		return v.placeString()
	case BoolShape:
		return strconv.FormatBool(v.Yes)
	default:
		return ""
	}
}

func (v Value) placeString() string {
	if !v.Pinned() {
		return v.Text
	}
	pin := strconv.FormatFloat(v.Lat, 'f', 5, 64) + ", " + strconv.FormatFloat(v.Lon, 'f', 5, 64)
	if v.Text == "" {
		return pin
	}
	return v.Text + " (" + pin + ")"
}

// MarshalJSON writes the value as a plain JSON string, number, array, object
// ({"lat","lon","text"}), boolean or null.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

// UnmarshalJSON reads what MarshalJSON writes. Anything else is an error.
func (v *Value) UnmarshalJSON(b []byte) error {
	if !json.Valid(b) {
		return fmt.Errorf("read a value: not JSON")
	}
	r := jsonReader{b: string(b)}
	got, err := r.value()
	if err != nil {
		return fmt.Errorf("read a value: %w", err)
	}
	if r.skipSpace(); r.at != len(b) {
		return fmt.Errorf("read a value: %w", errJSON)
	}
	*v = got
	return nil
}

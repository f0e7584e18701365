package gsm

// Parts are the segments of a text as they are sent, for whoever is to see where one ends: one for a short text, none
// for an empty one. A unit of two is never split over two parts.
func Parts(text string) []string {
	c := Segments(text)
	if c.Segments < 2 {
		return []string{text}[:c.Segments]
	}
	joined, width := joinedUCS2, utf16Units
	if c.Encoding == GSM7 {
		joined, width = joinedGSM7, septets
	}
	var parts []string
	begin, taken := 0, 0
	for i, r := range text {
		w := width(r)
		if taken+w > joined {
			parts = append(parts, text[begin:i])
			begin, taken = i, 0
		}
		taken += w
	}
	return append(parts, text[begin:])
}

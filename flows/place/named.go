package place

// longName is the fewest sounds a name must have to be heard inside a sentence about something else.
const longName = 5

// Named is Find for a sentence about something else: only names that sound just as they are written count, and only
// long ones, so that nothing is read into words that merely resemble a name.
func (m *Map) Named(text string) []Match {
	words := keyWords(text)
	if len(words) > mostWords {
		words = words[:mostWords]
	}
	return m.matches(&m.names, windows(words, func(w window) []int {
		for _, form := range w.forms {
			if len(form.letters()) < longName {
				continue
			}
			if hits := m.names.exact[form]; hits != nil {
				return hits
			}
		}
		return nil
	}))
}

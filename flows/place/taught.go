package place

import (
	"fmt"
	"strings"
)

// mostTaught bounds how many taught names a map listens for.
const mostTaught = 10_000

// Taught is a name that the staff of a city has taught: where people say it,
// they mean this ward.
type Taught struct {
	Words string
	Ward  int
}

// Teach makes the map listen for these names, and for no others that were
// taught before. They go before the layer's own names where they are heard word
// for word. Names of wards that the map does not have are passed over. It may be
// called while the map is in use.
func (m *Map) Teach(names []Taught) {
	ix := indexNames(nil)
	for i, n := range names {
		at, ok := m.byNo[n.Ward]
		if !ok || i >= mostTaught {
			continue
		}
		ix.spelling(at, n.Words, map[string]string{Bangla: n.Words, English: n.Words})
	}
	m.taught.Store(&ix)
}

// Sound is the form in which a taught name is compared; names that sound alike
// have the same. The error says why a name cannot be taught.
func Sound(words string) (string, error) {
	p := patternOf(keyWords(words))
	switch n := len(keyWords(words)); {
	case len(p.letters()) < shortestName:
		return "", fmt.Errorf("%q has too few letters to be told from other words", words)
	case n > longestName:
		return "", fmt.Errorf("a name has at most %d words", longestName)
	}
	return strings.TrimSpace(p.sounds + " " + p.numbers), nil
}

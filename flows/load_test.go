package flows

import (
	"os"
	"strings"
	"sync"
	"testing"

	"nagorik/flows/place"
)

// shipped loads the catalogue that is built in.
func shipped(t testing.TB) *Catalog {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shippedOnce.Do(func() { shippedCatalog = loaded(t, File{Name: "flows.yaml", Text: text}) })
	if shippedCatalog == nil {
		t.Fatal("the flows do not load")
	}
	return shippedCatalog
}

// A catalogue never changes, so one serves all tests.
var (
	shippedOnce    sync.Once
	shippedCatalog *Catalog
)

// loaded loads a catalogue in which nothing may be wrong.
func loaded(t testing.TB, files ...File) *Catalog {
	t.Helper()
	c, faults := Load(place.Sample(), files...)
	clean(t, faults)
	if c == nil {
		t.Fatal("the flows do not load")
	}
	return c
}

// clean reports all faults but one kind: a fact that nobody has confirmed yet is
// said to be one, on purpose.
func clean(t testing.TB, faults []Fault) {
	t.Helper()
	for _, f := range faults {
		if !f.Warning || !strings.Contains(f.Message, "needing a check") {
			t.Error(f)
		}
	}
}

func TestShippedCatalogueIsClean(t *testing.T) { shipped(t) }

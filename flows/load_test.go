package flows

import (
	"os"
	"strings"
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
	c, faults := Load(place.Sample(), File{Name: "flows.yaml", Text: text})
	for _, f := range faults {
		// A fact that nobody has confirmed yet is said to be one, on purpose.
		if !f.Warning || !strings.Contains(f.Message, "needing a check") {
			t.Error(f)
		}
	}
	if c == nil {
		t.Fatal("flows.yaml does not load")
	}
	return c
}

func TestShippedCatalogueIsClean(t *testing.T) { shipped(t) }

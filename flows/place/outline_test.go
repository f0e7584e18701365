package place_test

import (
	"strings"
	"testing"

	"nagorik/flows/place"
)

func TestOutlineShowsEveryWardOnTheSheet(t *testing.T) {
	m := place.Sample()
	o := m.Outline(400)
	if len(o.Shapes) != len(m.Wards()) || o.Width != 400 || o.Height <= 0 {
		t.Fatalf("%d shapes on a sheet of %g × %g", len(o.Shapes), o.Width, o.Height)
	}
	for _, s := range o.Shapes {
		if s.X <= 0 || s.X >= o.Width || s.Y <= 0 || s.Y >= o.Height || !strings.HasPrefix(s.Path, "M") || !strings.HasSuffix(s.Path, "Z") {
			t.Errorf("ward %d at %g, %g: %s", s.Ward, s.X, s.Y, s.Path)
		}
	}
	if plain, _ := place.New(nil, m.Wards()); len(plain.Outline(400).Shapes) != 0 {
		t.Error("a city without polygons has an outline")
	}
}

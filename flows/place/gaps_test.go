package place

import (
	"strings"
	"testing"
)

func TestGaps(t *testing.T) {
	poly := func(rings ...string) string {
		return `{"type":"Polygon","coordinates":[` + strings.Join(rings, ",") + `]}`
	}
	// eight squares around an empty one
	var around []string
	for n, at := range [][2]float64{{0, 0}, {1, 0}, {2, 0}, {0, 1}, {2, 1}, {0, 2}, {1, 2}, {2, 2}} {
		around = append(around, feature(`{"ward_no":`+string(rune('1'+n))+`}`, poly(square(at[0], at[1]))))
	}
	for _, c := range []struct {
		name  string
		layer string
		gaps  int
	}{
		{"a hole that nobody drew", layer(around...), 1},
		{"filled", layer(append(around, feature(`{"ward_no":9}`, poly(square(1, 1))))...), 0},
		{"a hole that is meant", layer(feature(`{"ward_no":1}`, poly("[[0,0],[3,0],[3,3],[0,3],[0,0]]", square(1, 1)))), 0},
		{"an island", layer(feature(`{"ward_no":1}`, poly(square(0, 0))), feature(`{"ward_no":2}`, poly(square(5, 5)))), 0},
		{"no shapes", layer(feature(`{"ward_no":1}`, `null`)), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, problems, err := Load([]byte(c.layer))
			if err != nil || len(problems) > 0 {
				t.Fatal(problems, err)
			}
			steps := 0
			got := m.Gaps(func(done, all int) {
				if steps++; done != steps || all != gridSide {
					t.Fatalf("%d of %d after %d steps", done, all, steps)
				}
			})
			if len(got) != c.gaps {
				t.Errorf("gaps %v, want %d", got, c.gaps)
			}
		})
	}
	if got := Sample().Gaps(nil); len(got) > 0 {
		t.Errorf("the sample city has gaps: %v", got)
	}
}

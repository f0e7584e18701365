package place

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// gapCells is how many cells a side the city is divided into when gaps are
// looked for; a gap smaller than a cell may be missed.
const gapCells = 200

// Gaps finds places that lie between the wards and belong to none, unless a
// ward has a hole there. watch hears how far it is; it may be nil.
func (m *Map) Gaps(watch func(done, all int)) []Problem {
	g := m.grid(watch)
	if g == nil {
		return nil
	}
	g.flood(0) // the outermost cells lie outside of the city
	var problems []Problem
	for i := range g.open {
		if !g.open[i] {
			continue
		}
		cells := g.flood(i)
		if at := g.middle(i); !m.inHole(at) {
			side := g.height * math.Sqrt(float64(cells)) * metresPerDegree
			problems = append(problems, Problem{"the city", fmt.Sprintf("there is a gap between the wards near %.5f, %.5f, about %.0f m across", at[1], at[0], side)})
		}
	}
	return problems
}

// metresPerDegree is the length of a degree of latitude.
const metresPerDegree = 111_000

// grid is the city in cells, with a row and a column to spare on every side;
// open are those that lie in no ward and were not visited.
type grid struct {
	corner        orb.Point
	width, height float64 // of a cell, in degrees
	open          []bool
}

// gridSide is the length of a grid's side in cells.
const gridSide = gapCells + 2

func (m *Map) grid(watch func(done, all int)) *grid {
	if !m.HasPolygons() {
		return nil
	}
	first := true
	var bound orb.Bound
	for i := range m.shapes {
		switch {
		case len(m.shapes[i].polygons) == 0:
		case first:
			bound, first = m.shapes[i].bound, false
		default:
			bound = bound.Union(m.shapes[i].bound)
		}
	}
	g := &grid{
		width: (bound.Max[0] - bound.Min[0]) / gapCells, height: (bound.Max[1] - bound.Min[1]) / gapCells,
		open: make([]bool, gridSide*gridSide),
	}
	g.corner = orb.Point{bound.Min[0] - g.width, bound.Min[1] - g.height}
	for i := range g.open {
		at := g.middle(i)
		_, held := m.At(at[1], at[0])
		g.open[i] = !held
		if watch != nil && i%gridSide == gridSide-1 {
			watch(i/gridSide+1, gridSide)
		}
	}
	return g
}

// middle is the middle of a cell.
func (g *grid) middle(i int) orb.Point {
	return orb.Point{g.corner[0] + (float64(i%gridSide)+0.5)*g.width, g.corner[1] + (float64(i/gridSide)+0.5)*g.height}
}

// flood closes an open cell and all that hang together with it, and counts them.
func (g *grid) flood(from int) int {
	if !g.open[from] {
		return 0
	}
	g.open[from] = false
	n, reached := 0, []int{from}
	for len(reached) > 0 {
		i := reached[len(reached)-1]
		reached = reached[:len(reached)-1]
		n++
		x := i % gridSide
		for _, next := range [...]struct {
			i  int
			ok bool
		}{{i - 1, x > 0}, {i + 1, x < gridSide-1}, {i - gridSide, i >= gridSide}, {i + gridSide, i < gridSide*(gridSide-1)}} {
			if next.ok && g.open[next.i] {
				g.open[next.i] = false
				reached = append(reached, next.i)
			}
		}
	}
	return n
}

// inHole reports whether a ward has a hole at a point: that is meant.
func (m *Map) inHole(p orb.Point) bool {
	for i := range m.shapes {
		for _, polygon := range m.shapes[i].polygons {
			for _, hole := range polygon[1:] {
				if planar.RingContains(hole, p) {
					return true
				}
			}
		}
	}
	return false
}

// Shaped reports whether a ward has a polygon.
func (m *Map) Shaped(number int) bool {
	i, ok := m.byNo[number]
	return ok && len(m.shapes[i].polygons) > 0
}

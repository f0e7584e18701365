package place

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Outline is the wards as shapes on a sheet, for drawing a map of them in SVG.
// Wards without a polygon are left out.
type Outline struct {
	Width, Height float64
	Shapes        []Shape
}

// Shape is a ward on the sheet: the d of an SVG path, and where its number
// stands.
type Shape struct {
	Ward int
	Path string
	X, Y float64
}

// Outline draws the wards on a sheet of that width. Degrees of longitude are
// made as long as they are in the middle of the city.
func (m *Map) Outline(width float64) Outline {
	bound, found := orb.Bound{}, false
	for i := range m.shapes {
		if s := &m.shapes[i]; len(s.polygons) > 0 {
			if !found {
				bound, found = s.bound, true
			}
			bound = bound.Union(s.bound)
		}
	}
	if !found || bound.Max[0] == bound.Min[0] {
		return Outline{}
	}
	narrow := math.Cos(bound.Center()[1] * math.Pi / 180)
	scale := width / ((bound.Max[0] - bound.Min[0]) * narrow)
	onSheet := func(p orb.Point) (x, y float64) {
		return (p[0] - bound.Min[0]) * narrow * scale, (bound.Max[1] - p[1]) * scale
	}
	o := Outline{Width: width, Height: (bound.Max[1] - bound.Min[1]) * scale}
	for i := range m.shapes {
		if s := &m.shapes[i]; len(s.polygons) > 0 {
			x, y := onSheet(s.middle())
			o.Shapes = append(o.Shapes, Shape{m.wards[i].Number, pathOf(s.polygons, onSheet), x, y})
		}
	}
	return o
}

// pathOf writes polygons as the d of an SVG path, to a tenth of a unit.
func pathOf(polygons orb.MultiPolygon, onSheet func(orb.Point) (x, y float64)) string {
	var b strings.Builder
	for _, polygon := range polygons {
		for _, ring := range polygon {
			for i, p := range ring[:len(ring)-1] {
				b.WriteByte("ML"[min(i, 1)])
				x, y := onSheet(p)
				b.WriteString(strconv.FormatFloat(x, 'f', 1, 64) + " " + strconv.FormatFloat(y, 'f', 1, 64))
			}
			b.WriteByte('Z')
		}
	}
	return b.String()
}

// middleSteps is how finely a shape is searched for a point inside of it.
const middleSteps = 24

// middle is the point inside the shape that is nearest to its centre, which
// may lie in a hole or between two parts.
func (s *shape) middle() orb.Point {
	centre, _ := planar.CentroidArea(s.polygons)
	if planar.MultiPolygonContains(s.polygons, centre) {
		return centre
	}
	best, least := centre, math.Inf(1)
	size := orb.Point{s.bound.Max[0] - s.bound.Min[0], s.bound.Max[1] - s.bound.Min[1]}
	for i := range middleSteps * middleSteps {
		p := orb.Point{
			s.bound.Min[0] + size[0]*(float64(i%middleSteps)+.5)/middleSteps,
			s.bound.Min[1] + size[1]*(float64(i/middleSteps)+.5)/middleSteps,
		}
		// A number needs room on all sides.
		room := size[0] / middleSteps * 2
		inside := s.holds(p) && s.holds(orb.Point{p[0] - room, p[1]}) && s.holds(orb.Point{p[0] + room, p[1]})
		if away := planar.DistanceSquared(p, centre); inside && away < least {
			best, least = p, away
		}
	}
	return best
}

func (s *shape) holds(p orb.Point) bool { return planar.MultiPolygonContains(s.polygons, p) }

// Middle is a point in a ward, in WGS 84 degrees; false for a ward without a
// polygon.
func (m *Map) Middle(ward int) (lat, lon float64, ok bool) {
	i, known := m.byNo[ward]
	if !known || i >= len(m.shapes) || len(m.shapes[i].polygons) == 0 {
		return 0, 0, false
	}
	p := m.shapes[i].middle()
	return p[1], p[0], true
}

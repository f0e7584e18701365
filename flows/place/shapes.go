package place

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

const (
	// deepInside is how far, in degrees (about 10 m), a point must lie inside another ward to make an overlap;
	// neighbours drawn apart by a hair are none.
	deepInside = 0.0001
	// longestChecked is the most points of a ring that is searched for crossings, which takes the square of it.
	longestChecked = 3000
)

// checked says what is wrong with the rings of a ward and leaves out those that cannot be used.
func (b *builder) checked(feature string, polygons orb.MultiPolygon) orb.MultiPolygon {
	var good orb.MultiPolygon
	for _, polygon := range polygons {
		var rings orb.Polygon
		for i, ring := range polygon {
			ring, ok := b.ring(feature, ring)
			if !ok && i == 0 {
				break
			}
			if ok {
				rings = append(rings, ring)
			}
		}
		if len(rings) > 0 {
			good = append(good, rings)
		}
	}
	if len(good) == 0 {
		b.problem(feature, "has no usable polygon")
	}
	return good
}

// ring checks one ring; it is closed when its last point is missing.
func (b *builder) ring(feature string, ring orb.Ring) (orb.Ring, bool) {
	if turned(ring) {
		b.problem(feature, "has its coordinates as latitude, longitude; GeoJSON has longitude first")
		return nil, false
	}
	for _, p := range ring {
		if math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
			b.problem(feature, "has a point (%g, %g) that is no longitude and latitude; the layer must be WGS 84", p[0], p[1])
			return nil, false
		}
	}
	if len(ring) > 2 && !ring.Closed() {
		b.problem(feature, "has a ring that is not closed")
		ring = append(ring[:len(ring):len(ring)], ring[0])
	}
	if len(ring) < 4 || planar.Area(ring) == 0 {
		b.problem(feature, "has a ring without an area")
		return nil, false
	}
	if at, crosses := crossing(ring); crosses {
		b.problem(feature, "has a ring that crosses itself near %.5f, %.5f", at[1], at[0])
	}
	return ring, true
}

// turned reports points that lie in Bangladesh (20.3 to 26.7 north, 88 to 92.7
// east) when latitude and longitude are changed for each other.
func turned(ring orb.Ring) bool {
	for _, p := range ring {
		if p[0] < 20 || p[0] > 27 || p[1] < 88 || p[1] > 93 {
			return false
		}
	}
	return len(ring) > 0
}

// crossing finds two edges of a ring that cross each other between their ends.
func crossing(ring orb.Ring) (at orb.Point, found bool) {
	if len(ring) > longestChecked {
		return at, false
	}
	for i := 0; i+1 < len(ring); i++ {
		for j := i + 2; j+1 < len(ring); j++ {
			if cross(ring[i], ring[i+1], ring[j], ring[j+1]) {
				return ring[i], true
			}
		}
	}
	return at, false
}

// cross tells whether the lines ab and cd cross properly; touching ends do not count.
func cross(a, b, c, d orb.Point) bool {
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}

// side is positive, negative or zero for a point left of, right of or on the line ab.
func side(a, b, p orb.Point) float64 {
	return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
}

// overlaps says which wards lie over each other.
func (b *builder) overlaps() {
	for i := range b.shapes {
		for _, watch := range b.watch {
			watch(i+1, len(b.shapes))
		}
		for j := i + 1; j < len(b.shapes); j++ {
			one, two := &b.shapes[i], &b.shapes[j]
			if len(one.polygons) == 0 || len(two.polygons) == 0 || !one.bound.Intersects(two.bound) {
				continue
			}
			if at, found := overlap(one, two); found {
				b.problem(b.features[j], "ward %d overlaps ward %d near %.5f, %.5f", b.wards[j].Number, b.wards[i].Number, at[1], at[0])
			}
		}
	}
}

func overlap(one, two *shape) (orb.Point, bool) {
	if at, found := reaches(one, two); found {
		return at, true
	}
	return reaches(two, one)
}

// reaches finds a corner, an edge's middle or the middle of from that lies deep inside into.
func reaches(from, into *shape) (orb.Point, bool) {
	for _, polygon := range from.polygons {
		for _, ring := range polygon {
			for i := 0; i+1 < len(ring); i++ {
				middle := orb.Point{(ring[i][0] + ring[i+1][0]) / 2, (ring[i][1] + ring[i+1][1]) / 2}
				for _, p := range [...]orb.Point{ring[i], middle} {
					if into.holdsDeep(p) {
						return p, true
					}
				}
			}
		}
		if p, _ := planar.CentroidArea(polygon); planar.PolygonContains(polygon, p) && into.holdsDeep(p) {
			return p, true
		}
	}
	return orb.Point{}, false
}

// holdsDeep tells whether p is inside the shape and not near any of its borders.
func (s *shape) holdsDeep(p orb.Point) bool {
	if !s.bound.Contains(p) || !planar.MultiPolygonContains(s.polygons, p) {
		return false
	}
	for _, polygon := range s.polygons {
		for _, ring := range polygon {
			if planar.DistanceFrom(orb.LineString(ring), p) < deepInside {
				return false
			}
		}
	}
	return true
}

package place

import (
	_ "embed" // for the sample city
	"fmt"
	"sort"
	"sync/atomic"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Languages of names in a layer.
const (
	Bangla  = "bn"
	English = "en"
)

// Ward is one ward of a city. Maps are by language, "bn" and "en"; treat them as read-only.
type Ward struct {
	Number   int
	Zone     int                 // 0 when the layer names none
	Name     map[string]string   // the ward's own name
	ZoneName map[string]string   // the zone's name
	Areas    map[string][]string // localities as shown; the same place has the same position in each language
	Aliases  []string            // further spellings of the ward's name
}

// Map is the wards of one city.
type Map struct {
	city   map[string]string
	wards  []Ward
	shapes []shape // by position in wards; empty without polygons
	byNo   map[int]int
	names  nameIndex
	taught atomic.Pointer[nameIndex] // see Teach; nil: nothing was taught
}

type shape struct {
	polygons orb.MultiPolygon
	bound    orb.Bound
}

// Problem is a fault of a layer, in words for the person who made it. Feature is its id, ward number or position.
type Problem struct {
	Feature string
	Message string
}

// String is "feature: message".
func (p Problem) String() string { return p.Feature + ": " + p.Message }

// New makes a Map without polygons from a list of wards. city is the city's name by language.
func New(city map[string]string, wards []Ward) (*Map, []Problem) {
	b := builder{city: city}
	for i, w := range wards {
		b.add(w, nil, fmt.Sprintf("ward %d of the list", i+1))
	}
	return b.build()
}

// Ward returns the ward with number n.
func (m *Map) Ward(n int) (Ward, bool) {
	i, ok := m.byNo[n]
	if !ok {
		return Ward{}, false
	}
	return m.wards[i], true
}

// Wards returns all wards in the order of their numbers. The slice is the caller's.
func (m *Map) Wards() []Ward { return append([]Ward(nil), m.wards...) }

// Max is the highest ward number, 0 for an empty map.
func (m *Map) Max() int {
	if len(m.wards) == 0 {
		return 0
	}
	return m.wards[len(m.wards)-1].Number
}

// City is the city's name in a language, in the other one when there is none.
func (m *Map) City(lang string) string { return inLanguage(m.city, lang) }

func inLanguage(names map[string]string, lang string) string {
	for _, l := range [...]string{lang, Bangla, English} {
		if s := names[l]; s != "" {
			return s
		}
	}
	return ""
}

// At returns the ward that a point in WGS 84 degrees lies in. On a shared border the lower number is returned; inside
// a hole and outside the city there is none.
func (m *Map) At(lat, lon float64) (Ward, bool) {
	p := orb.Point{lon, lat}
	for i := range m.shapes {
		if s := &m.shapes[i]; s.bound.Contains(p) && planar.MultiPolygonContains(s.polygons, p) {
			return m.wards[i], true
		}
	}
	return Ward{}, false
}

// HasPolygons tells whether At can find anything.
func (m *Map) HasPolygons() bool {
	for _, s := range m.shapes {
		if len(s.polygons) > 0 {
			return true
		}
	}
	return false
}

//go:embed wards_sample.geojson
var sampleLayer []byte

// Sample returns the fictional city of Namunanagar: 12 wards in open water, for trying things out (CC0-1.0).
func Sample() *Map {
	m, problems, err := Load(sampleLayer)
	if err != nil || len(problems) > 0 {
		panic(fmt.Sprintf("place: the built-in sample city is broken: %v %v", err, problems))
	}
	return m
}

// builder collects wards and what is wrong with them.
type builder struct {
	city     map[string]string
	wards    []Ward
	shapes   []shape
	features []string
	problems []Problem
	watch    []func(done, all int)
}

func (b *builder) problem(feature, format string, args ...any) {
	b.problems = append(b.problems, Problem{Feature: feature, Message: fmt.Sprintf(format, args...)})
}

// highestWard bounds ward numbers; more digits are a code of some other kind.
const highestWard = 9999

// add takes one ward; parts of a ward that comes twice are joined, and said.
func (b *builder) add(w Ward, polygons orb.MultiPolygon, feature string) {
	if w.Number < 1 || w.Number > highestWard {
		b.problem(feature, "no usable ward number (%d)", w.Number)
		return
	}
	for i := range b.wards {
		if b.wards[i].Number == w.Number {
			b.problem(feature, "ward %d is there already (%s); its areas are joined", w.Number, b.features[i])
			b.join(i, w, polygons)
			return
		}
	}
	b.wards = append(b.wards, w)
	b.shapes = append(b.shapes, shape{polygons: polygons, bound: polygons.Bound()})
	b.features = append(b.features, feature)
}

func (b *builder) join(i int, w Ward, polygons orb.MultiPolygon) {
	areas := map[string][]string{}
	for _, lang := range [...]string{Bangla, English} {
		areas[lang] = append(append([]string(nil), b.wards[i].Areas[lang]...), w.Areas[lang]...)
	}
	b.wards[i].Areas = areas
	s := &b.shapes[i]
	s.polygons = append(s.polygons, polygons...)
	s.bound = s.polygons.Bound()
}

func (b *builder) build() (*Map, []Problem) {
	sort.Sort(byNumber{b})
	m := &Map{city: b.city, wards: b.wards, shapes: b.shapes, byNo: map[int]int{}}
	for i, w := range m.wards {
		m.byNo[w.Number] = i
	}
	b.overlaps()
	b.sameNames()
	m.names = indexNames(m.wards)
	return m, b.problems
}

// byNumber sorts wards, shapes and features together.
type byNumber struct{ b *builder }

func (s byNumber) Len() int           { return len(s.b.wards) }
func (s byNumber) Less(i, j int) bool { return s.b.wards[i].Number < s.b.wards[j].Number }
func (s byNumber) Swap(i, j int) {
	s.b.wards[i], s.b.wards[j] = s.b.wards[j], s.b.wards[i]
	s.b.shapes[i], s.b.shapes[j] = s.b.shapes[j], s.b.shapes[i]
	s.b.features[i], s.b.features[j] = s.b.features[j], s.b.features[i]
}

package place

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"nagorik/flows/bangla"
)

// maxFeatures bounds a layer; the largest city corporation has 75 wards.
const maxFeatures = 5000

// Property names of a layer: the sample's first, then variants common in layers of city corporations and OpenStreetMap.
var (
	numberNames   = []string{"ward_no", "ward", "ward_number", "wardno", "ward_num", "ward_id", "ward_no_bn", "number", "no"}
	zoneNames     = []string{"zone_no", "zone", "zone_number", "zoneno", "zone_id", "zone_en", "zone_bn"}
	nameNames     = map[string][]string{Bangla: {"name_bn", "ward_bn", "ward_name_bn", "name:bn", "bn_name"}, English: {"name_en", "ward_en", "ward_name_en", "name:en", "name", "ward_name", "en_name"}}
	zoneTextNames = map[string][]string{Bangla: {"zone_bn", "zone_name_bn"}, English: {"zone_en", "zone_name_en", "zone_name"}}
	areaNames     = map[string][]string{Bangla: {"localities_bn", "areas_bn", "area_bn"}, English: {"localities_en", "areas_en", "area_en", "localities", "areas", "area"}}
	cityNames     = map[string][]string{Bangla: {"city_bn", "city_name_bn"}, English: {"city_en", "city_name_en", "city", "city_name"}}
	aliasNames    = []string{"aliases", "alias", "alt_name", "other_names"}
)

// Load reads a ward layer: a GeoJSON FeatureCollection with a feature per ward, WGS 84. Faults of single features come
// back as problems and what is usable is used; err is for a text that is no such collection or has no ward at all.
// A feature without a geometry makes a ward without a polygon. watch hears how far the check of the shapes is.
func Load(layer []byte, watch ...func(done, all int)) (*Map, []Problem, error) {
	var raw struct {
		Type     string
		Features []json.RawMessage
	}
	layer = []byte(strings.TrimPrefix(string(layer), "\uFEFF"))
	if err := json.Unmarshal(layer, &raw); err != nil {
		return nil, nil, fmt.Errorf("read ward layer: %w", err)
	}
	if raw.Type != "FeatureCollection" {
		return nil, nil, fmt.Errorf("read ward layer: type is %q, not FeatureCollection", raw.Type)
	}
	if len(raw.Features) > maxFeatures {
		return nil, nil, fmt.Errorf("read ward layer: %d features, more than %d", len(raw.Features), maxFeatures)
	}
	b := builder{city: map[string]string{}, watch: watch}
	for i, f := range raw.Features {
		b.feature(i, f)
	}
	m, problems := b.build()
	if len(m.wards) == 0 {
		return nil, problems, errors.New("read ward layer: no ward in it")
	}
	return m, problems, nil
}

// properties are a feature's, by lower-case name.
type properties map[string]any

// feature adds one feature's ward.
func (b *builder) feature(i int, raw json.RawMessage) {
	name := fmt.Sprintf("feature %d", i+1)
	var f struct {
		ID         any
		Properties map[string]any
		Geometry   json.RawMessage
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		b.problem(name, "is not a feature: %v", err)
		return
	}
	props := properties{}
	for k, v := range f.Properties {
		props[strings.ToLower(k)] = v
	}
	if f.ID != nil {
		name = fmt.Sprintf("%s (%v)", name, f.ID)
	}
	w := Ward{
		Number: props.number(numberNames), Zone: props.number(zoneNames),
		Name: props.texts(nameNames), ZoneName: props.texts(zoneTextNames),
		Areas: map[string][]string{}, Aliases: props.list(aliasNames),
	}
	for lang, names := range areaNames {
		if list := props.list(names); list != nil {
			w.Areas[lang] = list
		}
	}
	for lang, text := range props.texts(cityNames) {
		if b.city[lang] == "" {
			b.city[lang] = text
		}
	}
	b.add(w, b.geometry(name, f.Geometry), name)
}

// geometry decodes a feature's polygons and checks them. It reads GeoJSON itself: the library's package for it brings
// a database driver along.
func (b *builder) geometry(feature string, raw json.RawMessage) orb.MultiPolygon {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	err := json.Unmarshal(raw, &g)
	var polygons [][][][]float64
	switch {
	case err != nil:
	case g.Type == "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case g.Type == "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	default:
		err = fmt.Errorf("it is a %q, not a Polygon or MultiPolygon", g.Type)
	}
	if err != nil {
		b.problem(feature, "has a geometry that cannot be used: %v", err)
		return nil
	}
	return b.checked(feature, multiPolygon(polygons))
}

// multiPolygon turns coordinates into polygons; a position of under two numbers is far outside the earth, so that
// the check of its ring says so.
func multiPolygon(polygons [][][][]float64) orb.MultiPolygon {
	shape := make(orb.MultiPolygon, len(polygons))
	for i, rings := range polygons {
		shape[i] = make(orb.Polygon, len(rings))
		for j, ring := range rings {
			shape[i][j] = make(orb.Ring, len(ring))
			for k, position := range ring {
				if len(position) < 2 {
					shape[i][j][k] = orb.Point{nowhere, nowhere}
					continue
				}
				shape[i][j][k] = orb.Point{position[0], position[1]}
			}
		}
	}
	return shape
}

// nowhere is no coordinate on earth.
const nowhere = 1e9

// first is the first of the named properties that is set.
func (p properties) first(names []string) any {
	for _, n := range names {
		if v, ok := p[n]; ok && v != nil && v != "" {
			return v
		}
	}
	return nil
}

// number reads a whole number, also out of "Ward-12" or "১২"; 0 when there is none.
func (p properties) number(names []string) int {
	for _, n := range names {
		if v := wholeNumber(p[n]); v > 0 {
			return v
		}
	}
	return 0
}

func wholeNumber(v any) int {
	switch v := v.(type) {
	case float64:
		if v == float64(int(v)) {
			return int(v)
		}
	case string:
		digits := strings.FieldsFunc(bangla.Fold(v), func(r rune) bool { return r < '0' || r > '9' })
		if len(digits) == 1 {
			n, _ := strconv.Atoi(digits[0])
			return n
		}
	}
	return 0
}

func (p properties) texts(names map[string][]string) map[string]string {
	texts := map[string]string{}
	for lang, list := range names {
		if s, ok := p.first(list).(string); ok {
			texts[lang] = bangla.Clean(s)
		}
	}
	return texts
}

// list reads an array of texts, or one text with commas or semicolons between.
func (p properties) list(names []string) (list []string) {
	switch v := p.first(names).(type) {
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok && bangla.Clean(s) != "" {
				list = append(list, bangla.Clean(s))
			}
		}
	case string:
		for _, s := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == '،' }) {
			if s = bangla.Clean(s); s != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

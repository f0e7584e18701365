package handoff

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"gorm.io/gorm"
)

// What is offered as the same matter.
const (
	nearMetres = 150 // how far apart two points may lie: the width of a block, and what a phone's position may be off in a narrow street
	maxNear    = 200 // cases around a point that are looked at, and the newest of a ward
	maxLike    = 10  // cases that are offered
)

// metresPerDegree is the length of a degree of latitude on orb's sphere.
const metresPerDegree = math.Pi * orb.EarthRadius / 180

// stillOpen is the condition of the indexes cases_near and cases_of_ward, word
// for word: with values put in, PostgreSQL would not use them.
const stillOpen = "cases.status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened')"

// Like is an open case that may be about the same matter as another.
type Like struct {
	Case
	Metres *int // between their points; nil when one has none: ward and place are like
}

// Duplicates finds open cases that may be about the same matter as an open
// one and that the viewer may see: of the same service within 150 m, or in the
// same ward at a place that is described alike. The nearest come first. A case
// that is settled has none.
func (d *Desk) Duplicates(ctx context.Context, v Viewer, number int64) ([]Like, error) {
	row, err := first[caseRow](v.cases("cases").apply(d.db.WithContext(ctx)).Where("cases.number = ?", number), "case")
	if err != nil {
		return nil, err
	}
	if !CaseStatus(row.Status).Open() {
		return nil, nil
	}
	others := func() *gorm.DB {
		return v.cases("cases").apply(d.db.WithContext(ctx)).Where("cases.flow = ? AND cases.number <> ?", row.Flow, number).Where(stillOpen)
	}
	found, err := near(others(), row)
	if err != nil {
		return nil, fmt.Errorf("find cases near %d: %w", number, err)
	}
	alike, err := alikeIn(others(), row)
	if err != nil {
		return nil, fmt.Errorf("find cases like %d: %w", number, err)
	}
	return d.likes(ctx, append(found, alike...))
}

// likeRow is a case with its distance.
type likeRow struct {
	caseRow
	metres *int
}

// near are the cases around a case's point, the nearest first.
func near(db *gorm.DB, row caseRow) ([]likeRow, error) {
	if row.Lat == nil || row.Lon == nil {
		return nil, nil
	}
	var rows []caseRow
	box := boxAround(*row.Lat, *row.Lon)
	err := db.Where("cases.lat BETWEEN ? AND ? AND cases.lon BETWEEN ? AND ?", box.south, box.north, box.west, box.east).Limit(maxNear).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	return around(*row.Lat, *row.Lon, rows), nil
}

// box is a square on the map, in degrees.
type box struct{ south, north, west, east float64 }

// boxAround holds all points that are near one.
func boxAround(lat, lon float64) box {
	high := nearMetres / metresPerDegree
	wide := high / max(math.Cos(lat*math.Pi/180), 0.01) // at the poles there are no cities
	return box{lat - high, lat + high, lon - wide, lon + wide}
}

// around are the cases that are near a point, the nearest first.
func around(lat, lon float64, rows []caseRow) []likeRow {
	var found []likeRow
	for _, r := range rows {
		metres := geo.DistanceHaversine(orb.Point{lon, lat}, orb.Point{*r.Lon, *r.Lat})
		if metres <= nearMetres {
			whole := int(math.Round(metres))
			found = append(found, likeRow{r, &whole})
		}
	}
	slices.SortFunc(found, func(a, b likeRow) int {
		return cmp.Or(cmp.Compare(*a.metres, *b.metres), cmp.Compare(a.Number, b.Number))
	})
	return found
}

// alikeIn are the cases of a case's ward at a place like its, the most alike
// first. Two cases that both have points are judged by these alone.
func alikeIn(db *gorm.DB, row caseRow) ([]likeRow, error) {
	if row.Ward == nil || row.Place == "" {
		return nil, nil
	}
	db = db.Where("cases.ward = ? AND cases.place <> ''", *row.Ward)
	if row.Lat != nil {
		db = db.Where("cases.lat IS NULL")
	}
	var rows []caseRow
	if err := db.Order("cases.number DESC").Limit(maxNear).Find(&rows).Error; err != nil {
		return nil, err
	}
	return alike(row.Place, rows), nil
}

// alike are the cases at a place that is described like one, the most alike
// first.
func alike(described string, rows []caseRow) []likeRow {
	place := keyOfPlace(described)
	how := map[int64]float64{}
	var found []likeRow
	for _, r := range rows {
		if how[r.Number] = place.like(keyOfPlace(r.Place)); how[r.Number] >= likePlace {
			found = append(found, likeRow{caseRow: r})
		}
	}
	slices.SortStableFunc(found, func(a, b likeRow) int { return cmp.Compare(how[b.Number], how[a.Number]) })
	return found
}

// likes are the first of what was found, as they are shown.
func (d *Desk) likes(ctx context.Context, found []likeRow) ([]Like, error) {
	found = found[:min(len(found), maxLike)]
	rows := make([]caseRow, len(found))
	for i, f := range found {
		rows[i] = f.caseRow
	}
	cases, err := d.casesOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	list := make([]Like, len(cases))
	for i, k := range cases {
		list[i] = Like{k, found[i].metres}
	}
	return list, nil
}

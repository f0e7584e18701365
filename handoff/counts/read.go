package counts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"nagorik/handoff"
)

// Days is how many whole days back are counted, up to yesterday.
const Days = 30

// readWithin bounds the query.
const readWithin = 10 * time.Second

// Names are the rows that are there also when nothing came: a row that is
// missing would say that there was none.
type Names struct {
	Wards    []int
	Services []string
}

// Sheet is what everybody may see.
type Sheet struct {
	From, To time.Time // the first and the last day, midnights of Asia/Dhaka
	Sum      Line
	Wards    []Line // by number; the key is empty where the ward is not known
	Services []Line // by id, in the order of Names
}

// counted is the reports of some days by ward, by service and together; see the
// package for what is left out.
const counted = `WITH reports AS (
	SELECT COALESCE(c.ward, 0) AS ward, c.flow, c.status IN ('resolved', 'closed') AS solved,
		extract(epoch FROM (SELECT max(t.at) FROM case_timeline t WHERE t.case_number = c.number AND t.kind = 'resolved') - c.opened_at) / 86400 AS days
	FROM cases c WHERE c.opened_at >= ? AND c.opened_at < ? AND c.status NOT IN ('rejected', 'referred', 'duplicate')
)
SELECT grouping(ward) AS by_service, grouping(flow) AS by_ward, ward, flow, count(*) FILTER (WHERE solved), count(*) FILTER (WHERE NOT solved),
	COALESCE(percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE solved), 0)::float8
FROM reports GROUP BY GROUPING SETS ((ward), (flow), ())`

// Read counts the reports of the last whole days and hides what is small.
func Read(ctx context.Context, desk *handoff.Desk, now time.Time, names Names) (Sheet, error) {
	last := yesterday(now)
	from, today := last.AddDate(0, 0, 1-Days), last.AddDate(0, 0, 1)
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	rows, err := desk.Tabulate(ctx, counted, from, today)
	if err != nil {
		return Sheet{}, fmt.Errorf("count what everybody may see: %w", err)
	}
	found := tallies{wards: map[string]Row{}, services: map[string]Row{}}
	for _, row := range rows {
		found.add(row)
	}
	keys := make([]string, 0, len(names.Wards))
	for _, ward := range names.Wards {
		keys = append(keys, strconv.Itoa(ward))
	}
	// That the ward is known of every report says nothing about anybody: only
	// when it is not, there is a row for those.
	s := protect(inOrder(keys, found.wards), inOrder(names.Services, found.services))
	s.From, s.To = from, last
	if s.Sum.Split {
		s.Sum.Days = found.days
	}
	return s, nil
}

// yesterday is the beginning of the day before, by the clock of Dhaka.
func yesterday(now time.Time) time.Time {
	y, m, d := now.In(handoff.Dhaka()).Date()
	return time.Date(y, m, d-1, 0, 0, 0, 0, handoff.Dhaka())
}

// tallies are the rows of the query by what they are of.
type tallies struct {
	wards, services map[string]Row
	days            float64 // the median of all
}

func (t *tallies) add(row []any) {
	n := func(i int) int { v, _ := row[i].(int64); return int(v) }
	days, _ := row[6].(float64)
	r := Row{Solved: n(4), Open: n(5), Days: days}
	byService, byWard := n(0) == 1, n(1) == 1
	switch {
	case byService && byWard:
		t.days = days
	case byWard:
		if ward := n(2); ward > 0 {
			r.Key = strconv.Itoa(ward)
		}
		t.wards[r.Key] = r
	default:
		r.Key, _ = row[3].(string)
		t.services[r.Key] = r
	}
}

// inOrder are the rows of keys, empty ones where nothing was counted. What has
// none of the keys, as of a service that is no longer there or of no known
// ward, comes last.
func inOrder(keys []string, found map[string]Row) []Row {
	rows := make([]Row, 0, len(keys))
	for _, key := range keys {
		r := found[key]
		r.Key = key
		rows = append(rows, r)
		delete(found, key)
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		rows = append(rows, found[key])
	}
	return rows
}

package spending

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bounds of what is summed up.
const (
	maxLines     = 20_000             // of a month: days × gateways × kinds
	forecastFrom = 24 * time.Hour     // of a month before a forecast is made
	forecastUnit = int64(time.Minute) // in which it is worked out
)

// Sum is how many SMS were handed over and what they cost.
type Sum struct {
	Messages int
	Segments int
	Cost     Amount
	Unpriced int // segments of which no price was known: they are not in Cost
}

// Add is both sums together.
func (s Sum) Add(o Sum) Sum {
	return Sum{s.Messages + o.Messages, s.Segments + o.Segments, s.Cost + o.Cost, s.Unpriced + o.Unpriced}
}

// Line is what SMS of one kind cost by one gateway on one day.
type Line struct {
	Day     time.Time // midnight of the city
	Gateway string
	Kind    Kind
	Sum
}

// Month is what SMS cost in a month of the city.
type Month struct {
	Begin time.Time
	Lines []Line // by day, gateway and kind
}

// Days is how many days the month has.
func (m Month) Days() int { return m.Begin.AddDate(0, 1, -1).Day() }

// Total is the sum of all lines.
func (m Month) Total() (s Sum) {
	for _, l := range m.Lines {
		s = s.Add(l.Sum)
	}
	return s
}

// By sums the lines up by a name of theirs.
func (m Month) By(name func(Line) string) map[string]Sum {
	sums := map[string]Sum{}
	for _, l := range m.Lines {
		sums[name(l)] = sums[name(l)].Add(l.Sum)
	}
	return sums
}

// ByDay is the sum of each day of the month, the first first.
func (m Month) ByDay() []Sum {
	days := make([]Sum, m.Days())
	for _, l := range m.Lines {
		if i := l.Day.Day() - 1; i >= 0 && i < len(days) {
			days[i] = days[i].Add(l.Sum)
		}
	}
	return days
}

// Forecast is what the month will have cost at its end if it goes on as it did
// so far; false for a month that is over, has not begun, or is younger than a
// day.
func (m Month) Forecast(now time.Time) (Amount, bool) {
	gone, whole := now.Sub(m.Begin), m.Begin.AddDate(0, 1, 0).Sub(m.Begin)
	if gone < forecastFrom || gone >= whole {
		return 0, false
	}
	spent, of, all := int64(m.Total().Cost), int64(gone)/forecastUnit, int64(whole)/forecastUnit
	return Amount(spent/of*all + spent%of*all/of), true
}

// linesOf takes $1 the beginning of a month, $2 that of the next and $3 how many lines at most.
const linesOf = `SELECT (at AT TIME ZONE 'Asia/Dhaka')::date AS day, gateway, kind, count(*), sum(segments), COALESCE(sum(cost), 0)::bigint,
		COALESCE(sum(segments) FILTER (WHERE cost IS NULL), 0)
	FROM sms_handovers WHERE at >= $1 AND at < $2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $3`

// Month is what SMS cost in the month that a time is in.
func (l *Ledger) Month(ctx context.Context, at time.Time) (Month, error) {
	m := Month{Begin: monthOf(at)}
	rows, err := l.pool.Query(ctx, linesOf, m.Begin, m.Begin.AddDate(0, 1, 0), maxLines)
	if err != nil {
		return m, fmt.Errorf("sum up a month of SMS: %w", err)
	}
	var line Line
	_, err = pgx.ForEachRow(rows, []any{&line.Day, &line.Gateway, &line.Kind, &line.Messages, &line.Segments, &line.Cost, &line.Unpriced}, func() error {
		line.Day = m.Begin.AddDate(0, 0, line.Day.Day()-1)
		m.Lines = append(m.Lines, line)
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("sum up a month of SMS: %w", err)
	}
	return m, nil
}

// MonthSum is what a whole month cost.
type MonthSum struct {
	Begin time.Time
	Sum
}

// Months are the sums of so many months up to the one that a time is in, the
// newest first. One in which nothing was sent is among them.
func (l *Ledger) Months(ctx context.Context, at time.Time, n int) ([]MonthSum, error) {
	last := monthOf(at)
	list := make([]MonthSum, n)
	for i := range list {
		list[i].Begin = last.AddDate(0, -i, 0)
	}
	rows, err := l.pool.Query(ctx, `SELECT date_trunc('month', at AT TIME ZONE 'Asia/Dhaka'), count(*), sum(segments), COALESCE(sum(cost), 0)::bigint,
			COALESCE(sum(segments) FILTER (WHERE cost IS NULL), 0)
		FROM sms_handovers WHERE at >= $1 AND at < $2 GROUP BY 1`, last.AddDate(0, 1-n, 0), last.AddDate(0, 1, 0))
	if err != nil {
		return nil, fmt.Errorf("sum up months of SMS: %w", err)
	}
	var begin time.Time
	var sum Sum
	_, err = pgx.ForEachRow(rows, []any{&begin, &sum.Messages, &sum.Segments, &sum.Cost, &sum.Unpriced}, func() error {
		i := 12*(last.Year()-begin.Year()) + int(last.Month()-begin.Month())
		if i >= 0 && i < n {
			list[i].Sum = sum
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sum up months of SMS: %w", err)
	}
	return list, nil
}

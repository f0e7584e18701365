package handoff

import (
	"context"
	"fmt"
	"time"
)

// How silence is told from a quiet day: people write between eight in the
// morning and ten in the evening, and a channel by which that many
// conversations were opened in a week is silent when nothing comes by it for
// much longer than there usually is between two of them.
const (
	silenceOver    = 7 * 24 * time.Hour
	silenceBusy    = 20
	silenceGaps    = 10
	silenceLeast   = time.Hour
	wakingFrom     = 8  // o'clock
	wakingUntil    = 22 // o'clock
	wakingADay     = (wakingUntil - wakingFrom) * time.Hour
	wakingOverWeek = 7 * wakingADay
)

// Silence is how long a channel has brought nothing.
type Silence struct {
	Channel string
	Since   time.Time // the last message
	Alarm   bool      // it is longer than it should be
}

// Silences says of each of these channels that was busy in the last week how
// long it has brought nothing.
func (d *Desk) Silences(ctx context.Context, channels []string) ([]Silence, error) {
	now := d.now()
	rows, err := d.pool.Query(ctx, `SELECT channel, count(*), max(last_in_at) FROM conversations
		WHERE opened_at > $1 AND channel = ANY($2) GROUP BY 1 HAVING count(*) >= $3 ORDER BY 1`,
		now.Add(-silenceOver), channels, silenceBusy)
	if err != nil {
		return nil, fmt.Errorf("look for silent channels: %w", err)
	}
	defer rows.Close()
	var list []Silence
	for rows.Next() {
		var s Silence
		var n int64
		if err := rows.Scan(&s.Channel, &n, &s.Since); err != nil {
			return nil, fmt.Errorf("look for silent channels: %w", err)
		}
		s.Since = d.local(s.Since)
		s.Alarm = waking(s.Since, now.In(Dhaka())) > max(silenceLeast, silenceGaps*wakingOverWeek/time.Duration(n))
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for silent channels: %w", err)
	}
	return list, nil
}

// waking is how much of the time between two moments, at most a week apart,
// people are awake.
func waking(from, to time.Time) time.Duration {
	var sum time.Duration
	day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, from.Location())
	for ; day.Before(to); day = day.AddDate(0, 0, 1) {
		begins, ends := day.Add(wakingFrom*time.Hour), day.Add(wakingUntil*time.Hour)
		if begins.Before(from) {
			begins = from
		}
		if ends.After(to) {
			ends = to
		}
		sum += max(0, ends.Sub(begins))
	}
	return sum
}

package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Bounds of what counts as now.
const (
	talkingWithin = 30 * time.Minute // a dialogue with the bot goes on as long as it is not silent for longer
	// ArrivalMinutes is how many minutes back arrivals are counted.
	ArrivalMinutes = 60
)

// Pulse is what goes on at this minute.
type Pulse struct {
	WithBot    int
	Waiting    int
	WithAgents int
	Oldest     *time.Time // since when the longest has waited; nil when nobody waits
	OnDuty     int
	Arrivals   [ArrivalMinutes]int // conversations opened by minute, the last one is the running minute
	Since      time.Time           // when the first of these minutes began
	Opened     int                 // cases, today by the day of Dhaka
	Resolved   int                 // cases that were resolved today
}

// Pulse reads what goes on now, as far as the viewer may see it.
func (d *Desk) Pulse(ctx context.Context, v Viewer) (Pulse, error) {
	var p Pulse
	for _, read := range []func(context.Context, Viewer, *Pulse) error{d.pulseTalks, d.pulseArrivals, d.pulseCases, d.pulseStaff} {
		if err := read(ctx, v, &p); err != nil {
			return Pulse{}, fmt.Errorf("read what goes on: %w", err)
		}
	}
	return p, nil
}

func (d *Desk) pulseTalks(ctx context.Context, v Viewer, p *Pulse) error {
	var row struct {
		WithBot    int        `gorm:"column:with_bot"`
		Waiting    int        `gorm:"column:waiting"`
		WithAgents int        `gorm:"column:with_agents"`
		Oldest     *time.Time `gorm:"column:oldest"`
	}
	seen := v.conversations("c")
	err := d.db.WithContext(ctx).Raw(`SELECT count(*) FILTER (WHERE c.owner = 'bot' AND c.last_at > ?) AS with_bot,
			count(*) FILTER (WHERE c.owner = 'queue') AS waiting, count(*) FILTER (WHERE c.owner = 'agent') AS with_agents,
			min(c.queued_at) FILTER (WHERE c.owner = 'queue') AS oldest
		FROM conversations c WHERE c.closed_at IS NULL AND `+seen.sql, append([]any{d.now().Add(-talkingWithin)}, seen.vars...)...).Scan(&row).Error
	p.WithBot, p.Waiting, p.WithAgents, p.Oldest = row.WithBot, row.Waiting, row.WithAgents, d.localOrNil(row.Oldest)
	return err
}

func (d *Desk) pulseArrivals(ctx context.Context, v Viewer, p *Pulse) error {
	var rows []struct {
		Minute int `gorm:"column:minute"`
		N      int `gorm:"column:n"`
	}
	seen := v.conversations("c")
	end := d.now().Truncate(time.Minute).Add(time.Minute)
	since := end.Add(-ArrivalMinutes * time.Minute)
	p.Since = d.local(since)
	err := d.db.WithContext(ctx).Raw(`SELECT floor(extract(epoch FROM c.opened_at - ?::timestamptz) / 60)::int AS minute, count(*) AS n
		FROM conversations c WHERE c.opened_at >= ? AND c.opened_at < ? AND `+seen.sql+` GROUP BY 1`,
		append([]any{since, since, end}, seen.vars...)...).Scan(&rows).Error
	for _, r := range rows {
		if r.Minute >= 0 && r.Minute < ArrivalMinutes {
			p.Arrivals[r.Minute] = r.N
		}
	}
	return err
}

func (d *Desk) pulseCases(ctx context.Context, v Viewer, p *Pulse) error {
	seen := v.cases("c")
	y, m, day := d.now().In(d.tz).Date()
	today := time.Date(y, m, day, 0, 0, 0, 0, d.tz)
	var row struct {
		Opened   int `gorm:"column:opened"`
		Resolved int `gorm:"column:resolved"`
	}
	values := append([]any{today}, seen.vars...)
	values = append(append(values, firstID(today), today), seen.vars...)
	err := d.db.WithContext(ctx).Raw(`SELECT (SELECT count(*) FROM cases c WHERE c.opened_at >= ? AND `+seen.sql+`) AS opened,
		(SELECT count(DISTINCT t.case_number) FROM case_timeline t JOIN cases c ON c.number = t.case_number
			WHERE t.id >= ? AND t.at >= ? AND t.kind = 'resolved' AND `+seen.sql+`) AS resolved`, values...).Scan(&row).Error
	p.Opened, p.Resolved = row.Opened, row.Resolved
	return err
}

func (d *Desk) pulseStaff(ctx context.Context, v Viewer, p *Pulse) error {
	staff, err := d.Staff(ctx, v)
	for _, s := range staff {
		if s.OnDuty {
			p.OnDuty++
		}
	}
	return err
}

// idSlack is how much earlier an id may be made than what it names is dated.
const idSlack = 10 * time.Minute

// firstID is before all ids that were made from that moment on (UUIDv7 begins
// with the time in milliseconds).
func firstID(at time.Time) uuid.UUID {
	var u uuid.UUID
	ms := at.Add(-idSlack).UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	return u
}

package spending_test

import (
	"context"
	"testing"
	"time"

	"nagorik/handoff/spending"
)

// BenchmarkMonth sums up a month of 300,000 SMS, as the page does, and as the
// budget does every two seconds at most while SMS are sent:
//
//	go test -run '^$' -bench Month ./handoff/spending
func BenchmarkMonth(b *testing.B) {
	p := newPurse(b)
	if _, err := p.pool.Exec(context.Background(), `INSERT INTO sms_handovers (id, at, gateway, kind, ref, segments, unicode, cost)
		SELECT gen_random_uuid(), '2026-11-01 00:00+06'::timestamptz + i * interval '7 seconds', 'city', 'bot', gen_random_uuid(), 2, true, 70000 FROM generate_series(0, 299999) i`); err != nil {
		b.Fatal(err)
	}
	if _, err := p.pool.Exec(context.Background(), `VACUUM ANALYZE sms_handovers`); err != nil {
		b.Fatal(err)
	}
	if _, err := p.pool.Exec(context.Background(), `INSERT INTO sms_budget VALUES (true, 1000000000000, false, now())`); err != nil {
		b.Fatal(err)
	}
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			if m := p.month(p.Now()); m.Total().Messages != 300_000 {
				b.Fatal(m.Total())
			}
		}
	})
	b.Run("budget", func(b *testing.B) {
		for b.Loop() {
			p.Set(p.Now().Add(3 * time.Second))
			if s, err := p.Standing(context.Background()); err != nil || s.Spent != 210_000*spending.Taka {
				b.Fatal(s, err)
			}
		}
	})
}

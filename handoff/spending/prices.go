package spending

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Bounds of prices.
const (
	maxPrices  = 500 // that are listed
	pastMost   = 366 // days that a price may begin before today
	futureMost = 366
)

// gatewayForm is what a gateway may be called, as its profile has it.
var gatewayForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Fault is a value that cannot be taken.
type Fault struct{ Field, Message string }

// Error is the message with the name of the field.
func (f *Fault) Error() string { return f.Field + " " + f.Message }

// ErrNoPrice says that there is no such price.
var ErrNoPrice = errors.New("there is no such price")

// Price is what a gateway takes for a segment from a day on.
type Price struct {
	Gateway string
	Since   time.Time // midnight of the city
	Plain   Amount    // of a segment in the 7-bit alphabet
	Unicode Amount    // of one in Bangla, or any other script
}

// check says what cannot be taken of a price; today is midnight.
func (p Price) check(today time.Time) error {
	switch {
	case !gatewayForm.MatchString(p.Gateway):
		return &Fault{"gateway", "must be the name of an SMS gateway"}
	case p.Since.Before(today.AddDate(0, 0, -pastMost)) || p.Since.After(today.AddDate(0, 0, futureMost)):
		return &Fault{"since", "must be a day within a year of today"}
	case p.Plain < 0 || p.Plain > MaxPrice:
		return &Fault{"plain", "must be an amount of ৳0 to ৳1000"}
	case p.Unicode < 0 || p.Unicode > MaxPrice:
		return &Fault{"unicode", "must be an amount of ৳0 to ৳1000"}
	}
	return nil
}

// Prices are what the gateways take now.
type Prices map[string]Price

// Of is what an SMS of so many segments costs by a gateway now; false when its
// price is not known.
func (p Prices) Of(gateway string, segments int, unicode bool) (Amount, bool) {
	price, ok := p[gateway]
	if !ok || segments < 0 {
		return 0, false
	}
	if unicode {
		return Amount(segments) * price.Unicode, true
	}
	return Amount(segments) * price.Plain, true
}

// Dearest is what an SMS of so many segments costs at most now, whichever
// gateway takes it; false when no price is known.
func (p Prices) Dearest(segments int, unicode bool) (most Amount, known bool) {
	for gateway := range p {
		if cost, ok := p.Of(gateway, segments, unicode); ok {
			most, known = max(most, cost), true
		}
	}
	return most, known
}

// Ledger is the record of what SMS cost. It is safe for many goroutines, and
// several processes may share one database.
type Ledger struct {
	pool  *pgxpool.Pool
	now   func() time.Time
	stand standingKept
}

// NewLedger returns a Ledger over a migrated database; now is time.Now when nil.
func NewLedger(pool *pgxpool.Pool, now func() time.Time) *Ledger {
	if now == nil {
		now = time.Now
	}
	return &Ledger{pool: pool, now: now}
}

// city is the zone of the city's days and months.
var city = time.FixedZone("Asia/Dhaka", 6*60*60)

// today is midnight of the city's day.
func (l *Ledger) today() time.Time {
	y, m, d := l.now().In(city).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, city)
}

// Prices are what the gateways take now.
func (l *Ledger) Prices(ctx context.Context) (Prices, error) {
	list, err := l.prices(ctx, `SELECT DISTINCT ON (gateway) gateway, since, plain, unicode FROM sms_prices WHERE since <= $1 ORDER BY gateway, since DESC LIMIT $2`, l.today(), maxPrices)
	if err != nil {
		return nil, err
	}
	now := make(Prices, len(list))
	for _, p := range list {
		now[p.Gateway] = p
	}
	return now, nil
}

// PriceList is every price there was, is and will be: by gateway, the newest
// first.
func (l *Ledger) PriceList(ctx context.Context) ([]Price, error) {
	return l.prices(ctx, `SELECT gateway, since, plain, unicode FROM sms_prices ORDER BY gateway, since DESC LIMIT $1`, maxPrices)
}

func (l *Ledger) prices(ctx context.Context, sql string, args ...any) (list []Price, err error) {
	rows, err := l.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read prices of SMS: %w", err)
	}
	var p Price
	_, err = pgx.ForEachRow(rows, []any{&p.Gateway, &p.Since, &p.Plain, &p.Unicode}, func() error {
		y, m, d := p.Since.Date()
		p.Since = time.Date(y, m, d, 0, 0, 0, 0, city)
		list = append(list, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read prices of SMS: %w", err)
	}
	return list, nil
}

// SetPrice keeps what a gateway takes from a day on, instead of what was said
// for that day before. What was handed over since then without a price gets it;
// whatever has a cost keeps it. Its errors are *Fault.
func (l *Ledger) SetPrice(ctx context.Context, by uuid.UUID, p Price) error {
	if err := p.check(l.today()); err != nil {
		return err
	}
	day := p.Since.Format(time.DateOnly)
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		var was *priceLine
		var plain, unicode Amount
		err := tx.QueryRow(ctx, `SELECT plain, unicode FROM sms_prices WHERE gateway = $1 AND since = $2 FOR UPDATE`, p.Gateway, day).Scan(&plain, &unicode)
		if err == nil {
			was = &priceLine{p.Gateway, day, plain, unicode}
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		is := &priceLine{p.Gateway, day, p.Plain, p.Unicode}
		if was != nil && *was == *is {
			return nil
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sms_prices (gateway, since, plain, unicode, changed_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (gateway, since) DO UPDATE SET plain = excluded.plain, unicode = excluded.unicode, changed_at = excluded.changed_at`,
			p.Gateway, day, p.Plain, p.Unicode, l.now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE sms_handovers h SET cost = `+costOf+` WHERE h.gateway = $1 AND h.at >= $2 AND h.cost IS NULL`, p.Gateway, p.Since); err != nil {
			return err
		}
		return l.audit(ctx, tx, by, "sms.price", p.Gateway, was, is)
	})
	if err != nil {
		return fmt.Errorf("keep a price of SMS: %w", err)
	}
	l.stand.forget()
	return nil
}

// DropPrice takes a price back. What was handed over at it keeps its cost. Its
// error is ErrNoPrice.
func (l *Ledger) DropPrice(ctx context.Context, by uuid.UUID, gateway string, since time.Time) error {
	day := since.Format(time.DateOnly)
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		was := &priceLine{Gateway: gateway, Since: day}
		err := tx.QueryRow(ctx, `DELETE FROM sms_prices WHERE gateway = $1 AND since = $2 RETURNING plain, unicode`, gateway, day).Scan(&was.Plain, &was.Unicode)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoPrice
		}
		if err != nil {
			return err
		}
		return l.audit(ctx, tx, by, "sms.price", gateway, was, nil)
	})
	if err != nil {
		return fmt.Errorf("drop a price of SMS: %w", err)
	}
	return nil
}

// priceLine is a price in the audit log.
type priceLine struct {
	Gateway string `json:"gateway"`
	Since   string `json:"since"`
	Plain   Amount `json:"plain"`
	Unicode Amount `json:"unicode"`
}

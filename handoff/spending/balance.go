package spending

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff/maybe"
)

// Bounds of balances.
const (
	maxBalances = 100
	maxFault    = 300 // bytes of why a gateway did not tell
)

// Told is what a gateway says is left there, or why it does not.
type Told struct {
	Gateway  string
	Amount   Amount
	Currency string
	Err      error
}

// Balance is what is known of the money at a gateway.
type Balance struct {
	Gateway  string
	Known    bool // it has told once at least
	Amount   Amount
	Currency string
	ToldAt   time.Time
	AskedAt  time.Time // zero: it was never asked
	Fault    string    // why it did not tell when it was asked last
	Bounded  bool      // there is an alarm below Least
	Least    Amount
}

// Low reports whether less is left than there should be.
func (b Balance) Low() bool { return b.Known && b.Bounded && b.Amount < b.Least }

// Balances are what is known of the gateways that were asked, or have a least
// amount, by name.
func (l *Ledger) Balances(ctx context.Context) (list []Balance, err error) {
	rows, err := l.pool.Query(ctx, `SELECT gateway, amount, currency, told_at, asked_at, fault, least FROM sms_balances ORDER BY gateway LIMIT $1`, maxBalances)
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	var b Balance
	var amount, least *Amount
	var told, asked *time.Time
	_, err = pgx.ForEachRow(rows, []any{&b.Gateway, &amount, &b.Currency, &told, &asked, &b.Fault, &least}, func() error {
		b.Known, b.Bounded = amount != nil, least != nil
		b.Amount, b.Least, b.ToldAt, b.AskedAt = maybe.Zero(amount), maybe.Zero(least), local(told), local(asked)
		list = append(list, b)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	return list, nil
}

// KeepBalances puts on record what gateways told. One that did not tell keeps
// what it told before.
func (l *Ledger) KeepBalances(ctx context.Context, told []Told) error {
	now, q := l.now(), &pgx.Batch{}
	for _, t := range told {
		if t.Err != nil {
			q.Queue(`INSERT INTO sms_balances (gateway, asked_at, fault) VALUES ($1, $2, $3)
				ON CONFLICT (gateway) DO UPDATE SET asked_at = excluded.asked_at, fault = excluded.fault`, t.Gateway, now, faultOf(t.Err))
			continue
		}
		q.Queue(`INSERT INTO sms_balances (gateway, amount, currency, told_at, asked_at) VALUES ($1, $2, $3, $4, $4)
			ON CONFLICT (gateway) DO UPDATE SET amount = excluded.amount, currency = excluded.currency, told_at = excluded.told_at, asked_at = excluded.asked_at, fault = ''`,
			t.Gateway, t.Amount, t.Currency, now)
	}
	if q.Len() == 0 {
		return nil
	}
	if err := l.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("keep balances: %w", err)
	}
	return nil
}

func faultOf(err error) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "\uFFFD"), "\x00", "")
	if len(s) > maxFault {
		s = strings.ToValidUTF8(s[:maxFault], "")
	}
	return s
}

// SetLeast changes below which amount of a gateway's balance there is an alarm;
// nil: there is none. The audit log keeps it. Its errors are *Fault.
func (l *Ledger) SetLeast(ctx context.Context, by uuid.UUID, gateway string, least *Amount) error {
	switch {
	case !gatewayForm.MatchString(gateway):
		return &Fault{"gateway", "must be the name of an SMS gateway"}
	case least != nil && (*least < 0 || *least > MaxBudget):
		return &Fault{"least", "must be an amount"}
	}
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		var was *Amount
		err := tx.QueryRow(ctx, `SELECT least FROM sms_balances WHERE gateway = $1 FOR UPDATE`, gateway).Scan(&was)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if was == nil && least == nil || was != nil && least != nil && *was == *least {
			return nil
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sms_balances (gateway, least) VALUES ($1, $2) ON CONFLICT (gateway) DO UPDATE SET least = excluded.least`, gateway, least); err != nil {
			return err
		}
		return l.audit(ctx, tx, by, "sms.least", gateway, leastLine{was}, leastLine{least})
	})
	if err != nil {
		return fmt.Errorf("change the least balance: %w", err)
	}
	return nil
}

// leastLine is a least amount in the audit log.
type leastLine struct {
	Least *Amount `json:"least"`
}

// local is a time in the city's zone; the zero Time for none.
func local(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.In(city)
}

package spending

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// standingFor is how long a Standing is believed. So much longer a budget may be
// overdrawn, by what is sent in that time.
const (
	standingFor    = 2 * time.Second
	standingWithin = time.Second // reading it
)

// Budget is what SMS may cost in a month.
type Budget struct {
	Amount Amount // 0: there is no bound
	Hard   bool   // when it is used up, replies and codes stop too
}

// Standing is how a month stands against its budget.
type Standing struct {
	Budget
	Month time.Time // its first day
	Spent Amount    // summed up only when there is a budget
}

// Shares of a budget at which staff are told.
const (
	Near = 80 // percent
	Full = 100
)

// Reached reports whether so many percent of the budget are spent. It is false
// without a budget.
func (s Standing) Reached(percent int) bool {
	return s.Amount > 0 && s.Spent*100 >= s.Amount*Amount(percent)
}

// Refuses reports whether SMS of a kind no longer go out in this month.
func (s Standing) Refuses(k Kind) bool {
	return s.Reached(Full) && (s.Hard || k.Unasked())
}

// standingKept is a Standing that was read a moment ago.
type standingKept struct {
	mu   sync.Mutex
	last Standing
	at   time.Time
}

func (k *standingKept) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = time.Time{}
}

// Standing is how this month stands; it may be two seconds old. With an error,
// which not everybody who asks hears of, comes what was known last.
func (l *Ledger) Standing(ctx context.Context) (Standing, error) {
	l.stand.mu.Lock()
	defer l.stand.mu.Unlock()
	now, month := l.now(), monthOf(l.now())
	if age := now.Sub(l.stand.at); age >= 0 && age < standingFor && l.stand.last.Month.Equal(month) {
		return l.stand.last, nil
	}
	ctx, cancel := context.WithTimeout(ctx, standingWithin)
	defer cancel()
	s, err := l.standing(ctx, month)
	if err != nil {
		s = l.stand.last
		if !s.Month.Equal(month) {
			s.Month, s.Spent = month, 0
		}
	}
	l.stand.last, l.stand.at = s, now
	return s, err
}

func (l *Ledger) standing(ctx context.Context, month time.Time) (s Standing, err error) {
	s.Month = month
	if s.Budget, err = l.Budget(ctx); err != nil || s.Amount == 0 {
		return s, err
	}
	err = l.pool.QueryRow(ctx, `SELECT COALESCE(sum(cost), 0)::bigint FROM sms_handovers WHERE at >= $1 AND at < $2`, month, month.AddDate(0, 1, 0)).Scan(&s.Spent)
	if err != nil {
		return s, fmt.Errorf("sum up a month of SMS: %w", err)
	}
	return s, nil
}

// monthOf is the beginning of the city's month at a time.
func monthOf(at time.Time) time.Time {
	y, m, _ := at.In(city).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, city)
}

// Budget is what a month may cost.
func (l *Ledger) Budget(ctx context.Context) (Budget, error) {
	b, err := readBudget(l.pool.QueryRow(ctx, `SELECT amount, hard FROM sms_budget`))
	if err != nil {
		return b, fmt.Errorf("read the budget of SMS: %w", err)
	}
	return b, nil
}

func readBudget(row pgx.Row) (b Budget, err error) {
	var amount *Amount
	if err = row.Scan(&amount, &b.Hard); errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	if amount != nil {
		b.Amount = *amount
	}
	return b, err
}

// SetBudget changes what a month may cost; the audit log keeps it. Its errors
// are *Fault.
func (l *Ledger) SetBudget(ctx context.Context, by uuid.UUID, b Budget) error {
	if b.Amount < 0 || b.Amount > MaxBudget {
		return &Fault{"budget", "must be an amount in ৳"}
	}
	err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		was, err := readBudget(tx.QueryRow(ctx, `SELECT amount, hard FROM sms_budget FOR UPDATE`))
		if err != nil || was == b {
			return err
		}
		var amount *Amount
		if b.Amount > 0 {
			amount = &b.Amount
		}
		if _, err := tx.Exec(ctx, `INSERT INTO sms_budget (amount, hard, changed_at) VALUES ($1, $2, $3)
			ON CONFLICT (one) DO UPDATE SET amount = excluded.amount, hard = excluded.hard, changed_at = excluded.changed_at`, amount, b.Hard, l.now()); err != nil {
			return err
		}
		return l.audit(ctx, tx, by, "sms.budget", "", budgetLine(was), budgetLine(b))
	})
	if err != nil {
		return fmt.Errorf("change the budget of SMS: %w", err)
	}
	l.stand.forget()
	return nil
}

// budgetLine is a budget in the audit log.
type budgetLine struct {
	Amount Amount `json:"amount"`
	Hard   bool   `json:"hard"`
}

package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
)

// Bounds of what is made.
const (
	MaxCases    = 2_000_000
	MaxContacts = 2_000_000

	atOnce = 4000 // conversations that are copied in one piece

	firstCase   = 10001 // as the sequence of case numbers begins
	numberBlock = 20    // numbers that a process takes at once
)

// ErrNotEmpty refuses a database in which somebody has written already.
var ErrNotEmpty = errors.New("the database holds contacts already; demo fills an empty one only")

// Options says what to make. Services and Wards are the city's.
type Options struct {
	Cases    int
	Contacts int
	Seed     uint64
	Until    time.Time // the last moment; the traffic is that of the year before it
	Services []flows.Flow
	Version  int64 // of the services
	Wards    []int
	Pictures []Picture
	Progress func(done, of int) // conversations; nil: nobody looks
}

// Picture is a photo that is kept already.
type Picture struct {
	SHA256, Type  string
	Width, Height int
	Size          int64
}

// Done counts what was made.
type Done struct{ Contacts, Agents, Conversations, Messages, Cases, Photos int }

// Fill makes the traffic in one transaction: all of it or nothing. The desk's
// FoldFigures counts it for the reports, which takes about as long.
func Fill(ctx context.Context, pool *pgxpool.Pool, o Options) (Done, error) {
	if err := o.check(); err != nil {
		return Done{}, err
	}
	var done Done
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
		if err := empty(ctx, tx); err != nil {
			return err
		}
		if done, err = fill(ctx, tx, o); err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO figure_changes (everything) VALUES (true)`)
		}
		return err
	})
	if err != nil {
		return Done{}, fmt.Errorf("fill the database: %w", err)
	}
	for _, table := range []string{"contacts", "identities", "conversations", "messages", "cases", "case_timeline", "passages", "sms_handovers"} {
		if _, err := pool.Exec(ctx, `ANALYZE `+table); err != nil {
			return done, fmt.Errorf("look over the filled database: %w", err)
		}
	}
	return done, nil
}

func (o Options) check() error {
	switch {
	case o.Cases < 1 || o.Cases > MaxCases:
		return fmt.Errorf("cases must be from 1 to %d", MaxCases)
	case o.Contacts < 1 || o.Contacts > MaxContacts:
		return fmt.Errorf("contacts must be from 1 to %d", MaxContacts)
	case len(o.Services) == 0 || len(o.Wards) == 0:
		return errors.New("the city needs services and wards")
	}
	return nil
}

// empty refuses a database in which somebody has written, and keeps others
// from writing until this is over.
func empty(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `LOCK TABLE contacts IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return err
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM contacts)`).Scan(&used); err != nil {
		return err
	}
	if used {
		return ErrNotEmpty
	}
	return nil
}

// town is the traffic while it is made.
type town struct {
	Options
	random   *rand.Rand
	since    time.Time
	shares   map[time.Month][]float64 // see weights
	people   []person
	agents   []agent
	open     map[int]bool // people who have a conversation that is not over
	number   int64
	rows     rows
	passages map[passage]int64
	done     Done
}

func fill(ctx context.Context, tx pgx.Tx, o Options) (Done, error) {
	w := &town{
		Options: o, random: rand.New(rand.NewPCG(o.Seed, 0x6e61676f72696b)), since: o.Until.AddDate(-1, 0, 0),
		open: map[int]bool{}, number: firstCase - 1, passages: map[passage]int64{},
	}
	if err := w.settle(ctx, tx); err != nil {
		return w.done, err
	}
	if err := w.setPrice(ctx, tx); err != nil {
		return w.done, err
	}
	plan := w.plan()
	for i := range plan {
		w.talk(plan[i])
		if (i+1)%atOnce == 0 || i+1 == len(plan) {
			if err := w.rows.copy(ctx, tx); err != nil {
				return w.done, err
			}
			if o.Progress != nil {
				o.Progress(i+1, len(plan))
			}
		}
	}
	w.done.Conversations = len(plan)
	if err := w.copyPassages(ctx, tx); err != nil {
		return w.done, err
	}
	_, err := tx.Exec(ctx, `SELECT setval('case_numbers', $1::bigint + ($2::bigint - $1::bigint) / $3::bigint * $3::bigint + $3::bigint, false)`, int64(firstCase), w.number, int64(numberBlock))
	return w.done, err
}

// id is an id of that moment.
func (w *town) id(at time.Time) uuid.UUID {
	var u uuid.UUID
	ms, a, b := uint64(at.UnixMilli()), w.random.Uint64(), w.random.Uint64()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	for i := range 8 {
		u[8+i] = byte(a >> (8 * i))
	}
	u[6], u[7] = 0x70|byte(b)&0x0f, byte(b>>8)
	u[8] = 0x80 | u[8]&0x3f
	return u
}

// chance is true so often.
func (w *town) chance(share float64) bool { return w.random.Float64() < share }

// between is a time span from low to high.
func (w *town) between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.random.Int64N(int64(high-low)+1))
}

// pick draws one of a list.
func pick[T any](w *town, list []T) T { return list[w.random.IntN(len(list))] }

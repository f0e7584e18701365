package handoff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// Errors of the desk. GORM's and pgx's own do not leave this package.
var (
	ErrNotFound = errors.New("not found")
	ErrTaken    = errors.New("somebody else was first")
	ErrConflict = errors.New("it is not in a state that allows this")
	ErrInvalid  = errors.New("not valid")
	ErrBusy     = errors.New("too many at once")

	ErrLastAdministrator = errors.New("the last administrator must stay one")
)

// Desk keeps the record: contacts, conversations, messages, cases, agents.
// It is safe for many goroutines, and several processes may share one database.
type Desk struct {
	pool  *pgxpool.Pool
	turns *pgxpool.Pool // planned by index; see byIndex
	db    *gorm.DB
	now   func() time.Time
	tz    *time.Location

	hashing hashing     // of passwords
	factors seal        // of second factors
	events  seal        // of events that are not on record yet
	codes   codes       // that prove telephones
	tokens  knownTokens // of programs

	sightings sightings // of the staff
}

// Options are what a Desk needs. Pool is shared by GORM and by the turn's
// commit, so that there is one bound on connections.
type Options struct {
	Pool   *pgxpool.Pool
	Now    func() time.Time // the clock; time.Now when nil
	Secret []byte           // SECRET_KEY, which second factors and events that wait are kept and codes by SMS are made under; without it none can be

	PasswordCost *argon2id.Params // of new hashes; usualCost when nil. Less is for tests alone, which make hundreds of accounts.
}

// Dhaka is the zone of all days in records and reports: UTC+6, no summer time.
func Dhaka() *time.Location { return time.FixedZone("Asia/Dhaka", 6*60*60) }

// New returns a Desk over a migrated database.
func New(opt Options) (*Desk, error) {
	sqlDB := stdlib.OpenDBFromPool(opt.Pool)
	// The pool below does the pooling; database/sql must not hold or close its
	// connections early.
	sqlDB.SetMaxIdleConns(0)
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: sqlDB}), &gorm.Config{
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		TranslateError:         true,
	})
	if err != nil {
		return nil, fmt.Errorf("open records: %w", err)
	}
	now := opt.Now
	if now == nil {
		now = time.Now
	}
	factors, err := newSeal(opt.Secret, sealFactors, ErrSealed)
	if err != nil {
		return nil, err
	}
	events, err := newSeal(opt.Secret, sealEvents, ErrSealedEvent)
	if err != nil {
		return nil, err
	}
	codes, err := newCodes(opt.Secret)
	if err != nil {
		return nil, err
	}
	turns, err := turnPool(opt.Pool)
	if err != nil {
		return nil, err
	}
	return &Desk{pool: opt.Pool, turns: turns, db: db, now: now, tz: Dhaka(), factors: factors, events: events, codes: codes, hashing: newHashing(opt.PasswordCost)}, nil
}

// turnConns is how many connections the turns have to themselves: two lanes,
// what was sent, what is due, and some to spare.
const turnConns = 6

// byIndex is how statements are planned on the turns' connections. They are
// planned once, perhaps when the tables are small and reading them whole is
// cheapest, and run for long after. Every one finds its rows by an index.
const byIndex = `SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
	set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)`

// turnPool opens the connections that turns run on, to the same database as
// those of everybody else.
func turnPool(shared *pgxpool.Pool) (*pgxpool.Pool, error) {
	conf := shared.Config()
	conf.MaxConns, conf.MinConns, conf.MinIdleConns = turnConns, 0, 0
	conf.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, byIndex)
		return err
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), conf)
	if err != nil {
		return nil, fmt.Errorf("open connections for turns: %w", err)
	}
	return pool, nil
}

// Close lets go of the connections that the Desk has opened itself. The shared
// pool stays open.
func (d *Desk) Close() { d.turns.Close() }

// Ping says whether the database answers.
func (d *Desk) Ping(ctx context.Context) error {
	if err := d.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// NewID returns an id that sorts by the time it was made (UUIDv7).
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// notFound turns the stores' own words for "no such row" into ErrNotFound.
func notFound(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

// day is the Asia/Dhaka day of an instant, as a date.
func (d *Desk) day(at time.Time) time.Time {
	y, m, day := at.In(d.tz).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
}

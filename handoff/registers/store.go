package registers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/audit"
)

// Bounds of what is kept.
const (
	MostRegisters = 50
	keptVersions  = 5 // loaded ones of a register, with the one in force
	MostFaults    = 1000
	listedMost    = 50 // versions that are listed
)

// Status is how far a version is.
type Status string

// How far a version can be.
const (
	Uploaded  Status = "uploaded"  // columns are to be chosen
	Asked     Status = "asked"     // waits to be loaded
	Loading   Status = "loading"   // its rows are being copied
	Loaded    Status = "loaded"    // all rows are there; it may be in force
	Failed    Status = "failed"    // Error says why
	Cancelled Status = "cancelled" // a person has stopped it
)

// Busy reports that something will change by itself.
func (s Status) Busy() bool { return s == Asked || s == Loading }

// Store keeps the registers. It is safe for many goroutines, and several
// processes may share one database.
type Store struct {
	pool *pgxpool.Pool
	dir  string
	now  func() time.Time
	poke chan struct{}
}

// New returns a Store over a migrated database, with a folder of its own for
// files that wait; now is time.Now when nil.
func New(pool *pgxpool.Pool, dir string, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of registers: %w", err)
	}
	return &Store{pool: pool, dir: dir, now: now, poke: make(chan struct{}, 1)}, nil
}

// Register is a name and the version that answers under it.
type Register struct {
	ID      uuid.UUID
	Name    string
	InForce uuid.UUID // nil: none
	Rows    int64     // of the version in force
	Since   time.Time // when it was loaded
	Proof   bool
	Busy    bool // another version is on its way
}

// Version is one uploaded file.
type Version struct {
	ID       uuid.UUID
	Register uuid.UUID
	Name     string // of the register
	Number   int
	By       handoff.Ref
	File     string
	Bytes    int64
	Status   Status
	Columns  []handoff.RegisterColumn
	Sample   [][]string // the first rows, until it is loaded
	Proof    bool
	At       time.Time
	Done     time.Time
	Read     int64 // bytes of the file; 0: it cannot be told
	Rows     int64
	Faults   int64
	Error    string // a key of words; empty: none
	InForce  bool
}

// Column is the index of the column with that name; -1 for none.
func (v Version) Column(name string) int { return columnOf(v.Columns, name) }

func columnOf(list []handoff.RegisterColumn, name string) int {
	for i, c := range list {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// List is every register by name.
func (s *Store) List(ctx context.Context) ([]Register, error) {
	rows, err := s.pool.Query(ctx, `SELECT r.id, r.name, COALESCE(v.id, $2), COALESCE(v.rows, 0), COALESCE(v.done_at, r.at), COALESCE(v.proof, false),
			EXISTS (SELECT 1 FROM register_versions b WHERE b.register_id = r.id AND b.status IN ('asked', 'loading'))
		FROM registers r LEFT JOIN register_versions v ON v.id = r.in_force ORDER BY r.name LIMIT $1`, MostRegisters, uuid.Nil)
	if err != nil {
		return nil, fmt.Errorf("list registers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Register])
	if err != nil {
		return nil, fmt.Errorf("list registers: %w", err)
	}
	return list, nil
}

const versionColumns = `SELECT v.id, v.register_id, r.name, v.number, v.agent_id, COALESCE(a.name, ''), v.file, v.bytes, v.status, v.columns::text, COALESCE(v.sample::text, '[]'), v.proof, v.at,
		COALESCE(v.done_at, v.at), v.read_bytes, v.rows, v.faults, v.error, COALESCE(r.in_force = v.id, false)
	FROM register_versions v JOIN registers r ON r.id = v.register_id LEFT JOIN agents a ON a.id = v.agent_id `

func (s *Store) versions(ctx context.Context, where string, args ...any) ([]Version, error) {
	rows, err := s.pool.Query(ctx, versionColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read versions of registers: %w", err)
	}
	var list []Version
	var v Version
	var columns, sample string
	_, err = pgx.ForEachRow(rows, []any{
		&v.ID, &v.Register, &v.Name, &v.Number, &v.By.ID, &v.By.Name, &v.File, &v.Bytes, &v.Status, &columns, &sample, &v.Proof, &v.At,
		&v.Done, &v.Read, &v.Rows, &v.Faults, &v.Error, &v.InForce,
	}, func() error {
		one := v
		if err := errors.Join(json.Unmarshal([]byte(columns), &one.Columns), json.Unmarshal([]byte(sample), &one.Sample)); err != nil {
			return err
		}
		list = append(list, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read versions of registers: %w", err)
	}
	return list, nil
}

// Version reads one; ErrNotFound when there is none.
func (s *Store) Version(ctx context.Context, id uuid.UUID) (Version, error) {
	list, err := s.versions(ctx, `WHERE v.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("version of a register: %w", handoff.ErrNotFound)
	}
	if err != nil {
		return Version{}, err
	}
	return list[0], nil
}

// Versions are those of one register, the newest first; ErrNotFound when there
// is no such register.
func (s *Store) Versions(ctx context.Context, register uuid.UUID) (Register, []Version, error) {
	all, err := s.List(ctx)
	if err != nil {
		return Register{}, nil, err
	}
	for _, r := range all {
		if r.ID == register {
			list, err := s.versions(ctx, `WHERE v.register_id = $1 ORDER BY v.number DESC LIMIT $2`, register, listedMost)
			return r, list, err
		}
	}
	return Register{}, nil, fmt.Errorf("register: %w", handoff.ErrNotFound)
}

// Faults lists the first faults of a version, by line.
func (s *Store) Faults(ctx context.Context, version uuid.UUID) ([]Fault, error) {
	rows, err := s.pool.Query(ctx, `SELECT line, title, what FROM register_faults WHERE version_id = $1 ORDER BY n LIMIT $2`, version, MostFaults)
	if err != nil {
		return nil, fmt.Errorf("list the faults of a register: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Fault])
	if err != nil {
		return nil, fmt.Errorf("list the faults of a register: %w", err)
	}
	return list, nil
}

// Fault is a line that cannot be taken.
type Fault struct {
	Line  int64  // of the file, from 1
	Title string // of the column; empty: the whole line
	What  string // a key of words: no_key, repeated, amount …
}

// Missing compares what a catalogue needs with what is in force: a register
// without which a flow cannot go on is a fault, one that is optional a warning,
// and so is a field that no column has.
func (s *Store) Missing(ctx context.Context, needs []flows.RegisterUse) ([]flows.Fault, error) {
	if len(needs) == 0 {
		return nil, nil
	}
	loaded, err := s.versions(ctx, `WHERE r.in_force = v.id`)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]Version, len(loaded))
	for _, v := range loaded {
		byName[v.Name] = v
	}
	var faults []flows.Fault
	for _, need := range needs {
		v, ok := byName[need.Register]
		switch {
		case !ok && need.Field == "" && need.Optional:
			faults = append(faults, need.Fault(true, fmt.Sprintf("no register %q is uploaded yet: until then the dialogue goes on where `absent` leads", need.Register)))
		case !ok && need.Field == "":
			faults = append(faults, need.Fault(false, fmt.Sprintf("there is no register %q: upload it first, or say with `absent` where the dialogue goes on without it", need.Register)))
		case ok && need.Field != "" && v.Column(need.Field) < 0:
			faults = append(faults, need.Fault(true, fmt.Sprintf("the register %q has no field %q: – is told in its place", need.Register, need.Field)))
		}
	}
	return faults, nil
}

// audit adds a change to the log, in the transaction that makes it.
func (s *Store) audit(ctx context.Context, tx pgx.Tx, by uuid.UUID, what, subject string, after any) error {
	return audit.Add(ctx, tx, s.now(), by, what, subject, nil, after)
}

// stand is a version as the audit log shows it: counts, never a row.
type stand struct {
	Version int    `json:"version"`
	File    string `json:"file,omitempty"`
	Rows    int64  `json:"rows,omitempty"`
	Faults  int64  `json:"faults,omitempty"`
}

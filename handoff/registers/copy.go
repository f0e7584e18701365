package registers

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// load is the loading of one version.
type load struct {
	s      *Store
	v      Version
	seed   maphash.Seed
	seen   map[uint64]struct{} // keys, by their hash
	table  table
	faults []Fault // that are not recorded yet
	kept   int     // faults that are recorded
	bad    int64
	rows   int64
	done   bool
	err    error
}

// beat says that the load goes on, and hears whether it shall.
func (l *load) beat(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.progress(ctx); errors.Is(err, errStopped) {
				stop(errStopped)
			}
		}
	}
}

// progress records a beat alone; see chunk for how far it is. What waits behind
// this version is not forgotten either.
func (l *load) progress(ctx context.Context) error {
	tag, err := l.s.pool.Exec(ctx, `UPDATE register_versions SET beat_at = $2 WHERE id = $1 AND status = 'loading'`, l.v.ID, l.s.now())
	if err == nil && tag.RowsAffected() == 0 {
		err = errStopped
	}
	if err == nil {
		_, err = l.s.pool.Exec(ctx, `UPDATE register_versions SET beat_at = $1 WHERE status = 'asked'`, l.s.now())
	}
	return err
}

// run copies the whole file, chunk by chunk.
func (l *load) run(ctx context.Context, path string) (err error) {
	if l.table, err = openTable(path, l.s.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.table.close()) }()
	if _, err := readTitles(l.table); err != nil {
		return err
	}
	for !l.done {
		if err := l.chunk(ctx); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
	}
	return nil
}

// chunk copies the next rows, and says how far it is.
func (l *load) chunk(ctx context.Context) error {
	n := 0
	next := func() ([]any, error) {
		if n == chunkRows {
			return nil, nil
		}
		row, err := l.row()
		if row != nil {
			n++
		}
		return row, err
	}
	_, err := l.s.pool.CopyFrom(ctx, pgx.Identifier{"register_rows"}, []string{"version_id", "key", "phone", "fields"}, pgx.CopyFromFunc(next))
	if err != nil {
		return errors.Join(l.err, fmt.Errorf("copy rows: %w", err))
	}
	l.rows += int64(n)
	if err := l.record(ctx); err != nil {
		return err
	}
	tag, err := l.s.pool.Exec(ctx, `UPDATE register_versions SET read_bytes = $2, rows = $3, faults = $4, beat_at = $5 WHERE id = $1 AND status = 'loading'`,
		l.v.ID, l.table.read(), l.rows, l.bad, l.s.now())
	if err != nil {
		return fmt.Errorf("record how far a load is: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errStopped
	}
	return nil
}

// record keeps the first faults.
func (l *load) record(ctx context.Context) error {
	list := l.faults[:min(len(l.faults), MostFaults-l.kept)]
	l.faults = nil
	_, err := l.s.pool.CopyFrom(ctx, pgx.Identifier{"register_faults"}, []string{"version_id", "n", "line", "title", "what"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			return []any{l.v.ID, l.kept + i + 1, list[i].Line, list[i].Title, list[i].What}, nil
		}))
	if err != nil {
		return fmt.Errorf("keep the faults of a register: %w", err)
	}
	l.kept += len(list)
	return nil
}

// row reads up to the next row that can be taken; nil after the last.
func (l *load) row() ([]any, error) {
	for {
		cells, line, err := l.table.next()
		var bad *rowError
		switch {
		case errors.Is(err, io.EOF):
			l.done = true
			return nil, nil
		case errors.As(err, &bad):
			l.fault(line, "", bad.what)
		case err != nil:
			l.err = err
			return nil, err
		case blank(cells):
		case l.rows >= MaxRows:
			l.err = invalid("file", "rows")
			return nil, l.err
		default:
			if row := l.taken(cells, line); row != nil {
				return row, nil
			}
		}
	}
}

// taken is a row as it is kept; nil when something is wrong with it.
func (l *load) taken(cells []string, line int64) []any {
	fields := make([]string, len(l.v.Columns))
	key, number, sound := "", "", true
	for i, c := range l.v.Columns {
		cell, what := "", ""
		if i < len(cells) {
			cell = cells[i]
		}
		switch c.Name {
		case "":
		case flows.FieldKey:
			if key = flows.RegisterKey(cell); key == "" {
				what = "no_key"
			}
		case flows.FieldPhone:
			number, what = phone(cell)
		default:
			fields[i], what = value(c.Type, cell)
		}
		if what != "" {
			l.fault(line, c.Title, what)
			sound = false
		}
	}
	if len(cells) > len(fields) && !blank(cells[len(fields):]) {
		l.fault(line, "", "more")
		sound = false
	}
	if !sound {
		return nil
	}
	sum := maphash.String(l.seed, key)
	if _, twice := l.seen[sum]; twice {
		l.fault(line, l.v.Columns[l.v.Column(flows.FieldKey)].Title, "repeated")
		return nil
	}
	l.seen[sum] = struct{}{}
	return []any{l.v.ID, key, number, fields}
}

func (l *load) fault(line int64, title, what string) {
	l.bad++
	if l.kept+len(l.faults) < MostFaults {
		l.faults = append(l.faults, Fault{Line: line, Title: title, What: what})
	}
}

// finish makes the version a loaded one, in one transaction with taking the place
// of the one before when nothing was wrong, and removes the oldest.
func (l *load) finish(ctx context.Context) error {
	var old []uuid.UUID
	err := pgx.BeginFunc(ctx, l.s.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE register_versions SET status = 'loaded', sample = NULL, read_bytes = bytes, done_at = $2 WHERE id = $1 AND status = 'loading'`, l.v.ID, l.s.now())
		if err != nil {
			return fmt.Errorf("end the load of a register: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errStopped
		}
		if l.rows == 0 {
			return invalid("file", "no_rows")
		}
		if l.bad == 0 {
			if err := l.s.use(ctx, tx, l.v.By.ID, l.v.ID); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `DELETE FROM register_versions WHERE id IN (
				SELECT v.id FROM register_versions v JOIN registers r ON r.id = v.register_id
				WHERE v.register_id = $1 AND v.status = 'loaded' AND v.id IS DISTINCT FROM r.in_force ORDER BY v.number DESC OFFSET $2) RETURNING id`, l.v.Register, keptVersions-1)
		if err != nil {
			return fmt.Errorf("remove the oldest versions: %w", err)
		}
		if old, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return fmt.Errorf("remove the oldest versions: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := l.s.pool.Exec(ctx, `DELETE FROM register_rows WHERE version_id = ANY($1)`, old); err != nil {
		return fmt.Errorf("remove the rows of the oldest versions: %w", err)
	}
	if _, err := l.s.pool.Exec(ctx, `ANALYZE register_rows`); err != nil {
		return fmt.Errorf("look at the rows anew: %w", err)
	}
	return nil
}

package registers

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
)

// Bounds of loading.
const (
	chunkRows   = 20_000           // that are copied at a time
	lookEvery   = 5 * time.Second  // for versions that another process was asked to load
	beatEvery   = 10 * time.Second // while a version is loaded
	staleAfter  = time.Minute      // without a beat: the process is gone
	unchosenFor = 24 * time.Hour   // that a file waits for its columns to be chosen
)

// errStopped says that a version is loaded no more: a person has cancelled it.
var errStopped = errors.New("the load was cancelled")

// missing turns pgx's word for nothing into ours.
func missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return handoff.ErrNotFound
	}
	return err
}

// Work loads versions whose files are here, one after the other, until ctx ends.
// What a killed process left half is marked as failed.
func (s *Store) Work(ctx context.Context, log *slog.Logger) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if err := s.Turn(ctx); err != nil && ctx.Err() == nil {
			log.Error("registers are not loaded now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-s.poke:
		}
	}
}

// Turn does all that is due now.
func (s *Store) Turn(ctx context.Context) error {
	if err := s.sweep(ctx); err != nil {
		return err
	}
	waiting, err := s.versions(ctx, `WHERE v.status = 'asked' ORDER BY v.id LIMIT $1`, MostRegisters)
	if err != nil {
		return err
	}
	for _, v := range waiting {
		path, here := s.fileOf(v.ID)
		if !here {
			continue
		}
		if err := s.loadOne(ctx, v, path); err != nil {
			return err
		}
	}
	return nil
}

// fileOf finds the file of a version in this process's folder.
func (s *Store) fileOf(id uuid.UUID) (path string, here bool) {
	for _, kind := range []string{kindCSV, kindXLSX} {
		if _, err := os.Stat(s.path(id, kind)); err == nil {
			return s.path(id, kind), true
		}
	}
	return "", false
}

// sweep ends what nobody works on any more.
func (s *Store) sweep(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `UPDATE register_versions SET status = CASE WHEN status = 'uploaded' THEN 'cancelled' ELSE 'failed' END,
			error = CASE status WHEN 'loading' THEN 'stopped' WHEN 'asked' THEN 'gone' ELSE '' END, sample = NULL, done_at = $1
		WHERE status IN ('asked', 'loading') AND beat_at < $2 OR status = 'uploaded' AND at < $3 RETURNING id`, s.now(), s.now().Add(-staleAfter), s.now().Add(-unchosenFor))
	if err != nil {
		return fmt.Errorf("look for loads that have stopped: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("look for loads that have stopped: %w", err)
	}
	for _, id := range ids {
		if err := s.clear(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// clear removes what a version that will not be loaded has left.
func (s *Store) clear(ctx context.Context, id uuid.UUID) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM register_rows WHERE version_id = $1`, id); err != nil {
		return fmt.Errorf("remove the rows of a version: %w", err)
	}
	return s.drop(id)
}

// loadOne claims a version and loads it. Its own faults end in the record; the
// error is of the store.
func (s *Store) loadOne(ctx context.Context, v Version, path string) error {
	tag, err := s.pool.Exec(ctx, `UPDATE register_versions SET status = 'loading', beat_at = $2 WHERE id = $1 AND status = 'asked'`, v.ID, s.now())
	if err != nil {
		return fmt.Errorf("begin to load a register: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	l := &load{s: s, v: v, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
	work, stop := context.WithCancelCause(ctx)
	beating := make(chan struct{})
	go func() { defer close(beating); l.beat(work, stop) }()
	err = l.run(work, path)
	stop(nil)
	<-beating
	if err == nil {
		err = l.finish(ctx)
	}
	if err != nil {
		return s.fail(context.WithoutCancel(ctx), v, err)
	}
	return s.drop(v.ID)
}

// fail records why a version was not loaded.
func (s *Store) fail(ctx context.Context, v Version, cause error) error {
	var field *handoff.FieldError
	why := "broken"
	switch {
	case errors.As(cause, &field):
		why = field.Message
	case errors.Is(cause, context.Canceled):
		why = "stopped"
	}
	_, err := s.pool.Exec(ctx, `UPDATE register_versions SET status = 'failed', error = $2, sample = NULL, done_at = $3 WHERE id = $1 AND status = 'loading'`, v.ID, why, s.now())
	if err == nil {
		err = s.clear(ctx, v.ID)
	}
	if why == "broken" && !errors.Is(cause, errStopped) {
		err = errors.Join(err, cause)
	}
	if err != nil {
		return fmt.Errorf("load version %d of register %s: %w", v.Number, v.Name, err)
	}
	return nil
}

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

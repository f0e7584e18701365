package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"github.com/jackc/pgx/v5"

	"nagorik/migrations"
)

// The sequence of case numbers, and how far a restored one leaps: numbers that were given to citizens after the backup was
// made must not be given to others.
const (
	caseNumbers = "case_numbers"
	caseLeap    = 1000
)

// Archive is a backup that was found whole.
type Archive struct {
	file     *os.File
	contents Contents
	opt      Options
}

// Open reads a backup from end to end and compares every checksum. Its errors wrap ErrNotBackup, ErrDamaged, or ErrNewer
// when the program does not know the backup's form or schema.
func Open(ctx context.Context, path string, opt Options) (*Archive, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the backup: %w", err)
	}
	a := &Archive{file: f, opt: opt}
	if err := a.look(ctx); err != nil {
		_ = f.Close()
		return nil, err
	}
	return a, nil
}

func (a *Archive) look(ctx context.Context) error {
	stat, err := a.file.Stat()
	if err != nil {
		return fmt.Errorf("open the backup: %w", err)
	}
	if !stat.Mode().IsRegular() {
		return ErrNotBackup
	}
	first, err := rewound(ctx, a.file)
	if err != nil {
		return err
	}
	newest, err := migrations.Newest()
	if err != nil {
		return err
	}
	if first.head.Schema > newest {
		return fmt.Errorf("%w: its schema has version %d, this program knows up to %d", ErrNewer, first.head.Schema, newest)
	}
	a.contents, err = verify(ctx, a.file, newMeter(a.opt, "checking"))
	return err
}

// Contents says what the backup holds.
func (a *Archive) Contents() Contents { return a.contents }

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

// Restore brings everything into an empty place, in one transaction: when it fails, the place is as empty as before. An
// older schema is brought up to date behind it. Nobody else may use the place meanwhile. Its error wraps ErrNotEmpty when
// there are records, photos, a key or events in the place.
func (a *Archive) Restore(ctx context.Context, into Place) (err error) {
	if err := empty(ctx, into); err != nil {
		return err
	}
	if err := migrations.To(ctx, into.DSN, a.contents.Schema); err != nil {
		return fmt.Errorf("make the schema of the backup: %w", err)
	}
	files, err := newStaged(into.DataDir)
	if err != nil {
		return err
	}
	r := &restore{contents: a.contents, files: files, meter: newMeter(a.opt, "restoring"), loaded: map[string]int64{}}
	if r.in, err = rewound(ctx, a.file); err == nil {
		err = r.all(ctx, into.DSN)
	}
	if err != nil {
		done, undo := r.outcome(ctx, into.DSN)
		if !done {
			return errors.Join(err, undo)
		}
	}
	if err := os.RemoveAll(files.dir()); err != nil {
		return fmt.Errorf("everything is restored, but a folder is left over: %w", err)
	}
	if _, _, err := migrations.Up(ctx, into.DSN); err != nil {
		return fmt.Errorf("everything is restored, but cannot be brought up to date: %w", err)
	}
	return nil
}

// empty says whether a place is empty, without changing it.
func empty(ctx context.Context, p Place) error {
	found, err := occupied(p.DataDir)
	if err != nil {
		return err
	}
	if found != "" {
		return fmt.Errorf("%w: DATA_DIR has %s", ErrNotEmpty, found)
	}
	return inTransaction(ctx, p.DSN, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tables, err := tablesOf(ctx, tx)
		if err != nil {
			return err
		}
		return noRows(ctx, tx, tables)
	})
}

func noRows(ctx context.Context, tx pgx.Tx, tables []Table) error {
	table, err := filled(ctx, tx, tables)
	if err == nil && table != "" {
		return fmt.Errorf("%w: the database has %s", ErrNotEmpty, table)
	}
	return err
}

// restore is one under way.
type restore struct {
	contents Contents
	in       *reader
	files    *staged
	meter    *meter
	loaded   map[string]int64 // rows by table
}

// outcome says, after an error, whether the commit was done all the same: the connection may break just then. When it was
// not, the files are taken away again.
func (r *restore) outcome(ctx context.Context, dsn string) (done bool, err error) {
	ctx = context.WithoutCancel(ctx)
	if len(r.files.moved) > 0 {
		err = inTransaction(ctx, dsn, pgx.TxOptions{}, func(tx pgx.Tx) error { return noRows(ctx, tx, r.contents.Tables) })
	}
	switch {
	case errors.Is(err, ErrNotEmpty):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("whether the records were restored cannot be told, so the files were left where they are: %w", err)
	default:
		return false, r.files.undo()
	}
}

// all restores records and files. The files get their places just before the commit.
func (r *restore) all(ctx context.Context, dsn string) error {
	return inTransaction(ctx, dsn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := r.prepare(ctx, tx); err != nil {
			return err
		}
		if err := r.members(ctx, tx); err != nil {
			return err
		}
		if err := r.sequences(ctx, tx); err != nil {
			return err
		}
		syscall.Sync() // all files at once: far quicker than each alone
		return r.files.move()
	})
}

// prepare keeps others out, and looks again whether the place is empty and fit.
func (r *restore) prepare(ctx context.Context, tx pgx.Tx) error {
	tables, err := tablesOf(ctx, tx)
	if err != nil {
		return err
	}
	if !sameTables(tables, r.contents.Tables) || !sameTables(tables, r.in.head.Tables) {
		return damaged("its tables are not those of schema version %d", r.contents.Schema)
	}
	for _, t := range tables {
		if _, err := tx.Exec(ctx, `LOCK TABLE `+quoted(t.Name)+` IN ACCESS EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("lock table %s: %w", t.Name, err)
		}
	}
	if err := noRows(ctx, tx, tables); err != nil {
		return err
	}
	// Checked with each table and not at the end, so that the server need not keep a list of all rows.
	if _, err := tx.Exec(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	return nil
}

// members reads the backup to its end, which checks it a second time.
func (r *restore) members(ctx context.Context, tx pgx.Tx) error {
	m, err := r.in.next()
	for err == nil {
		if m.kind == kindRecords {
			m, err = r.table(ctx, tx, m)
			continue
		}
		if err = r.files.add(m.name, r.in); err == nil {
			r.meter.file(0)
			r.meter.bytes(r.in)
			m, err = r.in.next()
		}
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	for _, t := range r.contents.Tables {
		if r.loaded[t.Name] != t.Rows {
			return damaged("table %s has %d rows instead of %d", t.Name, r.loaded[t.Name], t.Rows)
		}
	}
	return nil
}

// table loads one table, whose first piece was just opened, and returns the member after its last.
func (r *restore) table(ctx context.Context, tx pgx.Tx, first member) (next member, err error) {
	t := r.in.head.Tables[first.table]
	rows := &tableReader{restore: r, at: first}
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, rows, "COPY "+t.columnsOf()+" FROM STDIN")
	if rows.err != nil && !errors.Is(rows.err, io.EOF) {
		err = rows.err
	}
	if err != nil {
		return member{}, fmt.Errorf("load table %s: %w", t.Name, err)
	}
	r.loaded[t.Name] = tag.RowsAffected()
	if !rows.done {
		return member{}, damaged("table %s has more behind its end", t.Name)
	}
	return rows.next, rows.err
}

// tableReader reads the pieces of one table as one.
type tableReader struct {
	restore *restore
	at      member
	next    member // the first that is not a piece of it
	err     error  // of the last call of next
	done    bool
}

// Read reads the table's rows to their end.
func (t *tableReader) Read(p []byte) (int, error) {
	for !t.done {
		n, err := t.restore.in.Read(p)
		t.restore.meter.bytes(t.restore.in)
		if n > 0 {
			return n, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			t.err = err
			return 0, err
		}
		t.next, t.err = t.restore.in.next()
		if t.err != nil && !errors.Is(t.err, io.EOF) {
			return 0, t.err
		}
		t.done = t.err != nil || t.next.kind != kindRecords || t.next.table != t.at.table
	}
	return 0, io.EOF
}

// sequences sets all sequences to where they were, and that of case numbers further.
func (r *restore) sequences(ctx context.Context, tx pgx.Tx) error {
	there, err := tx.Query(ctx, `SELECT sequencename::text FROM pg_sequences WHERE schemaname = current_schema()`)
	if err != nil {
		return fmt.Errorf("read sequences: %w", err)
	}
	names, err := pgx.CollectRows(there, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read sequences: %w", err)
	}
	for _, s := range r.contents.Sequences {
		if !slices.Contains(names, s.Name) {
			return damaged("it has a sequence %q that the schema does not have", s.Name)
		}
		if s.Name == caseNumbers {
			var highest int64
			if err := tx.QueryRow(ctx, `SELECT COALESCE(max(number), 0) FROM cases`).Scan(&highest); err != nil {
				return fmt.Errorf("read the highest case number: %w", err)
			}
			s.Last = max(s.Last, highest) + caseLeap
		}
		if _, err := tx.Exec(ctx, `SELECT setval($1::text::regclass, $2)`, quoted(s.Name), s.Last); err != nil {
			return fmt.Errorf("set sequence %s: %w", s.Name, err)
		}
	}
	return nil
}

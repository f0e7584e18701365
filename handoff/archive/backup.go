package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// partialEnding is behind the name of a backup that is not finished.
const partialEnding = ".partial"

// backup is one being made.
type backup struct {
	from     Place
	contents Contents
	out      *writer
	meter    *meter
	waiting  []held // files of the spool
}

// Write backs a place up into a file, mode 0600, and reads it again to be sure of it. The file gets its name only then; one
// that had the name before is replaced. It may run beside a service. Its error wraps ErrNothing when there is no schema in
// the database.
func Write(ctx context.Context, from Place, path string, opt Options) (_ Contents, err error) {
	now := opt.Now
	if now == nil {
		now = time.Now
	}
	partial, err := create(path + partialEnding)
	if err != nil {
		return Contents{}, err
	}
	defer func() {
		_ = partial.Close()
		if err != nil {
			_ = os.Remove(partial.Name())
		}
	}()
	b := &backup{from: from, contents: Contents{Format: formatVersion, MadeAt: now().UTC().Truncate(time.Second)}, meter: newMeter(opt, "writing")}
	if b.out, err = newWriter(partial, b.contents.MadeAt); err != nil {
		return Contents{}, err
	}
	if err := b.write(ctx); err != nil {
		return Contents{}, err
	}
	if err := partial.Sync(); err != nil {
		return Contents{}, fmt.Errorf("write the backup: %w", err)
	}
	if _, err := verify(ctx, partial, newMeter(opt, "checking")); err != nil {
		return Contents{}, fmt.Errorf("check what was written: %w", err)
	}
	if err := os.Rename(partial.Name(), path); err != nil {
		return Contents{}, fmt.Errorf("name the backup: %w", err)
	}
	return b.contents, syncFolder(filepath.Dir(path))
}

// create opens a file for this process alone.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin the backup: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrBusy
	}
	if err == nil {
		err = errors.Join(f.Chmod(0o600), f.Truncate(0))
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("begin the backup: %w", err)
	}
	return f, nil
}

// write writes all members. The spool is taken hold of before the snapshot: an event that is replayed in between is in both,
// and is known by its id when it is replayed again.
func (b *backup) write(ctx context.Context) (err error) {
	if b.waiting, err = hold(filepath.Join(b.from.DataDir, spoolPart)); err != nil {
		return err
	}
	defer release(b.waiting)
	if err := b.records(ctx); err != nil {
		return err
	}
	if err := b.photos(ctx); err != nil {
		return err
	}
	for _, f := range b.waiting {
		if err := b.spooled(f); err != nil {
			return err
		}
	}
	if err := b.key(); err != nil {
		return err
	}
	if err := b.out.contents(manifestName, b.contents); err != nil {
		return err
	}
	return b.out.close()
}

// records writes head and tables, all of one moment.
func (b *backup) records(ctx context.Context) error {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return inTransaction(ctx, b.from.DSN, snapshot, func(tx pgx.Tx) error { return b.tables(ctx, tx) })
}

func (b *backup) tables(ctx context.Context, tx pgx.Tx) (err error) {
	if b.contents.Schema, err = schemaOf(ctx, tx); err != nil {
		return err
	}
	if b.contents.Schema == 0 {
		return ErrNothing
	}
	if b.contents.Tables, err = tablesOf(ctx, tx); err != nil {
		return err
	}
	if err := b.out.contents(headName, b.contents); err != nil {
		return err
	}
	for i := range b.contents.Tables {
		if err := b.table(ctx, tx, &b.contents.Tables[i]); err != nil {
			return err
		}
	}
	if b.contents.Sequences, err = sequencesOf(ctx, tx); err != nil {
		return err
	}
	return b.lookForPhotos(ctx, tx)
}

// table writes the rows of one table.
func (b *backup) table(ctx context.Context, tx pgx.Tx, t *Table) error {
	p := pieces{backup: b, table: t.Name}
	tag, err := tx.Conn().PgConn().CopyTo(ctx, &p, "COPY "+t.columnsOf()+" TO STDOUT")
	if err == nil {
		err = p.flush()
	}
	if err != nil {
		return fmt.Errorf("read table %s: %w", t.Name, err)
	}
	t.Rows = tag.RowsAffected()
	return nil
}

// pieces writes what it is given as members of pieceBytes each.
type pieces struct {
	backup *backup
	table  string
	rest   []byte
	n      int
}

// Write takes rows in COPY's text form.
func (p *pieces) Write(text []byte) (int, error) {
	p.backup.meter.rows(bytes.Count(text, []byte("\n")), len(text))
	for left := text; len(left) > 0; {
		n := min(len(left), pieceBytes-len(p.rest))
		p.rest, left = append(p.rest, left[:n]...), left[n:]
		if len(p.rest) < pieceBytes {
			break
		}
		if err := p.flush(); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}

func (p *pieces) flush() error {
	if len(p.rest) == 0 {
		return nil
	}
	p.n++
	err := p.backup.out.member(pieceName(p.table, p.n), int64(len(p.rest)), bytes.NewReader(p.rest))
	p.rest = p.rest[:0]
	return err
}

// lookForPhotos counts the photos that the records name and the store does not have.
func (b *backup) lookForPhotos(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT sha256 FROM photos WHERE status = 'kept' AND length(sha256) = 64`)
	if err != nil {
		return fmt.Errorf("list photos: %w", err)
	}
	var sha string
	_, err = pgx.ForEachRow(rows, []any{&sha}, func() error {
		_, err := os.Stat(filepath.Join(b.from.DataDir, photosPart, sha[:2], sha[2:4], sha))
		if errors.Is(err, os.ErrNotExist) {
			b.contents.Missing++
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for photos: %w", err)
	}
	return nil
}

// verify reads a backup from its beginning to its end.
func verify(ctx context.Context, f *os.File, m *meter) (Contents, error) {
	a, err := rewound(ctx, f)
	if err != nil {
		return Contents{}, err
	}
	for {
		member, err := a.next()
		if errors.Is(err, io.EOF) {
			return a.count, nil
		}
		if err != nil {
			return Contents{}, err
		}
		if member.kind != kindRecords {
			m.file(0)
		}
		m.bytes(a)
	}
}

// rewound reads a backup from its beginning.
func rewound(ctx context.Context, f *os.File) (*reader, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read the backup: %w", err)
	}
	return newReader(&patient{ctx, f})
}

// patient is a reader that ends with a context.
type patient struct {
	ctx context.Context //nolint:containedctx // it lives as long as one call
	r   io.Reader
}

// Read reads unless the context has ended.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

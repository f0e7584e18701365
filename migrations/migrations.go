// Package migrations holds the database schema as numbered SQL files and
// brings a database up to date with them. It stands alone: nothing here knows
// the rest of the program.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver that Up opens
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// Files returns the numbered SQL files, for those who want to know whether
// the schema changed.
func Files() fs.FS { return files }

// Newest is the version of the newest migration.
func Newest() (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("read migrations: %w", err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// Up applies every migration the database at dsn has not seen, and returns the
// version it had and the version it has now. Several processes may call it at
// once: a session lock lets one work while the others wait.
func Up(ctx context.Context, dsn string) (from, to int64, err error) {
	err = with(ctx, dsn, func(p *goose.Provider) (err error) {
		if from, err = p.GetDBVersion(ctx); err != nil {
			return fmt.Errorf("read database version: %w", err)
		}
		to = from
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate database: %w", err)
		}
		if to, err = p.GetDBVersion(ctx); err != nil {
			return fmt.Errorf("read database version: %w", err)
		}
		return nil
	})
	return from, to, err
}

// To brings the database at dsn to a version, up or down. Going down drops
// what later versions added, so it is for a database without records.
func To(ctx context.Context, dsn string, version int64) error {
	return with(ctx, dsn, func(p *goose.Provider) error {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return fmt.Errorf("read database version: %w", err)
		}
		if now > version {
			_, err = p.DownTo(ctx, version)
		} else {
			_, err = p.UpTo(ctx, version)
		}
		if err != nil {
			return fmt.Errorf("migrate database to version %d: %w", version, err)
		}
		return nil
	})
}

// with works on the database under the session lock.
func with(ctx context.Context, dsn string, work func(*goose.Provider) error) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("prepare migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return work(provider)
}

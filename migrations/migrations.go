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

// Up applies every migration the database at dsn has not seen, and returns the
// version it had and the version it has now. Several processes may call it at
// once: a session lock lets one work while the others wait.
func Up(ctx context.Context, dsn string) (from, to int64, err error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, 0, fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return 0, 0, fmt.Errorf("prepare migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, 0, fmt.Errorf("read migrations: %w", err)
	}
	from, err = provider.GetDBVersion(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("read database version: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return from, from, fmt.Errorf("migrate database: %w", err)
	}
	to, err = provider.GetDBVersion(ctx)
	if err != nil {
		return from, from, fmt.Errorf("read database version: %w", err)
	}
	return from, to, nil
}

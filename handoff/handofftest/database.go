package handofftest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/postgres"
	"nagorik/migrations"
)

// templateLock is the key of the advisory lock under which test binaries make the template, one of them at a time.
const templateLock = 0x6e61676f72696b // "nagorik"

// DSN is the address of a database for this test alone, with the schema and no rows, dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	return fresh(t, true)
}

// Empty is DSN without the schema, as a new installation finds it.
func Empty(t testing.TB) string {
	t.Helper()
	return fresh(t, false)
}

// fresh creates a database and sees to its end.
func fresh(t testing.TB, schema bool) string {
	t.Helper()
	needs(t, "PostgreSQL")
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	admin, template, err := shared.database(ctx)
	check(t, err)
	if !schema {
		template = "template1"
	}
	name := "nagorik_test_" + strings.ToLower(rand.Text())
	check(t, execute(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startPatience)
		defer cancel()
		if err := execute(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	dsn, err := named(admin, name)
	check(t, err)
	return dsn
}

// Cluster is a server of the test's own with an empty database and PostgreSQL's default settings, for tests that halt it.
// It is stopped when the test ends.
func Cluster(t testing.TB) *postgres.Cluster {
	t.Helper()
	needs(t, "PostgreSQL")
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	c, err := postgres.Throwaway(ctx, nil)
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startPatience)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Errorf("stop the test's database server: %v", err)
		}
	})
	return c
}

// makeTemplate migrates a database that the tests' databases are copied from, unless an earlier or another test binary with
// the same migrations has done so. The finished one takes no connections, which is also what copying needs.
func makeTemplate(ctx context.Context, admin string) (name string, err error) {
	sum, err := hash(migrations.Files())
	if err != nil {
		return "", fmt.Errorf("read the migrations: %w", err)
	}
	name = "nagorik_template_" + sum
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return "", fmt.Errorf("connect to the tests' database server: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return "", fmt.Errorf("wait for other tests: %w", err)
	}
	var finished bool
	const q = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn)"
	if err := conn.QueryRow(ctx, q, name).Scan(&finished); err != nil {
		return "", fmt.Errorf("look for the template: %w", err)
	}
	if finished {
		return name, nil
	}
	return name, fillTemplate(ctx, conn, admin, name)
}

// fillTemplate makes the template, or makes it anew when an earlier try was cut off.
func fillTemplate(ctx context.Context, conn *pgx.Conn, admin, name string) error {
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make the template: %w", err)
		}
	}
	dsn, err := named(admin, name)
	if err != nil {
		return err
	}
	if _, _, err := migrations.Up(ctx, dsn); err != nil {
		return fmt.Errorf("migrate the template: %w", err)
	}
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+name+" WITH ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("close the template: %w", err)
	}
	return nil
}

// hash is a short name of the files' contents.
func hash(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", path, len(text))
		sum.Write(text)
		return nil
	})
	return fmt.Sprintf("%x", sum.Sum(nil)[:8]), err
}

// named is the same server's address for another database.
func named(dsn, database string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", errors.New("TEST_DATABASE_URL is not a postgres:// URL")
	}
	u.Path = "/" + database
	return u.String(), nil
}

// execute runs one statement on a connection of its own.
func execute(ctx context.Context, dsn, sql string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the tests' database server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

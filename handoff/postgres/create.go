package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// owner is the database role, with all rights in its own cluster; the database has the same name.
	owner    = "nagorik"
	database = "nagorik"
)

// create makes the cluster in a folder beside its place and moves it there when whole, so that a first start which was cut
// off leaves nothing half-made behind.
func (c *Cluster) create(ctx context.Context, initFlags ...string) error {
	work := filepath.Join(string(c.place), "making")
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("clear an unfinished database: %w", err)
	}
	if err := os.Mkdir(work, 0o700); err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	pwfile, err := c.choosePassword(work)
	if err != nil {
		return err
	}
	if err := c.account.own(work); err != nil {
		return err
	}
	made := filepath.Join(work, "cluster")
	if err := c.initdb(ctx, work, append(initFlags, "--pwfile="+pwfile, "--pgdata="+made)); err != nil {
		return err
	}
	if err := os.Rename(made, c.place.cluster()); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("clear up after making the database: %w", err)
	}
	return nil
}

// initdb runs PostgreSQL's own program for it. Under the locale C a search by trigrams finds no Bangla and says nothing,
// hence C.UTF-8.
func (c *Cluster) initdb(ctx context.Context, dir string, flags []string) error {
	args := append([]string{
		"--locale=C.UTF-8", "--encoding=UTF8", "--username=" + owner,
		"--auth-local=scram-sha-256", "--auth-host=scram-sha-256",
	}, flags...)
	cmd := c.account.command(dir, c.release.Path("initdb"), args...)
	out, err := outputOf(ctx, cmd)
	if err != nil {
		return fmt.Errorf("make the database with %s: %w: %s", cmd.Path, err, lastLines(out))
	}
	return nil
}

// choosePassword writes a new password where we keep it and, for initdb, where the server's user can read it.
func (c *Cluster) choosePassword(work string) (pwfile string, err error) {
	text := []byte(rand.Text() + "\n")
	if err := os.WriteFile(c.place.password(), text, 0o600); err != nil {
		return "", fmt.Errorf("keep the database's password: %w", err)
	}
	pwfile = filepath.Join(work, "password")
	if err := os.WriteFile(pwfile, text, 0o600); err != nil {
		return "", fmt.Errorf("pass on the database's password: %w", err)
	}
	return pwfile, c.account.own(pwfile)
}

// readPassword reads what choosePassword kept.
func (p place) readPassword() (string, error) {
	text, err := os.ReadFile(p.password())
	if err != nil {
		return "", fmt.Errorf("read the database's password: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// major is the major version of the cluster there is, 0 when there is none.
func (p place) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.cluster(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		filled, err := p.filled()
		if filled {
			return 0, fmt.Errorf("%s is not a database: it has no PG_VERSION", p.cluster())
		}
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("read the database's version: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read the database's version in %s: %w", p.cluster(), err)
	}
	return major, nil
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// throwawayPrefix begins the names of throw-away clusters' folders.
const throwawayPrefix = "nagorik-throwaway-"

// Throwaway starts a cluster in a new temporary folder, which Stop removes. Its settings are PostgreSQL's defaults; a test
// that need not survive a power cut may add "fsync=off". Folders of processes that were killed are removed at the next call.
func Throwaway(ctx context.Context, log *slog.Logger, settings ...string) (*Cluster, error) {
	all := releases()
	if len(all) == 0 {
		return nil, notInstalled()
	}
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	p, err := temporary(ctx, who)
	if err != nil {
		return nil, err
	}
	c := &Cluster{place: p, account: who, log: log, settings: settings, discard: true}
	err = c.lock(ctx, p.lock(), 0)
	if err == nil {
		err = c.furnish(ctx, all, "--no-sync")
	}
	if err == nil {
		err = c.Resume(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop(ctx))
	}
	return c, nil
}

// temporary makes a place that the account reaches in the first temporary folder where that is possible.
func temporary(ctx context.Context, who account) (place, error) {
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		sweep(ctx, base)
		dir, err := os.MkdirTemp(base, throwawayPrefix)
		if err != nil {
			continue // the next one
		}
		err = os.Chmod(dir, passableMode())
		if p := place(dir); err == nil && who.usable(p) {
			return p, nil
		}
		if err := os.Remove(dir); err != nil {
			return "", fmt.Errorf("remove a folder that cannot be used: %w", err)
		}
	}
	return "", fmt.Errorf("no temporary folder that user %s can use: not %s, /tmp or /var/tmp", who.name, os.TempDir())
}

// sweep removes the throw-away clusters in base that nobody holds any more.
func sweep(ctx context.Context, base string) {
	dirs, err := filepath.Glob(filepath.Join(base, throwawayPrefix+"*"))
	if err != nil {
		return // base is a path that Glob cannot read; then nothing of ours is found there
	}
	for _, dir := range dirs {
		p := place(dir)
		if _, err := os.Stat(p.password()); err != nil {
			continue // somebody else's, or one that is just being made
		}
		lock, err := lockFile(ctx, p.lock(), 0)
		if err != nil {
			continue // in use
		}
		if pid, err := p.postmaster(); err == nil && (pid == 0 || !p.serves(pid)) {
			_ = os.RemoveAll(dir) // what remains is tried again next time
		}
		_ = lock.Close()
	}
}

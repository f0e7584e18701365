package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// throwawayPrefix begins the names of throw-away clusters' folders.
	throwawayPrefix = "nagorik-throwaway-"
	// memoryDir is where Linux keeps files in memory.
	memoryDir = "/dev/shm"
	// memoryRoom is what must be free there, in bytes: some dozens of small databases with what is written beside them.
	memoryRoom = 3 << 30
)

// Throwaway starts a cluster in a new temporary folder, which Stop removes. Its settings are PostgreSQL's defaults; a test
// that need not survive a power cut may add "fsync=off". Folders of processes that were killed are removed at the next call.
func Throwaway(ctx context.Context, log *slog.Logger, settings ...string) (*Cluster, error) {
	return throwaway(ctx, log, onDisk(), settings)
}

// InMemory is Throwaway for tests that make databases by the hundred: its folder is in memory where there is room for it, which
// makes a database ten times as fast, and nothing waits for a disk.
func InMemory(ctx context.Context, settings ...string) (*Cluster, error) {
	folders := onDisk()
	if hasRoom(memoryDir) {
		folders = append([]string{memoryDir}, folders...)
	}
	return throwaway(ctx, nil, folders, append([]string{"fsync=off", "max_wal_size=256MB"}, settings...))
}

// onDisk are the folders for what is temporary, the best first.
func onDisk() []string { return []string{os.TempDir(), "/tmp", "/var/tmp"} }

// hasRoom reports whether there is such a folder with memoryRoom free.
func hasRoom(dir string) bool {
	var s syscall.Statfs_t
	return syscall.Statfs(dir, &s) == nil && s.Bavail*uint64(s.Bsize) >= memoryRoom
}

// throwaway starts a cluster in the first of some folders that its user reaches.
func throwaway(ctx context.Context, log *slog.Logger, folders, settings []string) (*Cluster, error) {
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
	p, err := temporary(ctx, who, folders)
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

// temporary makes a place that the account reaches in the first of the folders where that is possible.
func temporary(ctx context.Context, who account, folders []string) (place, error) {
	for _, base := range folders {
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
	return "", fmt.Errorf("no temporary folder that user %s can use: not %s", who.name, strings.Join(folders, ", "))
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

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	// oldPatience is how long a start waits for the server of a process that was killed: it writes out what it holds.
	oldPatience = 60 * time.Second
	// oldPause is the time between two looks at it; it is nobody's child whose end could be waited for.
	oldPause = 20 * time.Millisecond
)

// awaitOld waits until no server of an earlier process works on the cluster. We hold the cluster's lock, so whoever started
// it is gone and it is ending; should the kernel's signal not have reached it, it is told again.
func (c *Cluster) awaitOld(ctx context.Context) error {
	told := false
	for deadline := time.Now().Add(oldPatience); ; {
		pid, err := c.place.postmaster()
		if err != nil || pid == 0 {
			return err
		}
		if !c.place.serves(pid) {
			return c.place.forget(pid)
		}
		if !told {
			c.log.InfoContext(ctx, "waiting for the database server of an earlier run to end", "pid", pid)
			if err := tellToEnd(pid); err != nil {
				return err
			}
			told = true
		}
		if time.Now().After(deadline) || !pause(ctx, oldPause) {
			return fmt.Errorf("another PostgreSQL server (process %d) works on %s and does not end", pid, c.place.cluster())
		}
	}
}

// postmaster is the process id in postmaster.pid, 0 when there is none: then no server is running or its end was orderly.
func (p place) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.cluster(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for an earlier database server: %w", err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(first)))
	if err != nil || pid <= 0 {
		return 0, nil //nolint:nilerr // a torn file; the server itself decides what it means
	}
	return pid, nil
}

// serves reports whether the process is a server of this cluster: a server works in its cluster's folder.
func (p place) serves(pid int) bool {
	theirs, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	ours, err := os.Stat(p.cluster())
	return err == nil && os.SameFile(theirs, ours)
}

// forget removes the note of a server that is gone when its number has passed to another process: PostgreSQL would take that
// one for the server and refuse to start. Otherwise PostgreSQL clears it up itself.
func (p place) forget(pid int) error {
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err != nil {
		return nil //nolint:nilerr // no such process
	}
	if err := os.Remove(filepath.Join(p.cluster(), "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear the note of an earlier database server: %w", err)
	}
	return nil
}

// tellToEnd asks one of our own servers for a fast shutdown; one that somebody started by hand is left alone.
func tellToEnd(pid int) error {
	words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !bytes.Contains(words, []byte(clusterName)) {
		return nil //nolint:nilerr // ended since, or not ours
	}
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end the database server of an earlier run: %w", err)
	}
	return nil
}

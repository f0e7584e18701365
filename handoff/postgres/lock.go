package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	// lockPatience is how long a start waits for another process to let go of the cluster: one that is just ending, or a
	// command of a second.
	lockPatience = 2 * time.Second
	// lockPause is the time between two tries; flock with a time limit does not exist.
	lockPause = 25 * time.Millisecond
)

// ErrInUse is wrapped in the error of a start whose DATA_DIR another running process has.
var ErrInUse = errors.New("DATA_DIR is in use by another running process")

// lockFile takes the lock that ends with the process, however it ends. A held one is ErrInUse.
func lockFile(ctx context.Context, path string, patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	for deadline := time.Now().Add(patience); ; {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		held := errors.Is(err, syscall.EWOULDBLOCK)
		if !held || time.Now().After(deadline) || !pause(ctx, lockPause) {
			break
		}
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w (%s is locked): stop it, or set another DATA_DIR", ErrInUse, path)
	}
	return nil, fmt.Errorf("lock the database: %w", err)
}

// pause waits, and reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

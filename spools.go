package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"nagorik/bot/spool"
)

// Bounds of the spools in one DATA_DIR.
const (
	spoolMost  = 1 << 30 // bytes of events one process keeps on disk while the database is away
	spoolsMost = 32      // processes that share a DATA_DIR
)

// spools are the spool folders in a DATA_DIR: each process has one of its own,
// and looks after those that a process which is gone has left behind.
type spools struct {
	dir string
	own *spool.Spool

	mu   sync.Mutex
	mine int // number of our own folder
}

// openSpools takes the first folder that no other process has.
func openSpools(dataDir string) (*spools, error) {
	s := &spools{dir: dataDir}
	for n := 1; n <= spoolsMost; n++ {
		own, err := spool.Open(s.path(n), spoolMost)
		if errors.Is(err, spool.ErrInUse) {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.own, s.mine = own, n
		return s, nil
	}
	return nil, badSetting("DATA_DIR", "%d processes use it already", spoolsMost)
}

func (s *spools) path(n int) string {
	if n == 1 {
		return filepath.Join(s.dir, "spool")
	}
	return filepath.Join(s.dir, fmt.Sprintf("spool-%d", n))
}

// abandoned returns the spools of processes that are gone, as long as they
// hold something. Whoever gets one closes it.
func (s *spools) abandoned() []*spool.Spool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*spool.Spool
	for n := 1; n <= spoolsMost; n++ {
		if n == s.mine {
			continue
		}
		if there, err := filepath.Glob(filepath.Join(s.path(n), "*")); err != nil || len(there) == 0 {
			continue
		}
		left, err := spool.Open(s.path(n), spoolMost)
		if err != nil {
			continue // in use, or looked at again later
		}
		if left.Empty() {
			_ = left.Close()
			continue
		}
		found = append(found, left)
	}
	return found
}

package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// The faults of a spool.
var (
	// ErrFull says that a record would take the spool over its bound. Nothing of the call was kept.
	ErrFull = errors.New("spool is full")
	// ErrTooBig says that a record has more than MaxRecord bytes. Nothing of the call was kept.
	ErrTooBig = errors.New("record is too big for the spool")
	// ErrInUse says that another process, or another Spool of this one, has the folder.
	ErrInUse = errors.New("spool is in use by another process")
	// ErrClosed says that the spool was closed.
	ErrClosed = errors.New("spool is closed")
)

// segmentBytes is where a new segment is begun, so that replayed ones can be deleted.
const segmentBytes = 16 << 20

// Spool is an append-only queue on disk. It may be used from several goroutines, by one process.
//
// Two locks: mu holds what is known, for moments; writer is held while a group of records or the list of segments changes
// on disk, and is always taken before mu. drains holds a token while a Drain runs.
type Spool struct {
	dir          string
	bound        int64 // bytes
	segmentBytes int64
	lock         *os.File
	notes        *os.File // the position file
	drains       chan struct{}

	writer sync.Mutex
	active *os.File // the last of segments, when it is open for appending; under writer

	mu        sync.Mutex
	segments  []segment // oldest first
	position  position  // up to where all was replayed
	last      uint64    // number of the newest segment there ever was
	records   int       // not yet replayed, in segments
	bytes     int64     // of segments
	gathering *group    // records that wait for their write; nil when none do
	bad       int
	closed    bool
	found     Recovery
}

// Recovery is what Open found.
type Recovery struct {
	Records int   // to be replayed
	Torn    int64 // bytes cut from the ends of segments: a write that a crash stopped, never acknowledged
	Bad     int   // pieces that were unreadable in the middle and are now kept aside in .bad files
}

// Open opens the spool in dir, making the folder (mode 0700) when it is not there, and repairs what a crash left. The spool
// takes at most bound bytes. Its errors wrap ErrInUse when another process has it.
func Open(dir string, bound int64) (*Spool, error) {
	s, err := open(dir, bound, segmentBytes)
	if err != nil {
		return nil, fmt.Errorf("open spool %s: %w", dir, err)
	}
	return s, nil
}

func open(dir string, bound, segmentBytes int64) (_ *Spool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, bound: bound, segmentBytes: segmentBytes, drains: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			_ = s.release()
		}
	}()
	if s.lock, err = takeLock(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if s.notes, err = os.OpenFile(filepath.Join(dir, "position"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if s.position, err = readPosition(s.notes); err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		return nil, err
	}
	return s, syncFolder(dir)
}

// takeLock locks a file for this process. The lock ends with the process, however it ends.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, ErrInUse
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// Recovered is what Open found.
func (s *Spool) Recovered() Recovery { return s.found }

// Empty says whether there is nothing to replay, neither on disk nor on its way there.
func (s *Spool) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.empty()
}

// empty is Empty under mu.
func (s *Spool) empty() bool { return s.records == 0 && s.gathering == nil }

// Len is how many records are on disk, or being written, and not replayed.
func (s *Spool) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records
}

// Size is how many bytes the segments take on disk, which is what the bound is for.
func (s *Spool) Size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Bad is how many .bad files lie in the folder for a person to look at.
func (s *Spool) Bad() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad
}

// Close waits for the Appends and the Drain under way (which ends early) and gives up the folder. What is in the spool stays
// there.
func (s *Spool) Close() error {
	s.mu.Lock()
	last := s.gathering
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	if last != nil {
		<-last.done
	}
	s.drains <- struct{}{}
	defer func() { <-s.drains }()
	s.writer.Lock()
	defer s.writer.Unlock()
	if err := s.release(); err != nil {
		return fmt.Errorf("close spool: %w", err)
	}
	return nil
}

// release closes all files, the lock last.
func (s *Spool) release() error {
	var faults []error
	for _, f := range []*os.File{s.active, s.notes, s.lock} {
		if f != nil {
			faults = append(faults, f.Close())
		}
	}
	return errors.Join(faults...)
}

// syncFolder makes new names in a folder safe.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

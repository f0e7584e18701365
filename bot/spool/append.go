package spool

import (
	"errors"
	"fmt"
	"os"
)

// group is the records of all Appends that wait for one write.
type group struct {
	buf     []byte
	records int
	done    chan struct{} // closed when err is set
	err     error
}

// Append adds records behind all others, in one write. When it returns nil they are synced; when it returns an error none
// of them counts as kept. Appends that meet share one sync. Its errors wrap ErrFull, ErrTooBig, ErrClosed or the disk's.
func (s *Spool) Append(records ...[]byte) error {
	_, err := s.append(records, false)
	return err
}

// AppendBehind is Append when there is something to be behind: on an empty spool it does nothing and kept is false. A
// record that was kept is replayed by the Drain under way, if there is one.
func (s *Spool) AppendBehind(records ...[]byte) (kept bool, err error) {
	return s.append(records, true)
}

func (s *Spool) append(records [][]byte, behind bool) (kept bool, err error) {
	var buf []byte
	for _, r := range records {
		if len(r) > MaxRecord {
			return false, fmt.Errorf("append %d bytes: %w", len(r), ErrTooBig)
		}
		buf = appendRecord(buf, r)
	}
	if len(records) == 0 {
		return false, nil
	}
	g, first, err := s.join(buf, len(records), behind)
	if g == nil || err != nil {
		return false, err
	}
	if first {
		s.commit(g)
	}
	<-g.done
	return g.err == nil, g.err
}

// join adds records to the group that gathers; the first to join it writes it. The group is nil when behind is asked and
// there is nothing to be behind.
func (s *Spool) join(buf []byte, records int, behind bool) (g *group, first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, false, ErrClosed
	case behind && s.empty():
		return nil, false, nil
	case s.bytes+s.waiting()+int64(len(buf)) > s.bound:
		return nil, false, ErrFull
	}
	if first = s.gathering == nil; first {
		s.gathering = &group{done: make(chan struct{})}
	}
	g = s.gathering
	g.buf = append(g.buf, buf...)
	g.records += records
	return g, first, nil
}

// waiting is how many bytes wait for a write, under mu.
func (s *Spool) waiting() int64 {
	if s.gathering == nil {
		return 0
	}
	return int64(len(s.gathering.buf))
}

// commit writes and syncs a group once the write before it is done; until then others may join it.
func (s *Spool) commit(g *group) {
	s.writer.Lock()
	defer s.writer.Unlock()
	defer close(g.done)
	s.mu.Lock()
	// From here on the group counts as on disk, so that the spool is not empty while it is being written.
	s.gathering = nil
	s.records += g.records
	s.bytes += int64(len(g.buf))
	s.mu.Unlock()
	at, err := s.write(g)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.records -= g.records
		s.bytes -= int64(len(g.buf))
		g.err = fmt.Errorf("append to spool: %w", err)
		return
	}
	if n := len(s.segments); n == 0 || s.segments[n-1].number != at {
		s.segments = append(s.segments, segment{number: at})
	}
	seg := &s.segments[len(s.segments)-1]
	seg.size += int64(len(g.buf))
	seg.records += g.records
}

// write puts a group at the end of the active segment, whose number it returns, or of a new one.
func (s *Spool) write(g *group) (number uint64, err error) {
	number, size := s.end()
	if s.active != nil && size+int64(len(g.buf)) > s.segmentBytes {
		s.seal()
	}
	if s.active == nil {
		if number, err = s.begin(); err != nil {
			return 0, err
		}
		size = 0
	}
	if _, err = s.active.WriteAt(g.buf, size); err == nil {
		err = s.active.Sync()
	}
	if err != nil {
		// What a failed sync left on disk is unknown: cut it off and never write there again.
		err = errors.Join(err, s.active.Truncate(size))
		s.seal()
	}
	return number, err
}

// end is the number and size of the newest segment.
func (s *Spool) end() (number uint64, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.segments); n > 0 && s.segments[n-1].number == s.last {
		size = s.segments[n-1].size
	}
	return s.last, size
}

// begin makes the next segment.
func (s *Spool) begin() (number uint64, err error) {
	s.mu.Lock()
	s.last++
	number = s.last
	s.mu.Unlock()
	f, err := os.OpenFile(s.segmentPath(number), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	if err := syncFolder(s.dir); err != nil {
		return 0, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	s.active = f
	return number, nil
}

// seal ends the active segment. All in it was synced, so closing it cannot lose anything.
func (s *Spool) seal() {
	_ = s.active.Close()
	s.active = nil
}

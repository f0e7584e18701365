package spool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	segmentEnding = ".seg"
	badEnding     = ".bad"
	readBuffer    = 64 << 10 // bytes
)

// segment is one file of the spool.
type segment struct {
	number  uint64
	size    int64 // bytes that are synced and good
	records int   // in it, not yet replayed
}

// segmentPath is the file of the segment with this number.
func (s *Spool) segmentPath(number uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%08d%s", number, segmentEnding))
}

// recover reads what is in the folder: it deletes replayed segments, counts the records of the others and repairs them.
func (s *Spool) recover() error {
	numbers, bad, err := list(s.dir)
	if err != nil {
		return err
	}
	s.bad, s.last = bad, s.position.segment // a number that the position names is never used again
	for _, n := range numbers {
		s.last = max(s.last, n)
		if n < s.position.segment {
			if err := os.Remove(s.segmentPath(n)); err != nil {
				return err
			}
			continue
		}
		if err := s.recoverSegment(n); err != nil {
			return fmt.Errorf("segment %d: %w", n, err)
		}
	}
	s.found.Records = s.records
	return nil
}

// list is the numbers of the segments in a folder, oldest first, and how many .bad files there are.
func list(dir string) (numbers []uint64, bad int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), badEnding) {
			bad++
		}
		name, ok := strings.CutSuffix(e.Name(), segmentEnding)
		if n, err := strconv.ParseUint(name, 10, 64); ok && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, bad, nil
}

// recoverSegment takes in one segment, from the position on.
func (s *Spool) recoverSegment(number uint64) error {
	f, err := os.OpenFile(s.segmentPath(number), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	from, size := int64(0), stat.Size()
	if number == s.position.segment {
		from = min(s.position.offset, size)
	}
	seg := segment{number: number}
	if seg.records, seg.size, err = count(f, from, size); err != nil {
		return err
	}
	if seg.size < size {
		if err := s.repair(f, seg, size); err != nil {
			return err
		}
	}
	if seg.records == 0 {
		return os.Remove(f.Name())
	}
	s.segments = append(s.segments, seg)
	s.records, s.bytes = s.records+seg.records, s.bytes+seg.size
	return nil
}

// count reads records in f between from and size; good is where the last whole one ends.
func count(f io.ReaderAt, from, size int64) (records int, good int64, err error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, from, size-from), readBuffer)
	for good = from; ; records++ {
		record, err := readRecord(r, size-good)
		if errors.Is(err, io.EOF) || errors.Is(err, errBroken) {
			return records, good, nil
		}
		if err != nil {
			return 0, 0, err
		}
		good += headBytes + int64(len(record))
	}
}

// tornBytes is the most that is looked at as a torn write. More than that is kept aside unseen.
const tornBytes = 4 * segmentBytes

// repair cuts a segment behind its last good record; what is not merely torn is kept aside.
func (s *Spool) repair(f *os.File, seg segment, size int64) error {
	merely, err := restIsTorn(f, seg.size, size)
	if err != nil {
		return err
	}
	if merely {
		s.found.Torn += size - seg.size
	} else {
		if err := s.setAside(f, position{seg.number, seg.size}); err != nil {
			return err
		}
		s.found.Bad++
	}
	return errors.Join(f.Truncate(seg.size), f.Sync())
}

// restIsTorn says whether f from an offset on is what a crash leaves of a write.
func restIsTorn(f io.ReaderAt, from, size int64) (bool, error) {
	if size-from > tornBytes {
		return false, nil
	}
	rest := make([]byte, size-from)
	if _, err := f.ReadAt(rest, from); err != nil {
		return false, err
	}
	return torn(rest), nil
}

// setAside copies the unreadable rest of a segment, from the position on, to a .bad file.
func (s *Spool) setAside(f *os.File, at position) error {
	path := filepath.Join(s.dir, fmt.Sprintf("%08d-%d%s", at.segment, at.offset, badEnding))
	_, err := os.Stat(path)
	again := err == nil // a crash came between this and the cut
	bad, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Seek(at.offset, io.SeekStart); err == nil {
		_, err = io.Copy(bad, f)
	}
	if err = errors.Join(err, bad.Sync(), bad.Close(), syncFolder(s.dir)); err != nil {
		return fmt.Errorf("keep aside: %w", err)
	}
	if !again {
		s.mu.Lock()
		s.bad++
		s.mu.Unlock()
	}
	return nil
}

package spool

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// Drain replays all records in order, those too that are appended meanwhile, and returns nil at a moment when the spool is
// empty: an Append before that moment was replayed, an Append after it needs another Drain. A segment is deleted when all of
// it was replayed. When replay fails, Drain returns its error and the next Drain begins with the same record. Only one Drain
// runs at a time; another waits.
func (s *Spool) Drain(ctx context.Context, replay func(record []byte) error) error {
	return s.DrainBatches(ctx, 1, func(records [][]byte) error { return replay(records[0]) })
}

// DrainBatches is Drain with up to most records at a time, in order; of large records fewer. When replay fails, the next
// one begins with the same batch, whatever part of it was done.
func (s *Spool) DrainBatches(ctx context.Context, most int, replay func(records [][]byte) error) error {
	select {
	case s.drains <- struct{}{}:
		defer func() { <-s.drains }()
	case <-ctx.Done():
		return fmt.Errorf("drain spool: %w", ctx.Err())
	}
	for {
		if err := s.replayNext(ctx, max(most, 1), replay); err != nil {
			return fmt.Errorf("drain spool: %w", err)
		}
		empty, writing, err := s.settle()
		if empty || err != nil {
			return err
		}
		if writing == nil {
			continue
		}
		select {
		case <-writing.done:
		case <-ctx.Done():
			return fmt.Errorf("drain spool: %w", ctx.Err())
		}
	}
}

// replayNext replays what is on disk now of the first segment that is not all replayed, if there is one.
func (s *Spool) replayNext(ctx context.Context, most int, replay func([][]byte) error) error {
	if err := s.stopped(ctx); err != nil {
		return err
	}
	seg, from, ok := s.front()
	if !ok {
		return nil
	}
	if err := s.replaySegment(ctx, seg, from, most, replay); err != nil {
		return fmt.Errorf("segment %d: %w", seg.number, err)
	}
	return nil
}

// stopped is why no further record is to be replayed.
func (s *Spool) stopped(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return ctx.Err()
}

// front is the first segment that is not all replayed, and from where on.
func (s *Spool) front() (seg segment, from int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seg := range s.segments {
		if from := s.replayed(seg); from < seg.size {
			return seg, from, true
		}
	}
	return segment{}, 0, false
}

// replayed is how many bytes of a segment were replayed, under mu.
func (s *Spool) replayed(seg segment) int64 {
	switch {
	case seg.number < s.position.segment:
		return seg.size
	case seg.number == s.position.segment:
		return s.position.offset
	}
	return 0
}

// batchBytes is how much of a segment is replayed at a time at the most, but for a single larger record.
const batchBytes = 4 << 20

// replaySegment replays a segment from an offset to the size it has in seg.
func (s *Spool) replaySegment(ctx context.Context, seg segment, from int64, most int, replay func([][]byte) error) error {
	f, err := os.Open(s.segmentPath(seg.number))
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(io.NewSectionReader(f, from, seg.size-from), readBuffer)
	for at := from; at < seg.size; {
		if err := s.stopped(ctx); err != nil {
			return err
		}
		records, end, err := readBatch(r, at, seg.size, most)
		if len(records) > 0 {
			if err := replay(records); err != nil {
				return fmt.Errorf("replay: %w", err)
			}
			at = end
			s.advance(position{seg.number, at}, len(records))
		}
		if errors.Is(err, errBroken) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return s.giveUp(position{seg.number, at})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readBatch reads records that stand between two offsets, and returns where they end. What is good before an error is
// returned with it.
func readBatch(r *bufio.Reader, at, size int64, most int) (records [][]byte, end int64, err error) {
	for begin := at; at < size && len(records) < most && at-begin < batchBytes; {
		record, err := readRecord(r, size-at)
		if err != nil {
			return records, at, err
		}
		records = append(records, record)
		at += headBytes + int64(len(record))
	}
	return records, at, nil
}

// advance notes that the n records before the position were replayed.
func (s *Spool) advance(to position, n int) {
	s.mu.Lock()
	s.position = to
	s.records -= n
	for i := range s.segments {
		if s.segments[i].number == to.segment {
			s.segments[i].records -= n
		}
	}
	s.mu.Unlock()
	// A position that cannot be saved only means that a crash would replay more, which callers must bear anyway.
	_ = to.save(s.notes)
}

// giveUp keeps aside all of a segment from a record on that was good when it was written or found and is not any more.
func (s *Spool) giveUp(at position) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	f, err := os.OpenFile(s.segmentPath(at.segment), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.setAside(f, at); err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(at.offset), f.Sync()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.segments {
		if seg := &s.segments[i]; seg.number == at.segment {
			s.bytes -= seg.size - at.offset
			s.records -= seg.records
			seg.size, seg.records = at.offset, 0
		}
	}
	if s.active != nil && s.last == at.segment {
		s.seal()
	}
	s.position = at
	return nil
}

// settle deletes the segments that were replayed. The spool is empty when nothing is left and nothing is on its way; what
// is on its way, when there is nothing else to do, is returned.
func (s *Spool) settle() (empty bool, writing *group, err error) {
	s.writer.Lock() // no group is between waiting and being on disk
	defer s.writer.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.segments) > 0 && s.replayed(s.segments[0]) >= s.segments[0].size {
		seg := s.segments[0]
		if s.active != nil && s.last == seg.number {
			if !s.empty() {
				break // more is about to be written to it
			}
			s.seal()
		}
		if err := os.Remove(s.segmentPath(seg.number)); err != nil {
			return false, nil, fmt.Errorf("delete replayed segment: %w", err)
		}
		s.segments, s.bytes = s.segments[1:], s.bytes-seg.size
	}
	if s.records > 0 {
		return false, nil, nil
	}
	return s.empty(), s.gathering, nil
}

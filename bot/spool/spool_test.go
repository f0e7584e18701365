package spool

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

const roomy = 1 << 30

// failer is what a test of testing and one of rapid have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// reopen opens a spool with small segments and closes it at the end of the test.
func reopen(t testing.TB, dir string, segmentBytes int64) *Spool {
	t.Helper()
	s, err := open(dir, roomy, segmentBytes)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// closeNow closes a spool in the middle of a test.
func closeNow(t testing.TB, s *Spool) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// fill appends records one by one.
func fill(t testing.TB, s *Spool, records ...string) {
	t.Helper()
	for _, r := range records {
		if err := s.Append([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
}

// drained is all that a Drain replays.
func drained(t testing.TB, s *Spool) []string {
	t.Helper()
	var got []string
	if err := s.Drain(context.Background(), func(r []byte) error { got = append(got, string(r)); return nil }); err != nil {
		t.Fatal(err)
	}
	return got
}

// numbered is a list of n different records of growing length.
func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("record %d %s", i, strings.Repeat("x", i%50))
	}
	return list
}

// files are the names in a folder with this ending.
func files(t failer, dir, ending string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestAppendAndDrain(t *testing.T) {
	for name, segmentBytes := range map[string]int64{"one segment": 1 << 20, "many segments": 100, "a segment for each": 1} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := reopen(t, dir, segmentBytes)
			if !s.Empty() || s.Len() != 0 || s.Size() != 0 {
				t.Error("a new spool is not empty")
			}
			want := append(numbered(40), "", "\x00", strings.Repeat("\x00", 100))
			fill(t, s, want...)
			if s.Empty() || s.Len() != len(want) || s.Size() == 0 {
				t.Errorf("holds %d records of %d bytes", s.Len(), s.Size())
			}
			if got := drained(t, s); !slices.Equal(got, want) {
				t.Errorf("replayed %q, want %q", got, want)
			}
			if !s.Empty() || s.Len() != 0 || s.Size() != 0 || len(files(t, dir, segmentEnding)) != 0 {
				t.Errorf("not empty: %d records, %d bytes, %q", s.Len(), s.Size(), files(t, dir, segmentEnding))
			}
			fill(t, s, "later")
			if got := drained(t, s); !slices.Equal(got, []string{"later"}) {
				t.Errorf("replayed %q", got)
			}
			if got := drained(t, s); got != nil {
				t.Errorf("replayed %q of nothing", got)
			}
		})
	}
}

func TestAppendSeveral(t *testing.T) {
	s := reopen(t, t.TempDir(), 1<<20)
	if err := s.Append(); err != nil || !s.Empty() {
		t.Errorf("appending nothing: %v", err)
	}
	if err := s.Append([]byte("a"), []byte("b"), []byte("c")); err != nil {
		t.Fatal(err)
	}
	if got := drained(t, s); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("replayed %q", got)
	}
}

func TestAppendCopies(t *testing.T) {
	s := reopen(t, t.TempDir(), 1<<20)
	record := []byte("first")
	if err := s.Append(record); err != nil {
		t.Fatal(err)
	}
	copy(record, "other")
	if got := drained(t, s); !slices.Equal(got, []string{"first"}) {
		t.Errorf("replayed %q", got)
	}
}

func TestAppendBehind(t *testing.T) {
	s := reopen(t, t.TempDir(), 1<<20)
	if kept, err := s.AppendBehind([]byte("a")); kept || err != nil {
		t.Errorf("behind nothing: %v, %v", kept, err)
	}
	fill(t, s, "b")
	if kept, err := s.AppendBehind([]byte("c")); !kept || err != nil {
		t.Errorf("behind something: %v, %v", kept, err)
	}
	if got := drained(t, s); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("replayed %q", got)
	}
}

func TestAppendFull(t *testing.T) {
	const perRecord = headBytes + 10
	s, err := open(t.TempDir(), 5*perRecord, 2*perRecord)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	record := []byte("0123456789")
	for range 4 {
		if err := s.Append(record); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Append(record, record); !errors.Is(err, ErrFull) {
		t.Errorf("over the bound: %v", err)
	}
	if err := s.Append(record); err != nil {
		t.Errorf("up to the bound: %v", err)
	}
	if err := s.Append(nil); !errors.Is(err, ErrFull) {
		t.Errorf("one empty record more: %v", err)
	}
	if s.Len() != 5 || s.Size() != 5*perRecord {
		t.Errorf("holds %d records of %d bytes", s.Len(), s.Size())
	}
	n := 0
	stop := errors.New("stop")
	err = s.Drain(t.Context(), func([]byte) error {
		if n++; n == 4 { // the first segment of two is gone
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || s.Size() != 3*perRecord {
		t.Errorf("after three: %v, %d bytes", err, s.Size())
	}
	if err := s.Append(record); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := drained(t, s); len(got) != 3 {
		t.Errorf("replayed %q", got)
	}
	if err := s.Append(make([]byte, MaxRecord+1)); !errors.Is(err, ErrTooBig) {
		t.Errorf("a huge record: %v", err)
	}
}

func TestAppendDiskFails(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, 1<<20)
	fill(t, s, "a", "b")
	s.writer.Lock()
	good := s.active
	s.active = readOnly(t, good.Name()) // writing to it fails
	s.writer.Unlock()
	_ = good.Close()
	if err := s.Append([]byte("lost")); err == nil {
		t.Error("a failed write was acknowledged")
	}
	if s.Len() != 2 {
		t.Errorf("holds %d records", s.Len())
	}
	fill(t, s, "c") // goes to a new segment
	if got := drained(t, s); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("replayed %q", got)
	}
}

// readOnly opens a file so that writing to it fails.
func readOnly(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAppendFolderGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := reopen(t, dir, 1<<20)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Append([]byte("a")); err == nil || !s.Empty() {
		t.Errorf("appended to nowhere: %v, empty %v", err, s.Empty())
	}
}

func TestAppendGroups(t *testing.T) {
	s := reopen(t, t.TempDir(), 1<<20)
	s.writer.Lock() // as if a write were under way
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.Append([]byte{byte(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	for joined := 0; joined < 20; {
		s.mu.Lock()
		if s.gathering != nil {
			joined = s.gathering.records
		}
		s.mu.Unlock()
	}
	if s.Empty() {
		t.Error("empty while records wait for their write")
	}
	s.writer.Unlock()
	wg.Wait()
	if got := drained(t, s); len(got) != 20 {
		t.Errorf("replayed %d records", len(got))
	}
}

func TestDrainFails(t *testing.T) {
	for name, segmentBytes := range map[string]int64{"one segment": 1 << 20, "many segments": 60} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := reopen(t, dir, segmentBytes)
			want := numbered(30)
			fill(t, s, want...)
			away := errors.New("database is away")
			var got []string
			for n := 0; len(got) < len(want); n++ {
				left := 3
				err := s.Drain(t.Context(), func(r []byte) error {
					if left == 0 {
						return away
					}
					left--
					got = append(got, string(r))
					return nil
				})
				if len(got) < len(want) && !errors.Is(err, away) {
					t.Fatalf("got %v, want the replay's error", err)
				}
				if s.Len() != len(want)-len(got) {
					t.Errorf("%d records left, want %d", s.Len(), len(want)-len(got))
				}
				if n%3 == 2 { // the process ends and begins again
					closeNow(t, s)
					s = reopen(t, dir, segmentBytes)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("replayed %q", got)
			}
		})
	}
}

func TestDrainStops(t *testing.T) {
	s := reopen(t, t.TempDir(), 1<<20)
	fill(t, s, numbered(5)...)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := s.Drain(ctx, func([]byte) error {
		if n++; n == 2 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || n != 2 || s.Len() != 3 {
		t.Errorf("after %d: %v, %d left", n, err, s.Len())
	}
	n = 0
	err = s.Drain(t.Context(), func([]byte) error {
		if n++; n == 1 {
			go s.Close()
			for closed := false; !closed; {
				s.mu.Lock()
				closed = s.closed
				s.mu.Unlock()
			}
		}
		return nil
	})
	if !errors.Is(err, ErrClosed) || n != 1 {
		t.Errorf("closed meanwhile: after %d: %v", n, err)
	}
	if err := s.Append([]byte("a")); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	if err := s.Drain(t.Context(), func([]byte) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("drain after close: %v", err)
	}
}

func TestDrainWhileAppending(t *testing.T) {
	const writers, each = 8, 150
	s := reopen(t, t.TempDir(), 2000)
	var wg sync.WaitGroup
	var behind atomic.Int32
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				record := []byte(fmt.Sprintf("%d %d", w, i))
				if kept, err := s.AppendBehind(record); err != nil {
					t.Error(err)
				} else if kept {
					behind.Add(1)
				} else if err := s.Append(record); err != nil {
					t.Error(err)
				}
			}
		})
	}
	written := make(chan struct{})
	go func() { wg.Wait(); close(written) }()
	next := make([]int, writers)
	all := 0
	replay := func(r []byte) error {
		var w, i int
		if _, err := fmt.Sscanf(string(r), "%d %d", &w, &i); err != nil {
			return err
		}
		if next[w] != i {
			return fmt.Errorf("writer %d: %d came, want %d", w, i, next[w])
		}
		next[w]++
		all++
		return nil
	}
	for done := false; !done; {
		select {
		case <-written:
			done = true // and once more
		default:
		}
		if err := s.Drain(t.Context(), replay); err != nil {
			t.Fatal(err)
		}
	}
	if all != writers*each || !s.Empty() || s.Len() != 0 || s.Size() != 0 {
		t.Errorf("replayed %d of %d, %d left of %d bytes", all, writers*each, s.Len(), s.Size())
	}
	t.Logf("%d of %d found something to be behind", behind.Load(), writers*each)
}

func TestDrainEndsEmpty(t *testing.T) {
	// What joins while the last record is being replayed is replayed by the same Drain, even when its write is not done.
	s := reopen(t, t.TempDir(), 1<<20)
	fill(t, s, "a")
	var got []string
	var wg sync.WaitGroup
	err := s.Drain(t.Context(), func(r []byte) error {
		got = append(got, string(r))
		if len(got) > 1 {
			return nil
		}
		wg.Go(func() {
			if kept, err := s.AppendBehind([]byte("b")); !kept || err != nil {
				t.Errorf("append: %v, %v", kept, err)
			}
		})
		for joined := false; !joined; {
			s.mu.Lock()
			joined = s.gathering != nil || s.records > 1
			s.mu.Unlock()
		}
		return nil
	})
	wg.Wait()
	if err != nil || !slices.Equal(got, []string{"a", "b"}) || !s.Empty() {
		t.Errorf("replayed %q, %v, empty %v", got, err, s.Empty())
	}
}

func TestOpenInUse(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, dir, 1<<20)
	if _, err := Open(dir, roomy); !errors.Is(err, ErrInUse) {
		t.Errorf("a second one: %v", err)
	}
	closeNow(t, s)
	closeNow(t, s) // does no harm
	again, err := Open(dir, roomy)
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, again)
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := reopen(t, dir, 20)
	fill(t, s, "a", "b", "c")
	if err := s.Drain(t.Context(), func([]byte) error { return errors.New("away") }); err == nil {
		t.Error("a failed replay was no error")
	}
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stat, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if n++; stat.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, stat.Mode().Perm())
		}
		return nil
	})
	if err != nil || n < 5 {
		t.Errorf("%d files, %v", n, err)
	}
}

// segmentOf writes records and returns the only segment's file and its content.
func segmentOf(t testing.TB, dir string, records ...string) (path string, content []byte) {
	t.Helper()
	s := reopen(t, dir, 1<<20)
	fill(t, s, records...)
	closeNow(t, s)
	names := files(t, dir, segmentEnding)
	if len(names) != 1 {
		t.Fatalf("segments %q", names)
	}
	content, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return names[0], content
}

func TestOpenAfterCrash(t *testing.T) {
	want := numbered(6)
	dir := t.TempDir()
	path, whole := segmentOf(t, dir, want...)
	ends := []int{0}
	for _, r := range want {
		ends = append(ends, ends[len(ends)-1]+headBytes+len(r))
	}
	for cut := range len(whole) + 1 {
		for name, tail := range map[string][]byte{"cut": nil, "cut and zeros": make([]byte, 30)} {
			if err := os.WriteFile(path, append(slices.Clone(whole[:cut]), tail...), 0o600); err != nil {
				t.Fatal(err)
			}
			kept := 0
			for kept < len(want) && ends[kept+1] <= cut {
				kept++
			}
			s := reopen(t, dir, 1<<20)
			found := s.Recovered()
			if found.Records != kept || s.Len() != kept || s.Empty() != (kept == 0) {
				t.Errorf("%s at %d: found %+v, want %d records", name, cut, found, kept)
			}
			if tail == nil && (found.Bad != 0 || found.Torn != int64(cut-ends[kept])) {
				t.Errorf("%s at %d: found %+v, want %d bytes torn", name, cut, found, cut-ends[kept])
			}
			fill(t, s, "after")
			if got := drained(t, s); !slices.Equal(got, append(slices.Clone(want[:kept]), "after")) {
				t.Errorf("%s at %d: replayed %q", name, cut, got)
			}
			closeNow(t, s)
			for _, name := range append(files(t, dir, badEnding), filepath.Join(dir, "position")) {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestOpenCorrupt(t *testing.T) {
	// Every byte once: what stands before it is replayed, the rest is kept aside, nothing is only thrown away.
	want := numbered(5)
	dir := t.TempDir()
	path, whole := segmentOf(t, dir, want...)
	for at := range whole {
		damaged := slices.Clone(whole)
		damaged[at] ^= 0x55
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s := reopen(t, dir, 1<<20)
		got := drained(t, s)
		if len(got) >= len(want) || !slices.Equal(got, want[:len(got)]) {
			t.Errorf("damaged at %d: replayed %q", at, got)
		}
		found, size := s.Recovered(), 0
		for _, r := range got {
			size += headBytes + len(r)
		}
		if found.Torn > 0 { // only the last record's length can look like an end that came too early
			if at < len(whole)-headBytes-len(want[4]) {
				t.Errorf("damaged at %d: cut %d bytes", at, found.Torn)
			}
		} else if names := files(t, dir, badEnding); found.Bad != 1 || s.Bad() != 1 || len(names) != 1 {
			t.Errorf("damaged at %d: found %+v, %d bad, %q", at, found, s.Bad(), names)
		} else if aside, err := os.ReadFile(names[0]); err != nil || !bytes.Equal(aside, damaged[size:]) {
			t.Errorf("damaged at %d: %d bytes aside, want %d; %v", at, len(aside), len(damaged)-size, err)
		} else if err := os.Remove(names[0]); err != nil {
			t.Fatal(err)
		}
		closeNow(t, s)
		_ = os.Remove(filepath.Join(dir, "position"))
	}
}

func TestDrainCorrupt(t *testing.T) {
	// The disk goes bad while the spool is open; what is in other segments still comes.
	dir := t.TempDir()
	s := reopen(t, dir, 60)
	want := numbered(12)
	fill(t, s, want...)
	names := files(t, dir, segmentEnding)
	damage := func(path string) {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteAt([]byte{0xff}, headBytes); err != nil {
			t.Fatal(err)
		}
	}
	damage(names[1])
	damage(names[len(names)-1]) // the one being appended to
	got := drained(t, s)
	if s.Bad() != 2 || !s.Empty() || s.Len() != 0 || s.Size() != 0 {
		t.Errorf("%d bad, %d records, %d bytes", s.Bad(), s.Len(), s.Size())
	}
	aside := 0
	for _, name := range files(t, dir, badEnding) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[headBytes] = 'r'
		records, _, err := count(bytes.NewReader(b), 0, int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		aside += records
	}
	if aside == 0 || len(got)+aside != len(want) {
		t.Errorf("%d replayed and %d aside, of %d", len(got), aside, len(want))
	}
	fill(t, s, "later")
	if got := drained(t, s); !slices.Equal(got, []string{"later"}) {
		t.Errorf("replayed %q", got)
	}
}

func TestOpenPositions(t *testing.T) {
	want := numbered(4)
	first := int64(headBytes + len(want[0]))
	tests := []struct {
		name string
		note []byte
		want []string
	}{
		{"none", nil, want},
		{"short", []byte("abc"), want},
		{"wrong checksum", make([]byte, positionBytes-1), want},
		{"of an older segment", noteOf(t, position{0, 5}), want},
		{"behind the first record", noteOf(t, position{1, first}), want[1:]},
		{"behind the end", noteOf(t, position{1, 1 << 40}), nil},
		{"of a newer segment", noteOf(t, position{7, 0}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			segmentOf(t, dir, want...)
			if err := os.WriteFile(filepath.Join(dir, "position"), tt.note, 0o600); err != nil {
				t.Fatal(err)
			}
			s := reopen(t, dir, 1<<20)
			if got := drained(t, s); !slices.Equal(got, tt.want) {
				t.Errorf("replayed %q, want %q", got, tt.want)
			}
			// A number that was used is never used again: an old position would skip what is new.
			fill(t, s, "new")
			closeNow(t, s)
			s = reopen(t, dir, 1<<20)
			if got := drained(t, s); !slices.Equal(got, []string{"new"}) {
				t.Errorf("replayed %q, want the new one", got)
			}
		})
	}
}

// noteOf is a position as it stands on disk.
func noteOf(t *testing.T, p position) []byte {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "position"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := p.save(f); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLikeAQueue plays random histories, crashes included, against a slice.
func TestLikeAQueue(t *testing.T) {
	// A history costs 0.2 s of syncs, so there are fewer than usual.
	if err := flag.Set("rapid.checks", "15"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "spool")
		if err != nil {
			rt.Fatal(err)
		}
		s := mustOpen(rt, dir)
		defer func() { _ = s.Close() }()
		var want []string
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) {
				list := rapid.SliceOfN(rapid.StringN(0, 20, -1), 1, 4).Draw(rt, "records")
				raw := make([][]byte, len(list))
				for i, r := range list {
					raw[i] = []byte(r)
				}
				if err := s.Append(raw...); err != nil {
					rt.Fatal(err)
				}
				want = append(want, list...)
			},
			"drain some": func(rt *rapid.T) {
				left := rapid.IntRange(0, 6).Draw(rt, "records")
				stop := errors.New("stop")
				err := s.Drain(t.Context(), func(r []byte) error {
					if left == 0 {
						return stop
					}
					if left--; string(r) != want[0] {
						rt.Fatalf("replayed %q, want %q", r, want[0])
					}
					want = want[1:]
					return nil
				})
				if err != nil && !errors.Is(err, stop) || err == nil && len(want) > 0 {
					rt.Fatalf("drain: %v, with %d left", err, len(want))
				}
			},
			"crash": func(rt *rapid.T) {
				// The locks and files go, nothing else is tidied; a write that was never acknowledged may lie behind.
				if err := s.Close(); err != nil {
					rt.Fatal(err)
				}
				if names := files(rt, dir, segmentEnding); len(names) > 0 && rapid.Bool().Draw(rt, "torn") {
					junk := appendRecord(nil, []byte("never acknowledged"))
					appendTo(rt, names[len(names)-1], junk[:rapid.IntRange(1, len(junk)-1).Draw(rt, "bytes")])
				}
				s = mustOpen(rt, dir)
			},
			"": func(rt *rapid.T) {
				if s.Len() != len(want) || s.Empty() != (len(want) == 0) || s.Bad() != 0 {
					rt.Fatalf("holds %d, empty %v, %d bad; want %d", s.Len(), s.Empty(), s.Bad(), len(want))
				}
			},
		})
	})
}

// mustOpen opens a spool of small segments.
func mustOpen(t failer, dir string) *Spool {
	s, err := open(dir, roomy, 64)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// appendTo adds bytes to a file.
func appendTo(t failer, path string, b []byte) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		t.Fatal(err)
	}
}

func FuzzOpen(f *testing.F) {
	one := appendRecord(nil, []byte("one"))
	two := appendRecord(one, []byte("two"))
	f.Add(two, []byte{})
	f.Add(two[:len(two)-1], []byte("12345678123456781234"))
	f.Add(append(make([]byte, 20), two...), []byte{})
	f.Add(binary.LittleEndian.AppendUint32(nil, MaxRecord+1), []byte{})
	f.Add(append(slices.Clone(two), 0xff, 0xff, 0xff, 0x7f), []byte{})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content, note []byte) {
		dir := filepath.Join(dir, fmt.Sprint(rand.Uint64()))
		defer os.RemoveAll(dir)
		if err := errors.Join(
			os.Mkdir(dir, 0o700),
			os.WriteFile(filepath.Join(dir, "00000001.seg"), content, 0o600),
			os.WriteFile(filepath.Join(dir, "position"), note, 0o600),
		); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, roomy)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		found := s.Recovered()
		size := int(found.Torn)
		for _, r := range drained(t, s) {
			size += headBytes + len(r)
			found.Records--
		}
		for _, name := range files(t, dir, badEnding) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			size += len(b)
		}
		if found.Records != 0 || size > len(content) || len(note) == 0 && size != len(content) {
			t.Fatalf("of %d bytes %d are accounted for, %d records are missing", len(content), size, found.Records)
		}
		if err := s.Append([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if got := drained(t, s); !slices.Equal(got, []string{"new"}) {
			t.Fatalf("replayed %q", got)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	s := reopen(b, b.TempDir(), segmentBytes)
	record := bytes.Repeat([]byte("x"), 400)
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(record); err != nil {
				b.Error(err)
			}
		}
	})
}

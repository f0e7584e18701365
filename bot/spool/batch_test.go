package spool

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestDrainBatchesKeepsOrderAndRepeatsWhatFailed(t *testing.T) {
	t.Parallel()
	s, err := Open(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var want []string
	for i := range 25 {
		want = append(want, fmt.Sprint(i))
		if err := s.Append([]byte(want[i])); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	var sizes []int
	broken := errors.New("not now")
	failAt := 10
	replay := func(records [][]byte) error {
		if len(got) == failAt {
			failAt = -1
			return broken
		}
		sizes = append(sizes, len(records))
		for _, r := range records {
			got = append(got, string(r))
		}
		return nil
	}
	if err := s.DrainBatches(t.Context(), 10, replay); !errors.Is(err, broken) {
		t.Fatalf("drain says %v, want the error of its second batch", err)
	}
	if n := s.Len(); n != 15 {
		t.Errorf("%d records are left after one batch of ten, want 15", n)
	}
	if err := s.DrainBatches(t.Context(), 10, replay); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) || !s.Empty() {
		t.Errorf("replayed %v, want %v and an empty spool", got, want)
	}
	if !slices.Equal(sizes, []int{10, 10, 5}) {
		t.Errorf("batches of %v", sizes)
	}
}

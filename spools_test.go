package main

import (
	"testing"
)

// It runs alone: a program that another test starts at the same moment holds the
// locks of this process until it is on its way.
func TestEachProcessHasASpoolAndAdoptsAbandonedOnes(t *testing.T) {
	dir := t.TempDir()
	first, err := openSpools(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := openSpools(dir)
	if err != nil {
		t.Fatalf("a second process on one DATA_DIR has no spool: %v", err)
	}
	if err := second.own.Append([]byte("an event")); err != nil {
		t.Fatal(err)
	}
	if left := first.abandoned(); len(left) != 0 {
		t.Fatal("the spool of a living process was taken away")
	}
	if err := second.own.Close(); err != nil {
		t.Fatal(err)
	}
	left := first.abandoned()
	if len(left) != 1 || left[0].Len() != 1 {
		t.Fatalf("found %d abandoned spools, want the one with its event", len(left))
	}
	if again := first.abandoned(); len(again) != 0 {
		t.Error("an abandoned spool was given out twice")
	}
	if err := left[0].Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.own.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := openSpools(dir)
	if err != nil {
		t.Fatal(err)
	}
	if next.mine != 1 {
		t.Errorf("a process that starts alone has spool %d, want the first", next.mine)
	}
	_ = next.own.Close()
}

func TestSecretKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	c := &Config{DataDir: t.TempDir()}
	keys := make(chan string, 8)
	for range cap(keys) {
		go func() {
			key, err := secretKey(c)
			if err != nil {
				t.Error(err)
			}
			keys <- string(key)
		}()
	}
	first := <-keys
	for range cap(keys) - 1 {
		if other := <-keys; other != first {
			t.Fatal("processes that start together have different keys")
		}
	}
	if len(first) < secretKeyLeast {
		t.Errorf("the key has %d characters", len(first))
	}
}

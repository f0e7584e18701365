package main

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

var benchLine = regexp.MustCompile(`^turns_s=([1-9][0-9]*) pgbench_tps=([1-9][0-9]*) ratio=[0-9]+\.[0-9]{2} p50_ms=[0-9]+\.[0-9]{2} p99_ms=[0-9]+\.[0-9]{2} rss_mb=[1-9][0-9]*\.[0-9]$`)

// TestBench runs the bench as a user does, for the shortest useful time.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("the bench needs PostgreSQL and Redis: run without -short")
	}
	cmd := exec.CommandContext(t.Context(), shipped(t), "bench", "--seconds", "2", "--contacts", "300", "--messages", "1000")
	cmd.Dir = t.TempDir()
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("bench: %v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := lines[len(lines)-1]; !benchLine.MatchString(last) {
		t.Errorf("the last line is %q\n%s", last, out)
	}
}

package handofftest

import (
	"errors"
	"os"
	"testing"

	"nagorik/handoff/handofftest/redisserver"
	"nagorik/handoff/postgres"
)

// needs skips the test in short mode.
func needs(t testing.TB, what string) {
	t.Helper()
	if testing.Short() {
		t.Skipf("needs %s: run without -short", what)
	}
}

// check ends the test on an error: skipped when a program is missing and that is allowed, failed otherwise.
func check(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	missing := errors.Is(err, postgres.ErrNotInstalled) || errors.Is(err, redisserver.ErrNotInstalled)
	if missing && os.Getenv("NAGORIK_TEST_ALL") != "1" {
		t.Skip(err)
	}
	t.Fatal(err)
}

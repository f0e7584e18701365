package handoff_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"nagorik/handoff"
)

func TestOldHashesAreRenewedAtSignIn(t *testing.T) {
	r := newRecord(t)
	var err error // with what a hash costs where nothing is said about it
	if r.Desk, err = handoff.New(handoff.Options{Pool: r.pool, Now: r.clock.Now, Secret: []byte(secretKey)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	old, err := argon2id.CreateHash(goodPassword, &argon2id.Params{Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	r.exec("UPDATE agents SET password_hash = $1", old)
	attempt := handoff.Attempt{Email: "anna@example.org", Password: "not the right one", Network: "192.0.2.1"}
	if _, err := r.SignIn(t.Context(), attempt); !errors.Is(err, handoff.ErrRefused) || r.passwordOf("anna@example.org") != old {
		t.Errorf("a wrong password: %v", err)
	}
	attempt.Password = goodPassword
	if _, err := r.SignIn(t.Context(), attempt); err != nil {
		t.Fatal(err)
	}
	renewed := r.passwordOf("anna@example.org")
	if _, params, err := argon2id.CheckHash(goodPassword, renewed); err != nil || params.Memory != 64*1024 {
		t.Errorf("hashed with %+v, %v", params, err)
	}
	if _, err := r.SignIn(t.Context(), attempt); err != nil || r.passwordOf("anna@example.org") != renewed {
		t.Errorf("it is hashed again without need: %v", err)
	}
}

func TestGuessingAtOnceDoesNotSlipThrough(t *testing.T) {
	r := newRecord(t)
	r.agent("anna@example.org", handoff.RoleAgent, nil, nil)
	const guesses = 20
	var wg sync.WaitGroup
	errs := make([]error, guesses)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = r.SignIn(t.Context(), handoff.Attempt{Email: "anna@example.org", Password: "a guess", Network: "192.0.2.1"})
		})
	}
	wg.Wait()
	tried := 0
	for _, err := range errs {
		var locked *handoff.LockedError
		switch {
		case errors.Is(err, handoff.ErrRefused):
			tried++
		case !errors.As(err, &locked):
			t.Error(err)
		}
	}
	if tried != 5 {
		t.Errorf("%d of %d guesses were looked at, want 5", tried, guesses)
	}
}

func TestANetworkThatGuessesWaits(t *testing.T) {
	r := newRecord(t)
	for i := range 20 {
		_, err := r.SignIn(t.Context(), handoff.Attempt{Email: string(rune('a'+i)) + "@example.org", Password: "a guess", Network: "192.0.2.1"})
		if !errors.Is(err, handoff.ErrRefused) {
			t.Fatal(err)
		}
	}
	var locked *handoff.LockedError
	if _, err := r.SignIn(t.Context(), handoff.Attempt{Email: "z@example.org", Network: "192.0.2.1"}); !errors.As(err, &locked) {
		t.Errorf("the network guesses on: %v", err)
	}
	if _, err := r.SignIn(t.Context(), handoff.Attempt{Email: "z@example.org", Network: "192.0.2.2"}); !errors.Is(err, handoff.ErrRefused) {
		t.Errorf("another network waits too: %v", err)
	}
	if n := r.count("SELECT count(*) FROM audit_log WHERE what = 'network.lock' AND subject = '192.0.2.1'"); n != 1 {
		t.Errorf("the lock is %d times on record", n)
	}
}

func TestTwoAdministratorsDoNotDisableEachOther(t *testing.T) {
	r := newRecord(t)
	a, b := r.agent("a@example.org", handoff.RoleAdministrator, nil, nil), r.agent("b@example.org", handoff.RoleAdministrator, nil, nil)
	r.exec("UPDATE agents SET password_hash = 'set'")
	var wg sync.WaitGroup
	var one, other error
	wg.Go(func() { one = r.DisableAccount(t.Context(), a.AgentID, b.AgentID) })
	wg.Go(func() { other = r.DisableAccount(t.Context(), b.AgentID, a.AgentID) })
	wg.Wait()
	if (one == nil) == (other == nil) || !errors.Is(errors.Join(one, other), handoff.ErrLastAdministrator) {
		t.Errorf("%v, %v", one, other)
	}
}

package handoff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"nagorik/handoff"
)

func TestSecondFactorsAreSealed(t *testing.T) {
	r := newRecord(t)
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil).AgentID
	boss := r.agent("boss@example.org", handoff.RoleAdministrator, nil, nil).AgentID
	secret := handoff.NewSecondFactor()
	if _, err := r.AddSecondFactor(t.Context(), anna, secret, r.totp(secret)); err != nil {
		t.Fatal(err)
	}
	kept := r.totpKept(anna)
	if !strings.HasPrefix(kept, "v1.") || strings.Contains(kept, secret) {
		t.Errorf("kept as %q", kept)
	}
	r.clock.Forward(time.Minute)
	if _, err := r.SecondFactor(t.Context(), anna, r.totp(secret), "192.0.2.1"); err != nil {
		t.Errorf("a right code: %v", err)
	}
	r.exec("UPDATE agents SET totp_secret = $1 WHERE id = $2", kept, boss)
	r.clock.Forward(time.Minute)
	if _, err := r.SecondFactor(t.Context(), boss, r.totp(secret), "192.0.2.1"); !errors.Is(err, handoff.ErrSealed) {
		t.Errorf("moved to another account: %v", err)
	}
}

func TestSecondFactorsInTheClearAreSealedAtStart(t *testing.T) {
	r := newRecord(t)
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil).AgentID
	r.agent("boss@example.org", handoff.RoleAdministrator, nil, nil)
	secret := handoff.NewSecondFactor()
	r.exec("UPDATE agents SET totp_secret = $1 WHERE id = $2", secret, anna)
	for i, want := range []int{1, 0} {
		if n, err := r.SealSecondFactors(t.Context()); n != want || err != nil {
			t.Errorf("start %d sealed %d, want %d: %v", i+1, n, want, err)
		}
	}
	if kept := r.totpKept(anna); strings.Contains(kept, secret) {
		t.Errorf("kept as %q", kept)
	}
	if _, err := r.SecondFactor(t.Context(), anna, r.totp(secret), "192.0.2.1"); err != nil {
		t.Errorf("a right code: %v", err)
	}
}

func TestAnotherKeyOpensNoSecondFactor(t *testing.T) {
	r := newRecord(t)
	anna := r.agent("anna@example.org", handoff.RoleAgent, nil, nil).AgentID
	secret := handoff.NewSecondFactor()
	if _, err := r.AddSecondFactor(t.Context(), anna, secret, r.totp(secret)); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]string{"another": "a key that was never used for anything", "none": ""} {
		other, err := handoff.New(handoff.Options{Pool: r.pool, Now: r.clock.Now, Secret: []byte(key)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(other.Close)
		if _, err := other.SealSecondFactors(t.Context()); err == nil || !strings.Contains(err.Error(), "SECRET_KEY") {
			t.Errorf("%s key at the start: %v", name, err)
		}
		if _, err := other.SecondFactor(t.Context(), anna, r.totp(secret), "192.0.2.1"); err == nil || errors.Is(err, handoff.ErrRefused) {
			t.Errorf("%s key at the sign-in: %v", name, err)
		}
		if err := other.ResetSecondFactor(t.Context(), uuid.Nil, anna); err != nil {
			t.Errorf("%s key, taken away: %v", name, err)
		}
		if _, err := other.SealSecondFactors(t.Context()); err != nil {
			t.Errorf("%s key, after it was taken away: %v", name, err)
		}
		r.clock.Forward(time.Minute)
		if _, err := r.AddSecondFactor(t.Context(), anna, secret, r.totp(secret)); err != nil {
			t.Fatal(err)
		}
	}
}

func (r *record) totp(secret string) string {
	r.t.Helper()
	code, err := totp.GenerateCode(secret, r.clock.Now())
	if err != nil {
		r.t.Fatal(err)
	}
	return code
}

func (r *record) totpKept(agent uuid.UUID) (kept string) {
	r.t.Helper()
	if err := r.pool.QueryRow(r.t.Context(), "SELECT totp_secret FROM agents WHERE id = $1", agent).Scan(&kept); err != nil {
		r.t.Fatal(err)
	}
	return kept
}

package handoff_test

import (
	"testing"

	"nagorik/handoff"
)

func TestPulseCountsWhatGoesOn(t *testing.T) {
	r := newRecord(t)
	agent := r.agent("rahima@city.example", handoff.RoleSupervisor, nil, nil)
	n := r.filed(10001, "drainage", 5)
	other := r.filed(10002, "waste", 7)
	before, err := r.Pulse(t.Context(), agent)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, arrived := range before.Arrivals {
		sum += arrived
	}
	if before.Opened != 2 || sum != 2 || before.Resolved != 0 || before.OnDuty != 0 {
		t.Errorf("got %+v", before)
	}
	for _, do := range []func() error{
		func() error {
			_, err := r.AssignCase(t.Context(), agent, n, handoff.Assignment{Team: "drainage"})
			return err
		},
		func() error { _, err := r.StartCase(t.Context(), agent, n, ""); return err },
		func() error {
			_, err := r.ResolveCase(t.Context(), agent, n, handoff.Resolution{Note: "done"})
			return err
		},
		func() error { _, err := r.GoOnDuty(t.Context(), agent, handoff.Stated{}); return err },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	after, err := r.Pulse(t.Context(), agent)
	if err != nil || after.Resolved != 1 || after.OnDuty != 1 {
		t.Errorf("got %+v, %v", after, err)
	}
	limited := r.agent("kamal@city.example", handoff.RoleAgent, []string{"waste"}, nil)
	seen, err := r.Pulse(t.Context(), limited)
	if err != nil || seen.Opened != 1 || seen.Resolved != 0 {
		t.Errorf("an agent of a team sees %+v of case %d, %v", seen, other, err)
	}
	if none, err := r.Pulse(t.Context(), handoff.Viewer{}); err != nil || none != (handoff.Pulse{Since: none.Since}) {
		t.Errorf("nobody sees %+v, %v", none, err)
	}
}

package handoff_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// filed puts a case on record and returns its number.
func (r *record) filed(number int64, team string, ward int) int64 {
	r.t.Helper()
	turn := newcomer("case-"+team, "m-"+team, r.clock.Now())
	turn.Cases = []handoff.NewCase{{
		OpenCase: flows.OpenCase{Number: number, Flow: "drainage", Kind: flows.Complaint, Title: "ড্রেন বন্ধ", Team: team, Ward: ward, Target: 48 * time.Hour},
		Answers:  []byte(`{}`),
	}}
	r.commit(turn)
	return number
}

func TestCaseIsWorkedOn(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	n := r.filed(10001, "drainage", 5)
	rahima := r.agent("rahima@city.example", handoff.RoleAgent, []string{"drainage"}, nil)
	ctx := t.Context()
	for _, step := range []struct {
		name   string
		do     func() (handoff.Case, error)
		status handoff.CaseStatus
		fault  error
	}{
		{"start before it is assigned", func() (handoff.Case, error) { return r.StartCase(ctx, rahima, n, "") }, "", handoff.ErrConflict},
		{"assign to nobody", func() (handoff.Case, error) { return r.AssignCase(ctx, rahima, n, handoff.Assignment{}) }, "", handoff.ErrInvalid},
		{"assign to a stranger", func() (handoff.Case, error) {
			return r.AssignCase(ctx, rahima, n, handoff.Assignment{Agent: handoff.NewID()})
		}, "", handoff.ErrInvalid},
		{"assign", func() (handoff.Case, error) {
			return r.AssignCase(ctx, rahima, n, handoff.Assignment{Agent: rahima.AgentID})
		}, handoff.CaseAssigned, nil},
		{"start", func() (handoff.Case, error) { return r.StartCase(ctx, rahima, n, "") }, handoff.CaseInProgress, nil},
		{"pass to a team", func() (handoff.Case, error) {
			return r.AssignCase(ctx, rahima, n, handoff.Assignment{Team: "drainage", Agent: rahima.AgentID})
		}, handoff.CaseInProgress, nil},
		{"note", func() (handoff.Case, error) { return r.NoteCase(ctx, rahima, n, "পাইপ আনতে হবে") }, handoff.CaseInProgress, nil},
		{"an empty note", func() (handoff.Case, error) { return r.NoteCase(ctx, rahima, n, " ") }, "", handoff.ErrInvalid},
		{"wait", func() (handoff.Case, error) { return r.WaitCase(ctx, rahima, n, "") }, handoff.CaseWaiting, nil},
		{"resolve without a word", func() (handoff.Case, error) { return r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: ""}) }, "", handoff.ErrInvalid},
		{"resolve", func() (handoff.Case, error) {
			return r.ResolveCase(ctx, rahima, n, handoff.Resolution{Note: "পরিষ্কার করা হয়েছে"})
		}, handoff.CaseResolved, nil},
		{"assign what is settled", func() (handoff.Case, error) {
			return r.AssignCase(ctx, rahima, n, handoff.Assignment{Team: "waste"})
		}, "", handoff.ErrConflict},
		{"reopen", func() (handoff.Case, error) { return r.ReopenCase(ctx, rahima, n, "আবার বন্ধ") }, handoff.CaseReopened, nil},
		{"refer", func() (handoff.Case, error) { return r.ReferCase(ctx, rahima, n, "WASA", "") }, handoff.CaseReferred, nil},
		{"close what was referred", func() (handoff.Case, error) { return r.CloseCase(ctx, rahima, n, "") }, "", handoff.ErrConflict},
	} {
		k, err := step.do()
		if !errors.Is(err, step.fault) || step.fault == nil && (err != nil || k.Status != step.status) {
			t.Fatalf("%s: status %q, error %v", step.name, k.Status, err)
		}
	}
	k, err := r.Case(ctx, rahima, n)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, h := range k.Timeline {
		if h.Kind != "opened" && (h.By == nil || h.By.ID != rahima.AgentID) {
			t.Errorf("%s by %+v", h.Kind, h.By)
		}
		told = append(told, h.Kind)
	}
	if got, want := strings.Join(told, " "), "opened assigned started passed note waiting resolved reopened referred"; got != want {
		t.Errorf("the timeline is %s\nwant %s", got, want)
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE subject = '10001' AND before->>'status' <> after->>'status'`); n != 6 {
		t.Errorf("%d changes of status in the audit log, want 6", n)
	}
	if n := r.count(`SELECT count(*) FROM notes WHERE case_number = 10001`); n != 1 {
		t.Errorf("%d notes, want 1", n)
	}
}

func TestCaseOfAnotherTeamIsNotFound(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	n := r.filed(10001, "drainage", 5)
	other := r.agent("karim@city.example", handoff.RoleAgent, []string{"waste"}, nil)
	if _, err := r.RejectCase(t.Context(), other, n, "x"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("rejected from outside the team: %v", err)
	}
	supervisor := r.agent("supervisor@city.example", handoff.RoleSupervisor, nil, nil)
	if k, err := r.RejectCase(t.Context(), supervisor, n, "ব্যক্তিগত জমি"); err != nil || k.Status != handoff.CaseRejected {
		t.Errorf("%q, %v", k.Status, err)
	}
}

func TestAuditLogIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	if _, err := r.NoteCase(t.Context(), r.agent("rahima@city.example", handoff.RoleSupervisor, nil, nil), r.filed(10001, "drainage", 5), "x"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE audit_log SET what = 'x'`, `DELETE FROM audit_log`} {
		if _, err := r.pool.Exec(context.Background(), sql); err == nil {
			t.Errorf("%s is possible", sql)
		}
	}
}

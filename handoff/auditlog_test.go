package handoff_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestAuditLogIsFilteredAndPaged(t *testing.T) {
	r := newRecord(t)
	boss, _, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: "boss@example.org", Name: "Boss", Role: handoff.RoleAdministrator})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Forward(24 * time.Hour)
	var staff []uuid.UUID
	for i := range 5 {
		a, _, err := r.AddAgent(t.Context(), handoff.NewAgent{Email: fmt.Sprintf("a%d@example.org", i), Name: "Anna", Role: handoff.RoleAgent, By: boss.ID})
		if err != nil {
			t.Fatal(err)
		}
		staff = append(staff, a.ID)
	}
	if err := r.DisableAccount(t.Context(), boss.ID, staff[0]); err != nil {
		t.Fatal(err)
	}
	today := r.clock.Now().Truncate(24 * time.Hour)
	for name, c := range map[string]struct {
		filter handoff.AuditFilter
		want   int
	}{
		"all":              {handoff.AuditFilter{}, 7},
		"who":              {handoff.AuditFilter{Agent: boss.ID}, 6},
		"nobody":           {handoff.AuditFilter{Agent: staff[1]}, 0},
		"what":             {handoff.AuditFilter{What: "account.disable"}, 1},
		"all of a kind":    {handoff.AuditFilter{What: "account."}, 7},
		"another kind":     {handoff.AuditFilter{What: "case."}, 0},
		"a wildcard":       {handoff.AuditFilter{What: "%."}, 0},
		"subject":          {handoff.AuditFilter{Subject: staff[0].String()}, 2},
		"subject's e-mail": {handoff.AuditFilter{Subject: " A0@example.org"}, 2},
		"from":             {handoff.AuditFilter{From: today}, 6},
		"before":           {handoff.AuditFilter{Before: today}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := r.AuditLog(t.Context(), c.filter)
			if err != nil || len(page.Items) != c.want {
				t.Errorf("%d lines, want %d: %v", len(page.Items), c.want, err)
			}
		})
	}
	seen := map[uuid.UUID]bool{}
	f := handoff.AuditFilter{Page: handoff.PageOf{Limit: 2}}
	for range 4 {
		page, err := r.AuditLog(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Items {
			seen[a.ID] = true
		}
		f.Page.Cursor = page.Next
	}
	if len(seen) != 7 || f.Page.Cursor != "" {
		t.Errorf("paging shows %d of 7 lines, then %q", len(seen), f.Page.Cursor)
	}
	if _, err := r.pool.Exec(t.Context(), "DELETE FROM audit_log"); err == nil {
		t.Error("the log can be emptied")
	}
}

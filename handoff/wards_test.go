package handoff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

func TestWardIsCorrected(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	ctx := t.Context()
	n := r.filed(10001, "drainage", 5)
	five := r.agent("five@city.example", handoff.RoleAgent, []string{"drainage"}, []int{5})
	boss := r.agent("boss@city.example", handoff.RoleSupervisor, nil, nil)
	if _, err := r.AssignCase(ctx, five, n, handoff.Assignment{Agent: five.AgentID}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by    handoff.Viewer
		to    handoff.Placing
		fault error
	}{
		"an agent":            {five, handoff.Placing{Ward: 7}, handoff.ErrNotFound},
		"no ward":             {boss, handoff.Placing{}, handoff.ErrInvalid},
		"a number as name":    {boss, handoff.Placing{Ward: 7, Alias: "১২"}, handoff.ErrInvalid},
		"a name that is long": {boss, handoff.Placing{Ward: 7, Alias: strings.Repeat("মোড়", 40)}, handoff.ErrInvalid},
	} {
		if _, err := r.PlaceCase(ctx, c.by, n, c.to); !errors.Is(err, c.fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k, err := r.PlaceCase(ctx, boss, n, handoff.Placing{Ward: 7, Alias: "কালু মিয়ার দোকান", Note: "ফোনে জেনেছি"})
	if err != nil || k.Ward != 7 || k.WardBy != flows.WardCorrection || k.Agent != nil || k.Team != "drainage" {
		t.Fatalf("ward %d by %s, agent %v, team %s, error %v", k.Ward, k.WardBy, k.Agent, k.Team, err)
	}
	if last := k.Timeline[len(k.Timeline)-1]; last.Kind != handoff.HappenedWard || last.Text != "7\nফোনে জেনেছি" {
		t.Errorf("timeline: %+v", last)
	}
	if _, err := r.Case(ctx, five, n); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("the agent of ward 5 still sees it: %v", err)
	}
	handofftest.Figures(t, r.pool)
	for what, sql := range map[string]string{
		"the figures of ward 7":   `SELECT sum(n)::integer FROM figures WHERE what = 'filed' AND NOT monthly AND ward = 7`,
		"the figures of any ward": `SELECT sum(n)::integer FROM figures WHERE what = 'filed' AND NOT monthly AND ward <> -1`,
		"the correction on audit": `SELECT count(*) FROM audit_log WHERE what = 'case.ward' AND before->>'ward' = '5' AND after->>'ward' = '7'`,
		"the name on audit":       `SELECT count(*) FROM audit_log WHERE what = 'ward.teach'`,
	} {
		if got := r.count(sql); got != 1 {
			t.Errorf("%s: found %d times, want once", what, got)
		}
	}
}

func TestNamesOfWardsAreTaughtAndForgotten(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	ctx := t.Context()
	n := r.filed(10001, "drainage", 5)
	boss := r.agent("boss@city.example", handoff.RoleSupervisor, nil, nil)
	for ward, words := range map[int]string{7: "কালু মিয়ার দোকান", 8: "জাদুর বাড়ি"} {
		if _, err := r.PlaceCase(ctx, boss, n, handoff.Placing{Ward: ward, Alias: words}); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Forward(time.Minute)
	if _, err := r.PlaceCase(ctx, boss, n, handoff.Placing{Ward: 9, Alias: "kalu miyar dokan"}); err != nil {
		t.Fatal(err)
	}
	names, err := r.WardAliases(ctx)
	if err != nil || len(names) != 2 {
		t.Fatalf("names %+v, error %v", names, err)
	}
	if got := names[0]; got.Ward != 9 || got.Words != "kalu miyar dokan" || got.Case != n || got.By.ID != boss.AgentID {
		t.Errorf("the name that sounds alike was not replaced: %+v", got)
	}
	if err := r.ForgetAlias(ctx, boss, names[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := r.ForgetAlias(ctx, boss, names[0].ID); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("forgotten twice: %v", err)
	}
	if names, _ = r.WardAliases(ctx); len(names) != 1 || names[0].Ward != 8 {
		t.Errorf("left: %+v", names)
	}
}

func TestLastWardLayerCounts(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	ctx := t.Context()
	if _, err := r.WardLayer(ctx); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a layer nobody has imported: %v", err)
	}
	for i, name := range []string{"old.geojson", "new.geojson"} {
		if err := r.KeepWardLayer(ctx, name, `{"type":"FeatureCollection"}`, 11+i); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := r.WardLayer(ctx); err != nil || got.Name != "new.geojson" || got.Wards != 12 {
		t.Errorf("%+v, %v", got, err)
	}
}

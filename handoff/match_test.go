package handoff_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"nagorik/flows"
	"nagorik/handoff"
)

// spot is a case at a place, of a reporter of its own.
func (r *record) spot(flow, place string, ward int, lat, lon float64) (number int64, reporter uuid.UUID) {
	r.t.Helper()
	p := r.person("Citizen", "", "")
	number = r.file(p, r.conversation(p, talk{closed: true}), matter{flow: flow, place: place, ward: &ward})
	if lat != 0 {
		r.exec(`UPDATE cases SET lat = $2, lon = $3 WHERE number = $1`, number, lat, lon)
	}
	return number, p.contact
}

func TestDuplicatesAreFoundByPointAndByPlace(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const lat, lon = 23.8, 90.4
	here, _ := r.spot("drainage", "", 5, lat, lon)
	north, _ := r.spot("drainage", "", 6, lat+0.00134, lon)           // 149 m
	east, _ := r.spot("drainage", "far in words", 5, lat, lon+0.0009) // 92 m
	_, _ = r.spot("drainage", "", 5, lat+0.00136, lon)                // 151 m
	_, _ = r.spot("drainage", "", 5, lat+0.0013, lon+0.0013)          // in the box, 196 m away
	_, _ = r.spot("waste", "", 5, lat, lon)                           // another service
	settled, _ := r.spot("drainage", "", 5, lat, lon)                 // nothing to do any more
	said, _ := r.spot("drainage", "৭ নম্বর রাস্তা, মসজিদের সামনে", 5, 0, 0)
	alike, _ := r.spot("drainage", "7 no rasta mosjid er samne", 5, 0, 0)
	_, _ = r.spot("drainage", "8 no rasta mosjid er samne", 5, 0, 0)
	_, _ = r.spot("drainage", "৭ নম্বর রাস্তা, মসজিদের সামনে", 6, 0, 0) // another ward
	r.exec(`UPDATE cases SET status = 'closed' WHERE number = $1`, settled)
	found := func(v handoff.Viewer, n int64) (numbers []int64, metres []int) {
		list, err := r.Duplicates(t.Context(), v, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			numbers = append(numbers, l.Number)
			if l.Metres != nil {
				metres = append(metres, *l.Metres)
			}
		}
		return numbers, metres
	}
	if numbers, metres := found(all, here); !slices.Equal(numbers, []int64{east, north}) || !slices.Equal(metres, []int{92, 149}) {
		t.Errorf("around a point: %v %v", numbers, metres)
	}
	if numbers, metres := found(all, said); !slices.Equal(numbers, []int64{alike}) || metres != nil {
		t.Errorf("by words: %v %v", numbers, metres)
	}
	if numbers, _ := found(all, settled); numbers != nil {
		t.Errorf("of a settled case: %v", numbers)
	}
	five := r.agent("five@city.example", handoff.RoleAgent, nil, []int{5})
	if numbers, _ := found(five, here); !slices.Equal(numbers, []int64{east}) {
		t.Errorf("in ward 5: %v", numbers)
	}
	if _, err := r.Duplicates(t.Context(), five, north); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("of a case out of sight: %v", err)
	}
}

func TestCasesAreJoinedAndSeparated(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	ctx := t.Context()
	boss := r.agent("boss@city.example", handoff.RoleSupervisor, nil, nil)
	a, alice := r.spot("drainage", "", 5, 0, 0)
	b, bob := r.spot("drainage", "", 5, 0, 0)
	c, carol := r.spot("drainage", "", 5, 0, 0)
	waste, _ := r.spot("waste", "", 5, 0, 0)
	hidden, _ := r.spot("drainage", "", 9, 0, 0)
	five := r.agent("five@city.example", handoff.RoleAgent, nil, []int{5})
	for _, bad := range []struct {
		number, of int64
		want       error
	}{{a, a, handoff.ErrInvalid}, {a, waste, handoff.ErrInvalid}, {a, 99999, handoff.ErrInvalid}, {a, hidden, handoff.ErrInvalid}, {hidden, a, handoff.ErrNotFound}} {
		if _, _, err := r.MatchCase(ctx, five, bad.number, bad.of); !errors.Is(err, bad.want) {
			t.Errorf("%d into %d: %v", bad.number, bad.of, err)
		}
	}
	match := func(n, of, main int64) {
		t.Helper()
		k, m, err := r.MatchCase(ctx, boss, n, of)
		if err != nil || k.Status != handoff.CaseDuplicate || k.DuplicateOf != main || m.Number != main {
			t.Fatalf("%d into %d: %s of %d, %v", n, of, k.Status, k.DuplicateOf, err)
		}
	}
	match(a, b, b)
	if _, _, err := r.MatchCase(ctx, boss, b, a); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("in a circle: %v", err)
	}
	if _, _, err := r.MatchCase(ctx, boss, a, c); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("what is a duplicate already: %v", err)
	}
	match(b, c, c)
	k, err := r.Case(ctx, all, c)
	if err != nil || !slices.Equal(k.Duplicates, []int64{a, b}) || len(k.Followers) != 2 || k.Followers[0].ID != alice || k.Followers[1].ID != bob {
		t.Errorf("followers are not carried along: %v %v %v", k.Duplicates, k.Followers, err)
	}
	related, err := r.Related(ctx, all, k)
	if err != nil || len(related) != 2 || len(related[0].Timeline) < 2 {
		t.Errorf("related: %d, %v", len(related), err)
	}
	r.hears(t, alice, a, c, flows.CaseFound{Status: "new", Mine: true})
	r.hears(t, carol, c, c, flows.CaseFound{Status: "new", Mine: true})
	r.exec(`UPDATE cases SET status = 'in_progress' WHERE number = $1`, c)
	r.hears(t, alice, a, c, flows.CaseFound{Status: "in_progress", Mine: true})
	if track, err := r.TrackCase(ctx, a); err != nil || track.Status != handoff.CaseInProgress || track.Number != a {
		t.Errorf("tracked: %+v %v", track, err)
	}
	if _, _, err := r.SeparateCase(ctx, boss, c); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("separate a main case: %v", err)
	}
	k, main, err := r.SeparateCase(ctx, boss, b)
	if err != nil || k.Status != handoff.CaseReopened || !slices.Equal(k.Duplicates, []int64{a}) || len(k.Followers) != 1 || len(main.Followers) != 0 {
		t.Errorf("separated: %+v and %+v, %v", k, main.Followers, err)
	}
	var audited string
	if err := r.pool.QueryRow(ctx, `SELECT string_agg(what || ' ' || subject, ', ' ORDER BY id) FROM audit_log WHERE what IN ('case.match', 'case.separate')`).Scan(&audited); err != nil ||
		audited != fmt.Sprintf("case.match %d, case.match %d, case.separate %d", a, b, b) {
		t.Errorf("audited %q: %v", audited, err)
	}
}

// hears holds what a person hears of a case, and of the main case.
func (r *record) hears(t *testing.T, who uuid.UUID, number, main int64, want flows.CaseFound) {
	t.Helper()
	found := []*flows.Found{{}}
	asks := []handoff.Ask{{Contact: who, Wants: []flows.Lookup{{Kind: flows.LookupMine}, {Kind: flows.LookupCase, Number: number}, {Kind: flows.LookupCase, Number: main}}}}
	if err := r.LookUp(t.Context(), asks, found); err != nil {
		t.Fatal(err)
	}
	if len(found[0].Mine) != 1 || found[0].Mine[0].Status != want.Status {
		t.Errorf("own cases: %+v", found[0].Mine)
	}
	for _, n := range []int64{number, main} {
		if c := found[0].Cases[n]; c == nil || c.Status != want.Status || c.Mine != want.Mine || c.Title == "" {
			t.Errorf("%d: %+v, want %+v", n, c, want)
		}
	}
}

// TestNobodyIsLostByJoining joins and separates at random. Every reporter
// hears of exactly one main case, no duplicate leads to a duplicate, and what
// is joined is what the steps so far say.
func TestNobodyIsLostByJoining(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@city.example", handoff.RoleSupervisor, nil, nil)
	rapid.Check(t, func(rt *rapid.T) {
		ctx := context.Background()
		reporters := map[int64]uuid.UUID{}
		var numbers []int64
		for range rapid.IntRange(2, 6).Draw(rt, "cases") {
			n, who := r.spot("drainage", "", 5, 0, 0)
			reporters[n], numbers = who, append(numbers, n)
		}
		into := map[int64]int64{} // what repeats what, as the steps say
		root := func(n int64) int64 {
			for into[n] != 0 {
				n = into[n]
			}
			return n
		}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			n, of := rapid.SampledFrom(numbers).Draw(rt, "case"), rapid.SampledFrom(numbers).Draw(rt, "of")
			if rapid.Bool().Draw(rt, "join") {
				_, _, err := r.MatchCase(ctx, boss, n, of)
				if can := into[n] == 0 && root(of) != n; can != (err == nil) {
					rt.Fatalf("join %d into %d: %v", n, of, err)
				} else if can {
					into[n] = root(of)
				}
			} else if _, _, err := r.SeparateCase(ctx, boss, n); (into[n] != 0) != (err == nil) {
				rt.Fatalf("separate %d: %v", n, err)
			} else {
				delete(into, n)
			}
			for _, n := range numbers {
				k, err := r.Case(ctx, boss, n)
				if err != nil {
					rt.Fatal(err)
				}
				if want := root(n); want != n && k.DuplicateOf != want || want == n && k.DuplicateOf != 0 {
					rt.Fatalf("%d leads to %d, want %d", n, k.DuplicateOf, want)
				}
				var want []uuid.UUID
				for _, other := range numbers {
					if other != n && root(other) == n {
						want = append(want, reporters[other])
					}
				}
				var got []uuid.UUID
				for _, f := range k.Followers {
					got = append(got, f.ID)
				}
				if !slices.Equal(got, want) {
					rt.Fatalf("%d is followed by %v, want %v", n, got, want)
				}
			}
		}
	})
}

// manyCases is how many cases TestDuplicatesAreFoundByIndex looks among. With
// 500,000 the plans are the same, and a look takes 6 ms by point and 4 ms by
// words on two cores.
const manyCases = 50_000

// manyCases puts manyCases more on record, of the reporter of case n.
func (r *record) manyCases(n int64) {
	// A city of 30 km by 30 km, 10 services, 75 wards, a fifth open; half have a point, half words.
	r.exec(`INSERT INTO cases (number, flow, kind, title, status, ward, place, lat, lon, contact_id, conversation_id, channel, answers, opened_at, updated_at)
		SELECT 100000 + i, CASE WHEN i % 10 = 0 THEN 'drainage' ELSE 'service' || i % 10 END, 'complaint', 'title', CASE WHEN (i / 10) % 5 = 0 THEN 'new' ELSE 'closed' END, 1 + (i / 50) % 75,
			CASE WHEN i % 20 < 10 THEN '' ELSE 'Road ' || i % 97 || ', near the school ' || i % 53 END,
			CASE WHEN i % 20 < 10 THEN 23.7 + (i::bigint * 7919 % 27000) / 100000.0 END, CASE WHEN i % 20 < 10 THEN 90.3 + (i::bigint * 104729 % 29000) / 100000.0 END,
			contact_id, conversation_id, 'web', '{}', opened_at, updated_at
		FROM generate_series(1, $2::int) AS i, cases WHERE number = $1`, n, manyCases)
	r.exec(`ANALYZE cases`)
}

func TestDuplicatesAreFoundByIndex(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	n, _ := r.spot("drainage", "৭ নম্বর রাস্তা, মসজিদের সামনে", 12, 23.8, 90.4)
	said, _ := r.spot("drainage", "7 no rasta mosjid er samne", 12, 0, 0)
	r.manyCases(n)
	for query, index := range map[string]string{
		`SELECT * FROM cases WHERE flow = 'drainage' AND number <> 1 AND status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened') AND lat BETWEEN 23.79865 AND 23.80135 AND lon BETWEEN 90.3985 AND 90.4015 LIMIT 200`: "cases_near",
		`SELECT * FROM cases WHERE flow = 'drainage' AND number <> 1 AND status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened') AND ward = 12 AND place <> '' ORDER BY number DESC LIMIT 200`:                        "cases_of_ward",
	} {
		rows, err := r.pool.Query(t.Context(), `EXPLAIN `+query)
		if err != nil {
			t.Fatal(err)
		}
		var plan strings.Builder
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line + "\n")
		}
		if err := rows.Err(); err != nil || !strings.Contains(plan.String(), index) || strings.Contains(plan.String(), "Seq Scan") {
			t.Errorf("%v: not by %s:\n%s", err, index, plan.String())
		}
	}
	for _, number := range []int64{n, said} {
		const rounds = 20
		begun := time.Now()
		for range rounds {
			if _, err := r.Duplicates(t.Context(), all, number); err != nil {
				t.Fatal(err)
			}
		}
		each := time.Since(begun) / rounds
		t.Logf("one of %d cases in %s", manyCases, each)
		if each > 100*time.Millisecond {
			t.Errorf("%d: %s, want it at once", number, each)
		}
	}
}

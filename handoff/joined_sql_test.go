package handoff

import (
	"strings"
	"testing"
)

// TestNearIsPlannedByIndex plans what a turn looks up around a spot as a new
// installation does, over tables that were analysed while they were empty.
func TestNearIsPlannedByIndex(t *testing.T) {
	c := planner(t)
	for name, one := range map[string]struct{ sql, types, index string }{
		"nearSpots":     {nearSpots, "int[], uuid[], text[], float8[], float8[], float8[], float8[], bigint", "cases_near"},
		"inWards":       {inWards, "int[], uuid[], text[], int[], boolean[], bigint", "cases_of_ward"},
		"mineOf":        {mineOf, "uuid[], bigint", "case_followers_contact"},
		"casesByNumber": {casesByNumber, "bigint[]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, c, one.sql, one.types)
			if text := strings.Join(plan, "\n"); wholeReads(plan) > 0 || !strings.Contains(text, one.index) {
				t.Errorf("%d whole reads, want none and %s:\n%s", wholeReads(plan), one.index, text)
			}
		})
	}
}

package handoff

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/handofftest"
)

// TestOutboxLooksRowsUpByTheirIDs plans the statements of the outbox as a new
// installation does, over tables that were analysed while they were empty.
func TestOutboxLooksRowsUpByTheirIDs(t *testing.T) {
	c := planner(t)
	for name, one := range map[string]struct {
		sql    string
		types  string
		wholes int // reads of an index from one end to the other
	}{
		"leaseDue":          {leaseDue, "timestamptz, int, timestamptz, text[]", 1}, // what is unsent, to see what is due
		"beginNext":         {beginNext, "uuid[], timestamptz", 0},
		"recordResults":     {recordResults, "uuid[], text[], text[], text[], timestamptz[], boolean[], bigint[], boolean[]", 0},
		"handBack":          {handBack, "uuid[], timestamptz[], timestamptz, uuid[]", 0},
		"dropReplies":       {dropReplies, "uuid[], uuid[]", 0},
		"withNothingUnsent": {withNothingUnsent, "uuid[]", 0},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(t, c, one.sql, one.types)
			if n := wholeReads(plan); n != one.wholes {
				t.Errorf("%d whole reads of an index, want %d:\n%s", n, one.wholes, strings.Join(plan, "\n"))
			}
		})
	}
}

// planner connects to a database that plans as a turn's connection does in a
// new installation, over tables that were analysed while they were empty.
func planner(t *testing.T) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(ctx) })
	for _, sql := range []string{"ANALYZE", byIndex} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// planOf explains a statement as it is planned for any values.
func planOf(t *testing.T, c *pgx.Conn, sql, types string) []string {
	t.Helper()
	ctx := context.Background()
	if _, err := c.Exec(ctx, fmt.Sprintf("PREPARE looked (%s) AS %s", types, sql)); err != nil {
		t.Fatal(err)
	}
	nulls := strings.TrimSuffix(strings.Repeat("NULL,", strings.Count(types, ",")+1), ",")
	rows, err := c.Query(ctx, "EXPLAIN (COSTS off) EXECUTE looked ("+nulls+")", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "DEALLOCATE looked"); err != nil {
		t.Fatal(err)
	}
	return plan
}

// tableScan is a line of a plan that reads a table or an index.
var tableScan = regexp.MustCompile(`(Index Scan|Index Only Scan|Bitmap Index Scan|Seq Scan)`)

// wholeReads counts the scans of a plan that are given nothing to look up.
func wholeReads(plan []string) int {
	n := 0
	for i, line := range plan {
		if tableScan.MatchString(line) && (i+1 == len(plan) || !strings.Contains(plan[i+1], "Index Cond")) {
			n++
		}
	}
	return n
}

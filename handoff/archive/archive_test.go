package archive

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"nagorik/migrations"
)

// TestRoundTrip compares a restored place with the one it came from, table by table and file by file.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	before := rows(t, from.DSN)
	for name, list := range before {
		if len(list) == 0 {
			t.Errorf("table %s has no row in this test: add some to filling", name)
		}
	}
	path, made := write(t, from)
	if stat, err := os.Stat(path); err != nil || stat.Mode() != 0o600 {
		t.Errorf("the file is %v, %v", stat.Mode(), err)
	}
	for _, c := range []struct {
		name string
		into Place
	}{{"without a schema", bare(t)}, {"with the schema", place(t)}} {
		t.Run(c.name, func(t *testing.T) {
			if err := restoreInto(t, path, c.into); err != nil {
				t.Fatal(err)
			}
			after := rows(t, c.into.DSN)
			if len(after) != len(before) {
				t.Errorf("%d tables became %d", len(before), len(after))
			}
			for name := range before {
				if !slices.Equal(before[name], after[name]) {
					t.Errorf("table %s: %d rows became %d, or other ones", name, len(before[name]), len(after[name]))
				}
			}
			want := tree(t, from.DataDir)
			delete(want, "spool/lock")
			delete(want, "photos/tmp/photo-1")
			if got := tree(t, c.into.DataDir); !maps.Equal(want, got) {
				t.Errorf("%d files became %d, or other ones", len(want), len(got))
			}
			checkNumbers(t, c.into.DSN)
		})
	}
	if made.Photos != 300 || made.Spooled != 3 || !made.Key || made.Missing != 1 || made.Rows("contacts") != 700 || made.Rows("nonsense") != 0 {
		t.Errorf("contents: %d photos, %d of the spool, key %v, %d missing, %d contacts", made.Photos, made.Spooled, made.Key, made.Missing, made.Rows("contacts"))
	}
}

// checkNumbers sees that no number is given a second time.
func checkNumbers(t *testing.T, dsn string) {
	t.Helper()
	err := inTransaction(t.Context(), dsn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var next, highest, version, change int64
		const q = `SELECT nextval('case_numbers'), (SELECT max(number) FROM cases),
			nextval(pg_get_serial_sequence('catalogs', 'version')), nextval(pg_get_serial_sequence('figure_changes', 'id'))`
		if err := tx.QueryRow(t.Context(), q).Scan(&next, &highest, &version, &change); err != nil {
			return err
		}
		if next < highest+20+caseLeap || version != 3 || change != 10 {
			t.Errorf("next case %d after %d, next version %d, next change %d", next, highest, version, change)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOrdinaryProgramsCanReadIt unpacks a backup with tar and checks it with sha256sum.
func TestOrdinaryProgramsCanReadIt(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	path, _ := write(t, from)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `tar xzf "$1" && cat sums/* | sha256sum --quiet -c && tail -n 1 records/messages/000001`, "sh", path)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	if pieces, _ := filepath.Glob(filepath.Join(cmd.Dir, "records/messages/*")); len(pieces) < 2 {
		t.Errorf("%d pieces of the messages: the test needs more rows than fit in one", len(pieces))
	}
}

// TestSnapshot changes the place while it is being read.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	before := rows(t, from.DSN)
	changed := false
	path := filepath.Join(t.TempDir(), "city.backup")
	_, err := Write(t.Context(), from, path, Options{Progress: func(Progress) {
		if changed {
			return
		}
		changed = true
		execute(t, from.DSN, `DELETE FROM alarms`)
		execute(t, from.DSN, `DELETE FROM photos`)
		execute(t, from.DSN, `UPDATE messages SET text = ''`)
		if err := os.Remove(filepath.Join(from.DataDir, "spool", "00000007.seg")); err != nil {
			t.Error(err)
		}
	}})
	if err != nil || !changed {
		t.Fatal(err, changed)
	}
	into := bare(t)
	if err := restoreInto(t, path, into); err != nil {
		t.Fatal(err)
	}
	if after := rows(t, into.DSN); !reflect.DeepEqual(before, after) {
		t.Error("the backup has rows of several moments")
	}
	if got := tree(t, into.DataDir)["spool/00000007.seg"]; got != "an event" {
		t.Errorf("an event that was replayed meanwhile is %q", got)
	}
}

func TestOlderSchemaIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	if err := migrations.To(t.Context(), from.DSN, 1); err != nil {
		t.Fatal(err)
	}
	path, made := write(t, from)
	if made.Schema != 1 {
		t.Fatalf("schema %d", made.Schema)
	}
	known := rows(t, from.DSN) // the tables there were then
	newest, err := migrations.Newest()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := migrations.Up(t.Context(), from.DSN); err != nil {
		t.Fatal(err)
	}
	before := rows(t, from.DSN)
	for name, into := range map[string]Place{"without a schema": bare(t), "with the newest schema": place(t)} {
		t.Run(name, func(t *testing.T) {
			if err := restoreInto(t, path, into); err != nil {
				t.Fatal(err)
			}
			after := rows(t, into.DSN)
			for name := range known {
				if name == "api_tokens" && len(before[name]) == len(after[name]) {
					continue // the ids they are listed by are made anew
				}
				if !reflect.DeepEqual(before[name], after[name]) {
					t.Errorf("rows of %s were lost on the way", name)
				}
			}
			from, to, err := migrations.Up(t.Context(), into.DSN)
			if err != nil || from != newest || to != newest {
				t.Errorf("the schema is at version %d, %v", from, err)
			}
		})
	}
}

func TestOnlyIntoAnEmptyPlace(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	path, _ := write(t, from)
	for _, c := range []struct {
		name, said string
		occupy     func(Place)
	}{
		{"a row", "the database has missed_phrases", func(p Place) { execute(t, p.DSN, oneRow) }},
		{"a table of somebody else's", "the database has theirs", func(p Place) { execute(t, p.DSN, `CREATE TABLE theirs AS SELECT 1 AS x`) }},
		{"a photo", "photos/ab/cd/abcd", func(p Place) { put(t, p, "photos/ab/cd/abcd"+strings.Repeat("0", 60), "x") }},
		{"an event", "spool/00000001.seg", func(p Place) { put(t, p, "spool/00000001.seg", "x") }},
		{"a key", "secret.key", func(p Place) { put(t, p, "secret.key", "x") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			into := place(t)
			c.occupy(into)
			before, files := rows(t, into.DSN), tree(t, into.DataDir)
			err := restoreInto(t, path, into)
			if !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), c.said) {
				t.Errorf("error %v", err)
			}
			if !reflect.DeepEqual(before, rows(t, into.DSN)) || !maps.Equal(files, tree(t, into.DataDir)) {
				t.Error("something was changed")
			}
		})
	}
}

// TestLeftOversOfAFirstStart restores into folders that a service made and put nothing into.
func TestLeftOversOfAFirstStart(t *testing.T) {
	t.Parallel()
	from, into := place(t), place(t)
	fill(t, from)
	path, _ := write(t, from)
	put(t, into, "photos/tmp/photo-9", "half")
	put(t, into, "spool/lock", "")
	put(t, into, "spool/position", "")
	put(t, into, "restore.partial/photos/x", "of a try that was killed")
	if err := restoreInto(t, path, into); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, into.DataDir); got["photos/tmp/photo-9"] != "" || got["restore.partial/photos/x"] != "" || got["spool/00000007.seg"] == "" {
		t.Error("left-overs stayed")
	}
}

// TestFailedRestoreLeavesThePlaceEmpty breaks a restore at its very end.
func TestFailedRestoreLeavesThePlaceEmpty(t *testing.T) {
	t.Parallel()
	from, into := place(t), place(t)
	fill(t, from)
	path, _ := write(t, from)
	put(t, into, "spool/unexpected", "x")
	if err := restoreInto(t, path, into); !errors.Is(err, ErrNotEmpty) {
		t.Fatalf("error %v", err)
	}
	for name, list := range rows(t, into.DSN) {
		if len(list) > 0 {
			t.Errorf("table %s has %d rows", name, len(list))
		}
	}
	if got := tree(t, into.DataDir); len(got) != 1 {
		t.Errorf("%d files", len(got))
	}
	if err := os.Remove(filepath.Join(into.DataDir, "spool", "unexpected")); err != nil {
		t.Fatal(err)
	}
	if err := restoreInto(t, path, into); err != nil {
		t.Errorf("a second try: %v", err)
	}
}

func TestBackupOfNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "city.backup")
	_, err := Write(t.Context(), bare(t), path, Options{})
	if !errors.Is(err, ErrNothing) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 0 {
		t.Errorf("%d files are left over", len(left))
	}
}

// TestInterrupted sees that a backup that was stopped leaves an earlier one alone.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	from := place(t)
	fill(t, from)
	path := filepath.Join(t.TempDir(), "city.backup")
	if err := os.WriteFile(path, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := Write(ctx, from, path, Options{Progress: func(Progress) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if got := tree(t, filepath.Dir(path)); !maps.Equal(got, map[string]string{"city.backup": "earlier"}) {
		t.Errorf("files %v", slices.Sorted(maps.Keys(got)))
	}
	busy, err := create(path + partialEnding)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if _, err := Write(t.Context(), from, path, Options{}); !errors.Is(err, ErrBusy) {
		t.Errorf("beside another backup: %v", err)
	}
}

func TestTablesInACircle(t *testing.T) {
	t.Parallel()
	tables := []Table{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	sorted, err := inOrder(tables, map[string][]string{"a": {"b"}, "b": {"c"}})
	if err != nil || sorted[0].Name != "c" || sorted[2].Name != "a" {
		t.Errorf("%v, %v", sorted, err)
	}
	if _, err := inOrder(tables, map[string][]string{"a": {"b"}, "b": {"a"}}); err == nil {
		t.Error("a circle has no order")
	}
}

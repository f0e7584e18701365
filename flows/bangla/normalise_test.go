package bangla

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// readTSV returns the rows of a test table without its head; rows are not trimmed, blanks in them are meant.
func readTSV(t testing.TB, name string, columns int) [][]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(string(raw), "\n")[1:] {
		if line == "" {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) < columns {
			t.Fatalf("%s: short row %q", name, line)
		}
		rows = append(rows, row)
	}
	return rows
}

func orElse(text string, ok bool, otherwise string) string {
	if ok {
		return text
	}
	return otherwise
}

func unescape(t testing.TB, s string) string {
	t.Helper()
	if !strings.Contains(s, `\u`) {
		return s
	}
	u, err := strconv.Unquote(`"` + s + `"`)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return u
}

func TestNormaliseTable(t *testing.T) {
	rows := readTSV(t, "normalise.tsv", 3)
	if len(rows) != 153 {
		t.Fatalf("%d rows, want 153", len(rows))
	}
	for i, row := range rows {
		kind, raw, want, note := row[0], unescape(t, row[1]), unescape(t, row[2]), strings.Join(row[3:], "")
		t.Run(fmt.Sprintf("%d_%s_%s", i+2, kind, row[1]), func(t *testing.T) {
			if got, ok := As(kind, raw); !ok || got != want {
				t.Errorf("%s(%q) = %q, want %q (%s)", kind, raw, got, want, note)
			}
		})
	}
}

// TestBareChangesNothingElse: a text that is not just a number reads the same when a number was asked for.
func TestBareChangesNothingElse(t *testing.T) {
	for _, row := range readTSV(t, "normalise.tsv", 3) {
		if row[0] == "ward" && row[1] != "12" {
			plain, r := Ward(row[1], false)
			asked, r2 := Ward(row[1], true)
			if plain != asked || r != r2 {
				t.Errorf("Ward(%q): %d %v, asked %d %v", row[1], plain, r, asked, r2)
			}
		}
	}
}

func TestUtterances(t *testing.T) {
	for _, row := range readTSV(t, "utterances.tsv", 4) {
		raw := row[0]
		slots := map[string]string{}
		for _, pair := range strings.Split(row[3], ";") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				slots[name] = value
			}
		}
		n, r := Ward(raw, false)
		if got := orElse(strconv.Itoa(n), r == OneWard, ""); got != slots["ward"] {
			t.Errorf("Ward(%q) = %q (%v), want %q", raw, got, r, slots["ward"])
		}
		id, ok := CaseID(raw, false)
		if got := orElse(strconv.FormatInt(id, 10), ok, ""); got != slots["case_id"] {
			t.Errorf("CaseID(%q) = %q, want %q", raw, got, slots["case_id"])
		}
		if want := slots["amount"]; want != "" {
			v, ok := Amount(raw)
			if got := orElse(strconv.FormatFloat(v, 'f', -1, 64), ok, ""); got != want {
				t.Errorf("Amount(%q) = %q, want %q", raw, got, want)
			}
		}
		if got, want := Bijoy(raw), slots["note"] == "bijoy_ascii"; got != want {
			t.Errorf("Bijoy(%q) = %v", raw, got)
		}
		if HasNID(raw) {
			t.Errorf("HasNID(%q)", raw)
		}
	}
}

func TestMSISDNVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/msisdn.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors [][2]*string
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vectors {
		got, ok := Phone(*v[0])
		if ok != (v[1] != nil) || ok && got != *v[1] {
			t.Errorf("Phone(%q) = %q, %v", *v[0], got, ok)
		}
	}
}

// TestVariants holds other wordings and spellings of what normalise.tsv has, by the same rules (domain.md §6.3).
func TestVariants(t *testing.T) {
	for _, row := range readTSV(t, "variants.tsv", 3) {
		if got, ok := As(row[0], row[1]); !ok || got != row[2] {
			t.Errorf("%s(%q) = %q, want %q", row[0], row[1], got, row[2])
		}
	}
}

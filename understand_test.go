package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"nagorik/flows"
)

// rows are the lines of a table of the domain, without its head; blanks in them are meant.
func rows(t *testing.T, name string) (list [][]string) {
	t.Helper()
	raw, err := os.ReadFile("flows/bangla/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(raw), "\n")[1:] {
		if row := strings.Split(line, "\t"); len(row) > 2 {
			list = append(list, row)
		}
	}
	return list
}

// TestUnderstandAs reads the whole of normalise.tsv through the command, a run for each kind.
func TestUnderstandAs(t *testing.T) {
	t.Parallel()
	inputs, wants := map[string][]string{}, map[string][]string{}
	for _, row := range rows(t, "normalise.tsv") {
		inputs[row[0]] = append(inputs[row[0]], unescaped(t, row[1]))
		wants[row[0]] = append(wants[row[0]], unescaped(t, row[2]))
	}
	if len(inputs) != 9 {
		t.Fatalf("%d kinds", len(inputs))
	}
	for kind, lines := range inputs {
		out := command{stdin: strings.Join(lines, "\n") + "\n"}.must(t, "understand", "--as", kind)
		got := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if len(got) != len(lines) {
			t.Fatalf("%s: %d lines of %d", kind, len(got), len(lines))
		}
		for i, want := range wants[kind] {
			if got[i] != want {
				t.Errorf("--as %s of %q is %q, want %q", kind, lines[i], got[i], want)
			}
		}
	}
}

func unescaped(t *testing.T, s string) string {
	t.Helper()
	if !strings.Contains(s, `\u`) {
		return s
	}
	u, err := strconv.Unquote(`"` + s + `"`)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestUnderstandFromOutside reads all utterances through the command and counts what comes out.
func TestUnderstandFromOutside(t *testing.T) {
	t.Parallel()
	list := rows(t, "utterances.tsv")
	var in strings.Builder
	for _, row := range list {
		in.WriteString(row[0] + "\n")
	}
	out := json.NewDecoder(strings.NewReader(command{stdin: in.String()}.must(t, "understand")))
	out.DisallowUnknownFields()
	right, surely := 0, 0
	for _, row := range list {
		var u flows.Understanding
		if err := out.Decode(&u); err != nil {
			t.Fatal(err)
		}
		sure := u.Decision != flows.DecideMenu && u.Decision != flows.DecideOffer
		switch {
		case u.Text != row[0] || u.Why == "" || u.Slots == nil:
			t.Errorf("%q: %+v", row[0], u)
		case u.Intent == row[2]:
			right++
		case sure:
			surely++
		}
		if (u.Decision == flows.DecideDanger) != (row[2] == "emergency") {
			t.Errorf("danger: %+v", u)
		}
		for _, pair := range strings.Split(row[3], ";") {
			name, want, _ := strings.Cut(pair, "=")
			if (name == "ward" || name == "case_id" || name == "amount") && u.Slots[name] != want && row[2] != "waste" {
				t.Errorf("%q: %s is %q, want %q", row[0], name, u.Slots[name], want)
			}
		}
	}
	t.Logf("%d of %d right, %d surely wrong", right, len(list), surely)
	if right*100 < 95*len(list) || surely*100 > 2*len(list) {
		t.Errorf("%d of %d right, %d surely wrong", right, len(list), surely)
	}
}

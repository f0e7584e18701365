package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake makes a folder with an initdb and a postgres that says that version.
func fake(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", version)
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReleaseIn(t *testing.T) {
	for _, test := range []struct {
		name, line string
		major      int
		version    string
	}{
		{"Debian 12", "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15, "15.14"},
		{"plain", "postgres (PostgreSQL) 18.1", 18, "18.1"},
		{"not yet released", "postgres (PostgreSQL) 19devel", 19, "19devel"},
		{"too old", "postgres (PostgreSQL) 14.9", 0, ""},
		{"something else", "hello", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, ok := releaseIn(fake(t, test.line))
			if ok != (test.major != 0) || r.Major != test.major || r.Version != test.version {
				t.Errorf("%+v, %t", r, ok)
			}
		})
	}
	t.Run("no programs", func(t *testing.T) {
		if r, ok := releaseIn(t.TempDir()); ok {
			t.Errorf("found %+v", r)
		}
	})
}

func TestProgramsPrefersTheNewest(t *testing.T) {
	older, newer := fake(t, "postgres (PostgreSQL) 97.1"), fake(t, "postgres (PostgreSQL) 98.2")
	linked := t.TempDir()
	if err := os.Symlink(filepath.Join(newer, "initdb"), filepath.Join(linked, "initdb")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", strings.Join([]string{older, linked, "/nowhere"}, string(os.PathListSeparator)))
	r, err := Programs()
	if err != nil {
		t.Fatal(err)
	}
	if r.Major != 98 || r.Path("pgbench") != filepath.Join(newer, "pgbench") {
		t.Errorf("chose %+v", r)
	}
}

func TestNothingInstalledNamesTheCommand(t *testing.T) {
	_, err := Start(t.Context(), Options{DataDir: t.TempDir(), releases: []Release{}})
	if !errors.Is(err, ErrNotInstalled) {
		t.Fatalf("error %v", err)
	}
	if !strings.Contains(err.Error(), "apt-get install postgresql") || strings.Contains(err.Error(), "\n") {
		t.Errorf("not one line with the command: %q", err)
	}
	if sudo := strings.Contains(err.Error(), "sudo"); sudo == (os.Geteuid() == 0) {
		t.Errorf("sudo named: %t", sudo)
	}
}

func TestReleaseFor(t *testing.T) {
	all := []Release{{Major: 17}, {Major: 15}}
	for _, test := range []struct {
		name        string
		major, want int
	}{
		{"a new cluster gets the newest", 0, 17},
		{"an existing one its own", 15, 15},
		{"a version that is not there", 16, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := releaseFor(test.major, all, "/somewhere")
			if r.Major != test.want || (err != nil) != (test.want == 0) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestClusterOfAnotherMajorVersion(t *testing.T) {
	dir := openDir(t)
	p := place(filepath.Join(dir, "postgres"))
	if err := p.makeHome(); err != nil {
		t.Fatal(err)
	}
	who, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if err := who.makeDir(p.cluster()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.cluster(), "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{DataDir: dir, releases: []Release{{Dir: "/nowhere", Major: 15}}})
	if err == nil {
		t.Fatal("started")
	}
	for _, want := range []string{"PostgreSQL 99", "has 15", "postgresql-99", "nagorik backup", "nagorik restore", p.cluster()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %q", err)
	}
}

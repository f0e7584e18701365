package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThrowawayIsRemoved(t *testing.T) {
	needsServer(t)
	c, err := Throwaway(t.Context(), nil, "work_mem=5MB")
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	for sql, want := range map[string]string{"SHOW work_mem": "5MB", "SHOW fsync": "on", "SELECT current_database()": "nagorik"} {
		if got := ask(t, c.DSN(), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	stop(t, c)
	if _, err := os.Stat(string(c.place)); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
}

func TestInMemoryTakesTheSettingsOfTests(t *testing.T) {
	needsServer(t)
	c, err := InMemory(t.Context(), "work_mem=5MB")
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	for sql, want := range map[string]string{"SHOW work_mem": "5MB", "SHOW fsync": "off"} {
		if got := ask(t, c.DSN(), sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	if inMemory := strings.HasPrefix(string(c.place), memoryDir); inMemory != hasRoom(memoryDir) {
		t.Errorf("its folder is %s", c.place)
	}
}

func TestAFolderThatIsNotThereHasNoRoom(t *testing.T) {
	if hasRoom(filepath.Join(t.TempDir(), "gone")) {
		t.Error("room in a folder that is not there")
	}
}

func TestBadSettingIsNamedAndNothingStays(t *testing.T) {
	needsServer(t)
	base := openDir(t)
	t.Setenv("TMPDIR", base)
	_, err := Throwaway(t.Context(), nil, "no_such_setting=1")
	if err == nil {
		t.Fatal("started with a setting that does not exist")
	}
	if left, _ := filepath.Glob(filepath.Join(base, "*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSweepTakesOnlyWhatNobodyHolds(t *testing.T) {
	base := t.TempDir()
	makePlace := func(name string, files ...string) place {
		p := place(filepath.Join(base, name))
		if err := p.makeHome(); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(string(p), f), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	abandoned := makePlace(throwawayPrefix+"abandoned", "password")
	held := makePlace(throwawayPrefix+"held", "password")
	begun := makePlace(throwawayPrefix + "begun")
	other := makePlace("other", "password")
	lock, err := lockFile(t.Context(), held.lock(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	sweep(t.Context(), base)
	for p, want := range map[place]bool{abandoned: false, held: true, begun: true, other: true} {
		if _, err := os.Stat(string(p)); (err == nil) != want {
			t.Errorf("%s is there: %t, want %t", p, err == nil, want)
		}
	}
}

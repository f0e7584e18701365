package postgres

import (
	"os"
	"strings"
	"testing"
)

func TestServerAccountIsNeverRoot(t *testing.T) {
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	if a.uid == 0 || a.dropped != (os.Geteuid() == 0) {
		t.Errorf("account %+v", a)
	}
}

func TestOwnerOf(t *testing.T) {
	const stranger = 54321
	us := os.Geteuid()
	for _, test := range []struct {
		name string
		uid  int
		root bool // only root can give folders away
		want int  // the account's uid; 0: an error
		says string
	}{
		{"another user's, as root", stranger, true, stranger, ""},
		{"root's own", 0, true, 0, "belongs to root"},
		{"one's own", us, false, us, "belongs to root"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.root && us != 0 {
				return // as a user there is no such folder to be had
			}
			dir := t.TempDir()
			if err := os.Chown(dir, test.uid, -1); err != nil {
				t.Fatal(err)
			}
			a, err := ownerOf(dir)
			if test.want == 0 {
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("account %+v, error %v", a, err)
				}
				return
			}
			if err != nil || a.uid != test.want || a.dropped != (us == 0) {
				t.Errorf("account %+v, error %v", a, err)
			}
		})
	}
	t.Run("another user's, as a user", func(t *testing.T) {
		if us == 0 {
			return // root may run as anybody
		}
		if a, err := ownerOf("/"); err == nil {
			t.Errorf("account %+v", a)
		}
	})
}

func TestProgramsGetNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("PGDATA", "/elsewhere")
	t.Setenv("SECRET_KEY", "secret")
	a, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range a.command("/", "/bin/true").Env {
		name, _, _ := strings.Cut(setting, "=")
		if name != "PATH" && name != "LC_ALL" && name != "TZ" {
			t.Errorf("%s is passed on", name)
		}
	}
}

package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user that the server's programs run as.
type account struct {
	name     string
	uid, gid int
	dropped  bool // we are root and run the programs as somebody else
}

// serverAccount is ourselves, or for root the first of postgres and nobody.
func serverAccount() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{name: userName(uid), uid: uid, gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue // the next one
		}
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID == nil && errGID == nil && uid != 0 {
			return account{name: name, uid: uid, gid: gid, dropped: true}, nil
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as")
}

// ownerOf is the account that an existing cluster belongs to, whatever new ones would get. Only root can run as another.
func ownerOf(cluster string) (account, error) {
	fi, err := os.Stat(cluster)
	if err != nil {
		return account{}, fmt.Errorf("look at the database: %w", err)
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, fmt.Errorf("look at the database: no owner known for %s", cluster)
	}
	a := account{name: userName(int(st.Uid)), uid: int(st.Uid), gid: int(st.Gid)}
	us := os.Geteuid()
	switch {
	case a.uid == 0:
		return account{}, fmt.Errorf("the database in %s belongs to root, as whom PostgreSQL does not run: give it to another user", cluster)
	case us == 0:
		a.dropped = true
	case us != a.uid:
		return account{}, fmt.Errorf("the database in %s belongs to user %s: start as that user or as root", cluster, a.name)
	}
	return a, nil
}

// userName is for messages: the number when there is no name.
func userName(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// command prepares a program to run as the account in dir, with nothing of our environment that could turn its head (PGDATA,
// PGPORT, LANG, secrets).
func (a account) command(dir, path string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	if tz := os.Getenv("TZ"); tz != "" {
		cmd.Env = append(cmd.Env, "TZ="+tz)
	}
	if a.dropped {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}}
	}
	return cmd
}

// reaches reports whether the account can enter dir: the kernel is asked, since only it knows about mounts and access lists.
// A working folder is entered after the change of user.
func (a account) reaches(dir string) bool {
	return !a.dropped || a.command(dir, "/bin/true").Run() == nil
}

// makeDir makes a folder that only the account can use.
func (a account) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make a folder of the database: %w", err)
	}
	if err := a.own(path); err != nil {
		return err
	}
	return nil
}

// own gives one of our files to the account.
func (a account) own(path string) error {
	if !a.dropped {
		return nil
	}
	if err := os.Lchown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("give a file of the database to user %s: %w", a.name, err)
	}
	return nil
}

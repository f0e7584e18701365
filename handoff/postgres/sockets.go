package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// socketFile is the name that PostgreSQL gives its socket on the default port.
	socketFile = ".s.PGSQL.5432"
	// longestSocket is the longest path of a Unix socket: sun_path has 108 bytes and ends with a NUL (unix(7)).
	longestSocket = 107
	// socketPrefix begins the names of socket folders outside the cluster's place.
	socketPrefix = "nagorik-socket-"
)

// fits reports whether a socket in dir would have a path that the kernel takes.
func fits(dir string) bool { return len(filepath.Join(dir, socketFile)) <= longestSocket }

// socketNote is the file that names the socket's folder, for other processes of ours and for clearing up after a SIGKILL.
func (p place) socketNote() string { return filepath.Join(string(p), "socket") }

// openSockets makes the folder for the socket, closed to everybody but the account: in the cluster's place, or when the path
// would be too long, in a temporary folder.
func (p place) openSockets(who account) (string, error) {
	p.closeSockets()
	dir := filepath.Join(string(p), "sockets")
	if fits(dir) {
		if err := who.makeDir(dir); err != nil {
			return "", err
		}
		return dir, p.noteSockets(dir)
	}
	for _, base := range []string{os.TempDir(), "/tmp", "/run"} {
		if dir, err := who.socketsIn(base); err == nil {
			return dir, p.noteSockets(dir)
		}
	}
	return "", fmt.Errorf("no folder for the database's socket: %s is too long for one, and there is no place in %s or /tmp", p, os.TempDir())
}

// socketsIn makes a socket folder in base that the account reaches.
func (a account) socketsIn(base string) (string, error) {
	dir, err := os.MkdirTemp(base, socketPrefix)
	if err != nil {
		return "", fmt.Errorf("make a folder for the socket: %w", err)
	}
	err = a.own(dir)
	if err == nil && fits(dir) && a.reaches(dir) {
		return dir, nil
	}
	return "", errors.Join(fmt.Errorf("%s cannot hold the socket", dir), err, os.Remove(dir))
}

func (p place) noteSockets(dir string) error {
	if err := os.WriteFile(p.socketNote(), []byte(dir+"\n"), 0o600); err != nil {
		return fmt.Errorf("note where the database's socket is: %w", err)
	}
	return nil
}

// notedSockets is the folder that the running server listens in; empty when none was noted.
func (p place) notedSockets() (string, error) {
	text, err := os.ReadFile(p.socketNote())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read where the database's socket is: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// closeSockets removes the temporary folder of the last start, if there was one. Nothing depends on it: what cannot be
// removed stays an empty folder in /tmp.
func (p place) closeSockets() {
	dir, err := p.notedSockets()
	if err != nil || !strings.HasPrefix(filepath.Base(dir), socketPrefix) {
		return
	}
	for _, name := range []string{socketFile, socketFile + ".lock", ""} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			return
		}
	}
}

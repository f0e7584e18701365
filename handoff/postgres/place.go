package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

const (
	// systemDir holds the records of root's clusters whose DATA_DIR the server's user cannot reach.
	systemDir = "/var/lib/nagorik"
	// pointerName is the file in DATA_DIR that names a folder in systemDir.
	pointerName = "postgres.location"
	// lockName is the file that the process holding a cluster keeps locked.
	lockName = "postgres.lock"
)

// place is the folder with everything of one cluster. The folder itself is ours, cluster/ and sockets/ in it the server's.
type place string

func (p place) cluster() string  { return filepath.Join(string(p), "cluster") }
func (p place) password() string { return filepath.Join(string(p), "password") }
func (p place) lock() string     { return filepath.Join(string(p), lockName) }

// filled reports whether a cluster has been made here.
func (p place) filled() (bool, error) {
	switch _, err := os.Stat(p.cluster()); {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return false, fmt.Errorf("look for the database: %w", err)
	}
}

// Made reports whether a private cluster has been made in DATA_DIR. It makes none, and touches nothing.
func Made(dataDir string) bool {
	p, err := pointed(dataDir)
	if err != nil {
		return false
	}
	if p == "" {
		p = place(filepath.Join(dataDir, "postgres"))
	}
	filled, err := p.filled()
	return err == nil && filled
}

// account is who runs the server here: the owner of the cluster there is, or who gets a new one.
func (p place) account() (account, error) {
	filled, err := p.filled()
	if err != nil {
		return account{}, err
	}
	if filled {
		return ownerOf(p.cluster())
	}
	return serverAccount()
}

// makeHome makes the folder. Root's lets the server's user pass through, to its own folders only.
func (p place) makeHome() error {
	if err := os.MkdirAll(string(p), passableMode()); err != nil {
		return fmt.Errorf("make the database's folder: %w", err)
	}
	return nil
}

// passableMode is the mode of folders on the way to the cluster.
func passableMode() os.FileMode {
	if os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}

// settle finds the place of DATA_DIR's cluster: where its pointer says, in DATA_DIR, or for a new one that the server's user
// could not reach there, in a folder of the system. It makes the folders and says it when they are not in DATA_DIR.
func settle(ctx context.Context, dataDir, system string, log *slog.Logger) (place, account, error) {
	elsewhere, err := pointed(dataDir)
	if err != nil {
		return "", account{}, err
	}
	if elsewhere != "" {
		who, err := elsewhere.account()
		return elsewhere, who, err
	}
	here := place(filepath.Join(dataDir, "postgres"))
	if err := here.makeHome(); err != nil {
		return "", account{}, err
	}
	who, err := here.account()
	if err != nil {
		return "", account{}, err
	}
	if who.usable(here) {
		return here, who, nil
	}
	if filled, err := here.filled(); err != nil || filled {
		return "", account{}, errors.Join(err, fmt.Errorf("the database is in %s, which user %s cannot reach: open the folders above it (chmod a+x) or move DATA_DIR", here, who.name))
	}
	there, err := moveOut(here, dataDir, system)
	if err != nil {
		return "", account{}, err
	}
	log.InfoContext(ctx, "the database is kept outside DATA_DIR, which its user cannot reach", "path", string(there), "user", who.name)
	return there, who, nil
}

// usable reports whether the account could work in the place: enter it, and own files there (some mounts forbid it).
func (a account) usable(p place) bool {
	if !a.dropped {
		return true
	}
	probe, err := os.MkdirTemp(string(p), "probe-")
	if err != nil {
		return false
	}
	defer os.Remove(probe)
	return a.own(probe) == nil && a.reaches(probe)
}

// pointed reads where DATA_DIR's records are when not inside; empty when there is no pointer.
func pointed(dataDir string) (place, error) {
	pointer := filepath.Join(dataDir, pointerName)
	text, err := os.ReadFile(pointer)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read where the database is: %w", err)
	}
	p := place(strings.TrimSpace(string(text)))
	if fi, err := os.Stat(string(p)); err != nil || !fi.IsDir() {
		return "", fmt.Errorf("%s says the database is in %s, which is not there: bring that folder back, or delete the file to begin with an empty one", pointer, p)
	}
	return p, nil
}

// moveOut makes a new place in the system folder and leaves the pointer to it. Its name is new each time, so that a deleted
// DATA_DIR does not come back with the old records.
func moveOut(here place, dataDir, system string) (place, error) {
	there := place(filepath.Join(system, filepath.Base(dataDir)+"-"+strings.ToLower(rand.Text()[:10])))
	if err := there.makeHome(); err != nil {
		return "", err
	}
	pointer := filepath.Join(dataDir, pointerName)
	if err := os.WriteFile(pointer, []byte(string(there)+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("note where the database is: %w", err)
	}
	if err := os.Remove(string(here)); err != nil {
		return "", fmt.Errorf("remove the folder that cannot be used: %w", err)
	}
	return there, nil
}

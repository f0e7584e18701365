package bottest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// npmWithin bounds an installation.
const npmWithin = 5 * time.Minute

// NodePeer installs the npm packages that a folder's package-lock.json names,
// once per machine, and returns a folder with them and the folder's scripts:
// software by others that a channel is tried against. With -short the test is
// skipped.
func NodePeer(t *testing.T, folder string, scripts ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Node.js and packages from npm; run without -short")
	}
	lock, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	at := filepath.Join(cache, "nagorik-peers", hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(filepath.Join(at, "node_modules")); err != nil {
		if err := installPeer(t.Context(), folder, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range scripts {
		if err := copyFile(filepath.Join(folder, name), filepath.Join(at, name)); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

// installPeer installs into a folder of its own and gives it its name when it
// is whole, so that nobody finds half an installation.
func installPeer(ctx context.Context, folder, at string) error {
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(at), "installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, name := range []string{"package.json", "package-lock.json"} {
		if err := copyFile(filepath.Join(folder, name), filepath.Join(temp, name)); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, npmWithin)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir = temp
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	if err := os.Rename(temp, at); err != nil && !os.IsExist(err) {
		if _, there := os.Stat(filepath.Join(at, "node_modules")); there != nil {
			return err
		}
	}
	return os.Chmod(at, 0o755)
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}

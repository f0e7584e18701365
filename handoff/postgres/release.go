package postgres

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldestMajor is the oldest PostgreSQL the service runs on.
const oldestMajor = 15

// ErrNotInstalled is wrapped in the error of a machine without PostgreSQL 15 or newer; the whole error is one line with
// the command that installs it.
var ErrNotInstalled = errors.New("no PostgreSQL 15 or newer on this machine")

// installedIn are the places where packages put server programs without putting them on PATH: Debian's and Red Hat's, and
// the default of a build from source.
var installedIn = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"}

// versionLine is the answer of postgres --version: "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)".
var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// Release is one installed set of PostgreSQL programs.
type Release struct {
	Dir     string // the folder with initdb, postgres, pgbench, …
	Version string // "15.14"
	Major   int    // 15
}

// Path is where the release keeps one of its programs ("pgbench").
func (r Release) Path(program string) string { return filepath.Join(r.Dir, program) }

// Programs is the newest PostgreSQL on this machine, from PATH or the usual folders. Its error wraps [ErrNotInstalled].
func Programs() (Release, error) {
	all := releases()
	if len(all) == 0 {
		return Release{}, notInstalled()
	}
	return all[0], nil
}

// releases are all usable ones, newest first.
func releases() []Release {
	var found []Release
	for _, dir := range programDirs() {
		if r, ok := releaseIn(dir); ok {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b Release) int { return cmp.Compare(b.Major, a.Major) })
	return found
}

// programDirs are the folders that hold an initdb, PATH's first, each once.
func programDirs() []string {
	candidates := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range installedIn {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			continue // the patterns are constants; a bad one finds nothing and the test of this file says so
		}
		candidates = append(candidates, dirs...)
	}
	var dirs []string
	for _, dir := range candidates {
		program, err := filepath.EvalSymlinks(filepath.Join(dir, "initdb"))
		if err != nil {
			continue // no initdb here
		}
		if dir := filepath.Dir(program); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// releaseIn asks the server program in dir for its version.
func releaseIn(dir string) (Release, bool) {
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Release{}, false
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return Release{}, false
	}
	major, err := strconv.Atoi(string(m[2]))
	if err != nil || major < oldestMajor {
		return Release{}, false
	}
	return Release{Dir: dir, Version: string(m[1]), Major: major}, true
}

// notInstalled is ErrNotInstalled with the command for this machine and user.
func notInstalled() error {
	return fmt.Errorf("%w: install it with: %s", ErrNotInstalled, installCommand("postgresql"))
}

// installCommand is what a person types to install a Debian package: with sudo unless root, and with a fresh package list
// where there is none yet, as in a new container.
func installCommand(name string) string {
	sudo := "sudo "
	if os.Geteuid() == 0 {
		sudo = ""
	}
	install := sudo + "apt-get install " + name
	if lists, err := filepath.Glob("/var/lib/apt/lists/*Packages*"); err == nil && len(lists) == 0 {
		return sudo + "apt-get update && " + install
	}
	return install
}

// releaseFor picks the programs for an existing cluster of that major version, or the newest when major is 0. There is at
// least one release in all, newest first.
func releaseFor(major int, all []Release, cluster string) (Release, error) {
	if major == 0 {
		return all[0], nil
	}
	for _, r := range all {
		if r.Major == major {
			return r, nil
		}
	}
	return Release{}, otherMajor(major, all[0], cluster)
}

// otherMajor tells how records move from one major version to another.
func otherMajor(major int, have Release, cluster string) error {
	wanted := fmt.Sprintf("postgresql-%d", major)
	return fmt.Errorf("the database in %s was made by PostgreSQL %d, this machine has %d: (1) install the old one beside it (%s; "+
		"a release that Debian no longer carries is at https://apt.postgresql.org), (2) run `nagorik backup FILE`, "+
		"(3) move %s away, (4) run `nagorik restore FILE`",
		cluster, major, have.Major, installCommand(wanted), cluster)
}

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holdDir makes the test binary a process that holds the cluster of that DATA_DIR until it is killed; see hold.
const holdDir = "NAGORIK_TEST_HOLD"

// patience bounds every wait of these tests.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdDir); dir != "" {
		hold(dir)
	}
	os.Exit(m.Run())
}

// hold starts the cluster, writes a row, says so, and waits to be killed.
func hold(dir string) {
	ctx := context.Background()
	c, err := Start(ctx, Options{DataDir: dir, system: filepath.Join(dir, "system"), initFlags: []string{"--no-sync"}})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	conn, err := pgx.Connect(ctx, c.DSN())
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS kept (pid int); INSERT INTO kept VALUES (pg_backend_pid())")
	}
	fmt.Println("ready:", err)
	_, _ = io.Copy(io.Discard, os.Stdin)
	select {}
}

// slow are the tests whose cluster is made exactly as for a user, waiting for the disk.
var slow = []string{"TestStartKeepsRecordsBetweenRuns"}

// needsServer ends a test on a machine without PostgreSQL: in the whole suite that is a failure.
func needsServer(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs PostgreSQL: run without -short")
	}
	if _, err := Programs(); err != nil {
		if os.Getenv("NAGORIK_TEST_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// openDir is a DATA_DIR that the server's user reaches.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nagorik-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, passableMode()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start starts a cluster that is stopped at the test's end.
func start(t *testing.T, opt Options) *Cluster {
	t.Helper()
	if opt.system == "" {
		opt.system = filepath.Join(opt.DataDir, "system")
	}
	if !slices.Contains(slow, t.Name()) {
		opt.initFlags = []string{"--no-sync"}
	}
	c, err := Start(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// ask runs a query with one text as its answer.
func ask(t *testing.T, dsn, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var answer string
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

func tell(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestStartKeepsRecordsBetweenRuns(t *testing.T) {
	needsServer(t)
	for name, value := range map[string]string{"PGPORT": "1", "PGHOST": "nowhere", "PGDATA": "/nowhere", "PGUSER": "nobody", "PGDATABASE": "none"} {
		t.Setenv(name, value) // none of them may count
	}
	dir := openDir(t)
	first := start(t, Options{DataDir: dir})
	tell(t, first.DSN(), "CREATE TABLE kept AS SELECT 'নর্দমা' AS what")
	stop(t, first)
	stop(t, first) // a second time is nothing
	if _, err := pgx.Connect(t.Context(), first.DSN()); err == nil {
		t.Error("a stopped server answers")
	}
	second := start(t, Options{DataDir: dir})
	if got := ask(t, second.DSN(), "SELECT what FROM kept"); got != "নর্দমা" {
		t.Errorf("the second run finds %q", got)
	}
}

func TestServerIsAsThePageSays(t *testing.T) {
	t.Parallel()
	needsServer(t)
	c := start(t, Options{DataDir: openDir(t)})
	for _, test := range []struct{ name, sql, want string }{
		{"database", "SELECT current_database()", "nagorik"},
		{"no TCP", "SHOW listen_addresses", ""},
		{"encoding", "SHOW server_encoding", "UTF8"},
		{"locale", "SELECT datctype FROM pg_database WHERE datname = 'nagorik'", "C.UTF-8"},
		{"durability is the default", "SELECT count(*)::text FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method') AND source = 'default'", "4"},
		{"everybody needs the password", "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules", "scram-sha-256"},
		{"errors quote no rows", "SHOW log_error_verbosity", "terse"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(t, c.DSN(), test.sql); got != test.want {
				t.Errorf("%s: %q, want %q", test.sql, got, test.want)
			}
		})
	}
}

func TestOthersDoNotGetIn(t *testing.T) {
	t.Parallel()
	needsServer(t)
	c := start(t, Options{DataDir: openDir(t)})
	for name, dsn := range map[string]string{
		"no password":    strings.Replace(c.DSN(), ":"+c.password+"@", "@", 1),
		"wrong password": strings.Replace(c.DSN(), c.password, "guess", 1),
	} {
		if dsn == c.DSN() {
			t.Fatalf("%s: the password is not in the address", name)
		}
		if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
			conn.Close(t.Context())
			t.Errorf("%s: got in", name)
		}
	}
	for path, want := range map[string]os.FileMode{c.sockets: 0o700, c.place.cluster(): 0o700, c.place.password(): 0o600} {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := fi.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

// holder is another process that holds a cluster.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdDir+"="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line := make([]byte, 1000)
	n, err := out.Read(line)
	if got := strings.TrimSpace(string(line[:n])); err != nil || got != "ready: <nil>" {
		t.Fatalf("the other process says %q (%v)", got, err)
	}
	return cmd
}

func TestKilledProcessLeavesNothingBehindAndLosesNothing(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	for range 3 {
		cmd := holder(t, dir)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed, and says so
	}
	c := start(t, Options{DataDir: dir})
	if got := ask(t, c.DSN(), "SELECT count(*)::text FROM kept"); got != "3" {
		t.Errorf("%s rows of 3 after three kills", got)
	}
	pid := mustPostmaster(t, c)
	stop(t, c)
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the server is still there after Stop: %v", err)
	}
}

func mustPostmaster(t *testing.T, c *Cluster) int {
	t.Helper()
	pid, err := c.place.postmaster()
	if err != nil || pid == 0 {
		t.Fatalf("no server process: %d, %v", pid, err)
	}
	return pid
}

func TestServerEndsWithAKilledProcess(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	cmd := holder(t, dir)
	p := place(filepath.Join(dir, "postgres"))
	pid, err := p.postmaster()
	if err != nil || pid == 0 {
		t.Fatalf("no server process: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitFor(t, "the server to end", func() bool { return !p.serves(pid) })
}

// waitFor looks again and again until it is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !so() {
		if !pause(ctx, 5*time.Millisecond) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestSecondProcessIsToldAndMayJoin(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	holder(t, dir)
	_, err := Start(t.Context(), Options{DataDir: dir})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a second start: %v", err)
	}
	c, err := Join(t.Context(), Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, c.DSN(), "SELECT count(*)::text FROM kept"); got != "1" {
		t.Errorf("joined, %s rows of 1", got)
	}
	stop(t, c)
	if got := ask(t, c.DSN(), "SELECT 'still there'"); got != "still there" {
		t.Errorf("after the guest has left: %q", got)
	}
}

func TestJoinStartsAFreeCluster(t *testing.T) {
	t.Parallel()
	needsServer(t)
	c, err := Join(t.Context(), Options{DataDir: openDir(t), initFlags: []string{"--no-sync"}})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, c)
	if got := ask(t, c.DSN(), "SELECT 'here'"); got != "here" {
		t.Errorf("answer %q", got)
	}
}

func TestServerThatIsKilledComesBack(t *testing.T) {
	t.Parallel()
	needsServer(t)
	c := start(t, Options{DataDir: openDir(t)})
	tell(t, c.DSN(), "CREATE TABLE kept AS SELECT 'row' AS what")
	if err := syscall.Kill(mustPostmaster(t, c), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var conn *pgx.Conn
	waitFor(t, "the server to come back", func() bool {
		var err error
		conn, err = pgx.Connect(t.Context(), c.DSN())
		return err == nil && conn.Ping(t.Context()) == nil
	})
	conn.Close(t.Context())
	if got := ask(t, c.DSN(), "SELECT what FROM kept"); got != "row" {
		t.Errorf("after the server was killed: %q", got)
	}
}

func TestStopWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	needsServer(t)
	c := start(t, Options{DataDir: openDir(t)})
	server := c.server
	if err := syscall.Kill(mustPostmaster(t, c), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-server.Done()
	began := time.Now()
	stop(t, c)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("Stop took %s", took)
	}
	if pid, err := c.place.postmaster(); err != nil || (pid != 0 && c.place.serves(pid)) {
		t.Errorf("process %d serves on after Stop (%v)", pid, err)
	}
}

func TestUnfinishedFirstStartIsRepeated(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	half := filepath.Join(dir, "postgres", "making", "cluster")
	if err := os.MkdirAll(half, passableMode()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{DataDir: dir})
	if got := ask(t, c.DSN(), "SELECT 'whole'"); got != "whole" {
		t.Errorf("answer %q", got)
	}
	if _, err := os.Stat(filepath.Dir(half)); !os.IsNotExist(err) {
		t.Errorf("the unfinished folder is still there: %v", err)
	}
}

func TestProcessNumberThatPassedToAnother(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	first := start(t, Options{DataDir: dir})
	stop(t, first)
	note := filepath.Join(first.place.cluster(), "postmaster.pid")
	text := strconv.Itoa(os.Getpid()) + "\n" + first.place.cluster() + "\n"
	if err := os.WriteFile(note, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{DataDir: dir})
	if got := ask(t, c.DSN(), "SELECT 'up'"); got != "up" {
		t.Errorf("answer %q", got)
	}
}

func TestCancelledStartLeavesNoServer(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	first := start(t, Options{DataDir: dir})
	stop(t, first)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{DataDir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled start: %v", err)
	}
	if pid, err := first.place.postmaster(); err != nil || (pid != 0 && first.place.serves(pid)) {
		t.Errorf("process %d serves on (%v)", pid, err)
	}
	start(t, Options{DataDir: dir}) // and the lock is free
}

func TestLongPathPutsTheSocketElsewhere(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := filepath.Join(openDir(t), strings.Repeat("long", 30))
	c := start(t, Options{DataDir: dir})
	if got := ask(t, c.DSN(), "SELECT 'reached'"); got != "reached" {
		t.Errorf("answer %q", got)
	}
	if strings.HasPrefix(c.sockets, dir) || !fits(c.sockets) {
		t.Errorf("the socket is in %s", c.sockets)
	}
	if fi, err := os.Stat(c.sockets); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder is open to others: %v, %v", fi.Mode(), err)
	}
	before := c.DSN()
	if err := c.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, before, "SELECT 'again'"); got != "again" {
		t.Errorf("after a halt at the same address: %q", got)
	}
	stop(t, c)
	if _, err := os.Stat(c.sockets); !os.IsNotExist(err) {
		t.Errorf("the socket's folder is still there: %v", err)
	}
}

func TestUnreachableDataDir(t *testing.T) {
	t.Parallel()
	needsServer(t)
	closed := t.TempDir() // of mode 0700, as a home folder
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	system := filepath.Join(openDir(t), "system")
	var said bytes.Buffer
	opt := Options{DataDir: filepath.Join(closed, "data"), Log: slog.New(slog.NewTextHandler(&said, nil)), system: system}
	c := start(t, opt)
	tell(t, c.DSN(), "CREATE TABLE kept AS SELECT 'row' AS what")
	elsewhere := strings.HasPrefix(string(c.place), system)
	if root := os.Geteuid() == 0; elsewhere != root {
		t.Fatalf("as root %t the database is in %s", root, c.place)
	}
	if elsewhere && strings.Count(said.String(), string(c.place)) != 1 {
		t.Errorf("the log does not say once where the database is: %s", said.String())
	}
	stop(t, c)
	again := start(t, opt)
	if got := ask(t, again.DSN(), "SELECT what FROM kept"); got != "row" || again.place != c.place {
		t.Errorf("the second run finds %q in %s", got, again.place)
	}
}

func TestLostSystemFolderIsNotReplacedInSilence(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	gone := filepath.Join(dir, "gone")
	if err := os.WriteFile(filepath.Join(dir, pointerName), []byte(gone+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), gone) || !strings.Contains(err.Error(), pointerName) {
		t.Errorf("start with a pointer to nothing: %v", err)
	}
}

func TestDatabaseThatCameOutOfReachIsNotReplaced(t *testing.T) {
	t.Parallel()
	needsServer(t)
	dir := openDir(t)
	c := start(t, Options{DataDir: dir})
	tell(t, c.DSN(), "CREATE TABLE kept AS SELECT 'row' AS what")
	stop(t, c)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	again, err := Start(t.Context(), Options{DataDir: dir, system: filepath.Join(openDir(t), "system")})
	if os.Geteuid() == 0 {
		if err == nil || !strings.Contains(err.Error(), string(c.place)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a start that should say one line about %s: %v", c.place, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer stop(t, again)
	if got := ask(t, again.DSN(), "SELECT what FROM kept"); got != "row" {
		t.Errorf("found %q", got)
	}
}

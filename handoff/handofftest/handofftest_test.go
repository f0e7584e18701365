package handofftest_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// tables counts what the migrations made.
func tables(t *testing.T, conn *pgx.Conn) (n int) {
	t.Helper()
	const q = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
	if err := conn.QueryRow(t.Context(), q).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDSNGivesEachTestItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	one, two := handofftest.DSN(t), handofftest.DSN(t)
	if one == two {
		t.Fatalf("two databases have one address")
	}
	a, b := connect(t, one), connect(t, two)
	if tables(t, a) < 2 {
		t.Errorf("the schema is missing: %d tables", tables(t, a))
	}
	if _, err := a.Exec(t.Context(), "CREATE TABLE only_here (x int)"); err != nil {
		t.Fatal(err)
	}
	if tables(t, a) != tables(t, b)+1 {
		t.Errorf("a table made in one database shows in the other")
	}
}

func TestDatabaseIsDroppedAtTheEnd(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("user", func(t *testing.T) { dsn = handofftest.DSN(t) })
	if dsn == "" {
		t.Skip("the database was not to be had; the sub-test says why")
	}
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func TestEmptyHasNoTables(t *testing.T) {
	t.Parallel()
	if n := tables(t, connect(t, handofftest.Empty(t))); n != 0 {
		t.Errorf("%d tables in an empty database", n)
	}
}

func TestBanglaIsText(t *testing.T) {
	t.Parallel()
	conn := connect(t, handofftest.DSN(t))
	if _, err := conn.Exec(t.Context(), "CREATE EXTENSION IF NOT EXISTS pg_trgm"); err != nil {
		t.Fatal(err)
	}
	var lower, encoding string
	var trigrams int
	err := conn.QueryRow(t.Context(), "SELECT lower('ড্রেন ÄB'), current_setting('server_encoding'), cardinality(show_trgm('ময়লা'))").
		Scan(&lower, &encoding, &trigrams)
	if err != nil {
		t.Fatal(err)
	}
	if lower != "ড্রেন äb" || encoding != "UTF8" || trigrams == 0 {
		t.Errorf("lower %q, encoding %q, %d trigrams of a Bangla word", lower, encoding, trigrams)
	}
}

func TestClusterCanBeHaltedAndResumed(t *testing.T) {
	t.Parallel()
	c := handofftest.Cluster(t)
	dsn := c.DSN()
	if _, err := connect(t, dsn).Exec(t.Context(), "CREATE TABLE kept (x int)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := pgx.Connect(t.Context(), dsn); err == nil {
		t.Fatal("a halted server answers")
	}
	if err := c.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := tables(t, connect(t, dsn)); n != 1 {
		t.Errorf("%d tables after the halt, want 1", n)
	}
}

func open(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return client
}

func TestRedisGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	one, two := handofftest.Redis(t), handofftest.Redis(t)
	a, b := open(t, one), open(t, two)
	if err := a.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n := b.DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys in the other test's database", n)
	}
	if err := b.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if got := a.Get(t.Context(), "key").Val(); got != "value" {
		t.Errorf("flushing the other database left %q", got)
	}
}

func TestRedisDatabaseComesBackEmpty(t *testing.T) {
	t.Parallel()
	for range 70 { // more than there are databases
		t.Run("user", func(t *testing.T) {
			client := open(t, handofftest.Redis(t))
			if n := client.DBSize(t.Context()).Val(); n != 0 {
				t.Fatalf("%d keys at the start", n)
			}
			if err := client.Set(t.Context(), "key", "value", 0).Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestOwnRedisMayBeFlushed(t *testing.T) {
	t.Parallel()
	neighbour := open(t, handofftest.Redis(t))
	if err := neighbour.Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, handofftest.OwnRedis(t)).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if got := neighbour.Get(t.Context(), "key").Val(); got != "value" {
		t.Errorf("flushing an own server emptied a shared one: %q", got)
	}
}

func TestClockStandsUntilItIsSet(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	c := handofftest.NewClock(noon)
	if !c.Now().Equal(noon) {
		t.Errorf("begins at %s", c.Now())
	}
	if c.Forward(time.Hour); !c.Now().Equal(noon.Add(time.Hour)) {
		t.Errorf("an hour on it is %s", c.Now())
	}
	if c.Set(noon); !c.Now().Equal(noon) {
		t.Errorf("set back it is %s", c.Now())
	}
}

// Package handofftest gives tests a PostgreSQL database, a Redis and a [Clock] of their own.
//
//	func TestMain(m *testing.M) { handofftest.Main(m) }
//
//	func TestAssign(t *testing.T) {
//		t.Parallel()
//		dsn := handofftest.DSN(t)   // migrated, empty, dropped at the test's end
//		url := handofftest.Redis(t) // an empty database of a shared server
//		…
//	}
//
// [DSN] and [Redis] share one throw-away server per test binary, or use the servers that TEST_DATABASE_URL and
// TEST_REDIS_URL name, which several test binaries may do at once. [Empty] is a database without the schema. Tests that stop
// a server or flush all of it take one of their own: [Cluster], [OwnRedis].
//
// Where a program is missing the tests that need it are skipped, naming the command that installs it; with
// NAGORIK_TEST_ALL=1 they fail instead. With -short all of them are skipped.
package handofftest

// Package bench measures whole turns on one machine: a signed webhook comes
// in, the flow steps, session and records are kept, and the reply is posted to
// a stand-in for Meta's Graph API.
//
// [Run] starts a throw-away PostgreSQL and Redis, the server as a process of
// its own, a [sink] for what the server sends and a [crowd] of citizens who
// go through the drainage service from their first word to their case number.
// A [schedule] makes the load open-loop: each message has a due time, and its
// latency counts from there, however late it could be sent. The yardstick of
// the same run is pgbench on the same cluster. [Figures] are what came out.
//
//	figures, err := bench.Run(ctx, bench.Options{Seconds: 20, Out: os.Stdout})
//	fmt.Println(figures.Line())
//
// [Answer] is how a citizen answers a question of the bot by what it offers;
// the crash test's citizens use it too.
package bench

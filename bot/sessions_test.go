package bot_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/handoff"
)

// A Redis that is away, in either way, must not use up the time a turn has:
// the rest of it is the database's.
func TestRedisAwayLeavesTime(t *testing.T) {
	const turn = 2 * time.Second
	for _, c := range []struct {
		name string
		away func(t *testing.T, l net.Listener)
	}{
		{name: "nobody listens", away: func(_ *testing.T, l net.Listener) { l.Close() }},
		{name: "silent", away: func(t *testing.T, l net.Listener) { t.Cleanup(func() { l.Close() }) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			c.away(t, l)
			client := redis.NewClient(&redis.Options{Addr: l.Addr().String(), ContextTimeoutEnabled: true})
			t.Cleanup(func() { client.Close() })
			s := bot.NewSessions(client, time.Now)
			ctx, cancel := context.WithTimeout(t.Context(), turn)
			defer cancel()
			if _, err := s.Load(ctx, []handoff.Key{{Channel: "web", Address: "1"}}); err == nil {
				t.Error("a Redis that is away gave sessions")
			}
			if ctx.Err() != nil {
				t.Error("the time of the turn is used up")
			}
			if !s.Away() {
				t.Error("Redis is not left alone after it failed")
			}
			if _, err := s.Load(ctx, []handoff.Key{{Channel: "web", Address: "1"}}); err != nil {
				t.Errorf("while Redis is left alone: %v", err)
			}
		})
	}
}

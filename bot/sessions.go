package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/handoff"
)

// sessionTTL is how long a silent session stays in Redis. The database keeps
// its checkpoint for ever.
const sessionTTL = 48 * time.Hour

// redisRest is how long Redis is left alone after it failed, so that a batch
// does not wait for a dead server each time.
const redisRest = time.Second

// redisWithin bounds one call of Redis. A turn has commitWithin for everything:
// a Redis that does not answer must leave the database its time.
const redisWithin = 400 * time.Millisecond

// sessionPrefix begins every session's key: one key per session, so that a
// Redis Cluster can spread them.
const sessionPrefix = "nagorik:session:"

// Sessions keeps live sessions in Redis. Losing them costs time, nothing else:
// whatever is not there is read from the database.
type Sessions struct {
	redis redis.UniversalClient
	rest  atomic.Int64 // until when Redis is left alone, nanoseconds since 1970
	now   func() time.Time
}

// NewSessions returns sessions kept in the given Redis.
func NewSessions(client redis.UniversalClient, now func() time.Time) *Sessions {
	return &Sessions{redis: client, now: now}
}

// held is a session as it stands in Redis.
type held struct {
	Standing handoff.Standing `json:"standing"`
	Session  json.RawMessage  `json:"session"`
}

func sessionKey(k handoff.Key) string { return sessionPrefix + k.Channel + ":" + k.Address }

// Away says that Redis failed a moment ago.
func (s *Sessions) Away() bool { return s.now().UnixNano() < s.rest.Load() }

func (s *Sessions) failed(err error) error {
	s.rest.Store(s.now().Add(redisRest).UnixNano())
	return err
}

// Load reads sessions in one pipeline. A session that is not there, or cannot
// be read, is nil.
func (s *Sessions) Load(ctx context.Context, keys []handoff.Key) ([]*held, error) {
	found := make([]*held, len(keys))
	if s.Away() {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	pipe := s.redis.Pipeline()
	cmds := make([]*redis.StringCmd, len(keys))
	for i, k := range keys {
		cmds[i] = pipe.Get(ctx, sessionKey(k))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return found, s.failed(fmt.Errorf("load sessions: %w", err))
	}
	for i, cmd := range cmds {
		raw, err := cmd.Bytes()
		if err != nil {
			continue
		}
		h := &held{}
		if json.Unmarshal(raw, h) == nil {
			found[i] = h
		}
	}
	return found, nil
}

// saved is one session to be kept.
type saved struct {
	key  handoff.Key
	held held
}

// Save writes sessions and publishes hints in one pipeline. A failure is no
// loss, only a detour for the next turn.
func (s *Sessions) Save(ctx context.Context, all []saved, hints []Hint) error {
	if s.Away() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	pipe := s.redis.Pipeline()
	for i := range all {
		raw, err := json.Marshal(&all[i].held)
		if err != nil {
			return fmt.Errorf("save sessions: %w", err)
		}
		pipe.Set(ctx, sessionKey(all[i].key), raw, sessionTTL)
	}
	if len(hints) > 0 {
		raw, err := json.Marshal(hints)
		if err != nil {
			return fmt.Errorf("publish hints: %w", err)
		}
		pipe.Publish(ctx, hintsChannel, raw)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return s.failed(fmt.Errorf("save sessions: %w", err))
	}
	return nil
}

// Forget removes sessions, even from a Redis that failed a moment ago. What
// cannot be reached ends by itself after sessionTTL.
func (s *Sessions) Forget(ctx context.Context, keys []handoff.Key) error {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	pipe := s.redis.Pipeline()
	for _, k := range keys {
		pipe.Del(ctx, sessionKey(k))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return s.failed(fmt.Errorf("forget sessions: %w", err))
	}
	return nil
}

package bot_test

import (
	"context"
	"errors"
	"testing"

	"nagorik/handoff/handofftest"
)

// A Redis that outlived the database, as after a restore, knows conversations
// that are on no record. People are answered all the same.
func TestRedisOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	shared := redisFor(t, false)
	before := newTown(t, settings{redis: shared})
	before.talk("61", append(append([]string{}, drain...), "হ্যাঁ")...) // over
	before.talk("62", "ড্রেন")                                          // half-way
	after := newTown(t, settings{redis: shared, dsn: handofftest.DSN(t)})
	for _, address := range []string{"61", "62"} {
		after.talk(address, "মেনু")
	}
	if n := after.count(`SELECT count(*) FROM dead_turns`); n != 0 {
		t.Errorf("%d turns are dead", n)
	}
}

// What stands in Redis may be of an older version, or of nobody's making.
func TestRedisHoldsWhatNobodyCanRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, held string }{
		{"garbage", "\x00\xff"},
		{"nothing", `{}`},
		{"null", `null`},
		{"another shape", `{"standing":{"version":"seven"},"session":[]}`},
		{"somebody nobody knows", `{"standing":{"identity":"0198c0de-0000-7000-8000-000000000001","contact":"0198c0de-0000-7000-8000-000000000002","conversation":"0198c0de-0000-7000-8000-000000000003","closed":true},"session":{}}`},
		{"a session of no sense", `{"standing":{},"session":{"flow":["x"]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := redisFor(t, false)
			w := newTown(t, settings{redis: client})
			w.talk("61", drain[:2]...)
			if err := client.Set(context.Background(), "nagorik:session:paper:61", c.held, 0).Err(); err != nil {
				t.Fatal(err)
			}
			w.talk("61", drain[2])
			if n := w.count(`SELECT count(*) FROM conversations WHERE checkpoint->'answers' ? 'ward'`); n != 1 {
				t.Error("the dialogue did not go on from its checkpoint")
			}
			if n := w.count(`SELECT count(*) FROM dead_turns`); n != 0 {
				t.Errorf("%d turns are dead", n)
			}
		})
	}
}

// A published version that cannot be read any more, as after a change of the
// ward layer, must not silence those who began in it.
func TestVersionThatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{lost: errors.New("version 3 has faults now")})
	w.talk("61", drain[:2]...)
	if _, err := w.pool.Exec(context.Background(), `UPDATE conversations SET checkpoint = jsonb_set(checkpoint, '{catalog}', '3'), version = version + 1`); err != nil {
		t.Fatal(err)
	}
	w.talk("61", drain[2:]...)
	w.talk("61", "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
}

// Two processes whose clocks differ may give a newer conversation the smaller
// id. The open one is where the person stands.
func TestConversationOfASlowClock(t *testing.T) {
	t.Parallel()
	client := redisFor(t, false)
	w := newTown(t, settings{redis: client})
	w.talk("61", append(append([]string{}, drain...), "হ্যাঁ")...)
	if _, err := w.pool.Exec(context.Background(), `INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at)
		SELECT '00000000-0000-7000-8000-000000000001', identity_id, contact_id, channel, 1, 'bot', '{}', now(), now(), now() FROM conversations`); err != nil {
		t.Fatal(err)
	}
	client.FlushAll(context.Background())
	w.talk("61", "মেনু")
	if n := w.count(`SELECT count(*) FROM dead_turns`); n != 0 {
		t.Errorf("%d turns are dead", n)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE conversation_id = '00000000-0000-7000-8000-000000000001'`); n != 2 {
		t.Errorf("%d messages in the open conversation, want question and answer", n)
	}
}

// due makes the conversation's time come, in the record only.
func (w *town) due(with string) {
	w.t.Helper()
	_, err := w.pool.Exec(context.Background(), `UPDATE conversations SET due_at = now() - interval '1 minute', wake_at = now() - interval '1 minute', due_with = $1`, with)
	if err != nil {
		w.t.Fatal(err)
	}
}

// The reminder is due by the record, whatever an older copy in Redis says.
func TestReminderWithAnOldCopyInRedis(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	had := len(w.paper.to("61"))
	w.due("remind")
	w.paper.await(t, "61", had+1)
}

// A process of a newer version may wait for something this one knows nothing
// of: it is left to that one.
func TestDueWithNobodyKnows(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	had := len(w.paper.to("61"))
	w.due("dance")
	eventually(t, "the conversation to be looked at", func() bool { return w.count(`SELECT count(*) FROM conversations WHERE wake_at > now()`) == 1 })
	w.talk("62", "মেনু") // whatever was made of it is done by then
	if n := len(w.paper.to("61")); n != had {
		t.Errorf("%d answers to what nobody asked", n-had)
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE due_with = 'dance'`); n != 1 {
		t.Error("what the newer version waits for is gone")
	}
}

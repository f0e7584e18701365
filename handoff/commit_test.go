package handoff_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/figures"
	"nagorik/handoff/handofftest"
)

// key is an address of these tests.
func key(address string) handoff.Key { return handoff.Key{Channel: "messenger", Address: address} }

// newcomer is the first turn of somebody never heard of, with one reply.
func newcomer(address, mid string, at time.Time) *handoff.Turn {
	now := handoff.Standing{
		Identity: handoff.NewID(), Contact: handoff.NewID(), Conversation: handoff.NewID(), Version: 1,
		Owner: flows.OwnerBot, Heard: at, Due: at.Add(time.Hour), DueWith: "remind",
	}
	return &handoff.Turn{
		Key: key(address), Was: handoff.Standing{Owner: flows.OwnerBot}, Now: now, Opens: true, Newcomer: true,
		In:         &handoff.Incoming{ID: handoff.NewID(), ProviderID: mid, Author: "contact", Kind: "text", Text: "ড্রেন বন্ধ", At: at},
		Out:        []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "কোন ওয়ার্ড?"}},
		Checkpoint: []byte(`{"flow":"drainage"}`), Flow: "drainage", Kind: flows.Complaint, State: "ask_ward", Language: "bn",
	}
}

// next is a turn that follows on where another one left the conversation.
func next(t *handoff.Turn, mid string, at time.Time) *handoff.Turn {
	n := *t
	n.Was, n.Opens, n.Newcomer, n.Photos = t.Now, false, false, nil
	n.Now.Version, n.Now.Heard = t.Now.Version+1, at
	n.In = &handoff.Incoming{ID: handoff.NewID(), ProviderID: mid, Author: "contact", Kind: "text", Text: "১২", At: at}
	n.Out = []handoff.Reply{{ID: handoff.NewID(), Kind: flows.Prompt, Text: "ঠিক কোথায়?"}}
	return &n
}

// again is a turn that opens a new conversation after one that is over, and
// ends it.
func again(t *handoff.Turn, mid string, at time.Time) *handoff.Turn {
	n := next(t, mid, at)
	n.Opens, n.Cases = true, nil
	n.Now.Conversation, n.Now.Version, n.Now.Closed = handoff.NewID(), 1, true
	return n
}

func (r *record) commit(turns ...*handoff.Turn) []handoff.Result {
	r.t.Helper()
	results, err := r.Commit(r.t.Context(), turns)
	if err != nil {
		r.t.Fatalf("commit: %v", err)
	}
	return results
}

func (r *record) count(sql string, args ...any) (n int) {
	r.t.Helper()
	if err := r.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func wantOutcome(t *testing.T, got []handoff.Result, want ...handoff.Outcome) {
	t.Helper()
	for i := range want {
		if got[i].Outcome != want[i] {
			t.Errorf("turn %d: outcome %d, want %d", i, got[i].Outcome, want[i])
		}
	}
}

func TestCommitKeepsATurnWhole(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	first := newcomer("61", "m_1", at)
	first.Name, first.Profile = "রহিমা খাতুন", true
	first.Photos = []handoff.NewPhoto{{ID: handoff.NewID(), Source: "https://scontent.fbcdn.net/1.jpg"}}
	got := r.commit(first)
	wantOutcome(t, got, handoff.Committed)
	if !got[0].Leased {
		t.Error("the replies of a new conversation are not leased to its committer")
	}

	second := next(first, "m_2", at.Add(time.Second))
	second.Cases = []handoff.NewCase{{
		OpenCase: flows.OpenCase{Number: 10001, Flow: "drainage", Kind: flows.Complaint, Title: "ড্রেন বন্ধ", Team: "drainage", Ward: 12, Place: "কলেজ রোড", Lat: 21.18, Lon: 90.58, Target: 48 * time.Hour},
		Answers:  json.RawMessage(`{"ward":12}`),
	}}
	second.Attach = []handoff.Attachment{{Case: 10001, Photos: []uuid.UUID{first.Photos[0].ID}}}
	second.Remember = []flows.Remember{{Slot: "ward", Type: flows.SlotWard, Value: flows.NumberValue(12)}, {Slot: "phone", Type: flows.SlotPhone, Value: flows.TextValue("+8801712345678")}}
	second.Ward, second.Alarm = 12, "danger"
	second.Now.Closed = true
	wantOutcome(t, r.commit(second), handoff.Committed)

	for what, sql := range map[string]string{
		"the case with its due time":      `SELECT count(*) FROM cases WHERE number = 10001 AND status = 'new' AND ward = 12 AND lat = 21.18 AND due_at = opened_at + interval '48 hours' AND answers @> '{"ward": 12}'`,
		"its timeline":                    `SELECT count(*) FROM case_timeline WHERE case_number = 10001 AND kind = 'opened'`,
		"the photo on the case":           `SELECT count(*) FROM photos WHERE case_number = 10001 AND status = 'pending'`,
		"the ward with the contact":       `SELECT count(*) FROM contacts WHERE ward = 12 AND phone = '+8801712345678' AND name = 'রহিমা খাতুন'`,
		"the remembered ward":             `SELECT count(*) FROM remembered WHERE slot = 'ward' AND value = '12'`,
		"the alarm":                       `SELECT count(*) FROM alarms WHERE kind = 'danger' AND cleared_at IS NULL`,
		"the closed conversation":         `SELECT count(*) FROM conversations WHERE closed_at IS NOT NULL AND wake_at IS NULL AND version = 2`,
		"the name to be asked for":        `SELECT count(*) FROM identities WHERE profile_due IS NOT NULL`,
		"the first reply as being sent":   `SELECT count(*) FROM messages WHERE text = 'কোন ওয়ার্ড?' AND status = 'sending' AND attempts = 1`,
		"the second reply behind the 1st": `SELECT count(*) FROM messages WHERE text = 'ঠিক কোথায়?' AND status = 'queued' AND attempts = 0`,
	} {
		if n := r.count(sql); n != 1 {
			t.Errorf("%s: found %d times, want once", what, n)
		}
	}
}

func TestCommitLetsRepeatsAndStaleTurnsGo(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	first, other := newcomer("61", "m_1", at), newcomer("62", "m_2", at)
	wantOutcome(t, r.commit(first, other), handoff.Committed, handoff.Committed)

	repeat, fresh := next(first, "m_1", at), next(other, "m_3", at)
	wantOutcome(t, r.commit(repeat, fresh), handoff.Repeated, handoff.Committed)
	stale, good := next(other, "m_4", at), next(first, "m_5", at)
	wantOutcome(t, r.commit(stale, good), handoff.Stale, handoff.Committed)
	if n := r.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != 4 {
		t.Errorf("%d incoming messages on record, want 4", n)
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE provider_id = 'm_4'`); n != 0 {
		t.Error("a stale turn has left its message on record")
	}
}

func TestCommitOfTheSameNewcomerTwice(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	r.commit(newcomer("61", "m_1", at))

	again, bystander := newcomer("61", "m_2", at), newcomer("62", "m_3", at)
	wantOutcome(t, r.commit(again, bystander), handoff.Stale, handoff.Committed)
	redelivered := newcomer("63", "m_1", at)
	wantOutcome(t, r.commit(redelivered), handoff.Repeated)
	for sql, want := range map[string]int{
		`SELECT count(*) FROM contacts`: 2, `SELECT count(*) FROM identities`: 2, `SELECT count(*) FROM conversations`: 2, `SELECT count(*) FROM messages WHERE direction = 'in'`: 2,
	} {
		if n := r.count(sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
}

// Two committers race over the same conversations; every turn is stepped again
// until it goes through, and each message is on record once.
func TestCommitRaces(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const people, rounds, committers = 8, 12, 3
	at := r.clock.Now()
	var wait sync.WaitGroup
	for c := range committers {
		wait.Go(func() {
			for round := range rounds {
				if err := commitUntilDone(t.Context(), r, people, fmt.Sprintf("%d-%d", c, round), at); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	if n := r.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != people*rounds*committers {
		t.Errorf("%d incoming messages, want %d", n, people*rounds*committers)
	}
	if n := r.count(`SELECT count(*) FROM conversations WHERE version <> (SELECT count(*) FROM messages m WHERE m.conversation_id = conversations.id AND m.direction = 'in')`); n != 0 {
		t.Errorf("%d conversations whose version is not the number of their turns", n)
	}
	if n := r.count(`SELECT count(*) FROM (SELECT conversation_id, seq FROM messages GROUP BY 1, 2 HAVING count(*) > 1) twice`); n != 0 {
		t.Errorf("%d places in a conversation are taken twice", n)
	}
}

// commitUntilDone commits one message of each person, loading and building the
// turns again as often as somebody else was faster.
func commitUntilDone(ctx context.Context, r *record, people int, round string, at time.Time) error {
	todo := make([]int, people)
	for i := range todo {
		todo[i] = i
	}
	for try := 0; len(todo) > 0; try++ {
		if try > 200 {
			return fmt.Errorf("round %s: still %d turns to go after %d tries", round, len(todo), try)
		}
		keys := make([]handoff.Key, len(todo))
		for i, p := range todo {
			keys[i] = key(fmt.Sprint(p))
		}
		found, err := r.Load(ctx, keys)
		if err != nil {
			return err
		}
		turns := make([]*handoff.Turn, len(todo))
		for i, p := range todo {
			turns[i] = newcomer(keys[i].Address, fmt.Sprintf("m_%s_%d", round, p), at)
			if found[i].Standing.Conversation != uuid.Nil {
				turns[i].Now = found[i].Standing
				turns[i] = next(turns[i], turns[i].In.ProviderID, at)
			}
		}
		results, err := r.Commit(ctx, turns)
		if err != nil {
			return err
		}
		var left []int
		for i, res := range results {
			if res.Outcome == handoff.Stale {
				left = append(left, todo[i])
			}
		}
		todo = left
	}
	return nil
}

func TestLoadFindsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now().Add(-time.Minute)
	first := newcomer("61", "m_1", at)
	first.Out[0].SendAfter = r.clock.Now().Add(2 * time.Second)
	r.commit(first)
	found, err := r.Load(t.Context(), []handoff.Key{key("nobody"), key("61")})
	if err != nil {
		t.Fatal(err)
	}
	if found[0].Standing.Identity != uuid.Nil || found[0].Session != nil {
		t.Errorf("somebody never heard of was found: %+v", found[0])
	}
	got, want := found[1].Standing, first.Now
	want.AckDue, want.Reply = true, handoff.ReplyBudget{Hour: handoff.HourOf(r.clock.Now()), N: 1}
	if !got.Heard.Equal(want.Heard) || !got.Due.Equal(want.Due) {
		t.Errorf("times are %v and %v, want %v and %v", got.Heard, got.Due, want.Heard, want.Due)
	}
	got.Heard, got.Due, want.Heard, want.Due = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if got != want {
		t.Errorf("loaded %+v, want %+v", got, want)
	}
	if string(found[1].Session) != `{"flow": "drainage"}` {
		t.Errorf("session %s", found[1].Session)
	}
}

func TestFiguresAreTheRowsTheyCount(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	for i := range 5 {
		first := newcomer(fmt.Sprint(i), fmt.Sprintf("m_%d", i), at)
		r.commit(first)
		second := next(first, fmt.Sprintf("n_%d", i), at)
		second.Now.Owner = flows.OwnerQueue
		if i%2 == 0 {
			second.Now.Owner, second.Now.Closed = flows.OwnerBot, true
			second.Cases = []handoff.NewCase{{OpenCase: flows.OpenCase{Number: int64(10001 + i), Flow: "drainage", Kind: flows.Complaint, Title: "x", Ward: i}, Answers: json.RawMessage(`{}`)}}
		}
		r.commit(second)
		if i == 0 {
			r.commit(again(second, "o_0", at))
		}
	}
	counted := handofftest.Figures(t, r.pool)
	for what, rows := range map[string]string{
		figures.Came:  `SELECT count(*) FROM conversations`,
		figures.Filed: `SELECT count(*) FROM cases`,
	} {
		if n := int64(r.count(rows)); counted[what] != n || n == 0 {
			t.Errorf("%s: counted %d, the rows are %d", what, counted[what], n)
		}
	}
}

package handoff_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

// hostile is what a provider's words may hold and PostgreSQL keeps in no text:
// NUL, and bytes that are no UTF-8.
const hostile = "\x00\xff\xc3("

func TestProviderWordsThatNoTextCanHold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		keep func(r *record, first *handoff.Turn) error
		sql  string
	}{
		{"a dead turn", func(r *record, _ *handoff.Turn) error {
			return r.DeadTurn(r.t.Context(), handoff.Key{Channel: "sms" + hostile, Address: "61" + hostile}, []byte("event"+hostile), errors.New("cause"+hostile))
		}, `SELECT count(*) FROM dead_turns WHERE event LIKE 'v1.%' AND error LIKE 'cause%' AND address LIKE '61%'`},
		{"an alarm", func(r *record, _ *handoff.Turn) error {
			_, err := r.RaiseAlarm(r.t.Context(), handoff.AlarmProvider, "sms", "blocked"+hostile)
			return err
		}, `SELECT count(*) FROM alarms WHERE text LIKE 'blocked%'`},
		{"a name", func(r *record, first *handoff.Turn) error {
			return r.Profiled(r.t.Context(), first.Key, "Rahima"+hostile)
		}, `SELECT count(*) FROM contacts c JOIN identities i ON i.contact_id = c.id WHERE c.name LIKE 'Rahima%' AND i.name = c.name AND i.profile_due IS NULL`},
		{"an edited text", func(r *record, first *handoff.Turn) error {
			_, err := r.Receipts(r.t.Context(), []handoff.Receipt{{Kind: handoff.Edited, Key: first.Key, ProviderIDs: []string{"m_1"}, Text: "new" + hostile}})
			return err
		}, `SELECT count(*) FROM messages WHERE provider_id = 'm_1' AND text LIKE 'new%'`},
		{"an error in a receipt", func(r *record, first *handoff.Turn) error {
			r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "sent", ProviderID: "mid.1"})
			_, err := r.Receipts(r.t.Context(), []handoff.Receipt{{Key: first.Key, ProviderIDs: []string{"mid.1"}, Status: "failed", Fault: "spam" + hostile}})
			return err
		}, `SELECT count(*) FROM messages WHERE status = 'failed' AND error LIKE 'spam%'`},
		{"an error of sending", func(r *record, first *handoff.Turn) error {
			_, err := r.HandBack(r.t.Context(), []handoff.Handed{{Conversation: first.Now.Conversation, Results: []handoff.SendResult{
				{ID: first.Out[0].ID, Status: "failed", Error: "no such person" + hostile},
			}}})
			return err
		}, `SELECT count(*) FROM messages WHERE status = 'failed' AND error LIKE 'no such person%'`},
		{"the provider's id of a reply", func(r *record, first *handoff.Turn) error {
			_, err := r.HandBack(r.t.Context(), []handoff.Handed{{Conversation: first.Now.Conversation, Results: []handoff.SendResult{
				{ID: first.Out[0].ID, Status: "sent", ProviderID: "mid" + hostile},
			}}})
			return err
		}, `SELECT count(*) FROM messages WHERE status = 'sent' AND provider_id LIKE 'mid%'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRecord(t)
			first := newcomer("61", "m_1", r.clock.Now())
			first.Profile = true
			r.commit(first)
			if err := c.keep(r, first); err != nil {
				t.Fatal(err)
			}
			if n := r.count(c.sql); n != 1 {
				t.Errorf("it is on record %d times, want once", n)
			}
		})
	}
}

// One result that cannot be recorded as it is must not keep back the others of
// its round: none of them would ever be given back.
func TestResultThatCannotBeRecorded(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	a, b := newcomer("61", "m_1", r.clock.Now()), newcomer("62", "m_2", r.clock.Now())
	r.commit(a, b)
	random := rand.New(rand.NewPCG(1, 2))
	long := make([]byte, 1<<13) // does not fit an index, not even compressed
	for i := range long {
		long[i] = byte(' ' + 1 + random.IntN(90))
	}
	_, err := r.HandBack(r.t.Context(), []handoff.Handed{
		{Conversation: a.Now.Conversation, Results: []handoff.SendResult{{ID: a.Out[0].ID, Status: "sent", ProviderID: string(long)}}},
		{Conversation: b.Now.Conversation, Results: []handoff.SendResult{{ID: b.Out[0].ID, Status: "sent", ProviderID: "mid.2"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE status = 'sent'`); n != 2 {
		t.Errorf("%d replies are on record as sent, want 2", n)
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE provider_id = 'mid.2'`); n != 1 {
		t.Error("the provider's id of the other reply is lost")
	}
	if n := r.count(`SELECT count(*) FROM conversations WHERE outbox_until IS NULL`); n != 2 {
		t.Errorf("%d conversations were given back, want 2", n)
	}
}

// The photo's link is the provider's, and so is what was wrong with it.
func TestPhotoThatFailsStrangely(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	first.Photos = []handoff.NewPhoto{{ID: handoff.NewID(), Source: "https://scontent.fbcdn.net/1.jpg"}}
	r.commit(first)
	r.clock.Forward(time.Second)
	due, err := r.LeasePhotos(t.Context(), messengerOnly, 1)
	if err != nil || len(due) != 1 {
		t.Fatalf("leased %+v, %v", due, err)
	}
	if _, err := r.PhotoFailed(t.Context(), due[0], true, "answered "+hostile+strings.Repeat("x", 10)); err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM photos WHERE status = 'failed' AND error LIKE 'answered %'`); n != 1 {
		t.Error("the photo is not on record as failed")
	}
}

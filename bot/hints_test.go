package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// ear gathers the hints of a town.
type ear struct {
	t    *testing.T
	mu   sync.Mutex
	list []bot.Hint
}

// listen hears every hint from now on. It returns once hints come through.
func (w *town) listen(t *testing.T) *ear {
	t.Helper()
	e := &ear{t: t}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		for ctx.Err() == nil {
			hints, stop := w.Live().ListenAll()
			e.hear(ctx, hints)
			stop()
		}
	}()
	eventually(t, "hints to come through", func() bool {
		_ = w.Live().Publish(ctx, bot.Hint{Event: bot.HintPresence})
		return e.count(func(h bot.Hint) bool { return h.Event == bot.HintPresence }) > 0
	})
	return e
}

func (e *ear) hear(ctx context.Context, hints <-chan bot.Hint) {
	for {
		select {
		case <-ctx.Done():
			return
		case h, ok := <-hints:
			if !ok {
				return
			}
			e.mu.Lock()
			e.list = append(e.list, h)
			e.mu.Unlock()
		}
	}
}

func (e *ear) count(like func(bot.Hint) bool) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.list {
		if like(h) {
			n++
		}
	}
	return n
}

// await waits for a hint.
func (e *ear) await(what string, like func(bot.Hint) bool) {
	e.t.Helper()
	eventually(e.t, "a hint of "+what, func() bool { return e.count(like) > 0 })
}

func ofEvent(event bot.HintEvent) func(bot.Hint) bool {
	return func(h bot.Hint) bool { return h.Event == event && h.Conversation != "" && h.ID > 0 }
}

func TestTheDeskHearsOfTurns(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	e := w.listen(t)
	w.talk("61", append(slices.Clone(drain), "হ্যাঁ")...)
	e.await("a message", ofEvent(bot.HintMessage))
	e.await("a new conversation", ofEvent(bot.HintConversation))
	e.await("a case", func(h bot.Hint) bool { return ofEvent(bot.HintCase)(h) && h.Case == 10001 && h.Ward == 1 })
	w.talk("62", "মানুষের সাথে কথা")
	e.await("a conversation for the queue", func(h bot.Hint) bool {
		return ofEvent(bot.HintConversation)(h) && h.Owner == flows.OwnerQueue && h.Was == flows.OwnerBot
	})
	w.talk("62", "মেনু")
	e.await("a conversation that left the queue", func(h bot.Hint) bool {
		return ofEvent(bot.HintConversation)(h) && h.Owner == flows.OwnerBot && h.Was == flows.OwnerQueue
	})
	w.talk("63", "আগুন লেগেছে")
	e.await("danger", func(h bot.Hint) bool { return ofEvent(bot.HintAlarm)(h) && h.Case == 0 })
	if n := e.count(func(h bot.Hint) bool { return h.Event == bot.HintMessage && h.Was != "" }); n != 0 {
		t.Errorf("%d messages changed an owner", n)
	}
}

func TestTheDeskHearsOfChannels(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	w := newTown(t, settings{paper: paper})
	e := w.listen(t)
	w.accept(bot.Event{Kind: bot.EventNotice, Channel: "elsewhere", Note: "blocked"})
	alarmOf := func(channel string) func(bot.Hint) bool {
		return func(h bot.Hint) bool { return h.Event == bot.HintAlarm && h.Channel == channel && h.Conversation == "" }
	}
	e.await("a provider's notice", alarmOf("elsewhere"))
	paper.mu.Lock()
	paper.fail = func(bot.Outgoing) error { return &bot.SendError{Outcome: bot.SendPause, Code: "190", Text: "expired"} }
	paper.mu.Unlock()
	w.accept(w.text("61", "ড্রেন"))
	e.await("a paused channel", alarmOf("paper"))
}

func TestTheDeskHearsWhatBecameOfMessages(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	e := w.listen(t)
	w.talk("61", "ড্রেন")
	said := w.text("61", "ড্রেন বন্ধ")
	w.accept(said)
	w.paper.await(t, "61", 2)
	echo := w.text("61", "আমরা দেখছি")
	echo.Kind = bot.EventEcho
	w.accept(echo)
	conversation := func() string {
		var id string
		if err := w.pool.QueryRow(context.Background(), `SELECT id::text FROM conversations`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}()
	told := func() int {
		return e.count(func(h bot.Hint) bool {
			return h.Event == bot.HintMessage && h.Conversation == conversation && h.Address == ""
		})
	}
	receipt := func(kind bot.EventKind, change func(*bot.Event)) {
		e := bot.Event{Kind: kind, Channel: "paper", Address: "61"}
		change(&e)
		w.accept(e)
	}
	sent, lost := w.paper.to("61")[0].ID, w.paper.to("61")[1].ID
	eventually(t, "the bot's replies to be on record", func() bool {
		return w.count(`SELECT count(*) FROM messages WHERE provider_id IN ($1, $2)`, "sent-"+sent, "sent-"+lost) == 2
	})
	receipt(bot.EventReceipt, func(e *bot.Event) { e.ProviderIDs, e.Status = []string{"sent-" + sent}, "delivered" })
	if n := told(); n != 0 {
		t.Fatalf("%d hints that a reply of the bot's came further", n)
	}
	for i, c := range []struct {
		kind   bot.EventKind
		change func(*bot.Event)
	}{
		{bot.EventReceipt, func(e *bot.Event) { e.ProviderIDs, e.Status = []string{echo.ProviderID}, "delivered" }},
		{bot.EventReceipt, func(e *bot.Event) { e.ProviderIDs, e.Status = []string{"sent-" + lost}, "failed" }},
		{bot.EventEdit, func(e *bot.Event) { e.Target, e.Text = said.ProviderID, "ড্রেন বন্ধ না" }},
		{bot.EventDelete, func(e *bot.Event) { e.Target = said.ProviderID }},
	} {
		receipt(c.kind, c.change)
		eventually(t, fmt.Sprintf("hint %d of a message that came further", i+1), func() bool { return told() == i+1 })
	}
	if _, err := w.pool.Exec(t.Context(), `WITH reply AS (
			INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, status, at)
			VALUES ($1, $2, 1 << 20, 'out', 'agent', 'paper', 'text', 'আসছি', 'queued', now()))
		UPDATE conversations SET outbox_until = now() - interval '1 hour' WHERE id = $2`, handoff.NewID(), conversation); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a hint that a person's reply was sent", func() bool { return told() == 5 })
}

func TestTheDeskHearsOfPhotos(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	paper := newPaper()
	paper.hosts = []string{strings.TrimPrefix(media.URL, "http://")}
	w := newTown(t, settings{paper: paper})
	e := w.listen(t)
	w.accept(w.photo("61", media.URL+"/1.jpg", time.Now()), w.photo("62", media.URL+"/none", time.Now()))
	eventually(t, "a hint of a photo that came, and of one that will not", func() bool {
		return e.count(func(h bot.Hint) bool { return h.Event == bot.HintMessage && h.Conversation != "" && h.Address == "" }) == 2
	})
}

func TestAListenerTooSlowFindsItsHintsEnded(t *testing.T) {
	t.Parallel()
	gone := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { _ = gone.Close() })
	live := bot.NewLive(gone, slog.New(slog.DiscardHandler))
	slow, cancelSlow := live.ListenAll()
	defer cancelSlow()
	poked, cancelPoked := live.Listen(handoff.Key{Channel: "web", Address: "61"})
	defer cancelPoked()
	hints := slices.Repeat([]bot.Hint{{Event: bot.HintMessage, Channel: "web", Address: "61"}}, 1000)
	if err := live.Publish(t.Context(), hints...); err == nil {
		t.Error("nobody hears that Redis is away")
	}
	n := 0
	for range slow {
		n++
	}
	if n == 0 || n == len(hints) {
		t.Errorf("%d of %d hints before the end", n, len(hints))
	}
	select {
	case <-poked:
	default:
		t.Error("who listens to the address is not poked")
	}
	quick, cancel := live.ListenAll()
	_ = live.Publish(t.Context(), hints[0])
	if h, ok := <-quick; !ok || h.Event != bot.HintMessage {
		t.Errorf("%+v, %v", h, ok)
	}
	cancel()
	cancel() // twice is once
	if _, ok := <-quick; ok {
		t.Error("a hint after the end")
	}
}

// Silence that ends a dialogue leaves on record where it ended.
func TestSilenceLeavesThePlaceOnRecord(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	at := time.Now()
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	w := newTown(t, settings{now: now})
	w.talk("61", drain[:3]...)
	w.talk("62", append(slices.Clone(drain), "হ্যাঁ")...)
	if n := w.count(`SELECT count(DISTINCT m.place) FROM messages m JOIN conversations c ON c.id = m.conversation_id
		WHERE c.closed_at IS NULL AND (m.place = 'drainage.' || c.state OR m.place = 'drainage.ask_ward')`); n != 2 {
		t.Errorf("the way of the open dialogue is not on record: %d places of it are", n)
	}
	var state string
	if err := w.pool.QueryRow(context.Background(), `SELECT state FROM conversations WHERE closed_at IS NULL`).Scan(&state); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the reminder, the end
		mu.Lock()
		at = at.Add(25 * time.Hour)
		mu.Unlock()
		w.accept(bot.Event{Kind: "idle", Channel: "paper", Address: "61"})
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE closed_at IS NOT NULL AND flow = 'drainage' AND state = $1`, state); n != 1 {
		t.Errorf("the place %q is not on record", state)
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE closed_at IS NOT NULL AND flow = 'drainage' AND state = ''`); n != 1 {
		t.Error("a dialogue that came to its end has a place")
	}
}

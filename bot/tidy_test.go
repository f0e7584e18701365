package bot_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
)

// hostile is what no text of the record can hold.
const hostile = "\x00\xff\xc3("

// years beyond what PostgreSQL or JSON can write down.
var farAway = time.Unix(math.MaxInt64>>2, 0)

// A signed call may bring anything: what can be kept is, its neighbours are
// safe, and nothing of it ends in dead_turns.
func TestEventsOfStrangeContent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		event func(e *bot.Event)
		sql   string
	}{
		{"text", func(e *bot.Event) { e.Text = "মেনু" + hostile }, `SELECT count(*) FROM messages WHERE direction = 'in' AND text LIKE 'মেনু%'`},
		{"text of a whole body", func(e *bot.Event) { e.Text = strings.Repeat("<ড্রেন>", 300000) }, `SELECT count(*) FROM messages WHERE direction = 'in' AND length(text) BETWEEN 19000 AND 20000`},
		{"provider's id", func(e *bot.Event) { e.ProviderID = "m" + hostile }, `SELECT count(*) FROM messages WHERE text = 'মেনু' AND provider_id <> ''`},
		{"endless provider's id", func(e *bot.Event) { e.ProviderID = strings.Repeat("m_1", 1<<20) }, `SELECT count(*) FROM messages WHERE text = 'মেনু' AND length(provider_id) < 300`},
		{"address", func(e *bot.Event) { e.Address = "6" + hostile }, `SELECT count(*) FROM messages WHERE text = 'মেনু'`},
		{"endless address", func(e *bot.Event) { e.Address = strings.Repeat("61", 1<<20) }, `SELECT count(*) FROM messages WHERE text = 'মেনু'`},
		{"name", func(e *bot.Event) { e.Name = "রহিমা" + hostile + strings.Repeat("x", 1<<20) }, `SELECT count(*) FROM contacts WHERE name LIKE 'রহিমা%' AND length(name) < 500`},
		{"payload", func(e *bot.Event) { e.Tapped, e.Payload = true, "menu="+hostile+strings.Repeat("x", 1<<20) }, `SELECT count(*) FROM messages WHERE kind = 'choice' AND detail->>'payload' LIKE 'menu=%' AND length(detail::text) < 10000`},
		{"what it answers", func(e *bot.Event) { e.ReplyTo, e.Ref = hostile, hostile }, `SELECT count(*) FROM messages WHERE direction = 'in' AND detail->>'reply_to' <> ''`},
		{"kind", func(e *bot.Event) { e.Text, e.Other = "", "sticker"+hostile }, `SELECT count(*) FROM messages WHERE kind LIKE 'sticker%'`},
		{"link of a photo", func(e *bot.Event) { e.Media = []bot.Media{{URL: "https://" + hostile}} }, `SELECT count(*) FROM photos`},
		{"pin that is no number", func(e *bot.Event) { e.Location = &bot.Location{Lat: math.NaN(), Lon: math.Inf(1)} }, `SELECT count(*) FROM messages WHERE direction = 'in' AND text = 'মেনু'`},
		{"pin off the earth", func(e *bot.Event) { e.Text, e.Location = "", &bot.Location{Lat: 1e300, Lon: 1e300} }, `SELECT count(*) FROM messages WHERE direction = 'in' AND kind = 'unsupported'`},
		{"time of no calendar", func(e *bot.Event) { e.At = farAway }, `SELECT count(*) FROM messages WHERE text = 'মেনু' AND detail IS NULL AND at BETWEEN now() - interval '1 hour' AND now() + interval '1 hour'`},
		{"time before all calendars", func(e *bot.Event) { e.At = time.Unix(math.MinInt64>>2, 0) }, `SELECT count(*) FROM messages WHERE text = 'মেনু'`},
		{"receipt", func(e *bot.Event) {
			e.Kind, e.Status, e.MessageID, e.Note, e.ProviderIDs, e.Watermark = bot.EventReceipt, "read"+hostile, hostile, hostile, []string{hostile, strings.Repeat("x", 1<<20)}, farAway
		}, `SELECT 1`},
		{"edit", func(e *bot.Event) { e.Kind, e.Target, e.Text = bot.EventEdit, hostile, hostile }, `SELECT 1`},
		{"notice", func(e *bot.Event) { e.Kind, e.Address, e.Note = bot.EventNotice, "", "blocked"+hostile }, `SELECT count(*) FROM alarms WHERE text LIKE 'blocked%'`},
		{"unknown kind", func(e *bot.Event) { e.Kind = bot.EventKind(hostile) }, `SELECT 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, settings{})
			e := w.text("61", "মেনু")
			c.event(&e)
			w.accept(e, w.text("62", "ড্রেন"))
			if n := w.count(c.sql); n != 1 {
				t.Errorf("it is on record %d times, want once", n)
			}
			if n := w.count(`SELECT count(*) FROM identities WHERE address = '62'`); n != 1 {
				t.Error("its neighbour is lost")
			}
			if n := w.count(`SELECT count(*) FROM dead_turns`); n != 0 {
				t.Errorf("%d dead turns", n)
			}
		})
	}
}

func TestSpoolTakesEventsOfStrangeContent(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.pool.Close() // the database is away from here on
	e := w.text("61", strings.Repeat("<", 4<<20))
	e.At, e.Watermark, e.Location = farAway, farAway, &bot.Location{Lat: math.NaN()}
	w.accept(e)
}

// What the spool holds may be of another version, or of nobody's making. It
// must not keep back what lies behind it.
func TestSpoolHoldsWhatNobodyCanRead(t *testing.T) {
	t.Parallel()
	good := `{"received":"2026-11-23T09:00:00Z","event":{"kind":"message","channel":"paper","address":"61","provider_id":"m_1","at":"2026-11-23T09:00:00Z","text":"মেনু"}}`
	w := newTown(t, settings{spooled: [][]byte{[]byte("null"), []byte("{}"), []byte("\x00\xff no JSON"), []byte(`{"event":{"kind":"message","address":7}}`), []byte(good)}})
	eventually(t, "the event behind them", func() bool { return w.count(`SELECT count(*) FROM messages WHERE provider_id = 'm_1'`) == 1 })
	if n := w.count(`SELECT count(*) FROM dead_turns`); n != 4 {
		t.Errorf("%d dead turns, want the 4 that cannot be read", n)
	}
}

func TestPhotosOfOneMessageAreAllKept(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	e := w.text("61", "")
	for i := range 30 {
		e.Media = append(e.Media, bot.Media{URL: fmt.Sprintf("https://example.org/%d.jpg", i)})
	}
	w.accept(e)
	if n := w.count(`SELECT count(*) FROM photos`); n != 30 {
		t.Errorf("%d photos on record, want 30", n)
	}
}

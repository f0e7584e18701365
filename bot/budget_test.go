package bot_test

import (
	"testing"
	"time"

	"nagorik/bot"
)

// chatter lets a person write until the bot's replies of an hour are used up
// and it has said so. The clock stands still, so that the hour does not end.
func (w *town) chatter(address string, times int) {
	w.t.Helper()
	for range times {
		w.accept(w.text(address, "মেনু"))
	}
}

func still() func() time.Time {
	at := time.Now()
	return func() time.Time { return at }
}

// Turns that say several things must not leap over the one warning.
func TestWarningIsNotLeaptOver(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	paper.parts = 4
	w := newTown(t, settings{paper: paper, now: still()})
	w.chatter("61", 12)
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out' AND text LIKE 'অনেক বার্তা%'`); n != paper.parts {
		t.Errorf("the warning was said in %d parts, want once in %d", n, paper.parts)
	}
}

// The silence is for robots. Whoever wants out, a person, or help gets it.
func TestSilencedPersonIsStillObeyed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, sql string }{
		{"STOP", "STOP", `SELECT count(*) FROM identities WHERE muted`},
		{"danger", "বিদ্যুতের তার ছিঁড়ে পড়েছে", `SELECT count(*) FROM alarms WHERE kind = 'danger'`},
		{"a person", "মানুষের সাথে কথা", `SELECT count(*) FROM conversations WHERE owner = 'queue' AND reason = 'asked'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, settings{now: still()})
			w.chatter("61", 35)
			said := w.count(`SELECT count(*) FROM messages WHERE direction = 'out'`)
			w.accept(w.text("61", c.text))
			if n := w.count(c.sql); n != 1 {
				t.Error("it was not obeyed")
			}
			if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out'`); n != said {
				t.Errorf("%d replies after the silence began", n-said)
			}
		})
	}
}

// While staff have the conversation the bot says nothing, not even that it is
// going to say nothing.
func TestNoWarningWhileStaffAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{now: still()})
	w.chatter("61", 29) // thirty replies: the first turn has two
	echo := w.text("61", "আমরা দেখছি")
	echo.Kind = bot.EventEcho
	w.accept(echo)
	said := w.count(`SELECT count(*) FROM messages WHERE author = 'bot'`)
	w.accept(w.text("61", "ধন্যবাদ"))
	if n := w.count(`SELECT count(*) FROM messages WHERE author = 'bot'`); n != said {
		t.Error("the bot spoke into a person's conversation")
	}
}

// Without Redis the record knows how much was said.
func TestRobotsDoNotTalkForEverWithoutRedis(t *testing.T) {
	t.Parallel()
	client := redisFor(t, false)
	w := newTown(t, settings{redis: client, now: still()})
	_ = client.Close()
	w.chatter("61", 45)
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out'`); n > 33 {
		t.Errorf("the bot answered %d times in an hour", n)
	}
}

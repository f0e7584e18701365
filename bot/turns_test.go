package bot_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/handoff/handofftest"
)

// drain is a person reporting a blocked drain, up to the confirmation.
var drain = []string{"ড্রেন", "ড্রেন বন্ধ", "১", "কলেজ রোড, মসজিদের পাশে", "বাদ"}

func TestDialogueOpensACase(t *testing.T) {
	t.Parallel()
	for _, store := range []struct {
		name string
		real bool
	}{{"in-process session store", false}, {"real Redis", true}} {
		t.Run(store.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, settings{redis: redisFor(t, store.real)})
			w.talk("61", drain...)
			last := w.talk("61", "হ্যাঁ")
			if !strings.Contains(last.Text, "১০০০১") {
				t.Errorf("the last answer names no case number: %q", last.Text)
			}
			if n := w.count(`SELECT count(*) FROM cases WHERE number = 10001 AND flow = 'drainage' AND ward = 1 AND answers->'trouble' = '"blocked"'`); n != 1 {
				t.Errorf("%d cases as told, want 1", n)
			}
			if n := w.count(`SELECT count(*) FROM conversations WHERE closed_at IS NOT NULL`); n != 1 {
				t.Errorf("%d closed conversations, want 1", n)
			}
			status := w.talk("61", "অবস্থা")
			if !strings.Contains(status.Text, "১০০০১") {
				t.Errorf("status does not find the case: %q", status.Text)
			}
		})
	}
}

func TestTenCopiesAreOneMessage(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	event := w.text("61", "মেনু")
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			copied := event
			if err := w.Accept(context.Background(), []bot.Event{copied}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != 1 {
		t.Errorf("%d messages on record, want 1", n)
	}
	w.paper.await(t, "61", 1)
	if n := w.count(`SELECT max(version) FROM conversations`); n != 1 {
		t.Errorf("the conversation moved %d times, want once", n)
	}
}

// Two processes share a database and a Redis; each line of a person goes to
// one of them at random.
func TestTwoProcessesShareTheLoad(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	alone := []string{"me_too: true", "me_too: false"} // all report the same drain, and each wants a case
	shared := settings{dsn: handofftest.DSN(t), redis: redisFor(t, true), paper: paper, flows: alone}
	towns := []*town{newTown(t, shared), newTown(t, shared)}
	random := rand.New(rand.NewPCG(1, 2))
	const people = 12
	plan := make([][]int, people)
	for i := range plan {
		for range len(drain) + 1 {
			plan[i] = append(plan[i], random.IntN(2))
		}
	}
	var wait sync.WaitGroup
	for i := range people {
		wait.Go(func() {
			address := fmt.Sprint(6100 + i)
			for k, line := range append(slices.Clone(drain), "হ্যাঁ") {
				w := towns[plan[i][k]]
				had := len(paper.to(address))
				e := bot.Event{Kind: bot.EventMessage, Channel: "paper", Address: address, ProviderID: fmt.Sprintf("m_%s_%d", address, k), At: time.Now(), Text: line}
				if err := w.Accept(context.Background(), []bot.Event{e}); err != nil {
					t.Error(err)
					return
				}
				paper.await(t, address, had+1)
			}
		})
	}
	wait.Wait()
	if n := towns[0].count(`SELECT count(*) FROM cases`); n != people {
		t.Errorf("%d cases, want %d", n, people)
	}
	if n := towns[0].count(`SELECT count(*) - count(DISTINCT number) FROM cases`); n != 0 {
		t.Errorf("%d case numbers were given twice", n)
	}
}

func TestSessionsLostAndRedisAway(t *testing.T) {
	t.Parallel()
	client := redisFor(t, true)
	w := newTown(t, settings{redis: client})
	for i, line := range drain {
		if i%2 == 1 {
			client.FlushAll(context.Background())
		}
		w.talk("61", line)
	}
	_ = client.Close()
	last := w.talk("61", "হ্যাঁ")
	if !strings.Contains(last.Text, "১০০০১") {
		t.Errorf("without Redis the dialogue did not end with a case: %q", last.Text)
	}
}

func TestBrokenTurnLeavesItsNeighboursAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মেনু")
	w.paper.panic = "a channel that cannot cut its text"
	w.accept(w.text("61", "মেনু"), w.text("62", "মেনু"))
	w.paper.panic = ""
	if n := w.count(`SELECT count(*) FROM dead_turns WHERE address = '61' AND event NOT LIKE '%মেনু%' AND error LIKE '%cannot cut%'`); n != 1 {
		t.Errorf("%d dead turns of the person, want 1", n)
	}
	w.talk("62", "মেনু")
}

func TestLateTextIsKeptAndNotAnswered(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	for name, at := range map[string]time.Time{"older than the last": time.Now().Add(-time.Minute), "of years ago": time.UnixMilli(1459991487970)} {
		had := len(w.paper.to("61"))
		e := w.text("61", "মেনু")
		e.At = at
		w.accept(e)
		if n := w.count(`SELECT count(*) FROM messages WHERE provider_id = $1 AND detail @> '{"late": true}'`, e.ProviderID); n != 1 {
			t.Errorf("%s: not on record as late", name)
		}
		if w.talk("61", "ড্রেন বন্ধ"); len(w.paper.to("61")) != had+1 {
			t.Errorf("%s: it was answered", name)
		}
	}
}

func TestRobotsDoNotTalkForEver(t *testing.T) {
	t.Parallel()
	at := time.Now()
	w := newTown(t, settings{now: func() time.Time { return at }})
	for i := range 60 {
		e := w.text("61", "মেনু")
		e.At = at.Add(time.Duration(i) * time.Microsecond)
		w.accept(e)
	}
	said := w.count(`SELECT count(*) FROM messages WHERE direction = 'out'`)
	if said < 30 || said > 33 {
		t.Errorf("the bot answered %d times in an hour, want about 30 and one warning", said)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out' AND text LIKE 'অনেক বার্তা%'`); n != 1 {
		t.Errorf("the warning was said %d times, want once", n)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != 60 {
		t.Errorf("%d messages on record, want all 60", n)
	}
}

func TestPersonInTheInboxSilencesTheBot(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "ড্রেন")
	had := len(w.paper.to("61"))
	echo := w.text("61", "আমরা দেখছি")
	echo.Kind = bot.EventEcho
	w.accept(echo)
	for _, line := range []string{"ড্রেন বন্ধ", "মেনু", "১"} {
		w.accept(w.text("61", line))
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE owner = 'agent' AND reason = 'inbox'`); n != 1 {
		t.Fatal("the takeover is not on record")
	}
	if n := len(w.paper.to("61")); n != had {
		t.Errorf("the bot spoke %d times while a person had the conversation", n-had)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE author = 'agent' AND direction = 'out' AND text = 'আমরা দেখছি'`); n != 1 {
		t.Error("what the person wrote is not on record")
	}
}

func TestAgentIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মানুষের সাথে কথা")
	if n := w.count(`SELECT count(*) FROM conversations WHERE owner = 'queue' AND reason = 'asked' AND queued_at IS NOT NULL`); n != 1 {
		t.Fatal("the conversation is not in the queue with its reason")
	}
	had := len(w.paper.to("61"))
	w.accept(w.text("61", "হ্যালো?"))
	if n := len(w.paper.to("61")); n != had {
		t.Error("the bot answered while the person waits for staff")
	}
	w.talk("61", "মেনু")
	if n := w.count(`SELECT count(*) FROM conversations WHERE owner = 'bot'`); n != 1 {
		t.Error("MENU does not take the person back to the bot")
	}
}

func TestSendFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		outcome bot.SendOutcome
		times   int
		status  string
		sends   int
	}{
		{"rejected", bot.SendReject, 1, "failed", 0},
		{"to be tried again", bot.SendRetry, 1, "sent", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			paper := newPaper()
			left := c.times
			paper.fail = func(bot.Outgoing) error {
				if left == 0 {
					return nil
				}
				left--
				return &bot.SendError{Outcome: c.outcome, Code: "1", Text: "as told"}
			}
			w := newTown(t, settings{paper: paper})
			e := w.text("61", "ড্রেন")
			w.accept(e)
			eventually(t, "status "+c.status, func() bool {
				return w.count(`SELECT count(*) FROM messages WHERE direction = 'out' AND status = $1`, c.status) > 0
			})
			if c.sends > 0 {
				paper.await(t, "61", c.sends)
			}
		})
	}
}

func TestBrokenTokenPausesTheChannelAndLosesNothing(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	paper.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendPause, Code: "190/463", Text: "the token has expired"}
	}
	w := newTown(t, settings{paper: paper})
	w.accept(w.text("61", "ড্রেন"), w.text("62", "ময়লা"))
	eventually(t, "an alarm and both replies back in the queue", func() bool {
		return w.count(`SELECT count(*) FROM alarms WHERE kind = 'channel' AND subject = 'paper' AND cleared_at IS NULL`) == 1 &&
			w.count(`SELECT count(DISTINCT conversation_id) FROM messages WHERE status = 'queued' AND direction = 'out' AND send_after > now()`) == 2
	})
}

func TestAcceptAfterStop(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মেনু")
	if err := w.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := w.Accept(context.Background(), []bot.Event{w.text("61", "ড্রেন")}); !errors.Is(err, bot.ErrStopped) {
		t.Errorf("a stopped bot says %v", err)
	}
}

package bot_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// later is a clock that runs on from a moment and can be put forward.
type later struct {
	began, from time.Time
	ahead       atomic.Int64
}

// monday is a clock that begins in office hours.
func monday(hour int) *later {
	return &later{began: time.Now(), from: time.Date(2026, 11, 23, hour, 0, 0, 0, handoff.Dhaka())}
}

func (l *later) now() time.Time {
	return l.from.Add(time.Since(l.began) + time.Duration(l.ahead.Load()))
}

func (l *later) forward(d time.Duration) { l.ahead.Add(int64(d)) }

// owned is who owns the open conversation of an address.
func (w *town) owned(address string) (owner flows.Owner, agent string) {
	w.t.Helper()
	c, err := w.desk.ConversationHead(w.t.Context(), w.conversation(address))
	if err != nil {
		w.t.Fatal(err)
	}
	if c.Agent != nil {
		agent = c.Agent.Name
	}
	return c.Owner, agent
}

// hinted waits for a hint.
func hinted(e *ear, event bot.HintEvent, conversation string) {
	e.t.Helper()
	e.await("a hint about "+string(event), func(h bot.Hint) bool {
		return h.Event == event && (conversation == "" || h.Conversation == conversation)
	})
}

func TestCitizenIsToldThePlaceInTheQueue(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	w := newTown(t, settings{now: clock.now})
	if got := w.talk("61", "মানুষ"); !strings.Contains(got.Text, "সাধারণত ১৫ মিনিটের মধ্যে") {
		t.Errorf("the first is told %q", got.Text)
	}
	if got := w.talk("62", "মানুষ"); !strings.Contains(got.Text, "আপনার আগে ১ জন আছেন, সময় লাগবে প্রায় ৩০ মিনিট") {
		t.Errorf("the second is told %q", got.Text)
	}
	c, err := w.desk.ConversationHead(t.Context(), w.conversation("62"))
	if err != nil || c.PromisedAt == nil || c.PromisedAt.Sub(clock.from).Round(time.Minute) != time.Hour {
		t.Errorf("promised: %+v, %v", c, err)
	}
	clock.forward(10 * time.Hour)
	if got := w.talk("63", "মানুষ"); !strings.Contains(got.Text, "আগামীকাল সকাল ৯টায় একজন উত্তর দেবেন") {
		t.Errorf("at night one is told %q", got.Text)
	}
}

// A promise that is missed is told once, an alarm is raised, and both end with
// the answer.
func TestMissedPromise(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	w := newTown(t, settings{now: clock.now})
	hints := w.listen(t)
	w.talk("61", "মানুষ")
	clock.forward(31 * time.Minute)
	if got := w.paper.await(t, "61", 3); !strings.Contains(got.Text, "এখনও উত্তর দিতে পারিনি") {
		t.Errorf("told %q", got.Text)
	}
	hinted(hints, bot.HintAlarm, w.conversation("61").String())
	rahima := w.agent("rahima")
	if err := w.Take(t.Context(), rahima, w.conversation("61"), rahima.Name); err != nil {
		t.Fatal(err)
	}
	if err := w.Reply(t.Context(), rahima, w.conversation("61"), handoff.Written{Text: "আসছি"}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM alarms WHERE kind = 'promise' AND cleared_at IS NOT NULL`); n != 1 {
		t.Errorf("%d alarms have ended", n)
	}
	w.paper.await(t, "61", 5) // the welcome, the first answer, the missed promise, who joined, the reply
	if n := w.count(`SELECT count(*) FROM messages WHERE direction = 'out'`); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}
}

func TestAutomaticAssignment(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	w := newTown(t, settings{now: clock.now, flows: []string{"assign: by_hand", "assign: automatic"}})
	w.talk("61", "মানুষ")
	rahima := w.agent("rahima")
	one := 1
	if _, err := w.GoOnDuty(t.Context(), rahima, handoff.Stated{Capacity: &one}); err != nil {
		t.Fatal(err)
	}
	if got := w.paper.await(t, "61", 3); got.Text != "আমি rahima। কীভাবে সাহায্য করতে পারি?" {
		t.Errorf("told %q", got.Text)
	}
	if owner, agent := w.owned("61"); owner != flows.OwnerAgent || agent != "rahima" {
		t.Errorf("it is with %s %s", owner, agent)
	}
	w.talk("62", "মানুষ")
	if owner, _ := w.owned("62"); owner != flows.OwnerQueue {
		t.Errorf("given beyond what she takes: %s", owner)
	}
	w.accept(w.text("61", "ধন্যবাদ")) // it is the agent's: the bot says nothing
	if err := w.Release(t.Context(), rahima, w.conversation("61"), bot.ReleaseEnd); err != nil {
		t.Fatal(err)
	}
	w.paper.await(t, "62", 3)
	if owner, agent := w.owned("62"); owner != flows.OwnerAgent || agent != "rahima" {
		t.Errorf("the next one is with %s %s", owner, agent)
	}
}

// By hand, the queue waits however many are on duty.
func TestNothingIsAssignedByHand(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	w := newTown(t, settings{now: clock.now})
	if _, err := w.GoOnDuty(t.Context(), w.agent("rahima"), handoff.Stated{}); err != nil {
		t.Fatal(err)
	}
	w.talk("61", "মানুষ")
	clock.forward(31 * time.Minute)
	w.paper.await(t, "61", 3) // the missed promise: the queue's jobs have run
	if owner, _ := w.owned("61"); owner != flows.OwnerQueue {
		t.Errorf("it is with %s", owner)
	}
}

// Many ask at once while agents take and assignment runs in two processes:
// each conversation comes to one person, who says so once.
func TestManyAskWhileManyAnswer(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	first := newTown(t, settings{now: clock.now, flows: []string{"assign: by_hand", "assign: automatic"}})
	second := newTown(t, settings{now: clock.now, dsn: first.pool.Config().ConnString(), redis: first.redis, paper: first.paper, flows: []string{"assign: by_hand", "assign: automatic"}})
	const people, capacity = 20, 3
	five := capacity
	for i := range 5 {
		if _, err := first.GoOnDuty(t.Context(), first.agent(fmt.Sprint("agent", i)), handoff.Stated{Capacity: &five}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			w := []*town{first, second}[i%2]
			e := bot.Event{Kind: bot.EventMessage, Channel: "paper", Address: fmt.Sprint(6100 + i), ProviderID: fmt.Sprint("m", i), At: clock.now(), Text: "মানুষ"}
			if err := w.Accept(t.Context(), []bot.Event{e}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	eventually(t, "everybody with room to have as many as they take", func() bool {
		return first.count(`SELECT count(*) FROM conversations WHERE owner = 'agent'`) >= 5*capacity
	})
	if n := first.count(`SELECT count(*) FROM conversations WHERE owner = 'queue'`); n != people-5*capacity {
		t.Errorf("%d wait, want %d", n, people-5*capacity)
	}
	if n := first.count(`SELECT count(*) FROM (SELECT 1 FROM conversations WHERE owner = 'agent' GROUP BY agent_id HAVING count(*) > $1) x`, capacity); n != 0 {
		t.Errorf("%d agents have more than they take", n)
	}
	if n := first.count(`SELECT count(*) FROM messages WHERE text LIKE 'আমি agent%'`); n != 5*capacity {
		t.Errorf("%d were told who has joined, want %d", n, 5*capacity)
	}
}

func TestAbsentAgentsConversationComesBack(t *testing.T) {
	t.Parallel()
	clock := monday(10)
	w := newTown(t, settings{now: clock.now})
	w.talk("61", "মানুষ")
	rahima := w.agent("rahima")
	if _, err := w.GoOnDuty(t.Context(), rahima, handoff.Stated{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Take(t.Context(), rahima, w.conversation("61"), rahima.Name); err != nil {
		t.Fatal(err)
	}
	if err := w.Reply(t.Context(), rahima, w.conversation("61"), handoff.Written{Text: "আসছি"}); err != nil {
		t.Fatal(err)
	}
	w.paper.await(t, "61", 4)
	if _, err := w.GoOffDuty(t.Context(), rahima); err != nil {
		t.Fatal(err)
	}
	clock.forward(121 * time.Minute)
	if got := w.paper.await(t, "61", 5); got.Text != "আরেকজন কর্মী শিগগির উত্তর দেবেন। একটু অপেক্ষা করুন।" {
		t.Errorf("told %q", got.Text)
	}
	c, err := w.desk.ConversationHead(t.Context(), w.conversation("61"))
	if err != nil || c.Owner != flows.OwnerQueue || c.Reason != "off_duty" || c.PromisedAt == nil {
		t.Errorf("%+v, %v", c, err)
	}
	// MENU takes the citizen back to the bot, as from any queue.
	if got := w.talk("61", "মেনু"); !strings.Contains(got.Text, "কী দরকার?") {
		t.Errorf("told %q", got.Text)
	}
	if owner, _ := w.owned("61"); owner != flows.OwnerBot {
		t.Errorf("it is with %s", owner)
	}
}

// Passed on in the evening: the citizen is told when somebody is there again.
func TestPassedOnWhenTheOfficeIsClosed(t *testing.T) {
	t.Parallel()
	clock := monday(20)
	w := newTown(t, settings{now: clock.now})
	w.talk("61", "মানুষ")
	if err := w.Pass(t.Context(), w.agent("rahima"), w.conversation("61"), handoff.Assignment{Team: "waste"}); err != nil {
		t.Fatal(err)
	}
	if got := w.paper.await(t, "61", 3); !strings.Contains(got.Text, "আগামীকাল সকাল ৯টায়") {
		t.Errorf("told %q", got.Text)
	}
	c, err := w.desk.ConversationHead(t.Context(), w.conversation("61"))
	if err != nil || c.Team != "waste" || c.PromisedAt == nil || c.PromisedAt.Format("02 15:04") != "24 09:30" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestPresenceIsHintedAt(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	rahima, hints := w.agent("rahima"), w.listen(t)
	for _, change := range []func() error{
		func() error { _, err := w.GoOnDuty(t.Context(), rahima, handoff.Stated{}); return err },
		func() error { _, err := w.GoOffDuty(t.Context(), rahima); return err },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		hinted(hints, bot.HintPresence, "")
	}
}

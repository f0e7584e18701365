package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// newsroom is a town with Messenger, SMS, mail and a supervisor, whose clock
// stands still.
type newsroom struct {
	*town
	messenger, sms *paper
	letters        *letters
	boss           handoff.Viewer

	mu    sync.Mutex
	clock time.Time
}

func (n *newsroom) now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.clock
}

// at puts the clock to a time of day in Dhaka.
func (n *newsroom) at(day, hour, minute int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.clock = time.Date(2026, 11, day, hour, minute, 0, 0, handoff.Dhaka())
}

func newNewsroom(t *testing.T) *newsroom {
	t.Helper()
	n := &newsroom{messenger: newPaper(), sms: newPaper(), letters: &letters{}}
	n.at(26, 12, 0)
	n.town = newTown(t, settings{paper: n.messenger, channel: windowed{line{n.messenger, "messenger"}}, more: []bot.Channel{line{n.sms, "sms"}}, mailer: n.letters, now: n.now})
	n.boss = n.agent("boss")
	n.boss.Role = handoff.RoleSupervisor
	return n
}

// wrote lets somebody write on Messenger, who is then a contact.
func (n *newsroom) wrote(address, text string) uuid.UUID {
	n.t.Helper()
	had := len(n.messenger.to(address))
	said := n.text(address, text)
	said.Channel, said.At = "messenger", n.now()
	n.accept(said)
	n.messenger.await(n.t, address, had+1)
	eventually(n.t, "the turn's other replies", func() bool {
		return n.count(`SELECT count(*) FROM messages WHERE channel = 'messenger' AND status IN ('queued', 'sending') AND send_after IS NULL`) == 0
	})
	var contact uuid.UUID
	if err := n.pool.QueryRow(n.t.Context(), `UPDATE contacts SET name = $1 WHERE id = (SELECT contact_id FROM identities WHERE address = $1) RETURNING id`, address).Scan(&contact); err != nil {
		n.t.Fatal(err)
	}
	return contact
}

// known is a contact of whom only a phone or a mail address is known.
func (n *newsroom) known(name, phone, email string) {
	n.t.Helper()
	n.exec(`INSERT INTO contacts (id, name, phone, email, language, created_at, updated_at) VALUES ($1, $2, $3, $4, 'bn', $5, $5)`, handoff.NewID(), name, phone, email, n.now())
}

func fogging() broadcasts.Draft {
	return broadcasts.Draft{Title: "Fogging", Topic: "news", Words: broadcasts.Words{
		Messenger: map[string]string{"bn": "কাল ফগিং।"}, SMS: map[string]string{"bn": "কাল ফগিং (SMS)।"},
		Mail: map[string]string{"bn": "কাল ফগিং হবে।"}, Subject: map[string]string{"bn": "ফগিং"},
	}}
}

// send schedules a broadcast for now.
func (n *newsroom) send(d broadcasts.Draft) uuid.UUID {
	n.t.Helper()
	id, err := n.news.Create(n.t.Context(), n.boss, d)
	if err == nil {
		err = n.news.Schedule(n.t.Context(), n.boss, id, time.Time{})
	}
	if err != nil {
		n.t.Fatal(err)
	}
	n.StirBroadcasts()
	return id
}

func (n *newsroom) state(id uuid.UUID) broadcasts.State {
	n.t.Helper()
	b, err := n.news.Broadcast(n.t.Context(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	return b.State
}

func (n *newsroom) done(id uuid.UUID) {
	n.t.Helper()
	eventually(n.t, "the broadcast's end", func() bool { n.StirBroadcasts(); return n.state(id) == broadcasts.StateDone })
}

// ledger is every way of every recipient, by name.
func (n *newsroom) ledger(id uuid.UUID) string {
	n.t.Helper()
	var lines []string
	err := n.news.Rows(n.t.Context(), id, func(r broadcasts.Row) error {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Contact.Name, r.Way, r.Status, r.Reason)))
		return nil
	})
	if err != nil {
		n.t.Fatal(err)
	}
	slices.SortStableFunc(lines, func(x, y string) int {
		return strings.Compare(strings.Fields(x)[0], strings.Fields(y)[0])
	})
	return strings.Join(lines, "; ")
}

func TestBroadcastGoesByTheWayThatIsOpen(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.wrote("61", "ড্রেন")
	n.wrote("62", "স্টপ")
	n.known("b", "+8801700000001", "b@city.example")
	n.known("c", "+8801700000001", "")
	n.known("d", "", "d@city.example")
	n.known("e", "", "")
	p, err := n.PlanDraft(t.Context(), fogging())
	if err != nil || p.Reached() != 3 || p.OptedOut != 1 || p.Unreachable != 1 || p.Twice != 1 || p.Segments != 1 || p.Priced {
		t.Fatalf("%+v, %v", p, err)
	}
	id := n.send(fogging())
	n.done(id)
	want := "61 messenger sent; 62 messenger skipped stopped; 62 template skipped no template; 62 sms skipped no address; 62 mail skipped no address; " +
		"b messenger skipped no address; b sms sent; c  skipped told already; d messenger skipped no address; d sms skipped no address; d mail sent; " +
		"e messenger skipped no address; e template skipped no template; e sms skipped no address; e mail skipped no address"
	if got := n.ledger(id); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if told := n.messenger.to("61"); told[len(told)-1].Text != "কাল ফগিং।" {
		t.Errorf("told %q", told[len(told)-1].Text)
	}
	mail := n.letters.all()
	if len(mail) != 1 || mail[0].To != "d@city.example" || mail[0].Subject != "ফগিং" || !strings.HasPrefix(mail[0].Unsubscribe, "https://city.example/unsubscribe/") || !strings.Contains(mail[0].Text, mail[0].Unsubscribe) {
		t.Errorf("mail %+v", mail)
	}
	n.accept(bot.Event{Kind: bot.EventReceipt, Channel: "messenger", Address: "61", Status: "delivered", MessageID: n.messenger.to("61")[len(n.messenger.to("61"))-1].ID},
		bot.Event{Kind: bot.EventReceipt, Channel: "sms", Address: "+8801700000001", Status: "delivered", ProviderIDs: []string{"sent-" + n.sms.to("+8801700000001")[0].ID}})
	c, err := n.news.Progress(t.Context(), id)
	if err != nil || c != (broadcasts.Counts{Total: 6, Delivered: 2, Sent: 1, Skipped: 3}) {
		t.Errorf("%+v, %v", c, err)
	}
	if r, err := n.news.Results(t.Context(), id); err != nil || len(r.Ways) != 3 || len(r.Failures) != 3 || r.Segments != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestBroadcastTakesTheNextWay(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	who := n.wrote("61", "ড্রেন")
	n.exec(`UPDATE contacts SET phone = '+8801700000001', email = 'a@city.example' WHERE id = $1`, who)
	n.messenger.fail = func(bot.Outgoing) error { return &bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "closed"} }
	n.sms.fail = func(bot.Outgoing) error { return &bot.SendError{Outcome: bot.SendReject, Text: "no such number"} }
	id := n.send(fogging())
	n.done(id)
	got := n.ledger(id)
	for _, want := range []string{"61 messenger failed send: reject", "61 sms failed send: reject", "61 mail sent"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	// What may have arrived is not sent by another way.
	n.sms.fail, n.letters.fail = nil, errors.New("the line broke")
	n.known("b", "", "b@city.example")
	id = n.send(fogging())
	n.done(id)
	if got := n.ledger(id); !strings.Contains(got, "b mail unknown send: unknown: the line broke") || !strings.Contains(got, "61 sms sent") {
		t.Error(got)
	}
}

func TestBroadcastRestsInQuietHours(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.known("b", "+8801700000001", "")
	n.at(26, 20, 59)
	if _, quiet := n.BroadcastsRest(); quiet {
		t.Error("quiet at 20:59")
	}
	n.at(26, 21, 0)
	id := n.send(fogging())
	for _, at := range [][3]int{{26, 21, 0}, {26, 23, 59}, {27, 0, 0}, {27, 7, 59}} {
		n.at(at[0], at[1], at[2])
		until, quiet := n.BroadcastsRest()
		if !quiet || until.In(handoff.Dhaka()).Format("2 15:04") != "27 08:00" {
			t.Errorf("%v: quiet %v until %v", at, quiet, until)
		}
		n.StirBroadcasts()
		eventually(t, "its beginning", func() bool { return n.state(id) == broadcasts.StateSending })
	}
	if len(n.sms.to("+8801700000001")) > 0 {
		t.Error("told at night")
	}
	n.at(27, 8, 0)
	n.done(id)
	n.at(27, 22, 0)
	d := fogging()
	urgent := n.send(d)
	eventually(t, "its beginning", func() bool { return n.state(urgent) == broadcasts.StateSending })
	if err := n.news.Override(t.Context(), n.boss, urgent, " "); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := n.news.Override(t.Context(), n.boss, urgent, "The dam breaks"); err != nil {
		t.Fatal(err)
	}
	n.done(urgent)
	if n.count(`SELECT count(*) FROM audit_log WHERE what = 'broadcast.override' AND after->>'emergency' = 'The dam breaks' AND agent_id = $1`, n.boss.AgentID) != 1 {
		t.Error("the audit log does not say so")
	}
}

func TestBroadcastIsPausedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for i := range 10 {
		n.known(fmt.Sprint("p", i), fmt.Sprintf("+88017000000%02d", i), "")
	}
	d := fogging()
	d.PerMinute = map[broadcasts.Family]int{broadcasts.FamilySMS: 60} // two in two seconds, and the clock stands still
	id := n.send(d)
	told := func() int {
		c, err := n.news.Progress(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Sent
	}
	eventually(t, "the first two", func() bool { n.StirBroadcasts(); return told() == 2 })
	if err := n.news.Pause(t.Context(), n.boss, id); err != nil {
		t.Fatal(err)
	}
	n.at(26, 12, 1)
	if c, err := n.news.Claim(t.Context(), id, broadcasts.FamilySMS, broadcasts.Setting{}); err != nil || !c.None {
		t.Errorf("handed over while it is paused: %+v, %v", c, err)
	}
	if err := n.news.Pause(t.Context(), n.boss, id); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("paused twice: %v", err)
	}
	if err := n.news.Resume(t.Context(), n.boss, id); err != nil {
		t.Fatal(err)
	}
	eventually(t, "two more", func() bool { n.StirBroadcasts(); return told() == 4 })
	if err := n.news.Cancel(t.Context(), n.boss, id); err != nil {
		t.Fatal(err)
	}
	c, err := n.news.Progress(t.Context(), id)
	if err != nil || c != (broadcasts.Counts{Total: 10, Sent: 4, Skipped: 6}) || n.state(id) != broadcasts.StateCancelled {
		t.Errorf("%+v, %v", c, err)
	}
	if list, _ := n.news.Results(t.Context(), id); len(list.Failures) != 1 || list.Failures[0].Reason != broadcasts.ReasonEnded {
		t.Errorf("%+v", list.Failures)
	}
}

// What the outbox holds and has not begun to send waits again when a broadcast
// is paused.
func TestPauseTakesMessagesOutOfTheOutbox(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.wrote("61", "ড্রেন")
	n.messenger.fail = func(bot.Outgoing) error { return &bot.SendError{Outcome: bot.SendPause, Text: "dead token"} }
	id := n.send(fogging())
	eventually(t, "a message in the outbox", func() bool {
		return n.count(`SELECT count(*) FROM messages WHERE kind = 'broadcast' AND status = 'queued'`) == 1
	})
	if err := n.news.Pause(t.Context(), n.boss, id); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its withdrawal", func() bool {
		_ = n.news.Withdraw(context.Background(), id)
		return n.count(`SELECT count(*) FROM messages WHERE kind = 'broadcast' AND status IN ('queued', 'sending')`) == 0
	})
	if c, err := n.news.Progress(t.Context(), id); err != nil || c.Waiting != 1 {
		t.Errorf("it does not wait again: %+v, %v", c, err)
	}
}

// A message that its channel does not take for too long goes by the next way.
func TestBroadcastDoesNotWaitForABrokenChannel(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	who := n.wrote("61", "ড্রেন")
	n.exec(`UPDATE contacts SET phone = '+8801700000001' WHERE id = $1`, who)
	n.messenger.fail = func(bot.Outgoing) error { return &bot.SendError{Outcome: bot.SendPause, Text: "dead token"} }
	id := n.send(fogging())
	eventually(t, "a message that was not taken", func() bool {
		return n.count(`SELECT count(*) FROM messages WHERE kind = 'broadcast' AND status = 'queued' AND error IS NOT NULL`) == 1
	})
	n.at(26, 12, 6)
	n.done(id)
	if got := n.ledger(id); got != "61 messenger failed channel is paused; 61 template skipped no template; 61 sms sent" && got != "61 messenger failed channel is paused; 61 sms sent" {
		t.Error(got)
	}
}

func TestTopicIsLeftAndJoinedByText(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.wrote("61", "হ্যালো")
	last := func() string { said := n.messenger.to("61"); return said[len(said)-1].Text }
	for i, c := range []struct{ says, wants, hears string }{
		{"খবর বন্ধ", "false", "নগরের খবর"},
		{"START NEWS", "true", "খবর"},
		{"stop news", "false", "খবর"},
		{"Stop News", "false", "খবর"},
	} {
		n.at(26, 12, i+1)
		n.wrote("61", c.says)
		var wanted string
		if err := n.pool.QueryRow(t.Context(), `SELECT wanted::text FROM subscriptions WHERE topic = 'news' ORDER BY at DESC, id DESC LIMIT 1`).Scan(&wanted); err != nil || wanted != c.wants {
			t.Errorf("%s: wanted %s, %v", c.says, wanted, err)
		}
		if !strings.Contains(last(), c.hears) || strings.Contains(last(), "{") {
			t.Errorf("%s: %q", c.says, last())
		}
	}
	if n.count(`SELECT count(*) FROM subscriptions`) != 3 {
		t.Error("what stood so already was noted again")
	}
	id := n.send(fogging())
	n.done(id)
	if got := n.ledger(id); !strings.Contains(got, "messenger skipped left the topic") || strings.Contains(got, "sent") {
		t.Error(got)
	}
	d := fogging()
	d.Topic = "health"
	id = n.send(d)
	n.done(id)
	if got := n.ledger(id); got != "61 messenger sent" {
		t.Error(got)
	}
}

func TestStaffTestABroadcast(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	id, err := n.news.Create(t.Context(), n.boss, fogging())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.TestBroadcast(t.Context(), n.boss, id, flows.WaySMS, "bn", "12"); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("no number: %v", err)
	}
	for way, to := range map[flows.Way]string{flows.WaySMS: "০১৭১২৩৪৫৬৭৮", flows.WayMail: ""} {
		one, err := n.TestBroadcast(t.Context(), n.boss, id, way, "en", to)
		if err != nil || one.Status != broadcasts.StatusSent || one.Language != "bn" {
			t.Errorf("%s: %+v, %v", way, one, err)
		}
	}
	if len(n.sms.to("+8801712345678")) != 1 || n.letters.all()[0].To != "boss@city.example" || n.letters.all()[0].Unsubscribe != "" {
		t.Error("not sent to whoever asked")
	}
	if list, err := n.news.Tests(t.Context(), id); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	if r, err := n.news.Results(t.Context(), id); err != nil || r.Tests != 2 || r.Total != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

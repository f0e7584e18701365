package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// line is a paper under the name of a real channel.
type line struct {
	*paper
	name string
}

func (l line) Name() string { return l.name }

func (l line) Face() flows.Face { return flows.Face{Name: l.name, Short: l.name == "sms"} }

// Send takes an SMS for pay, as a gateway called city does.
func (l line) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	sent, err := l.paper.Send(ctx, out)
	var e *bot.SendError
	switch paid := (spending.Paid{Gateway: "city", Segments: 2, Unicode: true}); {
	case l.name != "sms":
	case err == nil:
		sent.Paid = paid
	case errors.As(err, &e) && e.Outcome == bot.SendUnknown:
		e.Paid = paid
	}
	return sent, err
}

// windowed is a line that takes messages for a day, as Messenger does.
type windowed struct{ line }

func (windowed) Windows() (anybody, staff time.Duration) { return 24 * time.Hour, 7 * 24 * time.Hour }

// letters is a Mailer that keeps what it is given.
type letters struct {
	mu   sync.Mutex
	sent []bot.Letter
	fail error
}

func (l *letters) Send(_ context.Context, one bot.Letter) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.sent = append(l.sent, one)
	}
	return l.fail
}

func (l *letters) all() []bot.Letter {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sent)
}

// post is a town with Messenger, SMS and mail, and somebody with a case.
type post struct {
	*town
	messenger, sms, web *paper
	letters             *letters
	boss                handoff.Viewer
	number              int64
}

// newPost lets somebody file a case on Messenger, who has told the phone and
// the mail address given.
func newPost(t *testing.T, phone, email string) *post {
	t.Helper()
	p := &post{messenger: newPaper(), sms: newPaper(), web: newPaper(), letters: &letters{}, boss: handoff.Viewer{Role: handoff.RoleSupervisor}}
	p.town = newTown(t, settings{paper: p.messenger, channel: windowed{line{p.messenger, "messenger"}}, more: []bot.Channel{line{p.sms, "sms"}, line{p.web, "web"}}, mailer: p.letters})
	said := p.text("61", "ড্রেন")
	said.Channel = "messenger"
	p.accept(said)
	p.messenger.await(t, "61", 1)
	p.boss = p.agent("boss")
	p.boss.Role = handoff.RoleSupervisor
	p.number = 10001
	p.exec(`UPDATE contacts SET phone = $1, email = $2, language = 'bn'`, phone, email)
	p.exec(`INSERT INTO cases (number, flow, kind, title, status, team, contact_id, conversation_id, channel, answers, opened_at, updated_at, place)
		SELECT $1, 'drainage', 'complaint', 'Drain', 'in_progress', 'drainage', contact_id, id, channel, '{}', opened_at, opened_at, '' FROM conversations`, p.number)
	return p
}

// settles resolves the case and waits until the notice has an outcome; it
// returns that and the ways as "way status reason".
func (p *post) settles() (outcome, ways string) {
	p.t.Helper()
	k, err := p.desk.ResolveCase(p.t.Context(), p.boss, p.number, handoff.Resolution{Note: "পাইপ বদলানো হয়েছে"})
	if err != nil {
		p.t.Fatal(err)
	}
	p.CaseMoved(p.t.Context(), k)
	eventually(p.t, "the notice's outcome", func() bool {
		p.exec(`UPDATE notices SET next_at = now() WHERE next_at > now() + interval '1 second' AND next_at < now() + interval '40 seconds'`)
		return p.count(`SELECT count(*) FROM notices WHERE outcome <> ''`) == 1
	})
	var list []string
	rows, err := p.pool.Query(p.t.Context(), `SELECT n.outcome, h.way, COALESCE(m.status, h.status), h.reason FROM notices n JOIN notice_hops h ON h.notice_id = n.id LEFT JOIN messages m ON m.id = h.message_id ORDER BY h.n`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var way, status, reason string
		if err := rows.Scan(&outcome, &way, &status, &reason); err != nil {
			p.t.Fatal(err)
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", way, status, reason)))
	}
	return outcome, strings.Join(list, "; ")
}

func TestResolvedIsToldOnMessengerAndByMail(t *testing.T) {
	t.Parallel()
	p := newPost(t, "+8801712345678", "rahim@example.org")
	outcome, ways := p.settles()
	if want := "messenger sent; template skipped window open; sms skipped reached before; web skipped no address; mail sent"; ways != want || outcome != "told" {
		t.Errorf("%s by %s\nwant %s", outcome, ways, want)
	}
	told := p.messenger.to("61")
	if last := told[len(told)-1].Text; !strings.Contains(last, "১০০০১") || !strings.Contains(last, "পাইপ বদলানো হয়েছে") {
		t.Errorf("told %q", last)
	}
	if mail := p.letters.all(); len(mail) != 1 || mail[0].To != "rahim@example.org" || !strings.Contains(mail[0].Subject, "১০০০১") || mail[0].Thread != "case-10001" {
		t.Errorf("mail %+v", mail)
	}
	if len(p.sms.to("+8801712345678")) > 0 {
		t.Error("told by SMS as well")
	}
}

func TestNextWayIsTakenWhenOneFails(t *testing.T) {
	t.Parallel()
	p := newPost(t, "+8801712345678", "")
	p.messenger.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "the window has closed"}
	}
	outcome, ways := p.settles()
	if !strings.HasPrefix(ways, "messenger failed") || !strings.Contains(ways, "sms sent") || outcome != "told" {
		t.Errorf("%s by %s", outcome, ways)
	}
	texts := p.sms.to("+8801712345678")
	if len(texts) != 1 || strings.Contains(texts[0].Text, "পাইপ") {
		t.Errorf("the SMS to a number that proves nothing says %+v", texts)
	}
}

func TestDoubtfulNoticeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	p := newPost(t, "+8801712345678", "")
	calls := 0
	p.messenger.fail = func(out bot.Outgoing) error {
		if strings.Contains(out.Text, "১০০০১") { // not what the dialogue still has to say
			calls++
		}
		return &bot.SendError{Outcome: bot.SendUnknown, Text: "no answer"}
	}
	outcome, ways := p.settles()
	if outcome != "unknown" || !strings.HasPrefix(ways, "messenger unknown") || len(p.sms.to("+8801712345678")) > 0 {
		t.Errorf("%s by %s", outcome, ways)
	}
	if p.messenger.mu.Lock(); calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
	p.messenger.mu.Unlock()
}

func TestAfterTheWindowSMSIsTaken(t *testing.T) {
	t.Parallel()
	p := newPost(t, "+8801712345678", "")
	p.exec(`UPDATE conversations SET last_in_at = $1`, time.Now().Add(-30*time.Hour))
	if outcome, ways := p.settles(); outcome != "told" || !strings.HasPrefix(ways, "messenger skipped window closed; template skipped no template; sms sent") {
		t.Errorf("%s by %s", outcome, ways)
	}
}

// Whoever ends in the middle of a call leaves a notice that may have arrived:
// it is not sent again.
func TestCutOffNoticeIsUnknown(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.exec(`INSERT INTO notices (id, case_number, contact_id, event, at, next_at) SELECT gen_random_uuid(), number, contact_id, 'resolved', now(), now() + interval '1 hour' FROM cases`)
	p.exec(`INSERT INTO notice_hops (notice_id, n, way, beside, channel, address, status, at) SELECT id, 0, 'sms', false, 'sms', '+8801712345678', 'sending', now() FROM notices`)
	p.exec(`UPDATE notices SET next_at = now()`)
	eventually(t, "the outcome", func() bool { return p.count(`SELECT count(*) FROM notices WHERE outcome = 'unknown'`) == 1 })
	if len(p.sms.to("+8801712345678")) > 0 {
		t.Error("it was sent again")
	}
}

func TestLateCasesAreToldOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.exec(`UPDATE cases SET due_at = now() - interval '1 hour'`)
	for range 2 {
		if _, err := p.desk.NoteDelays(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
	}
	if n := p.count(`SELECT count(*) FROM notices WHERE event = 'delayed'`); n != 1 {
		t.Errorf("%d notices", n)
	}
}

// Whoever was told how a case stands does not hear it as news on coming back;
// what has changed since the notice is news still.
func TestToldByNoticeIsNoNews(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.settles()
	if n := p.count(`SELECT count(*) FROM cases WHERE told = 'resolved'`); n != 1 {
		t.Error("it is on record as not told")
	}
	p.exec(`UPDATE cases SET told = 'new'`)
	p.exec(`UPDATE notices SET outcome = '', next_at = NULL`)
	p.exec(`UPDATE cases SET status = 'reopened', updated_at = now() + interval '1 second'`)
	p.exec(`UPDATE notices SET next_at = now()`)
	eventually(t, "the outcome", func() bool { return p.count(`SELECT count(*) FROM notices WHERE outcome = 'told'`) == 1 })
	if n := p.count(`SELECT count(*) FROM cases WHERE told = 'new'`); n != 1 {
		t.Error("what came after the notice counts as told")
	}
}

// A process that ends between the plan and the message leaves a hop without
// one: it is put there once, with the id on record.
func TestMessageThatWasNotPutIsPutOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.exec(`INSERT INTO notices (id, case_number, contact_id, event, at, next_at) SELECT gen_random_uuid(), number, contact_id, 'resolved', now(), now() + interval '1 hour' FROM cases`)
	p.exec(`INSERT INTO notice_hops (notice_id, n, way, beside, channel, address, identity_id, message_id, status, at)
		SELECT n.id, 0, 'messenger', false, 'messenger', i.address, i.id, gen_random_uuid(), 'queued', now() FROM notices n, identities i`)
	p.exec(`UPDATE notices SET next_at = now()`)
	eventually(t, "the outcome", func() bool {
		p.exec(`UPDATE notices SET next_at = now() WHERE next_at > now() + interval '1 second' AND next_at < now() + interval '40 seconds'`)
		return p.count(`SELECT count(*) FROM notices WHERE outcome = 'told'`) == 1
	})
	if n := p.count(`SELECT count(*) FROM messages m JOIN notice_hops h ON h.message_id = m.id WHERE m.kind = 'notice' AND m.status = 'sent'`); n != 1 {
		t.Errorf("%d messages under the id on record", n)
	}
}

// Whoever knows us by the web chat alone finds the notice in the conversation.
func TestWebChatIsTheLastWay(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.exec(`UPDATE identities SET channel = 'web'`)
	p.exec(`UPDATE conversations SET channel = 'web', last_in_at = $1`, time.Now().Add(-30*24*time.Hour))
	if outcome, ways := p.settles(); outcome != "told" || !strings.Contains(ways, "web sent") {
		t.Errorf("%s by %s", outcome, ways)
	}
	if told := p.web.to("61"); len(told) != 1 || !strings.Contains(told[0].Text, "১০০০১") {
		t.Errorf("told %+v", told)
	}
}

func TestWhatWasDoneIsShownInTheMail(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "rahim@example.org")
	store, err := photos.NewStore(p.dir + "/photos")
	if err != nil {
		t.Fatal(err)
	}
	var shot bytes.Buffer
	if err := jpeg.Encode(&shot, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Keep(&shot)
	if err != nil {
		t.Fatal(err)
	}
	p.exec(`INSERT INTO photos (id, case_number, channel, source, status, sha256, at, after) VALUES ($1, $2, 'console', '', 'kept', $3, now(), true),
		($4, $2, 'console', '', 'kept', $5, now(), true)`, handoff.NewID(), p.number, kept.SHA256, handoff.NewID(), strings.Repeat("0", 64))
	p.settles()
	mail := p.letters.all()
	if len(mail) != 1 || len(mail[0].Photos) != 1 {
		t.Fatalf("%d mails, of which the first has not the one photo that is there", len(mail))
	}
	if _, err := jpeg.Decode(bytes.NewReader(mail[0].Photos[0])); err != nil {
		t.Error(err)
	}
}

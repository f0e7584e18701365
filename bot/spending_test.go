package bot_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// budget bounds a month, at a price of half a taka for a segment.
func (p *post) budget(amount spending.Amount, hard bool) {
	p.t.Helper()
	if err := p.spent.SetBudget(p.t.Context(), uuid.Nil, spending.Budget{Amount: amount, Hard: hard}); err != nil {
		p.t.Fatal(err)
	}
}

// priced is a post whose gateway takes half a taka for a segment, so that an
// SMS costs one.
func priced(t *testing.T, phone, email string) *post {
	t.Helper()
	p := newPost(t, phone, email)
	y, m, d := time.Now().In(handoff.Dhaka()).Date()
	now := time.Date(y, m, d, 0, 0, 0, 0, handoff.Dhaka())
	if err := p.spent.SetPrice(t.Context(), uuid.Nil, spending.Price{Gateway: "city", Since: now, Plain: spending.Taka / 4, Unicode: spending.Taka / 2}); err != nil {
		t.Fatal(err)
	}
	return p
}

// texts lets the citizen write by SMS and waits for what is on record then of
// the n-th reply.
func (p *post) texts(n int) {
	p.t.Helper()
	said := p.text(citizen, "ড্রেন")
	said.Channel = "sms"
	p.accept(said)
	eventually(p.t, "the reply's outcome", func() bool {
		return p.count(`SELECT count(*) FROM messages WHERE channel = 'sms' AND direction = 'out' AND status IN ('sent', 'failed')`) >= n
	})
}

// What a gateway took is paid for each time, also when nobody knows whether it
// did.
func TestEveryHandoverOfAnSMSIsPaidFor(t *testing.T) {
	t.Parallel()
	p := priced(t, "", "")
	var tries atomic.Int32
	p.sms.fail = func(bot.Outgoing) error {
		switch tries.Add(1) {
		case 1:
			return &bot.SendError{Outcome: bot.SendUnknown, Text: "the connection broke"}
		case 2:
			return &bot.SendError{Outcome: bot.SendRetry, Text: "busy"}
		default:
			return nil
		}
	}
	said := p.text(citizen, "ড্রেন")
	said.Channel = "sms"
	p.accept(said)
	eventually(t, "the reply", func() bool {
		p.exec(`UPDATE messages SET send_after = now() WHERE send_after > now()`)
		p.exec(`UPDATE conversations SET outbox_until = now() WHERE channel = 'sms' AND outbox_until > now() AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.status = 'queued')
			AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.status = 'sending')`)
		return len(p.sms.to(citizen)) > 0
	})
	id, rahima := p.conversation(citizen), p.agent("rahima")
	if err := p.Take(t.Context(), rahima, id, ""); err != nil {
		t.Fatal(err)
	}
	if err := p.Reply(t.Context(), rahima, id, handoff.Written{Text: "আসছি", Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the agent's reply", func() bool { return p.count(`SELECT count(*) FROM sms_handovers WHERE kind = 'agent'`) == 1 })
	if n := p.count(`SELECT count(*) FROM sms_handovers h JOIN messages m ON m.id = h.ref WHERE h.kind = 'bot' AND m.seq = (SELECT min(seq) FROM messages WHERE conversation_id = $1 AND direction = 'out')`, id); n != 2 {
		t.Errorf("the first reply was handed over twice, and %d are on record", n)
	}
	if n := p.count(`SELECT count(*) FROM sms_handovers WHERE cost <> 100000 OR segments <> 2 OR NOT unicode OR gateway <> 'city'`); n != 0 {
		t.Errorf("%d have another cost", n)
	}
}

func TestNoticeBySMSIsPaidFor(t *testing.T) {
	t.Parallel()
	p := priced(t, citizen, "")
	p.messenger.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "the window has closed"}
	}
	if outcome, ways := p.settles(); outcome != "told" || !strings.Contains(ways, "sms sent") {
		t.Fatalf("%s by %s", outcome, ways)
	}
	if n := p.count(`SELECT count(*) FROM sms_handovers h JOIN notices n ON n.id = h.ref WHERE h.kind = 'notice' AND h.cost = 100000`); n != 1 {
		t.Errorf("%d are on record", n)
	}
	var sent string
	if err := p.pool.QueryRow(t.Context(), `SELECT provider_id FROM sms_handovers`).Scan(&sent); err != nil {
		t.Fatal(err)
	}
	p.accept(bot.Event{Kind: bot.EventReceipt, Channel: "sms", ProviderIDs: []string{sent}, Status: "delivered", Cost: &bot.Cost{Each: spending.Taka}})
	if n := p.count(`SELECT count(*) FROM sms_handovers WHERE cost = 200000 AND stated`); n != 1 {
		t.Error("the provider's word on what it cost does not count")
	}
}

// With the budget used up what is told unasked takes the next way; whoever
// writes is still answered, unless the stop is hard. Who is in danger always is.
func TestBudgetStopsWhatIsToldUnasked(t *testing.T) {
	t.Parallel()
	p := priced(t, citizen, "rahim@example.org")
	p.messenger.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendReject, Closed: true, Text: "the window has closed"}
	}
	p.exec(`INSERT INTO sms_handovers VALUES (gen_random_uuid(), now(), 'city', 'broadcast', gen_random_uuid(), NULL, 2, true, 100000, false)`)
	p.budget(spending.Taka, false)
	p.texts(1)
	p.exec(`UPDATE identities SET contact_id = (SELECT contact_id FROM cases)`) // the notice would go to the same number
	outcome, ways := p.settles()
	if !strings.Contains(ways, "sms skipped budget") || !strings.Contains(ways, "mail sent") || outcome != "told" {
		t.Errorf("%s by %s", outcome, ways)
	}
	if n := len(p.sms.to(citizen)); n == 0 {
		t.Error("whoever wrote was not answered")
	}
	p.budget(spending.Taka, true)
	had := len(p.sms.to(citizen))
	p.texts(p.count(`SELECT count(*) FROM messages WHERE channel = 'sms' AND direction = 'out'`) + 1)
	if n := p.count(`SELECT count(*) FROM messages WHERE channel = 'sms' AND status = 'failed' AND error LIKE 'send: reject (budget)%'`); n == 0 || len(p.sms.to(citizen)) != had {
		t.Errorf("%d replies are stopped, %d went out", n, len(p.sms.to(citizen))-had)
	}
	fire := p.text(citizen, "আগুন লেগেছে")
	fire.Channel = "sms"
	p.accept(fire)
	eventually(t, "the emergency line", func() bool {
		return slices.ContainsFunc(p.sms.to(citizen)[had:], func(m bot.Outgoing) bool { return strings.Contains(m.Text, "৯৯৯") })
	})
}

// An alarm is raised once, and ends when the budget is raised.
func TestBudgetAlarms(t *testing.T) {
	t.Parallel()
	p := priced(t, "", "")
	p.exec(`INSERT INTO sms_handovers VALUES (gen_random_uuid(), now(), 'city', 'bot', gen_random_uuid(), NULL, 2, true, 100000, false)`)
	p.exec(`INSERT INTO sms_balances (gateway, amount, currency, told_at, asked_at, least) VALUES ('city', 100, 'BDT', now(), now(), 200)`)
	const ofMoney = `kind IN ('balance', 'near', 'budget')` // a busy machine may raise others
	open := func() (kinds string) {
		err := p.pool.QueryRow(t.Context(), `SELECT COALESCE(string_agg(kind, ' ' ORDER BY kind), '') FROM alarms WHERE cleared_at IS NULL AND `+ofMoney).Scan(&kinds)
		if err != nil {
			t.Fatal(err)
		}
		return kinds
	}
	// A round that was under way when the budget changed may not have seen it.
	watched := func(want string) func() bool {
		return func() bool {
			if err := p.Background().Again(t.Context(), "watch_spending"); err != nil {
				t.Fatal(err)
			}
			return open() == want
		}
	}
	for _, row := range []struct {
		budget spending.Amount
		want   string
	}{{0, "balance"}, {2 * spending.Taka, "balance"}, {spending.Taka * 5 / 4, "balance near"}, {spending.Taka, "balance budget"}, {spending.Taka / 2, "balance budget"}, {3 * spending.Taka, "balance"}} {
		p.budget(row.budget, false)
		eventually(t, row.want, watched(row.want))
	}
	p.exec(`UPDATE sms_balances SET amount = 200`)
	eventually(t, "the end of all", watched(""))
	if n := p.count(`SELECT count(*) FROM alarms WHERE ` + ofMoney); n != 3 {
		t.Errorf("%d alarms were raised, want each once", n)
	}
}

package broadcasts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// noon is when the tests begin: 12:00 in Dhaka.
var noon = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC)

// shipped is the city's own catalogue, with a template for broadcasts.
var shipped = sync.OnceValue(func() *flows.Catalog {
	text, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		panic(err)
	}
	changed := strings.Replace(string(text), "  quiet: 21:00-8:00", "  template: city_news\n  quiet: 21:00-8:00", 1)
	c, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: []byte(changed)})
	if c == nil {
		panic(fmt.Sprint(faults))
	}
	return c
})

// office is a database with a supervisor who sends news.
type office struct {
	*broadcasts.Store
	t     testing.TB
	pool  *pgxpool.Pool
	boss  handoff.Viewer
	set   broadcasts.Setting
	clock *handofftest.Clock
}

func newOffice(t testing.TB) *office {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	o := &office{t: t, pool: pool, clock: handofftest.NewClock(noon), boss: handoff.Viewer{AgentID: handoff.NewID(), Name: "Rokeya", Role: handoff.RoleSupervisor}}
	o.Store = broadcasts.New(pool, shipped, o.clock.Now)
	o.exec(`INSERT INTO agents (id, email, name, role, created_at) VALUES ($1, 'boss@city.example', 'Rokeya', 'supervisor', $2)`, o.boss.AgentID, noon)
	o.set = broadcasts.Setting{
		On:     map[broadcasts.Family]bool{broadcasts.FamilyMessenger: true, broadcasts.FamilySMS: true, broadcasts.FamilyMail: true},
		Window: 24 * time.Hour,
		Fit:    func(_ broadcasts.Family, text string) []string { return []string{text} },
		Template: func(name, lang, text string) []byte {
			return fmt.Appendf(nil, `{"template":{"name":%q,"lang":%q,"values":[%q]}}`, name, lang, text)
		},
	}
	return o
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.pool.Exec(context.Background(), sql, args...); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		o.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// person makes a contact out of words: "messenger-2h" has written on Messenger
// two hours ago, "sms-stopped" has sent STOP by SMS, "phone" and "mail" have told
// theirs, "left" and "left-sms" want no news, "joined" does, "en" speaks English,
// "ward-5" lives there.
func (o *office) person(words string) uuid.UUID {
	o.t.Helper()
	id := handoff.NewID()
	tail := id.String()[28:]
	o.exec(`INSERT INTO contacts (id, name, created_at, updated_at, language) VALUES ($1, $2, $3, $3, 'bn')`, id, words, noon)
	for _, w := range strings.Fields(words) {
		name, how, _ := strings.Cut(w, "-")
		switch name {
		case "phone":
			if how == "" {
				how = tail
			}
			o.exec(`UPDATE contacts SET phone = $2 WHERE id = $1`, id, "+88017"+how)
		case "mail":
			if how == "" {
				how = tail
			}
			o.exec(`UPDATE contacts SET email = $2 WHERE id = $1`, id, how+"@city.example")
		case "left", "joined":
			o.clock.Forward(time.Second)
			o.exec(`INSERT INTO subscriptions (id, contact_id, topic, channel, wanted, at) VALUES ($1, $2, 'news', $3, $4, $5)`, handoff.NewID(), id, how, name == "joined", o.clock.Now())
		case "en":
			o.exec(`UPDATE contacts SET language = 'en' WHERE id = $1`, id)
		case "ward":
			o.exec(`UPDATE contacts SET ward = $2::text::integer WHERE id = $1`, id, how)
		case "erased":
			o.exec(`UPDATE contacts SET erased_at = $2 WHERE id = $1`, id, noon)
		default:
			o.identity(id, name, how, tail)
		}
	}
	return id
}

func (o *office) identity(contact uuid.UUID, channel, how, tail string) {
	o.t.Helper()
	address, heard, id := tail, o.clock.Now(), handoff.NewID()
	if channel == "sms" {
		address = "+88017" + tail
	}
	if ago, err := time.ParseDuration(how); err == nil {
		heard = heard.Add(-ago)
	}
	o.exec(`INSERT INTO identities (id, contact_id, channel, address, muted, created_at) VALUES ($1, $2, $3, $4, $5, $6)`, id, contact, channel, address, how == "stopped", heard)
	o.exec(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at, closed_at) VALUES ($1, $2, $3, $4, 1, 'bot', '{}', $5, $5, $5, $5)`,
		handoff.NewID(), id, contact, channel, heard)
}

// draft is one that says something by every channel.
func draft() broadcasts.Draft {
	return broadcasts.Draft{
		Title: "Fogging tomorrow", Topic: "news",
		Words: broadcasts.Words{
			Messenger: map[string]string{"bn": "কাল সকাল ৭টায় ফগিং হবে।", "en": "Fogging tomorrow at 7."},
			SMS:       map[string]string{"bn": "কাল সকাল ৭টায় ফগিং।", "en": "Fogging tomorrow at 7."},
			Mail:      map[string]string{"bn": "কাল সকাল ৭টায় ফগিং হবে।"}, Subject: map[string]string{"bn": "ফগিং"},
		},
	}
}

// begun is a broadcast that is being sent.
func (o *office) begun(d broadcasts.Draft) uuid.UUID {
	o.t.Helper()
	id := o.scheduled(d)
	if ok, err := o.Begin(context.Background(), id, o.set); err != nil || !ok {
		o.t.Fatal(ok, err)
	}
	return id
}

func (o *office) scheduled(d broadcasts.Draft) uuid.UUID {
	o.t.Helper()
	id, err := o.Create(context.Background(), o.boss, d)
	if err == nil {
		err = o.Schedule(context.Background(), o.boss, id, time.Time{})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// ledger is every line of a broadcast as "name: way status reason", in order.
func (o *office) ledger(id uuid.UUID) (lines []string) {
	o.t.Helper()
	err := o.Rows(context.Background(), id, func(r broadcasts.Row) error {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", r.Contact.Name, r.Way, r.Status, r.Reason)))
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return lines
}

// claim takes what a family may send now, and fails the test on an error.
func (o *office) claim(id uuid.UUID, f broadcasts.Family) broadcasts.Claimed {
	o.t.Helper()
	c, err := o.Claim(context.Background(), id, f, o.set)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		o.t.Fatal(err)
	}
	return c
}

package handoff_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff"
	"nagorik/handoff/handofftest"
)

// record is a database of the test's own with rows put into it by hand.
type record struct {
	*handoff.Desk
	t     testing.TB
	pool  *pgxpool.Pool
	clock *handofftest.Clock
	n     int64
}

// secretKey is the SECRET_KEY of the tests.
const secretKey = "a key of the tests that nobody else has"

func newRecord(t testing.TB) *record {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	c := handofftest.NewClock(time.Date(2026, 11, 23, 9, 30, 0, 0, handoff.Dhaka()))
	desk, err := handoff.New(handoff.Options{Pool: pool, Now: c.Now, Secret: []byte(secretKey), PasswordCost: handofftest.PasswordCost()})
	if err != nil {
		t.Fatal(err)
	}
	return &record{Desk: desk, t: t, pool: pool, clock: c, n: 10000}
}

func (r *record) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.pool.Exec(context.Background(), sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

// person is somebody with one identity.
type person struct{ contact, identity uuid.UUID }

func (r *record) person(name, phone, email string) person {
	r.t.Helper()
	p := person{handoff.NewID(), handoff.NewID()}
	r.exec(`INSERT INTO contacts (id, name, name_folded, phone, email, ward, language, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 12, 'bn', $6, $6)`,
		p.contact, name, handoff.FoldName(name), phone, email, r.clock.Now())
	r.exec(`INSERT INTO identities (id, contact_id, channel, address, name, created_at) VALUES ($1, $2, 'web', $3, $4, $5)`,
		p.identity, p.contact, p.identity.String(), name, r.clock.Now())
	return p
}

// talk is a conversation to be put on record; empty fields have defaults.
type talk struct {
	owner, team string
	ward        *int
	agent       *uuid.UUID
	closed      bool
}

func (r *record) conversation(p person, c talk) uuid.UUID {
	r.t.Helper()
	id := handoff.NewID()
	if c.owner == "" {
		c.owner = "bot"
	}
	var closed *time.Time
	if c.closed {
		at := r.clock.Now()
		closed = &at
	}
	r.exec(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, team, ward, agent_id, checkpoint, opened_at, last_in_at, last_at, closed_at)
		VALUES ($1, $2, $3, 'web', 1, $4, $5, $6, $7, '{}', $8, $8, $8, $9)`, id, p.identity, p.contact, c.owner, c.team, c.ward, c.agent, r.clock.Now(), closed)
	return id
}

func (r *record) message(conversation uuid.UUID, seq int64, direction, author, text string, agent *uuid.UUID) uuid.UUID {
	r.t.Helper()
	id := handoff.NewID()
	r.exec(`INSERT INTO messages (id, conversation_id, seq, direction, author, agent_id, channel, kind, text, status, at)
		VALUES ($1, $2, $3, $4, $5, $6, 'web', 'text', $7, 'delivered', $8)`, id, conversation, seq, direction, author, agent, text, r.clock.Now())
	return id
}

// matter is a case to be put on record; empty fields have defaults.
type matter struct {
	flow, kind, title, status, team, place string
	ward                                   *int
	agent                                  *uuid.UUID
}

func (r *record) file(p person, conversation uuid.UUID, m matter) int64 {
	r.t.Helper()
	r.n++
	for field, value := range map[*string]string{&m.flow: "drainage", &m.kind: "complaint", &m.title: "জলাবদ্ধতা", &m.status: "new", &m.team: "drainage"} {
		if *field == "" {
			*field = value
		}
	}
	r.exec(`INSERT INTO cases (number, flow, kind, title, status, team, agent_id, ward, place, contact_id, conversation_id, channel, answers, opened_at, due_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'web', '{"what":["blocked"],"ward":12}', $12, $13, $12)`,
		r.n, m.flow, m.kind, m.title, m.status, m.team, m.agent, m.ward, m.place, p.contact, conversation, r.clock.Now(), r.clock.Now().Add(48*time.Hour))
	r.exec(`INSERT INTO case_timeline (id, case_number, at, kind, text) VALUES ($1, $2, $3, 'opened', $4)`, handoff.NewID(), r.n, r.clock.Now(), m.title)
	return r.n
}

func (r *record) photo(conversation, message uuid.UUID, number *int64) uuid.UUID {
	r.t.Helper()
	id := handoff.NewID()
	r.exec(`INSERT INTO photos (id, conversation_id, message_id, case_number, channel, source, status, sha256, type, width, height, at)
		VALUES ($1, $2, $3, $4, 'web', '', 'kept', $5, 'image/jpeg', 640, 480, $6)`, id, conversation, message, number, fmt.Sprintf("%064x", id[:]), r.clock.Now())
	return id
}

// agent makes an account and returns what it sees.
func (r *record) agent(email string, role handoff.Role, teams []string, wards []int) handoff.Viewer {
	r.t.Helper()
	a, _, err := r.AddAgent(r.t.Context(), handoff.NewAgent{Email: email, Name: "Rahima " + email, Role: role, Teams: teams, Wards: wards})
	if err != nil {
		r.t.Fatal(err)
	}
	return a.Viewer()
}

// all is a viewer who sees everything.
var all = handoff.Viewer{Role: handoff.RoleSupervisor}

func ptr[T any](v T) *T { return &v }

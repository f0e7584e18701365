package handoff_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// past is a record in which there is something of every kind from three years
// ago and from now, and an old case that is still open.
type past struct {
	*record
	old, open, fresh uuid.UUID // people
	boss             handoff.Viewer
}

func newPast(t *testing.T) *past {
	t.Helper()
	p := &past{record: newRecord(t)}
	p.boss = p.agent("boss@example.org", handoff.RoleAdministrator, nil, nil)
	now := p.clock.Now()
	for i, who := range []struct {
		to     *uuid.UUID
		at     time.Time
		status string
	}{{&p.old, now.AddDate(-3, 0, 0), "closed"}, {&p.open, now.AddDate(-3, 0, 0), "in_progress"}, {&p.fresh, now.AddDate(0, 0, -9), "closed"}} {
		k := p.person("Rahim", "+880171234567"+string(rune('0'+i)), "")
		*who.to = k.contact
		talk := p.conversation(k, talk{closed: true})
		p.exec(`UPDATE contacts SET created_at = $2, updated_at = $2 WHERE id = $1`, k.contact, who.at)
		p.exec(`UPDATE conversations SET opened_at = $2, last_in_at = $2, last_at = $2, closed_at = $2 WHERE id = $1`, talk, who.at)
		message := handoff.NewID()
		p.exec(`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, detail, status, at) VALUES ($1, $2, 1, 'in', 'contact', 'web', 'text', 'secret', '{"lat": 1}', 'received', $3)`, message, talk, who.at)
		p.exec(`INSERT INTO cases (number, flow, kind, title, status, contact_id, conversation_id, channel, answers, opened_at, updated_at) VALUES ($1, 'drainage', 'complaint', 'Drain', $2, $3, $4, 'web', '{}', $5, $5)`,
			20001+i, who.status, k.contact, talk, who.at)
		p.exec(`INSERT INTO photos (id, conversation_id, message_id, case_number, channel, source, status, sha256, at) VALUES ($1, $2, $3, $4, 'web', '', 'kept', $5, $6)`,
			handoff.NewID(), talk, message, 20001+i, sha256Of(i), who.at)
	}
	for _, at := range []time.Time{now.AddDate(-3, 0, 0), now} {
		p.exec(`INSERT INTO dead_turns (id, at, channel, address, event, error) VALUES ($1, $2, 'web', '', '{}', 'x')`, handoff.NewID(), at)
		p.exec(`INSERT INTO audit_log (id, at, what, subject) VALUES ($1, $2, 'case.start', '20001')`, handoff.NewID(), at)
	}
	return p
}

func sha256Of(i int) string { return string(rune('a'+i)) + "000" }

func (p *past) left(sql string, args ...any) (n int) {
	p.t.Helper()
	if err := p.pool.QueryRow(p.t.Context(), sql, args...).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *past) forgets(months map[handoff.RetentionKind]int) {
	p.t.Helper()
	if err := p.Retain(p.t.Context(), p.boss, months); err != nil {
		p.t.Fatal(err)
	}
	if err := p.Forget(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func TestNothingIsForgottenUnasked(t *testing.T) {
	p := newPast(t)
	p.forgets(nil)
	if n := p.left(`SELECT (SELECT count(*) FROM messages WHERE text = 'secret') + (SELECT count(*) FROM photos) + (SELECT count(*) FROM dead_turns)`); n != 3+3+2 {
		t.Errorf("%d of 8 are left", n)
	}
}

func TestEveryKindIsForgottenByItself(t *testing.T) {
	for kind, want := range map[handoff.RetentionKind]struct {
		sql  string
		left int
	}{
		handoff.RetainWords:  {`SELECT count(*) FROM messages WHERE text = 'secret' AND detail IS NOT NULL`, 2},
		handoff.RetainPhotos: {`SELECT count(*) FROM photos`, 2},
		handoff.RetainPeople: {`SELECT count(*) FROM contacts WHERE erased_at IS NULL AND name <> ''`, 2},
		handoff.RetainFaults: {`SELECT count(*) FROM dead_turns`, 1},
		handoff.RetainAudit:  {`SELECT count(*) FROM audit_log WHERE what = 'case.start'`, 1},
	} {
		t.Run(string(kind), func(t *testing.T) {
			p := newPast(t)
			everything := `SELECT (SELECT count(*) FROM conversations) + (SELECT count(*) FROM cases) + (SELECT count(*) FROM messages)`
			counted := p.left(everything)
			if err := p.Retain(t.Context(), p.boss, map[handoff.RetentionKind]int{kind: 12}); err != nil {
				t.Fatal(err)
			}
			due := 0
			list, err := p.Retentions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				if r.Kind == kind {
					due = r.Due
				} else if r.Due != 0 {
					t.Errorf("%s is due too: %+v", r.Kind, r)
				}
			}
			if due != 1 {
				t.Errorf("%d are due, want 1", due)
			}
			for range 2 { // what is done is not done again
				p.forgets(nil)
				if n := p.left(want.sql); n != want.left {
					t.Errorf("%d are left, want %d", n, want.left)
				}
			}
			if n := p.left(everything); n != counted {
				t.Errorf("the record counts %d things, before %d", n, counted)
			}
			log, err := p.AuditLog(t.Context(), handoff.AuditFilter{What: "retention.forget"})
			if err != nil || len(log.Items) != 1 {
				t.Errorf("in the log: %+v, %v", log.Items, err)
			}
			if n := p.left(`SELECT count(*) FROM photo_removals`); (n > 0) != (kind == handoff.RetainPhotos || kind == handoff.RetainPeople) {
				t.Errorf("%d files go", n)
			}
		})
	}
}

func TestForgettingIsCutOffAnywhere(t *testing.T) {
	p := newPast(t)
	if err := p.Retain(t.Context(), p.boss, map[handoff.RetentionKind]int{handoff.RetainWords: 12, handoff.RetainPeople: 12}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Forget(ctx); err == nil {
		t.Error("an ended context forgets")
	}
	p.forgets(nil)
	if n := p.left(`SELECT count(*) FROM messages WHERE text = 'secret'`); n != 2 {
		t.Errorf("%d texts are left, want 2", n)
	}
}

func TestRetentionHasBounds(t *testing.T) {
	p := newPast(t)
	for _, months := range []map[handoff.RetentionKind]int{{handoff.RetainWords: -1}, {handoff.RetainWords: 241}, {handoff.RetainAudit: 11}, {"everything": 12}} {
		if err := p.Retain(t.Context(), p.boss, months); !errors.Is(err, handoff.ErrInvalid) {
			t.Errorf("%v: %v", months, err)
		}
	}
	if err := p.Retain(t.Context(), p.boss, map[handoff.RetentionKind]int{handoff.RetainAudit: 12, handoff.RetainFaults: 1}); err != nil {
		t.Fatal(err)
	}
	log, err := p.AuditLog(t.Context(), handoff.AuditFilter{What: "retention.change"})
	if err != nil || len(log.Items) != 1 {
		t.Errorf("in the log: %+v, %v", log.Items, err)
	}
}

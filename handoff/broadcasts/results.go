package broadcasts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// Bounds of what is shown and tested.
const (
	maxFailures = 50
	maxTests    = 20
	testsADay   = 30 // of one of the staff
)

// add counts n that are how far.
func (c *Counts) add(s Status, n int) {
	c.Total += n
	switch s {
	case StatusWaiting, StatusPlanned:
		c.Waiting += n
	case StatusSending, StatusQueued:
		c.Sending += n
	case StatusSent:
		c.Sent += n
	case StatusDelivered:
		c.Delivered += n
	case StatusFailed:
		c.Failed += n
	case StatusUnknown:
		c.Unknown += n
	case StatusSkipped:
		c.Skipped += n
	}
}

// Progress counts how many recipients are how far. It reads an index alone and
// may be asked for often. One that has not begun has none.
func (s *Store) Progress(ctx context.Context, id uuid.UUID) (c Counts, err error) {
	rows, err := s.pool.Query(ctx, `SELECT status, count(*) FROM broadcast_recipients WHERE broadcast_id = $1 GROUP BY status`, id)
	if err != nil {
		return c, fmt.Errorf("count the recipients of a broadcast: %w", err)
	}
	var status Status
	var n int
	if _, err = pgx.ForEachRow(rows, []any{&status, &n}, func() error { c.add(status, n); return nil }); err != nil {
		return c, fmt.Errorf("count the recipients of a broadcast: %w", err)
	}
	return c, nil
}

// Results are what has become of a broadcast so far.
func (s *Store) Results(ctx context.Context, id uuid.UUID) (r Results, err error) {
	if _, err := s.Broadcast(ctx, id); err != nil {
		return r, err
	}
	if r.Counts, err = s.Progress(ctx, id); err != nil {
		return r, err
	}
	if err = s.byWay(ctx, id, &r); err == nil {
		err = s.failures(ctx, id, &r)
	}
	if err == nil {
		err = s.pool.QueryRow(ctx, `SELECT count(*) FROM broadcast_tests WHERE broadcast_id = $1`, id).Scan(&r.Tests)
	}
	if err != nil {
		return r, fmt.Errorf("read the results of a broadcast: %w", err)
	}
	return r, nil
}

// taken are the statuses of a way that somebody was told by, or was to be.
const taken = `h.status NOT IN ('planned', 'skipped')`

func (s *Store) byWay(ctx context.Context, id uuid.UUID, r *Results) error {
	rows, err := s.pool.Query(ctx, `SELECT h.way, h.status, count(*), sum(CASE WHEN h.status IN ('sent', 'delivered', 'unknown') THEN h.segments ELSE 0 END)
		FROM broadcast_recipients r JOIN broadcast_hops h ON h.recipient_id = r.id WHERE r.broadcast_id = $1 AND `+taken+` GROUP BY h.n, h.way, h.status ORDER BY h.n`, id)
	if err != nil {
		return err
	}
	var way flows.Way
	var status Status
	var n, parts int
	_, err = pgx.ForEachRow(rows, []any{&way, &status, &n, &parts}, func() error {
		if last := len(r.Ways) - 1; last < 0 || r.Ways[last].Way != way {
			r.Ways = append(r.Ways, WayResult{Way: way})
		}
		w := &r.Ways[len(r.Ways)-1]
		w.add(status, n)
		w.Segments += parts
		r.Segments += parts
		return nil
	})
	return err
}

func (s *Store) failures(ctx context.Context, id uuid.UUID, r *Results) error {
	rows, err := s.pool.Query(ctx, `SELECT COALESCE(h.way, ''), r.status, COALESCE(NULLIF(r.reason, ''), h.reason, ''), count(*) FROM broadcast_recipients r
		LEFT JOIN LATERAL (SELECT way, reason FROM broadcast_hops h WHERE h.recipient_id = r.id AND `+taken+` ORDER BY n DESC LIMIT 1) h ON true
		WHERE r.broadcast_id = $1 AND r.status IN ('failed', 'unknown', 'skipped') GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT $2`, id, maxFailures)
	if err != nil {
		return err
	}
	var f Failure
	_, err = pgx.ForEachRow(rows, []any{&f.Way, &f.Status, &f.Reason, &f.N}, func() error {
		r.Failures = append(r.Failures, f)
		return nil
	})
	return err
}

// Rows hands the ledger over line by line: every way of every recipient, and a
// line for whoever has none yet. An error of take ends it.
func (s *Store) Rows(ctx context.Context, id uuid.UUID, take func(Row) error) error {
	rows, err := s.pool.Query(ctx, `SELECT r.id, r.contact_id, c.name, COALESCE(h.way, ''), COALESCE(h.language, ''), COALESCE(h.segments, 0), COALESCE(h.status, r.status), COALESCE(h.reason, r.reason), COALESCE(h.at, r.at)
		FROM broadcast_recipients r JOIN contacts c ON c.id = r.contact_id LEFT JOIN broadcast_hops h ON h.recipient_id = r.id WHERE r.broadcast_id = $1 ORDER BY r.id, h.n`, id)
	if err != nil {
		return fmt.Errorf("read the ledger of a broadcast: %w", err)
	}
	var r Row
	_, err = pgx.ForEachRow(rows, []any{&r.Recipient, &r.Contact.ID, &r.Contact.Name, &r.Way, &r.Language, &r.Segments, &r.Status, &r.Reason, &r.At}, func() error { return take(r) })
	if err != nil {
		return fmt.Errorf("read the ledger of a broadcast: %w", err)
	}
	return nil
}

// Tests are what staff have sent to themselves, the newest first, at most 20.
func (s *Store) Tests(ctx context.Context, id uuid.UUID) (list []Test, err error) {
	rows, err := s.pool.Query(ctx, `SELECT t.id, t.agent_id, a.name, t.way, t.language, t.segments, t.status, t.reason, t.at
		FROM broadcast_tests t JOIN agents a ON a.id = t.agent_id WHERE t.broadcast_id = $1 ORDER BY t.id DESC LIMIT $2`, id, maxTests)
	if err != nil {
		return nil, fmt.Errorf("list tests of a broadcast: %w", err)
	}
	var t Test
	_, err = pgx.ForEachRow(rows, []any{&t.ID, &t.By.ID, &t.By.Name, &t.Way, &t.Language, &t.Segments, &t.Status, &t.Reason, &t.At}, func() error {
		list = append(list, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tests of a broadcast: %w", err)
	}
	return list, nil
}

// BeginTest notes that somebody of the staff sends a broadcast to himself, and
// returns its text in the language that is there. ErrConflict after 30 a day; a
// FieldError where the broadcast says nothing by that way.
func (s *Store) BeginTest(ctx context.Context, v handoff.Viewer, id uuid.UUID, way flows.Way, language string) (t Test, b Broadcast, err error) {
	if b, err = s.Broadcast(ctx, id); err != nil {
		return t, b, err
	}
	first := s.catalog().Languages()[0]
	text, lang := b.Words.In(familyOf(way), language, first)
	if text == "" {
		return t, b, fault("way", "has no text in this broadcast")
	}
	t = Test{ID: handoff.NewID(), By: handoff.Ref{ID: v.AgentID, Name: v.Name}, Way: way, Language: lang, Status: StatusSending, At: s.now()}
	if way == flows.WaySMS {
		t.Segments = segments(b.Words, lang, first).Segments
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		var today int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM broadcast_tests WHERE agent_id = $1 AND at > $2`, v.AgentID, t.At.Add(-24*time.Hour)).Scan(&today)
		if err != nil {
			return err
		}
		if today >= testsADay {
			return fmt.Errorf("%d tests in a day: %w", today, handoff.ErrConflict)
		}
		_, err = tx.Exec(ctx, `INSERT INTO broadcast_tests (id, broadcast_id, agent_id, way, language, segments, status, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			t.ID, id, v.AgentID, way, lang, t.Segments, t.Status, t.At)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, v.AgentID, "broadcast.test", id, nil, map[string]string{"channel": string(way)})
	})
	if err != nil {
		return t, b, fmt.Errorf("test a broadcast: %w", err)
	}
	return t, b, nil
}

// EndTest notes what became of a test, and what was paid for.
func (s *Store) EndTest(ctx context.Context, t Test, paid []spending.Handover) error {
	q := &pgx.Batch{}
	q.Queue(`UPDATE broadcast_tests SET status = $2, reason = $3 WHERE id = $1`, t.ID, t.Status, cut(clean(t.Reason)))
	spending.Queue(q, s.now(), paid)
	if err := s.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("record a test of a broadcast: %w", err)
	}
	return nil
}

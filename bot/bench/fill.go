package bench

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff/figures"
)

// fillStep is how many contacts are written in one transaction.
const fillStep = 50_000

// idBase is the beginning of the ids of rows that were there before: 1 January
// 2025 in milliseconds. The n-th has n more.
const idBase = 1_735_689_600_000

// A pre-made row's id is UUIDv7 in form: its number where the time stands.
const (
	idOf     = `(lpad(to_hex(%d + n), 12, '0') || '70008%d00000000000000')::uuid`
	contactN = 1
	personN  = 2
	threadN  = 3
	messageN = 4
)

func idExpr(kind int) string { return fmt.Sprintf(idOf, int64(idBase), kind) }

// fill writes contacts who wrote before, each with a closed conversation, and
// their share of the messages. The database makes the rows itself.
func fill(ctx context.Context, dsn string, contacts, messages int, out io.Writer) error {
	if contacts == 0 {
		return nil
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to fill the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// The references are right by construction; checking millions takes minutes.
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	for done := 0; done < contacts; done += fillStep {
		upto := min(done+fillStep, contacts)
		some := rows{from: done, upto: upto, first: share(messages, done, contacts), last: share(messages, upto, contacts), contacts: contacts, messages: messages}
		if err := fillSome(ctx, conn, some); err != nil {
			return err
		}
		fmt.Fprintf(out, "\rfilled %d of %d contacts, %d of %d messages", upto, contacts, some.last, messages)
	}
	fmt.Fprintln(out)
	if err := count(ctx, dsn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `VACUUM (ANALYZE)`); err != nil {
		return fmt.Errorf("vacuum the filled database: %w", err)
	}
	return nil
}

func share(of, part, whole int) int { return int(int64(of) * int64(part) / int64(whole)) }

// rows are contacts from+1 to upto and messages first+1 to last, out of all
// that there will be.
type rows struct {
	from, upto         int
	first, last        int
	contacts, messages int
}

// people are the statements that make contacts, from the first to the last.
func people() []string {
	contact, person, thread := idExpr(contactN), idExpr(personN), idExpr(threadN)
	const (
		of  = ` FROM generate_series($1::bigint, $2::bigint) AS n`
		ago = `now() - interval '1 day'`
	)
	return []string{
		`INSERT INTO contacts (id, name, name_folded, ward, language, created_at, updated_at)
			SELECT ` + contact + `, 'নাগরিক ' || n, 'nagorik ' || n, 1 + n % 12, 'bn', ` + ago + `, ` + ago + of,
		`INSERT INTO identities (id, contact_id, channel, address, created_at)
			SELECT ` + person + `, ` + contact + `, 'messenger', (` + fmt.Sprint(uint64(psidBase)) + ` + n)::text, ` + ago + of,
		`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, flow, language, ward, checkpoint, opened_at, last_in_at, last_at, closed_at)
			SELECT ` + thread + `, ` + person + `, ` + contact + `, 'messenger', 7, 'bot', 'drainage', 'bn', 1 + n % 12, '{}', ` +
			ago + `, ` + ago + `, ` + ago + `, ` + ago + of,
	}
}

// said is the statement that makes messages, the first and last in all of so
// many contacts and messages.
func said() string {
	thread := fmt.Sprintf(`(lpad(to_hex(%d + 1 + (n - 1) * $3::bigint / $4::bigint), 12, '0') || '70008%d00000000000000')::uuid`, int64(idBase), threadN)
	return `INSERT INTO messages (id, conversation_id, seq, direction, author, channel, provider_id, kind, text, status, at)
		SELECT ` + idExpr(messageN) + `, ` + thread + `, n, CASE n % 2 WHEN 1 THEN 'in' ELSE 'out' END,
			CASE n % 2 WHEN 1 THEN 'contact' ELSE 'bot' END, 'messenger', 'm_old_' || n, CASE n % 2 WHEN 1 THEN 'text' ELSE 'prompt' END,
			'ঠিক কোথায়? রোড, বাড়ি বা কাছের চেনা জায়গা লিখুন। ' || n, CASE n % 2 WHEN 1 THEN 'delivered' ELSE 'sent' END, now() - interval '1 day'
		FROM generate_series($1::bigint, $2::bigint) AS n`
}

// count has what was filled counted for the reports, so that the load does not
// share the machine with that.
func count(ctx context.Context, dsn string) error {
	pool, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to count what was filled: %w", err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, `INSERT INTO figure_changes (everything) VALUES (true)`); err != nil {
		return fmt.Errorf("count what was filled: %w", err)
	}
	_, err = figures.Fold(ctx, pool)
	return err
}

// fillSome writes some rows in one transaction.
func fillSome(ctx context.Context, conn *pgx.Conn, r rows) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, sql := range people() {
			if _, err := tx.Exec(ctx, sql, r.from+1, r.upto); err != nil {
				return err
			}
		}
		if r.last == r.first {
			return nil
		}
		_, err := tx.Exec(ctx, said(), r.first+1, r.last, r.contacts, r.messages)
		return err
	})
	if err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	return nil
}

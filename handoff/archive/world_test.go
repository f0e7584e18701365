package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/handofftest"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// testTime is when the tests' backups are made.
var testTime = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

// oneRow needs no other.
const oneRow = `INSERT INTO missed_phrases (folded, flow, state, language, shown, n, first_at, last_at) VALUES ('মশা', '', '', 'bn', 'মশা', 2, now(), now())`

// filling puts rows into every table: texts that COPY has to escape, Bangla, emoji, empty against null, arrays, bytes,
// numbers and times at their ends. A new table needs a row here.
var filling = []string{
	`INSERT INTO contacts (id, name, name_folded, phone, email, ward, language, created_at, updated_at)
	 SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'রহিমা ' || i || E'\t\\N \\.\n' || '👩🏽‍🦱', 'rahima', '+88017' || i, '', NULLIF(i % 12, 0), 'bn',
	        '2026-11-23 05:00:00.123456+06'::timestamptz + i * interval '1 second', 'infinity' FROM generate_series(1, 700) i`,
	`INSERT INTO identities (id, contact_id, channel, address, created_at, profile_due)
	 SELECT id, id, 'messenger', phone, created_at, NULL FROM contacts`,
	`INSERT INTO remembered SELECT id, 'place', 'text', to_jsonb(E'বাড়ি ৫, "রোড" \\ ১২\n'::text), created_at FROM contacts LIMIT 5`,
	`INSERT INTO agents (id, email, name, role, teams, wards, password_hash, created_at)
	 VALUES ('00000000-0000-7000-8000-00000000a001', 'karim@city.example', 'করিম', 'agent', '{"জল, নালা",NULL,"{}"}', '{1,12}', '$argon2id$x', now())`,
	`INSERT INTO sign_in_links VALUES ('\x00ff10', '00000000-0000-7000-8000-00000000a001', now(), NULL)`,
	`INSERT INTO api_tokens VALUES ('\xdeadbeef00', '00000000-0000-7000-8000-00000000a001', now(), NULL)`,
	`INSERT INTO catalogs (files, hash, source, note, published_at)
	 VALUES ('[{"name":"a.yaml","text":"x: \"y\\n\"\n"}]', 'h1', 'built-in', '', now()), ('[]', 'h2', 'command', 'দ্বিতীয়', now())`,
	`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, agent_id, checkpoint, opened_at, last_in_at, last_at)
	 SELECT id, id, id, 'messenger', 9007199254740993, 'agent', '00000000-0000-7000-8000-00000000a001', '{"a":[1.0,1e30,null]}', created_at, created_at, created_at FROM contacts`,
	`INSERT INTO messages (id, conversation_id, seq, direction, author, channel, provider_id, kind, text, detail, status, at, attempts)
	 SELECT gen_random_uuid(), id, n, 'in', 'contact', 'messenger', 'm_' || id || n, 'text', repeat('ড্রেন বন্ধ ', 40) || chr(8) || E'\r\n\\t', NULL, 'received', created_at, -32768
	 FROM contacts, generate_series(1, 6) n`,
	`INSERT INTO cases (number, flow, kind, title, status, lat, lon, contact_id, conversation_id, channel, answers, opened_at, updated_at)
	 SELECT nextval('case_numbers'), 'drainage', 'complaint', 'নালা', 'new', 23.810331999999999, 'NaN', id, id, 'messenger', '{}', created_at, '-infinity' FROM contacts LIMIT 40`,
	`INSERT INTO case_timeline SELECT gen_random_uuid(), number, opened_at, 'opened', NULL, '' FROM cases`,
	`INSERT INTO photos (id, conversation_id, message_id, case_number, channel, source, status, sha256, at)
	 SELECT gen_random_uuid(), m.conversation_id, m.id, (SELECT min(number) FROM cases), 'web', '', 'kept', repeat('0', 64), now() FROM messages m LIMIT 1`,
	`INSERT INTO notes SELECT gen_random_uuid(), contact_id, number, '00000000-0000-7000-8000-00000000a001', 'দেখা দরকার', now() FROM cases LIMIT 2`,
	`INSERT INTO dead_turns VALUES (gen_random_uuid(), now(), 'web', '', '{"text":"\\u0000"}', 'boom')`,
	`INSERT INTO conversation_log (id, conversation_id, at, what, agent_id, reason) SELECT gen_random_uuid(), id, opened_at, 'taken', agent_id, 'asked' FROM conversations LIMIT 3`,
	`INSERT INTO audit_log VALUES (gen_random_uuid(), now(), '00000000-0000-7000-8000-00000000a001', 'case.start', '10001', NULL, '{"status": "in_progress"}')`,
	`INSERT INTO recovery_codes VALUES ('00000000-0000-7000-8000-00000000a001', '\x01ff', NULL)`,
	`INSERT INTO staff_sessions VALUES ('\x02ff', '00000000-0000-7000-8000-00000000a001', '\x7b7d', now(), now())`,
	`INSERT INTO sign_in_attempts VALUES ('\x03ff', 3, now(), NULL)`,
	`INSERT INTO sms_prices VALUES ('twilio', '2026-11-01', 450000, 450000, now())`,
	`INSERT INTO sms_handovers VALUES (gen_random_uuid(), now(), 'twilio', 'notice', gen_random_uuid(), 'twilio>SM1', 3, true, NULL, false)`,
	`INSERT INTO sms_budget VALUES (true, 10000000, false, now())`,
	`INSERT INTO sms_balances VALUES ('twilio', -5, 'USD', now(), 'no answer', now(), NULL)`,
	`INSERT INTO alarms (id, kind, raised_at) VALUES (gen_random_uuid(), 'danger', now())`,
	`INSERT INTO phone_codes (id, contact_id, phone, language, status, at, expires_at, try_after) SELECT gen_random_uuid(), id, '+8801712345678', 'bn', 'sent', now(), now(), now() FROM contacts LIMIT 1`,
	`INSERT INTO contact_merges (id, contact_id, gone_id, at, kept, gone, merged, moved) SELECT gen_random_uuid(), id, gen_random_uuid(), now(), '{}', '{}', '{}', '{}' FROM contacts LIMIT 1`,
	`INSERT INTO catalog_drafts (agent_id, base, files, changed_at) SELECT a.id, c.version, c.files, c.published_at FROM agents a, catalogs c LIMIT 1`,
	`INSERT INTO drafts (agent_id, conversation_id, text, at) SELECT a.id, c.id, 'আসছি', c.opened_at FROM agents a, conversations c LIMIT 1`,
	`INSERT INTO conversation_notes (id, conversation_id, seq, agent_id, text, at) SELECT gen_random_uuid(), c.id, 511, a.id, 'দেখবেন', c.opened_at FROM agents a, conversations c LIMIT 1`,
	`INSERT INTO mentions (note_id, agent_id) SELECT id, agent_id FROM conversation_notes`,
	`INSERT INTO canned_replies (id, title, bn, en, agent_id, changed_at) SELECT gen_random_uuid(), 'Soon', 'শিগগির', 'Soon', id, created_at FROM agents LIMIT 1`,
	`INSERT INTO ward_aliases (id, words, sound, ward, agent_id, at) SELECT gen_random_uuid(), 'বটতলা মোড়', 'b t t l', 5, id, created_at FROM agents LIMIT 1`,
	`INSERT INTO ward_layers (id, name, layer, wards, at) VALUES (gen_random_uuid(), 'wards.geojson', '{}', 12, now())`,
	`INSERT INTO notices (id, case_number, contact_id, event, at) SELECT gen_random_uuid(), number, contact_id, 'resolved', opened_at FROM cases LIMIT 1`,
	`INSERT INTO notice_hops (notice_id, n, way, beside, channel, address, status, at) SELECT id, 0, 'sms', false, 'sms', '+8801712345678', 'sent', at FROM notices LIMIT 1`,
	`INSERT INTO broadcasts (id, title, topic, words, audience, per_minute, emergency, state, agent_id, created_at, changed_at)
	 SELECT '00000000-0000-7000-8000-00000000c001', 'ফগিং', 'news', '{"sms":{"bn":"কাল\nফগিং"}}', '{"wards":[5]}', '{}', '', 'done', id, created_at, created_at FROM agents LIMIT 1`,
	`INSERT INTO broadcast_paces (broadcast_id, channel, next_at) SELECT id, 'sms', created_at FROM broadcasts`,
	`INSERT INTO broadcast_recipients (broadcast_id, person, contact_id, channel, status, at) SELECT b.id, c.id, c.id, 'sms', 'sent', b.created_at FROM broadcasts b, contacts c LIMIT 3`,
	`INSERT INTO broadcast_hops (recipient_id, n, way, channel, address, language, segments, status, at) SELECT id, 2, 'sms', 'sms', '+8801712345678', 'bn', 1, 'sent', at FROM broadcast_recipients`,
	`INSERT INTO broadcast_tests (id, broadcast_id, agent_id, way, language, status, at) SELECT gen_random_uuid(), id, agent_id, 'mail', 'bn', 'sent', created_at FROM broadcasts`,
	`INSERT INTO subscriptions (id, contact_id, topic, wanted, at) SELECT gen_random_uuid(), id, 'news', false, created_at FROM contacts LIMIT 2`,
	`INSERT INTO case_followers (case_number, contact_id, conversation_id, at) SELECT k.number, c.contact_id, c.id, c.opened_at FROM cases k, conversations c WHERE c.contact_id <> k.contact_id LIMIT 1`,
	`INSERT INTO registers (id, name, in_force, at) VALUES ('00000000-0000-7000-8000-00000000b001', 'holdings', '00000000-0000-7000-8000-00000000b002', now())`,
	`INSERT INTO register_versions (id, register_id, number, agent_id, file, bytes, status, columns, at) SELECT in_force, registers.id, 1, a.id, 'হোল্ডিং.csv', 10, 'loaded', '[]', now() FROM registers, agents a LIMIT 1`,
	`INSERT INTO register_rows (version_id, key, phone, fields) SELECT in_force, '12/ক', '+8801712345678', '{"রহিমা, খাতুন",1234.5}' FROM registers`,
	`INSERT INTO register_faults (version_id, n, line, title, what) SELECT in_force, 1, 7, 'বকেয়া', 'amount' FROM registers`,
	`INSERT INTO passages (day, version, channel, language, flow, from_state, to_state, way, n) VALUES ('infinity', 1, 'web', 'bn', 'waste', '', 'ask_ward', 'on', 9223372036854775807)`,
	`INSERT INTO passage_deltas (day, version, channel, language, flow, from_state, to_state, way, n) VALUES ('2026-11-20', '{1}', '{web}', '{bn}', '{waste}', '{ask_ward}', '{""}', '{dropped}', '{2}')`,
	oneRow,
	`INSERT INTO missed_phrase_deltas (at, folded, shown, flow, state, language) VALUES (now(), '{মশা}', '{মশা!}', '{""}', '{""}', '{bn}')`,
	`INSERT INTO session_moves (conversation_id, version, flow, state, to_state) SELECT c.id, k.version, 'waste', 'ask_ward', '' FROM conversations c, catalogs k LIMIT 1`,
	`INSERT INTO case_facts SELECT number, '2026-11-20', flow, kind, channel, team, ward, agent_id, conversation_id, '2026-11-20', true, 7200, NULL, false, 5 FROM cases LIMIT 1`,
	`INSERT INTO talk_facts SELECT id, '2026-11-20', 100, channel, flow, team, owner, ward, language, agent_id, called_by, true, false, NULL, 'waste.ask_ward', '{waste.ask_ward}', '{waste,""}', '{60,7}', '{waste}', '{NULL}', '{NULL}' FROM conversations LIMIT 1`,
	`INSERT INTO figures (what, monthly, ward, day, flow, kind, channel, team, key, n, total, scope) VALUES ('talk', true, -1, '2026-11-01', 'waste', '', 'web', '', 'bn', 3, 2, 1)`,
	`INSERT INTO figure_scopes (id, teams, wards, counted) OVERRIDING SYSTEM VALUE VALUES (1, '{waste}', '{4,5}', true)`,
	`INSERT INTO figure_changes (cases, talks) SELECT ARRAY[-k.number], ARRAY[k.conversation_id] FROM cases k ORDER BY k.number LIMIT 9`,
	`INSERT INTO figure_checks VALUES ('2026-11-20', now())`,
	`INSERT INTO photo_removals (sha256, at) VALUES ('00', now())`,
	`INSERT INTO retention VALUES ('words', 24, now())`,
	`INSERT INTO switches VALUES ('public_counts', now())`,
	`INSERT INTO wall_links SELECT gen_random_uuid(), '\x04ff', 'প্রবেশপথ', id, created_at, NULL, NULL FROM agents LIMIT 1`,
	`INSERT INTO saved_filters SELECT gen_random_uuid(), id, 'cases', 'আমার', 'ward=12', true, created_at FROM agents LIMIT 1`,
}

// fill makes a place as a running service leaves it.
func fill(t testing.TB, p Place) {
	t.Helper()
	for _, sql := range filling {
		execute(t, p.DSN, sql)
	}
	for i := range 300 { // more than one list of checksums
		photo := fmt.Appendf(nil, "photo %d", i)
		sum := sha256.Sum256(photo)
		name := hex.EncodeToString(sum[:])
		base := filepath.Join("photos", name[:2], name[2:4], name)
		put(t, p, base, string(photo))
		put(t, p, base+".json", "{}")
		put(t, p, base+".thumb.jpg", "small")
	}
	put(t, p, "photos/tmp/photo-1", "half a photo")
	put(t, p, "spool/00000007.seg", "an event")
	put(t, p, "spool/00000007-12.bad", "unreadable")
	put(t, p, "spool/position", "twenty bytes........")
	put(t, p, "spool/lock", "")
	put(t, p, "secret.key", strings.Repeat("k", 64))
	put(t, p, "postgres/cluster/PG_VERSION", "15")
}

func put(t testing.TB, p Place, name, content string) {
	t.Helper()
	path := filepath.Join(p.DataDir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// place is an empty place with the schema.
func place(t testing.TB) Place { return Place{DSN: handofftest.DSN(t), DataDir: t.TempDir()} }

// bare is an empty place as a new installation finds it.
func bare(t testing.TB) Place { return Place{DSN: handofftest.Empty(t), DataDir: t.TempDir()} }

func execute(t testing.TB, dsn, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// rows is every row of every table of the schema, as text, by table.
func rows(t testing.TB, dsn string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := inTransaction(t.Context(), dsn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		names, err := strs(t.Context(), tx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`)
		if err != nil {
			return err
		}
		for _, name := range names {
			if all[name], err = strs(t.Context(), tx, `SELECT x::text FROM `+quoted(name)+` x ORDER BY 1`); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func strs(ctx context.Context, tx pgx.Tx, sql string) ([]string, error) {
	found, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowTo[string])
}

// tree is the content of every file below a folder but the database's.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		if first, _, _ := strings.Cut(name, string(filepath.Separator)); first != "postgres" {
			all[filepath.ToSlash(name)] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func write(t testing.TB, from Place) (string, Contents) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "city.backup")
	c, err := Write(t.Context(), from, path, Options{Now: func() time.Time { return testTime }})
	if err != nil {
		t.Fatal(err)
	}
	return path, c
}

func restoreInto(t testing.TB, path string, into Place) error {
	t.Helper()
	a, err := Open(t.Context(), path, Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Restore(t.Context(), into)
}

package handoff_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
)

// A person as these tests know them: whatever is left of that is found again.
const (
	zubaida      = "জুবাইদা নাহার"
	zubaidaPhone = "+8801799887766"
	zubaidaMail  = "zubaida@mail.example"
	zubaidaSays  = "zubaida-nahar-was-here"
)

// wordColumns hold words of the flows and of the program, whatever the table.
var wordColumns = []string{
	"channel", "status", "kind", "flow", "team", "state", "language", "reason", "via", "owner", "due_with", "direction", "author", "type", "what", "ward_by", "event", "outcome", "way", "told",
}

// keptColumns hold something else that stays.
var keptColumns = []string{
	"messages.place",     // in the dialogue
	"alarms.subject",     // the conversation
	"ward_aliases.words", // what a supervisor said that a place is called
	"ward_aliases.sound",
	"audit_log.subject", // the id or the number
	"remembered.slot",
}

// column is one that can hold words.
type column struct{ table, name, kind string }

func (r *record) columns() (all []column) {
	r.t.Helper()
	rows, err := r.pool.Query(context.Background(), `SELECT table_name::text, column_name::text, udt_name::text FROM information_schema.columns JOIN pg_class k ON k.oid = to_regclass(table_name)
		WHERE table_schema = current_schema() AND k.relkind = 'r' AND udt_name IN ('text', 'varchar', 'json', 'jsonb', '_text', 'bytea') AND table_name <> 'goose_db_version' ORDER BY 1, 2`)
	if err != nil {
		r.t.Fatal(err)
	}
	var c column
	if _, err := pgx.ForEachRow(rows, []any{&c.table, &c.name, &c.kind}, func() error { all = append(all, c); return nil }); err != nil {
		r.t.Fatal(err)
	}
	return all
}

// links say, for the columns that lead to a contact, which rows are theirs.
var links = []struct{ column, of string }{
	{"contact_id", `contact_id = $1`},
	{"identity_id", `identity_id IN (SELECT id FROM identities WHERE contact_id = $1)`},
	{"conversation_id", `conversation_id IN (SELECT id FROM conversations WHERE contact_id = $1)`},
	{"message_id", `message_id IN (SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.contact_id = $1)`},
	{"case_number", `case_number IN (SELECT number FROM cases WHERE contact_id = $1)`},
	{"address", `address IN (SELECT address FROM identities WHERE contact_id = $1)`},
	{"phone", `id = $1`},
	{"subject", `subject IN (SELECT number::text FROM cases WHERE contact_id = $1)`},
}

// theirs is the condition for the rows of a table that are a contact's, by its
// columns; empty when none leads there.
func (r *record) theirs(table string) string {
	r.t.Helper()
	if table == "register_rows" {
		return "" // the office's, whoever's telephone stands there: see package registers
	}
	for _, l := range links {
		if r.count(`SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2`, table, l.column) > 0 {
			return l.of
		}
	}
	return ""
}

// everywhere puts a person on record in every table that can know of one, and
// returns who it is.
func (r *record) everywhere(name, phone, mail, says string, number int64) uuid.UUID {
	r.t.Helper()
	at := r.clock.Now()
	turn := newcomer("address-of-"+says, "mid-"+says, at)
	turn.Name, turn.Alarm, turn.Team, turn.Reason, turn.Now.Owner = name, "danger", "drainage", "asked", flows.OwnerQueue
	turn.Photos = []handoff.NewPhoto{{ID: handoff.NewID(), SHA256: fmt.Sprintf("%064d", number)}, {ID: handoff.NewID(), SHA256: strings.Repeat("ab", 32)}}
	turn.Remember = []flows.Remember{{Slot: "phone", Type: flows.SlotPhone, Value: flows.TextValue(phone)}}
	turn.Cases = []handoff.NewCase{{
		OpenCase: flows.OpenCase{Number: number, Flow: "drainage", Kind: flows.Complaint, Title: says, Team: "drainage", Ward: 12, Place: says, Lat: 21.18, Lon: 90.58},
		Answers:  []byte(`{"trouble":["blocked","manhole"],"sure":true,"rating":4,"ward":12,"birth":"1990-01-02","holding":1234,"photo":["` + strings.Repeat("ab", 32) + `"],"detail":"` + says + `"}`),
	}}
	turn.Attach = []handoff.Attachment{{Case: number, Photos: []uuid.UUID{turn.Photos[0].ID}}}
	r.commit(turn)
	contact, talk := turn.Now.Contact, turn.Now.Conversation
	r.exec(`UPDATE contacts SET email = $2 WHERE id = $1`, contact, mail)
	staff := r.agent(fmt.Sprintf("staff%d@city.example", number), handoff.RoleAdministrator, nil, nil)
	ctx := r.t.Context()
	for _, err := range []error{
		r.NoteContact(ctx, staff, contact, says),
		r.SaveDraft(ctx, staff, talk, handoff.Written{Text: says}),
		r.DeadTurn(ctx, turn.Key, []byte(says), errors.New(says)),
	} {
		if err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := r.PlaceCase(ctx, staff, number, handoff.Placing{Ward: 7, Alias: "the shop of " + strings.Repeat("k", int(number%7)+3), Note: says}); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Take(ctx, staff, talk, nil); err != nil {
		r.t.Fatal(err)
	}
	if err := r.NoteTalk(ctx, staff, talk, handoff.NoteOnTalk{Text: says}); err != nil {
		r.t.Fatal(err)
	}
	r.exec(`INSERT INTO phone_codes (id, contact_id, phone, language, status, at, expires_at, try_after) VALUES ($1, $2, $3, 'bn', 'sent', $4, $4, $4)`, handoff.NewID(), contact, phone, at)
	r.exec(`INSERT INTO contact_merges (id, contact_id, gone_id, at, kept, gone, merged, moved) VALUES ($1, $2, $1, $3, '{}', '{}', '{}', '{}')`, handoff.NewID(), contact, at)
	r.exec(`WITH k AS (INSERT INTO catalogs (files, hash, source, published_at) VALUES ('[]', '', 'file', $2) RETURNING version)
		INSERT INTO session_moves (conversation_id, version, flow, state, to_state) SELECT $1, version, 'drainage', 'ask_place', '' FROM k`, talk, at)
	notice := handoff.NewID()
	r.exec(`INSERT INTO notices (id, case_number, contact_id, event, note, at, next_at) VALUES ($1, $2, $3, 'resolved', $4, $5, $5)`, notice, number, contact, says, at)
	r.exec(`INSERT INTO notice_hops (notice_id, n, way, beside, channel, address, identity_id, status, at) VALUES
		($1, 0, 'conversation', false, 'messenger', $2, $3, 'planned', $5), ($1, 1, 'sms', false, 'sms', $4, NULL, 'planned', $5)`, notice, turn.Key.Address, turn.Now.Identity, phone, at)
	r.exec(`WITH b AS (INSERT INTO broadcasts (id, title, topic, words, audience, per_minute, state, agent_id, created_at, changed_at) VALUES ($1, 'Fogging', 'news', '{}', '{}', '{}', 'sending', $2, $6, $6) RETURNING id),
		k AS (INSERT INTO broadcast_recipients (broadcast_id, person, contact_id, channel, status, reason, at) SELECT id, $3, $3, 'messenger', 'sending', 'x', $6 FROM b RETURNING id)
		INSERT INTO broadcast_hops (recipient_id, n, way, channel, address, language, identity_id, provider_id, status, at) SELECT id, 0, 'messenger', 'messenger', $4, 'bn', $5, $7, 'sending', $6 FROM k`,
		handoff.NewID(), staff.AgentID, contact, turn.Key.Address, turn.Now.Identity, at, says)
	r.exec(`INSERT INTO subscriptions (id, contact_id, identity_id, topic, wanted, at) VALUES ($1, $2, $3, 'news', false, $4)`, handoff.NewID(), contact, turn.Now.Identity, at)
	return contact
}

// plant writes what the person says into every column of theirs that may hold
// anything, and fails where a table knows nobody.
func (r *record) plant(contact uuid.UUID, says string) {
	r.t.Helper()
	for _, c := range r.columns() {
		of := r.theirs(c.table)
		if of == "" || c.table == "agents" || c.kind == "bytea" || slices.Contains(wordColumns, c.name) && c.table != "contacts" || slices.Contains(keptColumns, c.table+"."+c.name) {
			continue
		}
		if r.count(`SELECT count(*) FROM `+c.table+` WHERE `+of, contact) == 0 {
			r.t.Errorf("no row of %s is about the person: put one there in this test, and say in personalTables what becomes of it", c.table)
			continue
		}
		if c.table+"."+c.name == "identities.address" || c.table+"."+c.name == "dead_turns.address" || c.table+"."+c.name == "contacts.phone" || c.name == "sha256" {
			continue // as it is: it leads to other rows, and is looked for too
		}
		value := `$2::text || ctid::text`
		if c.kind == "jsonb" {
			value = `jsonb_build_object('note', $2::text)`
		}
		tx, err := r.pool.Begin(context.Background())
		if err == nil {
			_, err = tx.Exec(context.Background(), `SET LOCAL session_replication_role = replica`)
		}
		if err == nil {
			_, err = tx.Exec(context.Background(), `UPDATE `+c.table+` SET `+c.name+` = `+value+` WHERE `+of, contact, says)
		}
		if err == nil {
			err = tx.Commit(context.Background())
		}
		if err != nil {
			r.t.Fatalf("%s.%s: %v", c.table, c.name, err)
		}
	}
}

// found are the columns in which any of the words stands.
func (r *record) found(words ...string) (where []string) {
	r.t.Helper()
	for _, c := range r.columns() {
		text := c.name + `::text`
		if c.kind == "bytea" {
			text = `encode(` + c.name + `, 'escape')`
		}
		for _, w := range words {
			if n := r.count(`SELECT count(*) FROM `+c.table+` WHERE strpos(lower(`+text+`), lower($1)) > 0`, w); n > 0 {
				where = append(where, fmt.Sprintf("%s.%s: %d with %q", c.table, c.name, n, w))
			}
		}
	}
	return where
}

func TestErasureLeavesNothingInAnyColumn(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@city.example", handoff.RoleAdministrator, nil, nil)
	other := r.everywhere("Karim", "+8801811223344", "karim@mail.example", "karim-was-here", 10002)
	contact := r.everywhere(zubaida, zubaidaPhone, zubaidaMail, zubaidaSays, 10001)
	r.plant(contact, zubaidaSays)
	r.exec(`UPDATE contacts SET name = $2, name_folded = $3 WHERE id = $1`, contact, zubaida, handoff.FoldName(zubaida))
	words := []string{zubaida, "জুবাইদা", "jubaida", "zubaida", "1799887766", zubaidaMail, zubaidaSays}
	words = append(words, strings.Fields(handoff.FoldName(zubaida))...)
	before, karim := r.found(words...), r.found("karim", "1811223344")
	if len(before) < 30 || len(karim) < 15 {
		t.Fatalf("the test looks at too little: %v, %v", before, karim)
	}
	const stays = `SELECT md5(string_agg(concat_ws(' ', t, n, a, b, c, d), ',' ORDER BY t, n)) FROM (
		SELECT 'case' t, number::text n, status a, opened_at::text b, due_at::text c, flow || ward || team || kind d FROM cases
		UNION ALL SELECT 'talk', id::text, flow, opened_at::text, channel, COALESCE(ward, 0)::text FROM conversations
		UNION ALL SELECT 'line', id::text, direction, at::text, kind, author FROM messages
		UNION ALL SELECT 'past', id::text, kind, at::text, '', '' FROM case_timeline
		UNION ALL SELECT 'audit', id::text, what, at::text, subject, agent_id::text FROM audit_log WHERE what <> 'contact.erase') x`
	sum := func() (s string) {
		if err := r.pool.QueryRow(t.Context(), stays).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	counted := sum()
	for typed, fault := range map[string]error{"": handoff.ErrInvalid, "Karim": handoff.ErrInvalid, "erase": handoff.ErrInvalid} {
		if _, err := r.EraseContact(t.Context(), boss, contact, typed); !errors.Is(err, fault) {
			t.Errorf("typed %q: %v", typed, err)
		}
	}
	e, err := r.EraseContact(t.Context(), boss, contact, "  জুবাইদা  নাহার ")
	if err != nil {
		t.Fatal(err)
	}
	if e.Cases != 1 || e.Conversations != 1 || e.Photos != 2 || e.Messages < 2 || len(e.Keys) != 1 || e.Keys[0].Address != "address-of-"+zubaidaSays {
		t.Errorf("%+v", e)
	}
	for _, left := range r.found(words...) {
		t.Error("left behind: ", left)
	}
	if got := r.found("karim", "1811223344"); !slices.Equal(got, karim) {
		t.Errorf("of somebody else\n%v\nwas left of\n%v", got, karim)
	}
	if sum() != counted {
		t.Error("numbers, statuses or dates are others than before")
	}
	if n := r.count(`SELECT count(*) FROM conversations WHERE contact_id = $1 AND closed_at IS NULL`, contact); n != 0 {
		t.Error("a conversation goes on")
	}
	if n := r.count(`SELECT count(*) FROM notices WHERE contact_id = $1 AND next_at IS NULL AND outcome = 'skipped'`, contact); n != 1 {
		t.Error("a notice is still to be sent")
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE what = 'contact.erase' AND subject = $1 AND agent_id = $2 AND after->>'cases' = '1'`, contact.String(), boss.AgentID); n != 1 {
		t.Error("the erasure is not in the audit log")
	}
	files, err := r.PhotoRemovals(t.Context(), 10)
	if err != nil || !slices.Equal(files, []string{fmt.Sprintf("%064d", 10001)}) {
		t.Errorf("photos to remove: %v, %v; want only the one that nobody else has sent", files, err)
	}
	if _, err := r.EraseContact(t.Context(), boss, contact, "erase"); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("erased twice: %v", err)
	}
	if _, err := r.EraseContact(t.Context(), handoff.Viewer{Role: handoff.RoleAgent, Teams: []string{"waste"}}, other, "Karim"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("of somebody the viewer does not see: %v", err)
	}
}

// What the erasure keeps of answers belongs to nobody.
func TestErasureKeepsChoices(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@city.example", handoff.RoleAdministrator, nil, nil)
	contact := r.everywhere("", zubaidaPhone, zubaidaMail, zubaidaSays, 10001)
	r.exec(`UPDATE contacts SET name = '' WHERE id = $1`, contact)
	if _, err := r.EraseContact(t.Context(), boss, contact, "ERASE"); err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM cases WHERE answers = '{"trouble": ["blocked", "manhole"], "sure": true, "rating": 4}'`); n != 1 {
		t.Error("the answers left are not the choices alone")
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE what = 'case.ward' AND after->>'ward' = '7' AND after->>'note' IS NULL`); n != 1 {
		t.Error("the audit log lost what is not the citizen's, or kept a note")
	}
}

// At an erased address no conversation begins, and what was read before is stale.
func TestWhoeverWritesAfterAnErasureIsANewcomer(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@city.example", handoff.RoleAdministrator, nil, nil)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	if _, err := r.EraseContact(t.Context(), boss, first.Now.Contact, "erase"); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, r.commit(next(first, "m_2", r.clock.Now())), handoff.Stale)
	wantOutcome(t, r.commit(again(first, "m_3", r.clock.Now())), handoff.Stale)
	found, err := r.Load(t.Context(), []handoff.Key{first.Key})
	if err != nil || found[0].Standing.Identity != uuid.Nil {
		t.Fatalf("the address is known still: %+v, %v", found, err)
	}
	wantOutcome(t, r.commit(newcomer("61", "m_4", r.clock.Now())), handoff.Committed)
	if n := r.count(`SELECT count(*) FROM messages WHERE text <> ''`); n != 2 {
		t.Errorf("%d lines with a text, want the two of the newcomer", n)
	}
}

func TestTheAuditLogForgetsOnlyWhatIsErased(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	r.everywhere(zubaida, zubaidaPhone, zubaidaMail, zubaidaSays, 10001)
	for _, sql := range []string{
		`UPDATE audit_log SET after = NULL`, `DELETE FROM audit_log`,
		`WITH x AS (SELECT set_config('nagorik.forgets', 'erasure', true)) UPDATE audit_log SET what = 'x' FROM x`,
		`WITH x AS (SELECT set_config('nagorik.forgets', 'retention', true)) DELETE FROM audit_log USING x`,
	} {
		if _, err := r.pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is possible", sql)
		}
	}
}

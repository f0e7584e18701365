package handoff_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"nagorik/flows"
	"nagorik/handoff"
)

// codeFor plans a code of the contact's and says what it is.
func (r *record) codeFor(v handoff.Viewer, contact uuid.UUID, phone string) string {
	r.t.Helper()
	if _, err := r.SendCode(r.t.Context(), v, contact, phone); err != nil {
		r.t.Fatal(err)
	}
	claimed, err := r.ClaimCodes(r.t.Context(), 10)
	if err != nil || len(claimed) != 1 {
		r.t.Fatalf("%d codes to send, %v", len(claimed), err)
	}
	if err := r.CodeSettled(r.t.Context(), claimed[0].ID, handoff.CodeSent, 0, ""); err != nil {
		r.t.Fatal(err)
	}
	return claimed[0].Code
}

// other is a code that is not the one.
func other(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

// phoned is somebody who writes from a telephone.
func (r *record) phoned(name, phone string) person {
	p := r.person(name, "", "")
	r.exec(`UPDATE identities SET channel = 'sms', address = $2 WHERE id = $1`, p.identity, phone)
	return p
}

func (r *record) tells(p person, slot, kind, value string) {
	r.exec(`INSERT INTO remembered (contact_id, slot, type, value, at, identity_id) VALUES ((SELECT contact_id FROM identities WHERE id = $1), $2, $3, $4::text::jsonb, $5, $1)
		ON CONFLICT (contact_id, slot) DO UPDATE SET type = excluded.type, value = excluded.value, at = excluded.at, identity_id = excluded.identity_id`,
		p.identity, slot, kind, value, r.clock.Now())
}

// everything is every row that is a contact's, by table: versions apart, which
// only ever rise, and codes, which no undoing unsends.
func (r *record) everything() map[string][]string {
	r.t.Helper()
	all := map[string][]string{}
	for table, sql := range map[string]string{
		"contacts":   `SELECT to_jsonb(t)::text FROM contacts t`,
		"identities": `SELECT to_jsonb(t)::text FROM identities t`,
		"talks":      `SELECT (to_jsonb(t) - 'version')::text FROM conversations t`,
		"cases":      `SELECT to_jsonb(t)::text FROM cases t`,
		"notes":      `SELECT to_jsonb(t)::text FROM notes t`,
		"remembered": `SELECT to_jsonb(t)::text FROM remembered t`,
	} {
		rows, err := r.pool.Query(r.t.Context(), sql)
		if err != nil {
			r.t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				r.t.Fatal(err)
			}
			all[table] = append(all[table], line)
		}
		slices.Sort(all[table])
	}
	return all
}

func differ(before, after map[string][]string) string {
	var b strings.Builder
	for table := range before {
		if !slices.Equal(before[table], after[table]) {
			fmt.Fprintf(&b, "%s:\n- %s\n+ %s\n", table, strings.Join(before[table], "\n- "), strings.Join(after[table], "\n+ "))
		}
	}
	return b.String()
}

// A table with a contact_id that nobody has thought of is found here.
func TestMergeKnowsEveryTableOfContacts(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	web, sms := r.person("Rahim", "", ""), r.phoned("", "+8801712345678")
	r.exec(`CREATE TABLE visits (id uuid PRIMARY KEY, contact_id uuid NOT NULL REFERENCES contacts, conversation_id uuid)`)
	talk := r.conversation(sms, talk{})
	r.exec(`INSERT INTO visits VALUES ($1, $2, NULL), ($3, $4, NULL)`, handoff.NewID(), sms.contact, handoff.NewID(), web.contact)
	kept, err := r.MergeByCode(t.Context(), boss, web.contact, r.codeFor(boss, web.contact, "+8801712345678"))
	if err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM visits WHERE contact_id = $1`, kept); n != 2 {
		t.Errorf("%d visits came along", n)
	}
	r.exec(`INSERT INTO visits VALUES ($1, $2, $3)`, handoff.NewID(), kept, talk)
	list, err := r.Merges(t.Context(), boss, kept)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if _, err := r.Unmerge(t.Context(), boss, kept, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM visits WHERE contact_id = $1`, sms.contact); n != 2 {
		t.Errorf("%d visits went back", n)
	}
	r.exec(`CREATE TABLE friends (contact_id uuid REFERENCES contacts, other uuid, PRIMARY KEY (contact_id, other))`)
	if _, err := r.MergeByCode(t.Context(), boss, web.contact, r.codeFor(boss, web.contact, "+8801712345678")); err == nil || !strings.Contains(err.Error(), "friends") {
		t.Errorf("a table without a rule of its own: %v", err)
	}
}

// Whatever two contacts had, undoing their merge gives it back to each.
func TestUnmergeGivesBackTheSameRows(t *testing.T) {
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		phone := fmt.Sprintf("+88017%08d", n)
		pair := []person{r.person(rapid.SampledFrom([]string{"", "Rahim"}).Draw(rt, "name"), rapid.SampledFrom([]string{"", "+8801811111111"}).Draw(rt, "phone"), ""), r.phoned("Karim", phone)}
		for range rapid.IntRange(0, 12).Draw(rt, "deeds") {
			r.clock.Forward(time.Duration(rapid.IntRange(1, 5000).Draw(rt, "wait")) * time.Millisecond)
			r.deed(rt, pair[rapid.IntRange(0, 1).Draw(rt, "who")], boss)
		}
		// What stands before has to be as the contact's columns say; only what
		// happens between differs below.
		before := r.everything()
		kept := r.mergePair(rt, boss, pair[0].contact, phone)
		for _, p := range pair {
			if n := r.count(`SELECT count(*) FROM identities WHERE id = $1 AND contact_id = $2`, p.identity, kept); n != 1 {
				rt.Fatalf("an address is not %s's", kept)
			}
		}
		r.unmergeNewest(rt, boss, kept)
		if d := differ(before, r.everything()); d != "" {
			rt.Fatalf("not as before:\n%s", d)
		}
		// Again, with things happening between: nothing is lost, and what came by
		// an address is its contact's.
		kept = r.mergePair(rt, boss, pair[0].contact, phone)
		was := r.counts()
		did := 0
		for range rapid.IntRange(0, 8).Draw(rt, "deeds between") {
			r.clock.Forward(time.Second)
			r.deed(rt, pair[rapid.IntRange(0, 1).Draw(rt, "who")], boss)
			did++
		}
		between := r.counts()
		r.unmergeNewest(rt, boss, kept)
		after := r.counts()
		for _, table := range []string{"identities", "conversations", "cases", "notes"} {
			if after[table] != between[table] || between[table] < was[table] {
				rt.Fatalf("%s: %d rows, then %d, then %d, after %d deeds", table, was[table], between[table], after[table], did)
			}
		}
		if n := r.count(`SELECT count(*) FROM conversations c JOIN identities i ON i.id = c.identity_id WHERE c.contact_id <> i.contact_id`); n != 0 {
			rt.Fatalf("%d conversations are not with the contact of their address", n)
		}
		if n := r.count(`SELECT count(*) FROM cases k JOIN conversations c ON c.id = k.conversation_id WHERE c.contact_id <> k.contact_id`); n != 0 {
			rt.Fatalf("%d cases are not with the contact of their conversation", n)
		}
		if n := r.count(`SELECT count(*) FROM remembered m JOIN identities i ON i.id = m.identity_id WHERE m.contact_id <> i.contact_id`); n != 0 {
			rt.Fatalf("%d answers are not with the contact of their address", n)
		}
	})
}

func (r *record) counts() map[string]int {
	n := map[string]int{}
	for _, table := range []string{"contacts", "identities", "conversations", "cases", "notes", "remembered"} {
		n[table] = r.count(`SELECT count(*) FROM ` + table)
	}
	return n
}

// deed is something that happens with a person, whose contact is looked up.
func (r *record) deed(rt *rapid.T, p person, v handoff.Viewer) {
	contact := uuid.Nil
	if err := r.pool.QueryRow(r.t.Context(), `SELECT contact_id FROM identities WHERE id = $1`, p.identity).Scan(&contact); err != nil {
		rt.Fatal(err)
	}
	p.contact = contact
	switch rapid.SampledFrom([]string{"talk", "case", "note", "tell", "case note", "language"}).Draw(rt, "deed") {
	case "talk":
		r.conversation(p, talk{closed: true})
	case "case":
		r.file(p, r.conversation(p, talk{closed: true}), matter{})
	case "case note":
		n := r.file(p, r.conversation(p, talk{closed: true}), matter{})
		r.exec(`INSERT INTO notes (id, contact_id, case_number, agent_id, text, at) VALUES ($1, $2, $3, $4, 'of the case', $5)`, handoff.NewID(), contact, n, v.AgentID, r.clock.Now())
	case "note":
		if err := r.NoteContact(r.t.Context(), v, contact, "called back"); err != nil {
			rt.Fatal(err)
		}
	case "language":
		r.exec(`UPDATE contacts SET language = $2, updated_at = $3 WHERE id = $1`, contact, rapid.SampledFrom([]string{"bn", "en"}).Draw(rt, "language"), r.clock.Now())
	default:
		ward := rapid.IntRange(1, 30).Draw(rt, "ward")
		r.tells(p, "ward", "ward", fmt.Sprint(ward))
		r.exec(`UPDATE contacts SET ward = $2, updated_at = $3 WHERE id = $1`, contact, ward, r.clock.Now())
		r.tells(p, rapid.SampledFrom([]string{"holding", "licence"}).Draw(rt, "slot"), "text", `"12/ka"`)
	}
}

func (r *record) mergePair(rt *rapid.T, v handoff.Viewer, contact uuid.UUID, phone string) uuid.UUID {
	kept, err := r.MergeByCode(r.t.Context(), v, contact, r.codeFor(v, contact, phone))
	if err != nil {
		rt.Fatal(err)
	}
	r.exec(`UPDATE phone_codes SET at = at - interval '2 days'`) // bounds are another test's
	return kept
}

func (r *record) unmergeNewest(rt *rapid.T, v handoff.Viewer, kept uuid.UUID) {
	list, err := r.Merges(r.t.Context(), v, kept)
	if err != nil || len(list) == 0 || !list[0].Newest {
		rt.Fatal("no merge to undo", err)
	}
	if _, err := r.Unmerge(r.t.Context(), v, kept, list[0].ID); err != nil {
		rt.Fatal(err)
	}
}

// What is told after the merge stays with the contact whose address it came by,
// and what both told before goes by the newer.
func TestAnswersOfTwoBecomeOneAndTwoAgain(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	web, sms := r.person("Rahim", "", ""), r.phoned("", "+8801712345678")
	r.tells(web, "holding", "text", `"old"`)
	r.tells(web, "licence", "text", `"web's"`)
	r.clock.Forward(time.Minute)
	r.tells(sms, "holding", "text", `"new"`)
	kept, err := r.MergeByCode(t.Context(), boss, web.contact, r.codeFor(boss, web.contact, "01712345678"))
	if err != nil || kept != web.contact {
		t.Fatal(kept, err)
	}
	told := func(contact uuid.UUID) map[string]string {
		m := map[string]string{}
		rows, err := r.pool.Query(t.Context(), `SELECT slot, value #>> '{}' FROM remembered WHERE contact_id = $1`, contact)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var slot, value string
			if err := rows.Scan(&slot, &value); err != nil {
				t.Fatal(err)
			}
			m[slot] = value
		}
		return m
	}
	if got := told(kept); !maps.Equal(got, map[string]string{"holding": "new", "licence": "web's"}) {
		t.Errorf("together: %v", got)
	}
	r.clock.Forward(time.Minute)
	r.tells(sms, "licence", "text", `"sms's"`)
	r.tells(web, "holding", "text", `"newest"`)
	if _, err := r.Unmerge(t.Context(), r.agent("low@example.org", handoff.RoleAgent, nil, nil), kept, uuid.New()); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("an agent undoes: %v", err)
	}
	list, err := r.Merges(t.Context(), boss, kept)
	if err != nil || len(list) != 1 || list[0].By == nil {
		t.Fatal(list, err)
	}
	gone, err := r.Unmerge(t.Context(), boss, kept, list[0].ID)
	if err != nil || gone != sms.contact {
		t.Fatal(gone, err)
	}
	if got := told(web.contact); !maps.Equal(got, map[string]string{"holding": "newest", "licence": "web's"}) {
		t.Errorf("the one: %v", got)
	}
	if got := told(sms.contact); !maps.Equal(got, map[string]string{"holding": "new", "licence": "sms's"}) {
		t.Errorf("the other: %v", got)
	}
	if _, err := r.Unmerge(t.Context(), boss, kept, list[0].ID); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE what IN ('contact.code', 'contact.merge', 'contact.unmerge') AND agent_id = $1`, boss.AgentID); n != 3 {
		t.Errorf("%d lines in the audit log", n)
	}
}

// A code is guessed five times and no more, lives ten minutes, and few are sent.
func TestCodesAreBounded(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	far := r.agent("far@example.org", handoff.RoleAgent, []string{"waste"}, []int{3})
	web, sms := r.person("Rahim", "", ""), r.phoned("", "+8801712345678")
	ctx := t.Context()
	if _, err := r.SendCode(ctx, far, web.contact, "01712345678"); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("outside the scope: %v", err)
	}
	if _, err := r.SendCode(ctx, boss, web.contact, "12345"); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("no telephone: %v", err)
	}
	code := r.codeFor(boss, web.contact, "01712345678")
	if n := r.count(`SELECT count(*) FROM phone_codes p WHERE to_jsonb(p)::text LIKE '%"` + code + `"%'`); n != 0 {
		t.Error("the code lies in the database")
	}
	if _, err := r.MergeByCode(ctx, far, web.contact, code); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("outside the scope: %v", err)
	}
	for i := range 5 {
		if _, err := r.MergeByCode(ctx, boss, web.contact, other(code)); !errors.Is(err, handoff.ErrInvalid) {
			t.Errorf("try %d: %v", i, err)
		}
	}
	if _, err := r.MergeByCode(ctx, boss, web.contact, code); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("the right code after five wrong ones: %v", err)
	}
	code = r.codeFor(boss, web.contact, "01712345678")
	r.clock.Forward(handoff.CodeLives)
	if _, err := r.MergeByCode(ctx, boss, web.contact, code); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("after ten minutes: %v", err)
	}
	r.codeFor(boss, web.contact, "01712345678")
	if _, err := r.SendCode(ctx, boss, web.contact, "01712345678"); !errors.Is(err, handoff.ErrManyCodes) {
		t.Errorf("the fourth code to a telephone: %v", err)
	}
	r.clock.Forward(25 * time.Hour)
	r.exec(`UPDATE identities SET muted = true WHERE id = $1`, sms.identity)
	if _, err := r.SendCode(ctx, boss, web.contact, "01712345678"); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("to somebody who sent STOP: %v", err)
	}
	for i := range 5 {
		if _, err := r.SendCode(ctx, boss, web.contact, fmt.Sprintf("0171234500%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.SendCode(ctx, boss, web.contact, "01712345009"); !errors.Is(err, handoff.ErrManyCodes) {
		t.Errorf("the sixth code of a contact: %v", err)
	}
	if n := r.count(`SELECT count(*) FROM contacts`); n != 2 {
		t.Error("a typed telephone has linked something")
	}
}

// A turn that runs while its contact becomes another's is stepped again, also
// one that opens a conversation, and a telephone that never wrote is known.
func TestTurnsMeetAMerge(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleSupervisor, nil, nil)
	at := r.clock.Now()
	one, two := newcomer("a", "m1", at), newcomer("b", "m2", at)
	two.Key.Channel, two.Key.Address = "sms", "+8801712345678"
	two.Now.Closed = true
	r.clock.Forward(-time.Minute)
	r.commit(one)
	r.clock.Forward(2 * time.Minute)
	r.commit(two)
	kept, err := r.MergeByCode(t.Context(), boss, one.Now.Contact, r.codeFor(boss, one.Now.Contact, "01712345678"))
	if err != nil || kept != one.Now.Contact {
		t.Fatal(kept, err)
	}
	wantOutcome(t, r.commit(next(one, "m3", at)), handoff.Stale)
	wantOutcome(t, r.commit(again(two, "m4", at)), handoff.Stale)
	found, err := r.Load(t.Context(), []handoff.Key{two.Key})
	if err != nil || found[0].Standing.Contact != kept {
		t.Fatal(found, err)
	}
	again := again(two, "m4", at)
	again.Was.Contact, again.Now.Contact = kept, kept
	wantOutcome(t, r.commit(again), handoff.Committed)
	if n := r.count(`SELECT count(*) FROM conversations WHERE contact_id = $1`, kept); n != 3 {
		t.Errorf("%d conversations", n)
	}
	fresh := key("c")
	third := newcomer("c", "m5", at)
	r.commit(third)
	if _, err := r.MergeByCode(t.Context(), boss, third.Now.Contact, r.codeFor(boss, third.Now.Contact, "01812345678")); err != nil {
		t.Fatal(err)
	}
	fresh.Channel, fresh.Address = "sms", "+8801812345678"
	found, err = r.Load(t.Context(), []handoff.Key{fresh})
	if err != nil || found[0].Standing.Contact != third.Now.Contact || found[0].Standing.Conversation != uuid.Nil {
		t.Fatal(found, err)
	}
	first := newcomer("+8801812345678", "m6", at)
	first.Key, first.Newcomer, first.Was.Identity, first.Was.Contact = fresh, false, found[0].Standing.Identity, third.Now.Contact
	first.Now.Identity, first.Now.Contact = found[0].Standing.Identity, third.Now.Contact
	first.Remember = []flows.Remember{{Slot: "holding", Type: flows.SlotText, Value: flows.TextValue("12")}}
	wantOutcome(t, r.commit(first), handoff.Committed)
	if n := r.count(`SELECT count(*) FROM remembered WHERE identity_id = $1`, first.Now.Identity); n != 1 {
		t.Error("it is not known by which address the answer came")
	}
}

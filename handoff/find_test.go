package handoff_test

import (
	"testing"

	"nagorik/handoff"
)

// A name that more people have than are named at once is read another way: page
// by page they are all there, once, the newest first, and each is seen by those
// who may.
func TestACommonNameIsListedWhole(t *testing.T) {
	r := newRecord(t)
	const many, others = 2_300, 40
	r.exec(`INSERT INTO contacts (id, name, name_folded, phone, email, language, created_at, updated_at)
		SELECT gen_random_uuid(), 'রহিম', $1, '', 'p' || n || '@example.org', 'bn', now(), now() FROM generate_series(1, $2::int) n`, handoff.FoldName("রহিম"), many)
	r.exec(`INSERT INTO contacts (id, name, name_folded, phone, email, language, created_at, updated_at)
		SELECT gen_random_uuid(), 'Salma', $1, '', '', 'bn', now(), now() FROM generate_series(1, $2::int) n`, handoff.FoldName("Salma"), others)
	r.exec(`INSERT INTO identities (id, contact_id, channel, address, name, created_at) SELECT id, id, 'messenger', id::text, '', now() FROM contacts`)
	r.exec(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, team, checkpoint, opened_at, last_in_at, last_at, closed_at)
		SELECT id, id, id, 'messenger', 1, 'bot', CASE WHEN row_number() OVER (ORDER BY id) % 2 = 0 THEN 'roads' ELSE 'waste' END, '{}', now(), now(), now(), now() FROM contacts`)
	r.exec(`ANALYZE`)
	roads := handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleAgent, Teams: []string{"roads"}}
	count := func(v handoff.Viewer, q string) int {
		seen := map[string]bool{}
		last, cursor := "", ""
		for {
			page, err := r.Contacts(t.Context(), v, handoff.ContactFilter{Query: q, PageOf: handoff.PageOf{Limit: 100, Cursor: cursor}})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Items {
				if id := c.ID.String(); seen[id] || last != "" && id >= last {
					t.Fatalf("%s: %s comes after %s, seen before: %v", q, id, last, seen[id])
				} else {
					seen[id], last = true, id
				}
			}
			if cursor = page.Next; cursor == "" {
				return len(seen)
			}
		}
	}
	for q, want := range map[string]int{"rahim": many, "রহিম": many, "ra": many, "@example.org": many, "salma": others, "সালমা": others, "rahim salma": 0} {
		if got := count(all, q); got != want {
			t.Errorf("%s: %d people, want %d", q, got, want)
		}
	}
	if all, some := count(all, "@"), count(roads, "@"); some == 0 || some >= all {
		t.Errorf("one team sees %d of %d", some, all)
	}
	if a, b := count(roads, "rahim"), count(handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleAgent, Teams: []string{"waste"}}, "rahim"); a+b != many {
		t.Errorf("two teams see %d and %d of %d", a, b, many)
	}
}

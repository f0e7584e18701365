package handoff_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// An export tells what a dead turn says, masked as on record, and keeps what
// nobody can read as it lies.
func TestExportOpensDeadTurns(t *testing.T) {
	r := newRecord(t)
	boss := r.agent("boss@example.org", handoff.RoleAdministrator, nil, nil)
	turn := newcomer("6100", "mid", r.clock.Now())
	r.commit(turn)
	for said, shown := range map[string]string{
		`{"n":123456789012345678901,"event":{"text":"nid 1987 6543 2109 87654 <b>"},"list":[{"text":"pin 123456"}]}`: `{"event":{"text":"nid **** **** **** ***** <b>"},"list":[{"text":"pin ******"}],"n":123456789012345678901}`,
		`{"text":"ward 7","id":"m_19876543210987654"}`:                                                               `{"text":"ward 7","id":"m_19876543210987654"}`,
		`torn {"text":"nid 19876543210987654`:                                                                        `torn {"text":"nid *****************`,
		`v1.sealed-elsewhere`:                                                                                        `v1.sealed-elsewhere`,
	} {
		r.exec(`DELETE FROM dead_turns`)
		if err := r.DeadTurn(t.Context(), turn.Key, []byte(said), errors.New("cannot cut")); err != nil {
			t.Fatal(err)
		}
		var got []string
		err := r.ExportContact(t.Context(), boss, turn.Now.Contact, func(table string, row json.RawMessage) error {
			var dead struct{ Event string }
			if table != "dead_turns" {
				return nil
			}
			got = append(got, "")
			err := json.Unmarshal(row, &dead)
			got[len(got)-1] = dead.Event
			return err
		})
		if err != nil || len(got) != 1 || got[0] != shown {
			t.Errorf("%s is exported as %q, %v", said, got, err)
		}
	}
	var id uuid.UUID
	if err := r.pool.QueryRow(t.Context(), `UPDATE dead_turns SET event = 'v1.AAAA' RETURNING id`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := r.DiscardDeadTurn(t.Context(), boss, id); err != nil {
		t.Errorf("forget what nobody can read: %v", err)
	}
}

package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// table is a table that is filled, with its columns, in the order that
// references need.
type table struct {
	name    string
	columns []string
}

func tables() []table {
	return []table{
		{"agents", []string{"id", "email", "name", "role", "teams", "created_at", "on_duty", "duty_at", "seen_at"}},
		{"contacts", []string{"id", "name", "name_folded", "phone", "ward", "language", "created_at", "updated_at"}},
		{"identities", []string{"id", "contact_id", "channel", "address", "name", "created_at"}},
		{"conversations", []string{
			"id", "identity_id", "contact_id", "channel", "version", "owner", "agent_id", "team", "reason", "queued_at", "flow", "state",
			"language", "ward", "checkpoint", "opened_at", "last_in_at", "last_at", "closed_at", "handed_at", "agent_at",
		}},
		{"messages", []string{"id", "conversation_id", "seq", "direction", "author", "agent_id", "channel", "kind", "text", "status", "at", "place"}},
		{"sms_handovers", []string{"id", "at", "gateway", "kind", "ref", "segments", "unicode", "cost"}},
		{"conversation_log", []string{"id", "conversation_id", "at", "what", "agent_id", "team", "reason", "queued_at"}},
		{"cases", []string{
			"number", "flow", "kind", "title", "status", "team", "agent_id", "ward", "place", "contact_id", "conversation_id", "channel", "answers",
			"opened_at", "due_at", "updated_at",
		}},
		{"case_timeline", []string{"id", "case_number", "at", "kind", "agent_id", "text"}},
		{"photos", []string{"id", "conversation_id", "message_id", "case_number", "channel", "source", "status", "sha256", "type", "width", "height", "size", "at"}},
	}
}

// rows gathers what is to be copied.
type rows map[string][][]any

func (r *rows) add(table string, values ...any) {
	if *r == nil {
		*r = rows{}
	}
	(*r)[table] = append((*r)[table], values)
}

// copy writes what was gathered and forgets it.
func (r rows) copy(ctx context.Context, tx pgx.Tx) error {
	for _, t := range tables() {
		if len(r[t.name]) == 0 {
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(r[t.name])); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
		r[t.name] = r[t.name][:0]
	}
	return nil
}

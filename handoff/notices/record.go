package notices

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// maxShown bounds how many notices of a case are shown, the newest of them.
const maxShown = 50

// Record is a notice as staff see it.
type Record struct {
	ID      uuid.UUID
	Contact uuid.UUID
	Name    string // of the person
	Event   flows.NoticeEvent
	At      time.Time
	Outcome Outcome // empty: it is on its way
	Hops    []Hop
}

// OfCase lists what people were told of a case, the newest first. Whoever asks
// has made sure that the case may be seen.
func (l *Ledger) OfCase(ctx context.Context, number int64) (list []Record, err error) {
	rows, err := l.pool.Query(ctx, `SELECT n.id, n.contact_id, c.name, n.event, n.at, n.outcome
		FROM notices n JOIN contacts c ON c.id = n.contact_id WHERE n.case_number = $1 ORDER BY n.id DESC LIMIT $2`, number, maxShown)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	var r Record
	_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.Contact, &r.Name, &r.Event, &r.At, &r.Outcome}, func() error {
		list = append(list, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	plans, err := l.hops(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Hops = plans[list[i].ID]
	}
	return list, nil
}
